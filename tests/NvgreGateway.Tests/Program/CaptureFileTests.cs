using System.Buffers.Binary;
using NvgreGateway.Replay;

namespace NvgreGateway.Tests.Program;

public sealed unsafe class CaptureFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nvgre-capture-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void ReadsPcapOfEitherByteOrderAndResolution(bool big, bool nano)
    {
        byte[] file =
        [
            .. U32(nano ? 0xA1B23C4D : 0xA1B2C3D4, big), .. U16(2, big), .. U16(4, big), .. U32(0, big), .. U32(0, big), .. U32(65535, big), .. U32(1, big),
            .. U32(7, big), .. U32(123, big), .. U32(3, big), .. U32(60, big), 1, 2, 3,
            .. U32(8, big), .. U32(0, big), .. U32(0, big), .. U32(0, big),
        ];
        using CaptureFile capture = Open(file);
        Assert.Equal(2, capture.Packets.Count);
        Assert.Equal(7_000_000_000UL + (nano ? 123UL : 123_000UL), capture.Packets[0].Nanoseconds);
        Assert.Equal([1, 2, 3], Bytes(capture.Packets[0]));
        Assert.Equal(60U, capture.Packets[0].OriginalLength);
        Assert.Equal(0, capture.Packets[1].Length);
        Assert.Null(capture.Warning);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReadsPcapngWithResolutionsOffsetsAndSections(bool big)
    {
        byte[] nano = [.. U16(9, big), .. U16(1, big), 9, 0, 0, 0, .. U16(14, big), .. U16(8, big), .. U64(10, big), .. U16(0, big), .. U16(0, big)];
        byte[] binary = [.. U16(9, big), .. U16(1, big), 0x8A, 0, 0, 0, .. U16(0, big), .. U16(0, big)];
        byte[] file =
        [
            .. Section(big),
            .. Block(1, [.. U16(1, big), .. U16(0, big), .. U32(0, big)], big), // microseconds by default
            .. Block(1, [.. U16(1, big), .. U16(0, big), .. U32(0, big), .. nano], big),
            .. Block(1, [.. U16(1, big), .. U16(0, big), .. U32(0, big), .. binary], big),
            .. Block(6, [.. U32(0, big), .. U32(0, big), .. U32(5, big), .. U32(2, big), .. U32(2, big), 0xAA, 0xBB, 0, 0], big),
            .. Block(5, [.. U32(0, big), .. U64(0, big)], big), // statistics: passed over
            .. Block(6, [.. U32(1, big), .. U32(1, big), .. U32(0, big), .. U32(1, big), .. U32(9, big), 0xCC, 0, 0, 0], big),
            .. Block(6, [.. U32(2, big), .. U32(0, big), .. U32(512, big), .. U32(0, big), .. U32(0, big)], big),
            .. Section(!big),
            .. Block(1, [.. U16(1, !big), .. U16(0, !big), .. U32(2, !big)], !big),
            .. Block(3, [.. U32(4, !big), 1, 2, 0, 0], !big), // simple packet, cut by the snap length of 2
        ];
        using CaptureFile capture = Open(file);
        Assert.Equal([5_000UL, 10_000_000_000UL + (1UL << 32), 500_000_000UL, 0UL], capture.Packets.Select(p => p.Nanoseconds));
        Assert.Equal([0xAA, 0xBB], Bytes(capture.Packets[0]));
        Assert.Equal(9U, capture.Packets[1].OriginalLength);
        Assert.Equal([1, 2], Bytes(capture.Packets[3]));
    }

    [Fact]
    public void LeavesOutALastPacketThatIsCutShortAndSaysSo()
    {
        byte[] whole = [.. U32(0xA1B2C3D4, false), .. new byte[12], .. U32(65535, false), .. U32(1, false), .. U32(0, false), .. U32(0, false), .. U32(4, false), .. U32(4, false), 1, 2, 3, 4];
        using (CaptureFile capture = Open(whole))
        {
            Assert.Single(capture.Packets);
        }

        for (int length = 25; length < whole.Length; length++)
        {
            using CaptureFile capture = Open(whole[..length]);
            Assert.Empty(capture.Packets);
            Assert.Contains("cut short", capture.Warning);
        }
    }

    [Fact]
    public void RefusesWhatIsNoCaptureOfEthernetAndSaysWhere()
    {
        Assert.Contains("empty", Assert.Throws<CaptureFormatException>(() => Open([])).Message);
        Assert.Contains("neither pcap nor pcapng", Assert.Throws<CaptureFormatException>(() => Open([1, 2, 3, 4, 5])).Message);
        byte[] raw = [.. U32(0xA1B2C3D4, false), .. new byte[12], .. U32(65535, false), .. U32(101, false)];
        Assert.Contains("link type 101", Assert.Throws<CaptureFormatException>(() => Open(raw)).Message);
        byte[] noInterface = [.. Section(false), .. Block(6, [.. new byte[20]], false)];
        Assert.Contains("interface 0", Assert.Throws<CaptureFormatException>(() => Open(noInterface)).Message);
    }

    [Fact]
    public void NeverFailsOtherwiseWhateverTheBytes()
    {
        var random = new Random(20261122);
        byte[] seed = [.. Section(false), .. Block(1, [.. U16(1, false), .. U16(0, false), .. U32(0, false)], false), .. Block(6, [.. new byte[12], .. U32(4, false), .. U32(4, false), 1, 2, 3, 4], false)];
        int read = 0;
        for (int i = 0; i < 3000; i++)
        {
            byte[] bytes = [.. seed[..random.Next(1, seed.Length + 1)]];
            for (int j = random.Next(4); j > 0; j--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                using CaptureFile capture = Open(bytes);
                foreach (CapturedPacket packet in capture.Packets)
                {
                    read += Bytes(packet).Length;
                }
            }
            catch (CaptureFormatException e)
            {
                Assert.Contains("at byte", e.Message);
            }
        }

        Assert.True(read > 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReadsWhatADeviceSaid(bool big)
    {
        byte[] said = [0x4E, 0x56, 0x47, 0x4F, 1, 0, 1, 3, 1, 0, 5, 0x78, 0, 0, 1, 0x11, 14, 20, 0, 40, 0, 0, 0, 100, 0, 7];
        using CaptureFile capture = Open([.. Section(big), .. Interface(big), .. Packet(big, Other(big)), .. Packet(big, Option(said, big)), .. Packet(big, [])]);
        Assert.Null(capture.Packets[0].Said);
        Assert.Null(capture.Packets[2].Said);
        ReceivedMetadata read = Assert.IsType<ReceivedMetadata>(capture.Packets[1].Said);
        Assert.Equal((1400, 0x111u), (read.SegmentSize, read.PacketType));
        Assert.Equal([100, 7], read.Buffers);
    }

    [Theory]
    [InlineData("4E56474F02" + "00" + "00000000000000000000000000000000", "version 2")]
    [InlineData("4E56474F01" + "07" + "00000000000000000000000000000000", "direction 7")]
    [InlineData("4E56474F01" + "00" + "02000000000000000000000000000000", "unknown value in 02000000")]
    [InlineData("4E56474F01" + "00" + "00040000000000000000000000000000", "unknown value in 00040000")]
    [InlineData("4E56474F01" + "00" + "00000002000000000000000000000000", "unknown value in 00000002")]
    [InlineData("4E56474F01" + "00" + "0000000000000000000000000000", "14 bytes")]
    [InlineData("4E56474F01" + "00" + "0000000000000000000000000000000000", "17 bytes")]
    public void RefusesMetadataThatItCannotRead(string data, string problem)
    {
        string path = Path.Combine(_folder, "in");
        File.WriteAllBytes(path, [.. Section(false), .. Interface(false), .. Packet(false, Option(Convert.FromHexString(data), false))]);
        Assert.Contains(problem, Assert.Throws<CaptureFormatException>(() => CaptureFile.Open(path)).Message, StringComparison.Ordinal);
    }

    private static byte[] Interface(bool big) => Block(1, [.. U16(1, big), .. U16(0, big), .. U32(0, big)], big);

    private static byte[] Packet(bool big, byte[] options) =>
        Block(6, [.. U32(0, big), .. U32(0, big), .. U32(5, big), .. U32(3, big), .. U32(3, big), 1, 2, 3, 0, .. options], big);

    private static byte[] Option(byte[] data, bool big) =>
        [.. U16(2989, big), .. U16((ushort)(4 + data.Length), big), .. U32(32473, big), .. data, .. new byte[-data.Length & 3], .. U16(0, big), .. U16(0, big)];

    // A comment, a custom option of somebody else, one of the same enterprise number that is not ours, one that is too short.
    private static byte[] Other(bool big) =>
    [
        .. U16(1, big), .. U16(2, big), 65, 66, 0, 0, .. U16(2989, big), .. U16(8, big), .. U32(99, big), 0x4E, 0x56, 0x47, 0x4F,
        .. U16(2989, big), .. U16(12, big), .. U32(32473, big), 1, 2, 3, 4, 5, 6, 7, 8, .. U16(2989, big), .. U16(2, big), 1, 2, 0, 0,
    ];

    [Fact]
    public void WritesWhatItReads()
    {
        string path = Path.Combine(_folder, "out.pcap");
        using (var writer = new PcapWriter(path))
        {
            writer.Write(1_700_000_000_123_456_789, [1, 2, 3], null);
            writer.Write(1_700_000_001_000_000_000, new byte[9014], null);
        }

        using CaptureFile capture = CaptureFile.Open(path);
        Assert.Equal([1_700_000_000_123_456_789UL, 1_700_000_001_000_000_000UL], capture.Packets.Select(p => p.Nanoseconds));
        Assert.Equal([1, 2, 3], Bytes(capture.Packets[0]));
        Assert.Equal(9014, capture.Packets[1].Length);
    }

    private static byte[] Bytes(CapturedPacket packet) => new ReadOnlySpan<byte>(packet.Data, packet.Length).ToArray();

    private static byte[] U16(ushort value, bool big)
    {
        byte[] b = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(b, big ? BinaryPrimitives.ReverseEndianness(value) : value);
        return b;
    }

    private static byte[] U32(uint value, bool big)
    {
        byte[] b = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(b, big ? BinaryPrimitives.ReverseEndianness(value) : value);
        return b;
    }

    private static byte[] U64(ulong value, bool big)
    {
        byte[] b = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(b, big ? BinaryPrimitives.ReverseEndianness(value) : value);
        return b;
    }

    private static byte[] Section(bool big) => Block(0x0A0D0D0A, [.. U32(0x1A2B3C4D, big), .. U16(1, big), .. U16(0, big), .. U64(ulong.MaxValue, big)], big);

    private static byte[] Block(uint type, byte[] body, bool big) =>
        [.. U32(type, big), .. U32((uint)body.Length + 12, big), .. body, .. U32((uint)body.Length + 12, big)];

    private CaptureFile Open(byte[] bytes)
    {
        string path = Path.Combine(_folder, Guid.NewGuid().ToString("N"));
        File.WriteAllBytes(path, bytes);
        return CaptureFile.Open(path);
    }
}
