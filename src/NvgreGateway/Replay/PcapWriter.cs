using System.Buffers.Binary;

namespace NvgreGateway.Replay;

/// <summary>Writes a pcap file with nanosecond time stamps, Ethernet, little-endian.</summary>
public sealed class PcapWriter : CaptureWriter
{
    private readonly Stream _stream;

    /// <summary>Makes the file, or empties it.</summary>
    /// <param name="path">The file.</param>
    public PcapWriter(string path)
    {
        _stream = new BufferedStream(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read), 1 << 16);
        Span<byte> header = stackalloc byte[24];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0xA1B23C4D);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], 262144);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], 1);
        _stream.Write(header);
    }

    /// <inheritdoc/>
    public override void Write(ulong nanoseconds, ReadOnlySpan<byte> frame, AskedMetadata? asked)
    {
        Span<byte> header = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)(nanoseconds / 1_000_000_000));
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)(nanoseconds % 1_000_000_000));
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], (uint)frame.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], (uint)frame.Length);
        _stream.Write(header);
        _stream.Write(frame);
    }

    /// <inheritdoc/>
    public override void Dispose() => _stream.Dispose();
}
