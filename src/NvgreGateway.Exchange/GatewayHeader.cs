using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>
/// The head of a gateway's regions: who it is, which layout, who lives, and the words that workers look at in every loop.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 4096)]
public unsafe struct GatewayHeader
{
    /// <summary>The magic number: "NVGREGW1" as it loads little-endian.</summary>
    public const ulong MagicValue = 0x3157_4745_5247_564EUL;

    /// <summary>Must be <see cref="MagicValue"/>; written last when regions are made.</summary>
    public ulong Magic;

    /// <summary>The hash of the layout (<see cref="LayoutHash.Value"/>).</summary>
    public ulong LayoutHash;

    /// <summary>What the regions were sized from.</summary>
    public ExchangeLimits Limits;

    /// <summary>The gateway's name, UTF-8, zero-terminated.</summary>
    public fixed byte Name[64];

    /// <summary>The build that made them, UTF-8, zero-terminated.</summary>
    public fixed byte Build[112];

    /// <summary>The supervisor.</summary>
    public ProcessMark Supervisor;

    /// <summary>The control process.</summary>
    public ProcessMark Control;

    /// <summary>The data process.</summary>
    public ProcessMark Data;

    /// <summary>
    /// Writer control, readers workers: generation of the published snapshot shifted left by 1, and the slot (0 or 1) it stands in.
    /// 0 = none yet.
    /// </summary>
    public ulong Published;

    /// <summary>Writer control, readers workers: the age tick, 1 to 255, that workers store into age lanes.</summary>
    public uint AgeTick;

    /// <summary>Writer control: milliseconds between two age ticks.</summary>
    public uint AgeTickMilliseconds;

    /// <summary>
    /// Writer control, readers workers: rises about once a second and whenever learned entries are flushed. A worker tells control of
    /// the same unlearned source once in each value.
    /// </summary>
    public uint PuntTick;

    /// <summary>Writer control, readers workers: the number of the trace that runs, 1 to 255; 0 = none. What is traced stands in <see cref="TraceControl"/>.</summary>
    public uint TraceSession;

    /// <summary>
    /// Writer control, reader the housekeeping of the data process: 1 = software spread is tried against workers that keep what they receive
    /// (<c>workers.spread: auto</c>).
    /// </summary>
    public uint TriesSpread;

    private readonly uint _pad0;
    private readonly ulong _pad2;
    private readonly ulong _pad3;
    private readonly ulong _pad4;
    private readonly ulong _pad5;

    /// <summary>Drops and counters of control's own: packets that were handed to it and that it refused (by <see cref="DropReason"/>).</summary>
    public fixed ulong ControlDrops[128];

    /// <summary>Counters of control's own (by <see cref="CounterId"/>).</summary>
    public fixed ulong ControlCounters[32];
}
