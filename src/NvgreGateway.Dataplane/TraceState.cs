using System.Runtime.InteropServices;
using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane;

/// <summary>What a worker needs while a trace runs. Only the worker's thread touches it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TraceState
{
    /// <summary>What is traced.</summary>
    public TraceControl* Control;

    /// <summary>Where events go.</summary>
    public SpscRing Ring;

    /// <summary>Number of the session, in the place that it has in <see cref="TraceEvent.Packet"/>.</summary>
    public uint Session;

    /// <summary>The traced packet that the stages work on; 0 = none.</summary>
    public uint Current;

    /// <summary>The traced packets among those of the transmit buffer that is being sent, by index; 0 = not traced.</summary>
    public fixed uint Leaving[TxBuffer.Capacity];
}
