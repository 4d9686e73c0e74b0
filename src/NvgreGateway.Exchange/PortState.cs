using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>
/// What the data process says of a port, written by its housekeeping thread under a sequence counter: odd while being written;
/// a reader copies it and takes the copy if the counter was even and is unchanged (<see cref="GatewayMemory.ReadPortState"/>).
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 512)]
public unsafe struct PortState
{
    /// <summary>The sequence counter.</summary>
    public ulong Sequence;

    /// <summary>1 = the device is there.</summary>
    public uint Present;

    /// <summary>1 = started.</summary>
    public uint Started;

    /// <summary>1 = link up.</summary>
    public uint LinkUp;

    /// <summary>Link speed, Mbit/s; 0 or 0xFFFFFFFF = unknown.</summary>
    public uint SpeedMbps;

    /// <summary>MAC in force, first wire byte lowest.</summary>
    public ulong Mac;

    /// <summary>Transmit offloads that the device reports (DPDK bits).</summary>
    public ulong TxCapabilities;

    /// <summary>Receive offloads that the device reports (DPDK bits).</summary>
    public ulong RxCapabilities;

    /// <summary>Transmit offloads in force.</summary>
    public ulong TxOffloads;

    /// <summary>Receive offloads in force.</summary>
    public ulong RxOffloads;

    /// <summary>Receive queues in force.</summary>
    public ushort RxQueues;

    /// <summary>Transmit queues in force.</summary>
    public ushort TxQueues;

    /// <summary>MTU in force.</summary>
    public ushort Mtu;

    /// <summary>NUMA node, -1 = none.</summary>
    public short NumaNode;

    /// <summary>Frames that the device missed for want of descriptors.</summary>
    public ulong Missed;

    /// <summary>Frames that the device received with errors (A-144: never handed on).</summary>
    public ulong RxErrors;

    /// <summary>Frames that the device failed to send.</summary>
    public ulong TxErrors;

    /// <summary>Frames lost for want of mbufs.</summary>
    public ulong RxNoMbuf;

    /// <summary>Flow control by pause frames: 0 = not known yet, 1 = the device has none, 2 = off, 3 = on (E-077).</summary>
    public uint Pause;

    /// <summary>Offloads that the device reports.</summary>
    public DeviceOffloads Reported;

    /// <summary>Offloads that it was set up with.</summary>
    public DeviceOffloads Asked;

    /// <summary>1 = the port was started and tested: the faults below are known.</summary>
    public uint Tested;

    /// <summary>Whether it was tested by loopback (C-073).</summary>
    public LoopCheck Loop;

    /// <summary>What whoever sits behind the port takes, as a guest behind vhost-user says; all if nobody is asked.</summary>
    public PortOffloads Peer;

    /// <summary>Most buffers that the device takes of one frame, 65535 = no bound (C-019).</summary>
    public ushort MostBuffers;

    /// <summary>Most buffers that it takes of a large frame that it cuts, 65535 = no bound.</summary>
    public ushort MostLargeBuffers;

    /// <summary>How often the port was opened.</summary>
    public uint Opened;

    /// <summary>Who spreads what it receives over the workers, and why (C-056).</summary>
    public QueueSpread Spread;

    /// <summary>What the device hashes to choose a receive queue: as it says itself if <see cref="RssReadBack"/>, else as it was asked to.</summary>
    public RssFields RssFields;

    /// <summary>The same in DPDK's bits (<c>rss_hf</c>).</summary>
    public ulong RssTypes;

    /// <summary>Fields that the device reports it could hash.</summary>
    public RssFields RssCapable;

    /// <summary>1 = the device said itself what is in force (C-055).</summary>
    public byte RssReadBack;

    /// <summary>Bytes of <see cref="RssKey"/>.</summary>
    public byte RssKeyLength;

    /// <summary>Entries of the table from hash to queue, 0 = none or not told.</summary>
    public ushort RetaSize;

    /// <summary>Entries of the queue that has the fewest.</summary>
    public ushort RetaLeast;

    /// <summary>Entries of the queue that has the most.</summary>
    public ushort RetaMost;

    /// <summary>What of plain frames did not pass the self-test (C-073).</summary>
    public OffloadFaults PlainFaults;

    /// <summary>What of NVGRE over IPv4 did not pass it.</summary>
    public OffloadFaults NvgreFaults;

    /// <summary>What of NVGRE over IPv6 did not pass it.</summary>
    public OffloadFaults Nvgre6Faults;

    /// <summary>The key of the hash.</summary>
    public fixed byte RssKey[64];

    /// <summary>Driver name, UTF-8, zero-terminated.</summary>
    public fixed byte Driver[32];

    /// <summary>Why the port is not up, UTF-8, zero-terminated; empty when it is.</summary>
    public fixed byte Reason[160];

    /// <summary>Begins a change: what readers copy from here on they do not take. The writer's thread.</summary>
    /// <param name="state">The state.</param>
    public static void Begin(PortState* state) => Volatile.Write(ref state->Sequence, state->Sequence + 1 | 1);

    /// <summary>Ends a change. The writer's thread.</summary>
    /// <param name="state">The state.</param>
    public static void End(PortState* state) => Volatile.Write(ref state->Sequence, (state->Sequence | 1) + 1);
}
