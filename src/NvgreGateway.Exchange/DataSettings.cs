using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>What control wants of the data process as a whole; read when it starts.</summary>
[StructLayout(LayoutKind.Sequential, Size = 512)]
public unsafe struct DataSettings
{
    /// <summary>Raised by one when the settings and the port table are complete; 0 = not yet.</summary>
    public ulong Generation;

    /// <summary>Ports in the table.</summary>
    public uint PortCount;

    /// <summary>Workers.</summary>
    public uint WorkerCount;

    /// <summary>Packets of a receive burst at most, 1 to 128.</summary>
    public uint Burst;

    /// <summary>1 = workers sleep when idle (<c>workers.idle: sleep</c>).</summary>
    public uint IdleSleep;

    /// <summary>1 = no hugepages (<c>memory.hugepages: off</c>).</summary>
    public uint NoHugepages;

    /// <summary>Memory for EAL, megabytes; 0 = as needed.</summary>
    public uint Megabytes;

    /// <summary>
    /// 1 = the data process is to end. A word here, not a signal: handling a signal allocates, and the process measures to its last
    /// moment that it allocates nothing.
    /// </summary>
    public uint Stop;

    private readonly uint _pad0;

    /// <summary>The core of each worker.</summary>
    public fixed ushort Cores[64];
}
