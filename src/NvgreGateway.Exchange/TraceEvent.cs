using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>One slot of a trace ring: what one stage did with one packet. Writer: a worker; reader: control.</summary>
[StructLayout(LayoutKind.Sequential, Size = (int)SizeOf)]
public unsafe struct TraceEvent
{
    /// <summary>Bytes of a slot.</summary>
    public const uint SizeOf = 256;

    /// <summary>Bytes of a frame that it holds at most: outer and inner headers of either family.</summary>
    public const uint MostData = 192;

    /// <summary>The bits of <see cref="Packet"/> that number packets; those above are the session's.</summary>
    public const uint NumberMask = (1u << 24) - 1;

    /// <summary>Where the session stands in <see cref="Packet"/>.</summary>
    public const int SessionShift = 24;

    /// <summary>Number of what control makes on its own.</summary>
    public const uint OwnNumber = NumberMask;

    /// <summary>When, in the clock of workers (<see cref="DataState.TscHz"/>).</summary>
    public ulong Time;

    /// <summary>Session and number of the packet, from 1 on in the order of their arrival.</summary>
    public uint Packet;

    /// <summary>What it tells.</summary>
    public TracePoint Point;

    /// <summary>Port it is about.</summary>
    public byte Port;

    /// <summary>Worker that wrote it.</summary>
    public byte Worker;

    /// <summary>Bytes of the whole frame that <see cref="Data"/> is the beginning of.</summary>
    public uint Length;

    /// <summary>Bytes in <see cref="Data"/>.</summary>
    public uint Captured;

    /// <summary>Argument; see <see cref="TracePoint"/>.</summary>
    public ulong A;

    /// <summary>Argument.</summary>
    public ulong B;

    /// <summary>Argument.</summary>
    public ulong C;

    /// <summary>Argument.</summary>
    public ulong D;

    private readonly ulong _pad;

    /// <summary>The beginning of a frame.</summary>
    public fixed byte Data[(int)MostData];
}
