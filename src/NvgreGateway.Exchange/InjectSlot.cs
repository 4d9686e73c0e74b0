using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>A frame that control sends: this head, then the whole frame from its destination MAC on (outer tag included).</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
public unsafe struct InjectSlot
{
    /// <summary>Bytes of the head.</summary>
    public const int HeadBytes = 16;

    /// <summary>The sequence of what caused it; 0 when a timer did.</summary>
    public ulong Sequence;

    /// <summary>Bytes of the frame.</summary>
    public ushort Length;

    /// <summary>Port to send it on.</summary>
    public ushort Port;

    /// <summary>The frame's bytes.</summary>
    /// <param name="slot">The slot.</param>
    /// <returns>Its first byte.</returns>
    public static byte* Data(InjectSlot* slot) => (byte*)slot + HeadBytes;
}
