using System.Buffers.Binary;

namespace NvgreGateway.Tests.Conformance;

/// <summary>The tests' own reader and writer of pcap files, apart from the one under test: little-endian, nanoseconds, Ethernet.</summary>
internal static class Pcap
{
    private const uint Nanoseconds = 0xA1B23C4D;

    /// <summary>The frames of a file; none where there is no file.</summary>
    public static List<Frame> Read(string path)
    {
        List<Frame> frames = [];
        if (!File.Exists(path))
        {
            return frames;
        }

        byte[] file = File.ReadAllBytes(path);
        Assert.Equal(Nanoseconds, U32(file, 0));
        Assert.Equal(1u, U32(file, 20));
        for (int at = 24; at < file.Length;)
        {
            int captured = (int)U32(file, at + 8);
            Assert.Equal((uint)captured, U32(file, at + 12));
            frames.Add(new Frame((U32(file, at) * 1_000_000_000UL) + U32(file, at + 4), file[(at + 16)..(at + 16 + captured)]));
            at += 16 + captured;
        }

        return frames;
    }

    /// <summary>Writes frames.</summary>
    public static void Write(string path, IEnumerable<Frame> frames)
    {
        using FileStream file = File.Create(path);
        Span<byte> head = stackalloc byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(head, Nanoseconds);
        BinaryPrimitives.WriteUInt16LittleEndian(head[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(head[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(head[16..], 65535);
        BinaryPrimitives.WriteUInt32LittleEndian(head[20..], 1);
        file.Write(head);
        foreach (Frame frame in frames)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(head, (uint)(frame.Nanoseconds / 1_000_000_000));
            BinaryPrimitives.WriteUInt32LittleEndian(head[4..], (uint)(frame.Nanoseconds % 1_000_000_000));
            BinaryPrimitives.WriteUInt32LittleEndian(head[8..], (uint)frame.Bytes.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(head[12..], (uint)frame.Bytes.Length);
            file.Write(head[..16]);
            file.Write(frame.Bytes);
        }
    }

    private static uint U32(byte[] file, int at) => BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at));
}
