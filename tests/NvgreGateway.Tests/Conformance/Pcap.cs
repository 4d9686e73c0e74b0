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

    /// <summary>What a port of a case receives: <c>in-PORT.pcap</c>, or <c>in-PORT.pcapng</c> where devices say something of frames.</summary>
    public static List<Frame> ReadInput(string folder, string port)
    {
        string path = Path.Combine(folder, $"in-{port}.pcapng");
        return File.Exists(path) ? ReadNext(path) : Read(Path.Combine(folder, $"in-{port}.pcap"));
    }

    /// <summary>The frames of a pcapng file as make.py writes it: little-endian, one interface, nanoseconds, at most our option in a block.</summary>
    public static List<Frame> ReadNext(string path)
    {
        List<Frame> frames = [];
        byte[] file = File.ReadAllBytes(path);
        for (int at = 0; at < file.Length; at += (int)U32(file, at + 4))
        {
            if (U32(file, at) != 6)
            {
                continue;
            }

            int length = (int)U32(file, at + 20), option = at + 28 + ((length + 3) & ~3);
            byte[]? said = null;
            if (option + 4 < at + U32(file, at + 4) - 4)
            {
                uint head = U32(file, option);
                Assert.Equal((2989u, 32473u), (head & 0xFFFF, U32(file, option + 4)));
                said = file[(option + 8 + 6)..(option + 4 + (int)(head >> 16))];
            }

            frames.Add(new Frame(((ulong)U32(file, at + 12) << 32) | U32(file, at + 16), file[(at + 28)..(at + 28 + length)], said));
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
