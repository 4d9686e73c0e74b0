using System.Buffers.Binary;

namespace NvgreGateway.Replay;

/// <summary>Writes a pcapng file of one Ethernet interface, nanoseconds, little-endian, with <see cref="OffloadOption"/> where a frame asks.</summary>
public sealed class PcapngWriter : CaptureWriter
{
    private const int EnhancedPacket = 32;
    private readonly Stream _stream;

    /// <summary>Makes the file, or empties it.</summary>
    /// <param name="path">The file.</param>
    public PcapngWriter(string path)
    {
        _stream = new BufferedStream(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read), 1 << 16);
        Span<byte> head = stackalloc byte[60];
        head.Clear();
        Words(head, 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, uint.MaxValue, uint.MaxValue, 28); // a section of version 1.0, its length unknown
        Words(head[28..], 1, 32, 1, 0, 9 | (1 << 16), 9, 0, 32); // Ethernet, any length; if_tsresol 10^-9; end of options
        _stream.Write(head);
    }

    /// <inheritdoc/>
    public override void Write(ulong nanoseconds, ReadOnlySpan<byte> frame, AskedMetadata? asked)
    {
        int padding = -frame.Length & 3, options = asked is null ? 0 : 8 + ((AskedMetadata.Length + 3) & ~3) + 4;
        uint total = (uint)(EnhancedPacket + frame.Length + padding + options);
        Span<byte> head = stackalloc byte[28];
        Words(head, 6, total, 0, (uint)(nanoseconds >> 32), (uint)nanoseconds, (uint)frame.Length, (uint)frame.Length);
        _stream.Write(head);
        _stream.Write(frame);
        Span<byte> tail = stackalloc byte[48];
        tail.Clear();
        _stream.Write(tail[..padding]);
        if (asked is not null)
        {
            Words(tail, OffloadOption.Code | ((4 + AskedMetadata.Length) << 16), OffloadOption.Enterprise);
            asked.Bytes.CopyTo(tail[8..]);
        }

        Words(tail[options..], total);
        _stream.Write(tail[..(options + 4)]);
    }

    /// <inheritdoc/>
    public override void Dispose() => _stream.Dispose();

    private static void Words(Span<byte> to, params ReadOnlySpan<uint> words)
    {
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(to[(4 * i)..], words[i]);
        }
    }
}
