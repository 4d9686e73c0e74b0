using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Everything a worker works with, in native memory of its own (no other worker's data shares its cache lines): pointers into the
/// snapshot in use, its counters, and its buffers. Only the worker's thread touches it.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct WorkerContext
{
    /// <summary>Packets of a burst at most.</summary>
    public const uint MaxBurst = 128;

    /// <summary>Packets that may be discarded before they are returned to the pool.</summary>
    public const uint DiscardCapacity = 512;

    /// <summary>Records of replicated frames: those whose copies wait for a neighbour keep theirs.</summary>
    public const uint Records = 4096;

    /// <summary>Packets that a worker can hold, over all next hops.</summary>
    public const uint HeldCapacity = 16384;

    /// <summary>Next hops that a worker can hold packets for.</summary>
    public const uint HeldHopCapacity = 1024;

    // Tables: change only at the quiescent point.
    public ulong Published;
    public Snapshot Snapshot;
    public PortEntry* PortEntries;
    public SegmentEntry* Segments;
    public AttachmentEntry* Attachments;
    public PeerEntry* Peers;
    public uint PortCount;
    public uint AttachmentCount;
    public uint PeerCount;
    public uint HoldLimit;
    public FdbTable Fdb;
    public byte* Ages;
    public NextHopSlot* NextHops;
    public byte* SegmentStates;
    public byte* AttachmentStates;
    public byte* PeerStates;
    public StormBuckets* Storms;
    public DataState* Data;

    /// <summary>MACs of all ports and of routers of segments, 48 bits each, repeated to a multiple of four .</summary>
    public ulong* OwnMacs;

    /// <summary>Groups of four in it.</summary>
    public uint OwnMacGroups;

    /// <summary>A bit for each underlay port.</summary>
    public ulong UnderlayPorts;

    /// <summary>Age tick of this loop.</summary>
    public uint Tick;

    /// <summary><see cref="GatewayHeader.PuntTick"/> of this loop.</summary>
    public uint PuntTick;

    // Counters.
    public WorkerStatistics* Stats;

    /// <summary>Those of worker 0; those of the others follow, <see cref="StatsStride"/> bytes from each to the next.</summary>
    public byte* FirstStats;
    public nuint StatsStride;
    public AttachmentCounters* AttachmentCounters;
    public PeerCounters* PeerCounters;
    public ulong* SegmentDrops;
    public ulong* PeerDrops;

    // Buffers.
    public Mbuf** Burst;
    public Work* Work;
    public TxBuffer* Tx;
    public ulong DirtyPorts;

    /// <summary>What stood in a transmit buffer while <see cref="OffloadOutput"/> settles it.</summary>
    public TxBuffer* Asked;

    /// <summary>What stood in a transmit buffer while <see cref="Coalescing"/> joins it.</summary>
    public TxBuffer* Joined;

    /// <summary>Whether it has met a packet of several buffers, ever.</summary>
    public bool Chains;

    /// <summary>Frames of this burst that asked for something.</summary>
    public uint Requests;

    /// <summary>Bytes of the large frames of this burst; <see cref="LargeBurst"/> takes them.</summary>
    public uint LargeBytes;

    /// <summary>Packets taken at once from a port of <see cref="LargePorts"/>.</summary>
    public uint LargeMost;

    /// <summary>The ports whose last burst was of large frames, by index.</summary>
    public ulong LargePorts;

    public Mbuf** Discarded;
    public uint DiscardedCount;

    // Held packets and records of copies.
    public uint HeldHops;
    public HeldHop* HeldHop;
    public Departure* Held;
    public uint HeldFree;
    public uint HeldPackets;
    public CopyRecord* Record;
    public uint RecordCursor;
    public bool RememberPunts;
    public LearnMemory* Learned;

    // Rings and ports.
    public SpscRing Neighbor;
    public SpscRing Learn;
    public SpscRing TenantNeighbor;
    public SpscRing Icmp;
    public SpscRing TenantGroup;
    public SpscRing Inject;
    public BindingTable Bindings;
    public GroupMembers Groups;
    public nint Access;
    public int Index;

    /// <summary>What is traced (F-033); null while no trace runs.</summary>
    public TraceState* Trace;
    public TraceState* TraceMemory;
    public uint TraceSession;

    /// <summary>Where samples of flows go (<see cref="SampleStage"/>).</summary>
    public SpscRing Samples;

    /// <summary>Frames of sampled ports that pass before the next sample.</summary>
    public uint SampleIn;

    /// <summary>State of the generator that spreads samples, so that no periodic traffic hides from them.</summary>
    public uint SampleSeed;
    public uint MaxPorts;

    /// <summary>Workers of the gateway.</summary>
    public uint Workers;

    /// <summary>By port, whose its packets are (<see cref="SpreadPlan.InForce"/>); others look at it.</summary>
    public nint* Spread;

    /// <summary>Ports that are changing in that: packets handed on have to be forwarded first (<see cref="SpreadChange"/>).</summary>
    public ulong ChangingPorts;

    /// <summary>Of those, the ones whose packets were forwarded and are on their way to whoever sends them.</summary>
    public ulong SettlingPorts;

    /// <summary>Of those, the ones whose packets are with whoever sends them, who may not have done so yet.</summary>
    public ulong LeavingPorts;

    /// <summary>The rings of received packets to the other workers.</summary>
    public ArrivalRing** Onward;

    /// <summary>Packets of each entry of the redirection table since the worker began, modulo 2^32; others look at it.</summary>
    public uint* EntryLoads;

    /// <summary>Packets that found the ring to each worker full, likewise.</summary>
    public uint* Refused;

    /// <summary>By worker, where its packets of a burst are gathered, as addresses; of this worker <see cref="Burst"/>.</summary>
    public ulong** Sorted;

    /// <summary>How many of them; 0 between bursts.</summary>
    public uint* Sizes;

    /// <summary>The rings of finished packets between all workers.</summary>
    public SpreadRing** Departures;

    /// <summary>
    /// <see cref="ArrivalRing.Head"/> of each of <see cref="Onward"/>, then <see cref="SpreadRing.Head"/> of each of <see cref="Departures"/>, then
    /// <see cref="WorkerStatistics.Polls"/> of each worker, when the wait for it began.
    /// </summary>
    public uint* DrainMarks;

    /// <summary>The ports, for what is not unicast.</summary>
    public readonly PortAccess Ports => Unsafe.As<PortAccess>(GCHandle.FromIntPtr(Access).Target!);

    /// <summary>Counters of a port.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="port">Port index.</param>
    /// <returns>Its counters.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PortCounters* PortCounters(WorkerContext* w, uint port) => (PortCounters*)w->Stats->Ports + port;

    /// <summary>Counters of the requests that leave through a port.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="port">Port index.</param>
    /// <returns>This worker's.</returns>
    public static OffloadCounters* OffloadCounters(WorkerContext* w, uint port) => (OffloadCounters*)w->Stats->Offloads + port;
}
