using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>One of the gateway's processes as the header knows it.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
public struct ProcessMark
{
    /// <summary>Process id, 0 = none.</summary>
    public ulong ProcessId;

    /// <summary>Start time in clock ticks since boot (field 22 of /proc/PID/stat): with the id it names one process.</summary>
    public ulong StartTime;

    /// <summary>Heartbeats.</summary>
    public ulong Heartbeat;

    /// <summary>How often this role was started on these regions.</summary>
    public ulong Starts;
}
