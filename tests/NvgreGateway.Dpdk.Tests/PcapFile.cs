using System.Buffers.Binary;

namespace NvgreGateway.Dpdk.Tests;

/// <summary>Capture files in the oldest form, written and read by hand: what net_pcap is compared with must not come from it.</summary>
internal static class PcapFile
{
    private const uint Magic = 0xa1b2c3d4;

    public static void Write(string path, IEnumerable<byte[]> frames)
    {
        using var file = new BinaryWriter(File.Create(path));
        file.Write(Magic);
        file.Write((ushort)2);
        file.Write((ushort)4);
        file.Write(0);
        file.Write(0);
        file.Write(65535);
        file.Write(1); // Ethernet
        foreach (var frame in frames)
        {
            file.Write(0);
            file.Write(0);
            file.Write(frame.Length);
            file.Write(frame.Length);
            file.Write(frame);
        }
    }

    public static List<byte[]> Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var frames = new List<byte[]>();
        // net_pcap writes nanosecond captures, which differ in the magic alone.
        Assert.Contains(BinaryPrimitives.ReadUInt32LittleEndian(bytes), new[] { Magic, 0xa1b23c4du });
        for (var at = 24; at < bytes.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + 8));
            frames.Add(bytes[(at + 16)..(at + 16 + length)]);
            at += 16 + length;
        }

        return frames;
    }
}
