using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>
/// A frame that control sends: this head, then the whole frame from its destination MAC on (outer tag included), or, with a
/// <see cref="Place"/>, the untagged tenant frame, which the worker tags or encapsulates like any other (rule 0.2.7).
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
public unsafe struct InjectSlot
{
    /// <summary>Bytes of the head.</summary>
    public const int HeadBytes = 16;

    /// <summary>The sequence of what caused it; 0 when a timer did.</summary>
    public ulong Sequence;

    /// <summary>Bytes of the frame.</summary>
    public ushort Length;

    /// <summary>Port to send it on; with a place that is a peer: the access port whose <c>trust</c> the outer DSCP follows.</summary>
    public ushort Port;

    /// <summary>0 = a complete frame for <see cref="Port"/>; else a tenant frame for this attachment or peer, as an FDB entry names it.</summary>
    public uint Place;

    /// <summary>The frame's bytes.</summary>
    /// <param name="slot">The slot.</param>
    /// <returns>Its first byte.</returns>
    public static byte* Data(InjectSlot* slot) => (byte*)slot + HeadBytes;
}
