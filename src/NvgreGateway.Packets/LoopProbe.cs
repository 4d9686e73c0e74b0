using System.Buffers.Binary;
using System.Security.Cryptography;

namespace NvgreGateway.Packets;

/// <summary>
/// The frame by which a gateway finds out that what it sends to a VLAN comes back to it (E-073). Project format: from the port's MAC to
/// a group that bridges flood, EtherType 0x88B5 (IEEE 802, local experimental 1), then the magic word with a version, a random number
/// of the sender, VSID, attachment id, the time it was sent (the sender's own clock), and 16 bytes of HMAC-SHA-256 over all of these
/// with a key that only the sender knows, so that nobody else can make one.
/// </summary>
/// <param name="Instance">A random number of the sender's.</param>
/// <param name="Vsid">VSID of the segment.</param>
/// <param name="Attachment">Attachment id, of meaning to the sender only.</param>
/// <param name="SentAt">Nanoseconds of the sender's clock.</param>
public readonly record struct LoopProbe(ulong Instance, uint Vsid, uint Attachment, ulong SentAt)
{
    /// <summary>EtherType.</summary>
    public const ushort EtherType = 0x88B5;

    /// <summary>Magic word: "NVL", version 1.</summary>
    public const uint Magic = 0x4E564C01;

    /// <summary>Bytes behind the EtherType.</summary>
    public const int Size = SignedBytes + TagBytes;

    /// <summary>Length of the untagged frame without padding.</summary>
    public const int FrameLength = EthernetHeader.Size + Size;

    private const int SignedBytes = 28;
    private const int TagBytes = 16;

    /// <summary>Its destination: a locally administered group that no bridge keeps to itself.</summary>
    public static MacAddress Group { get; } = MacAddress.FromBytes([0x03, 0x4E, 0x56, 0x47, 0x52, 0x45]);

    /// <summary>Writes the frame.</summary>
    /// <param name="frame">At least <see cref="FrameLength"/> bytes.</param>
    /// <param name="source">MAC of the port.</param>
    /// <param name="key">The sender's key.</param>
    public void Write(Span<byte> frame, MacAddress source, ReadOnlySpan<byte> key)
    {
        Group.CopyTo(frame);
        source.CopyTo(frame[6..]);
        BinaryPrimitives.WriteUInt16BigEndian(frame[12..], EtherType);
        Span<byte> payload = frame.Slice(EthernetHeader.Size, Size);
        BinaryPrimitives.WriteUInt32BigEndian(payload, Magic);
        BinaryPrimitives.WriteUInt64BigEndian(payload[4..], Instance);
        BinaryPrimitives.WriteUInt32BigEndian(payload[12..], Vsid);
        BinaryPrimitives.WriteUInt32BigEndian(payload[16..], Attachment);
        BinaryPrimitives.WriteUInt64BigEndian(payload[20..], SentAt);
        Sign(payload, key, payload[SignedBytes..]);
    }

    /// <summary>Reads what stands behind the EtherType of a frame.</summary>
    /// <param name="payload">It; may hold anything.</param>
    /// <param name="key">The reader's key.</param>
    /// <param name="probe">What it says.</param>
    /// <returns>Whether it is a probe made with that key.</returns>
    public static bool TryRead(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> key, out LoopProbe probe)
    {
        probe = default;
        if (payload.Length < Size || BinaryPrimitives.ReadUInt32BigEndian(payload) != Magic)
        {
            return false;
        }

        Span<byte> tag = stackalloc byte[TagBytes];
        Sign(payload, key, tag);
        if (!CryptographicOperations.FixedTimeEquals(tag, payload.Slice(SignedBytes, TagBytes)))
        {
            return false;
        }

        probe = new LoopProbe(
            BinaryPrimitives.ReadUInt64BigEndian(payload[4..]),
            BinaryPrimitives.ReadUInt32BigEndian(payload[12..]),
            BinaryPrimitives.ReadUInt32BigEndian(payload[16..]),
            BinaryPrimitives.ReadUInt64BigEndian(payload[20..]));
        return true;
    }

    private static void Sign(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> key, Span<byte> tag)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, payload[..SignedBytes], hash);
        hash[..TagBytes].CopyTo(tag);
    }
}
