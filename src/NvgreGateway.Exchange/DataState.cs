using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>What the data process says of itself, written by its housekeeping thread. Plain 64-bit fields, each read on its own.</summary>
[StructLayout(LayoutKind.Sequential, Size = 512)]
public unsafe struct DataState
{
    /// <summary>Process id, 0 = none.</summary>
    public ulong ProcessId;

    /// <summary>Start time in clock ticks since boot, as /proc tells it: with the id it names one process.</summary>
    public ulong StartTime;

    /// <summary>Heartbeats of the housekeeping thread.</summary>
    public ulong Heartbeat;

    /// <summary>A <see cref="DataPhase"/>; see <see cref="GatewayMemory.Phase"/>.</summary>
    public ulong Phase;

    /// <summary>The <see cref="DataSettings.Generation"/> in force.</summary>
    public ulong SettingsGeneration;

    /// <summary>mbufs in the pools.</summary>
    public ulong MbufCapacity;

    /// <summary>mbufs in use.</summary>
    public ulong MbufInUse;

    /// <summary>Collections since the workers began (must stay 0).</summary>
    public ulong Collections;

    /// <summary>Collections since the process began.</summary>
    public ulong CollectionsTotal;

    /// <summary>Bytes allocated on the managed heap since the workers began (must stay 0).</summary>
    public ulong AllocatedBytes;

    /// <summary>Bytes allocated on the managed heap since the process began.</summary>
    public ulong AllocatedBytesTotal;

    /// <summary>Total GC pause since the process began, nanoseconds.</summary>
    public ulong PauseNanoseconds;

    /// <summary>Frequency of the clock of workers, Hz: the time stamp counter's; 0 until it is known.</summary>
    public ulong TscHz;

    /// <summary>How often the data process was started on these regions.</summary>
    public ulong Starts;

    /// <summary>Of each worker, how many of 256 parts of the flows it has where software spreads (C-056).</summary>
    public fixed ushort SpreadShares[64];

    /// <summary>1 = each worker keeps what it receives, since that was found faster (<c>workers.spread: auto</c>).</summary>
    public uint SpreadPaused;

    /// <summary>How often that was tried since the data process began.</summary>
    public uint SpreadTrials;

    /// <summary>Packets forwarded so, in percent of those that are forwarded when workers hand them to each other, at the last trial; 0 = none.</summary>
    public uint SpreadAlonePercent;

    private readonly uint _pad0;

    /// <summary>Why it failed, UTF-8, zero-terminated.</summary>
    public fixed byte Failure[256];
}
