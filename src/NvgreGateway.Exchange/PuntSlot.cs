using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>What a worker hands to control: this head, then <see cref="CopiedLength"/> bytes of the frame.</summary>
[StructLayout(LayoutKind.Sequential, Size = 48)]
public unsafe struct PuntSlot
{
    /// <summary>Bytes of the head; the frame begins here.</summary>
    public const int HeadBytes = 48;

    /// <summary>The order in which packets came: in <c>replay</c> the number of the input, else the time stamp counter.</summary>
    public ulong Sequence;

    /// <summary>FDB key, or next hop id.</summary>
    public ulong Key;

    /// <summary>Where the source was seen (without entry flags).</summary>
    public uint Place;

    /// <summary>Segment id, 0 = none.</summary>
    public uint Segment;

    /// <summary>Length of the frame as received.</summary>
    public uint OriginalLength;

    /// <summary>Bytes of it that follow.</summary>
    public ushort CopiedLength;

    /// <summary>Port it came in on.</summary>
    public ushort Port;

    /// <summary>What this is.</summary>
    public PuntKind Kind;

    /// <summary>Offset of the layer 3 header in the frame (14, or 18 behind an outer tag); of a source behind a peer: the outer TTL of its frame.</summary>
    public byte L3Offset;

    /// <summary>Of a frame that control takes over: <see cref="TraceEvent.Packet"/> if it is traced, else 0.</summary>
    public uint Trace;

    /// <summary>The frame's bytes.</summary>
    /// <param name="slot">The slot.</param>
    /// <returns>Its first byte.</returns>
    public static byte* Data(PuntSlot* slot) => (byte*)slot + HeadBytes;
}
