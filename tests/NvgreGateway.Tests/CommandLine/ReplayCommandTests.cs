using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NvgreGateway.Tests.Conformance;

namespace NvgreGateway.Tests.CommandLine;

/// <summary>The verb replay as a process: files, JSON, exit codes, capture formats.</summary>
public sealed class ReplayCommandTests : IDisposable
{
    private const string Conversation = "w01-w03-conversation";
    private readonly string _folder = Directory.CreateTempSubdirectory("nvgre-replay-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task WritesAPcapForEveryPortAndOneJsonObject()
    {
        string output = Path.Combine(_folder, "deep", "out");
        Cli run = (await Cli.Run(["replay", "--config", Of(Conversation, "config.json"), .. Inputs(Conversation), "--out", output, "--json"])).Ended(Cli.Done);
        using JsonDocument json = JsonDocument.Parse(run.Output);
        JsonElement root = json.RootElement;
        Assert.Equal(["received", "transmitted", "consumed", "copies", "drops", "counters", "ports"], root.EnumerateObject().Select(p => p.Name));
        Assert.Equal([4, 4, 0, 4], new[] { "received", "transmitted", "consumed", "copies" }.Select(n => root.GetProperty(n).GetInt32()));
        Assert.Empty(root.GetProperty("drops").EnumerateObject());
        Assert.Equal("""{"tx.bum.copies":1,"fdb.unknown":1}""", Compact(root.GetProperty("counters")));
        Assert.Equal("""{"access0":{"received":2,"transmitted":2},"underlay0":{"received":2,"transmitted":2}}""", Compact(root.GetProperty("ports")));
        Same(Conversation, output);
        Assert.Equal(["access0.pcap", "underlay0.pcap"], Directory.GetFiles(output).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task NamesDropsWithTheirPrefixAndLeavesOutWhatIsZero()
    {
        Cli run = (await Cli.Run(["replay", "--config", Of("gre-protocol-types", "config.json"), .. Inputs("gre-protocol-types"), "--out", _folder, "--json"])).Ended(Cli.Done);
        using JsonDocument json = JsonDocument.Parse(run.Output);
        Assert.Equal("""{"drop.gre.proto":4}""", Compact(json.RootElement.GetProperty("drops")));
        Assert.Equal(["gre.proto.0800", "gre.proto.86dd", "gre.proto.880b", "gre.proto.88be"], json.RootElement.GetProperty("counters").EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        Assert.All(json.RootElement.GetProperty("counters").EnumerateObject(), p => Assert.Equal(1, p.Value.GetInt32()));
    }

    [Fact]
    public async Task SaysWhatHappenedToPeople()
    {
        Cli run = (await Cli.Run(["replay", "--config", Of("gre-version", "config.json"), .. Inputs("gre-version"), "--out", _folder])).Ended(Cli.Done);
        Assert.Contains("drop.gre.version", run.Output, StringComparison.Ordinal);
        Assert.Contains("access0", run.Output, StringComparison.Ordinal);
        Assert.Contains("underlay0", run.Output, StringComparison.Ordinal);
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(run.Output).Dispose());
    }

    [Theory]
    [InlineData("burst-of-everything")]
    [InlineData("hundred-frames-to-a-silent-hop-four")]
    [InlineData("w01-vlan-to-nvgre")]
    public async Task GivesTheSameFilesAndNumbersWhateverBurstAndWorkers(string name)
    {
        string? first = null;
        foreach (string[] way in (string[][])[[], ["--burst", "1"], ["--burst", "32", "--workers", "2"], ["--burst", "1", "--workers", "2"], ["--burst", "128", "--workers", "3"], ["--burst", "7", "--workers", "4"]])
        {
            string output = Path.Combine(_folder, string.Join('-', way));
            Cli run = (await Cli.Run(["replay", "--config", Of(name, "config.json"), .. Inputs(name), "--out", output, "--json", .. way])).Ended(Cli.Done);
            first ??= run.Output;
            Assert.Equal(first, run.Output);
            Same(name, output);
        }
    }

    // W-14 by the gateway itself, and handed to devices that cut: two large frames with what they ask for, which are six on the wire.
    [Fact]
    [Requirement("C-124")]
    public async Task WritesWhatDevicesAreGivenWithWhatTheyAskFor()
    {
        const string Name = "w14-large-send";
        Cli plain = (await Cli.Run(["replay", "--config", Of(Name, "config.json"), .. Inputs(Name), "--out", _folder, "--json"])).Ended(Cli.Done);
        Same(Name, _folder);
        string output = Path.Combine(_folder, "asked");
        Cli asked = (await Cli.Run(["replay", "--config", Of(Name, "config.json"), .. Inputs(Name), "--out", output, "--json", "--offload", "all"])).Ended(Cli.Done);
        Assert.Equal(plain.Output, asked.Output);
        Assert.Equal(["access0.pcapng", "underlay0.pcapng"], Directory.GetFiles(output).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Empty(Pcap.ReadNext(Path.Combine(output, "access0.pcapng")));
        List<Frame> frames = Pcap.ReadNext(Path.Combine(output, "underlay0.pcapng"));
        Assert.Equal([3096, 3096], frames.Select(f => f.Bytes.Length));
        // TCP checksum, IPv4 header sums inside and outside, TCP segmentation, IPv4 inside and outside, GRE; MSS 1418; lengths 14, 20, 22, 20, 20.
        Assert.All(frames, f => Assert.Equal("055D" + "058A" + "0E" + "16" + "0014" + "0014" + "14" + "00", Convert.ToHexString(f.Said!)));
        Assert.All(frames, f => Assert.Equal("16DB", Convert.ToHexString(f.Bytes.AsSpan(92, 2))));
        // What a port sent can be read as what one received: what was asked is not what a device said.
        (await Cli.Run(["replay", "--config", Of(Name, "config.json"), "--in", "underlay0=" + Path.Combine(output, "underlay0.pcapng"), "--out", Path.Combine(_folder, "again")])).Ended(Cli.Done);
    }

    [Fact]
    public async Task NamesTheOffloadsThatThereAre()
    {
        Cli run = (await Cli.Run(["replay", "--config", Of(Conversation, "config.json"), .. Inputs(Conversation), "--out", _folder, "--offload", "tso4,lso"])).Ended(Cli.Usage);
        Assert.Contains("no 'lso'", run.Errors, StringComparison.Ordinal);
        Assert.Contains("tso4, tso6", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WritesAFileForAPortThatSendsNothing()
    {
        (await Cli.Run(["replay", "--config", Of("w01-vlan-to-nvgre", "config.json"), .. Inputs("w01-vlan-to-nvgre"), "--out", _folder])).Ended(Cli.Done);
        Assert.Equal(24, new FileInfo(Path.Combine(_folder, "access0.pcap")).Length);
    }

    [Fact]
    public async Task EqualTimeStampsGoInTheOrderOfTheInputs()
    {
        byte[] fromFirst = Tagged(Hello(1), 100), fromSecond = Tagged(Hello(2), 300);
        string a = Write("a.pcap", new Frame(5_000_000_001, fromFirst)), b = Write("b.pcap", new Frame(5_000_000_001, fromSecond));
        string config = Of("many-attachments", "config.json");
        foreach ((string[] inputs, byte first) in new[] { (new[] { $"access0={a}", $"access1={b}" }, (byte)1), ([$"access1={b}", $"access0={a}"], (byte)2) })
        {
            (await Cli.Run(["replay", "--config", config, "--in", inputs[0], "--in", inputs[1], "--out", _folder])).Ended(Cli.Done);
            List<Frame> sent = Pcap.Read(Path.Combine(_folder, "underlay0.pcap"));
            Assert.Equal([first, (byte)(3 - first)], sent.Select(f => f.Bytes[42 + 11]));
            Assert.All(sent, f => Assert.Equal(5_000_000_001UL, f.Nanoseconds));
        }
    }

    [Fact]
    public async Task TakesPacketsOfSeveralInputsInTheOrderOfTime()
    {
        string a = Write("a.pcap", new Frame(3_000, Tagged(Hello(3), 100)), new Frame(1_000, Tagged(Hello(1), 100)));
        string b = Write("b.pcap", new Frame(2_000, Tagged(Hello(2), 100)));
        (await Cli.Run("replay", "--config", Of("many-attachments", "config.json"), "--in", $"access0={a}", "--in", $"access0={b}", "--out", _folder)).Ended(Cli.Done);
        List<Frame> sent = Pcap.Read(Path.Combine(_folder, "underlay0.pcap"));
        Assert.Equal([1, 2, 3], sent.Select(f => (int)f.Bytes[42 + 11]));
        Assert.Equal([1_000UL, 2_000UL, 3_000UL], sent.Select(f => f.Nanoseconds));
    }

    /// <summary>A port without a mac has one made from its name: the same in every run, another for another port, unicast, locally administered.</summary>
    [Fact]
    public async Task APortWithoutAMacHasOneOfItsName()
    {
        string config = Path.Combine(_folder, "c.json");
        List<string> macs = [];
        foreach ((string a, string b) in new[] { ("underlay0", "access0"), ("underlay0", "access0"), ("underlay9", "access0") })
        {
            JsonNode root = JsonNode.Parse(File.ReadAllText(Of("w01-vlan-to-nvgre", "config.json")).Replace("underlay0", a, StringComparison.Ordinal))!;
            foreach (JsonNode? port in root["ports"]!.AsArray())
            {
                port!.AsObject().Remove("mac");
            }

            File.WriteAllText(config, root.ToJsonString());
            (await Cli.Run("replay", "--config", config, "--in", $"{b}={Of("w01-vlan-to-nvgre", "in-access0.pcap")}", "--out", _folder)).Ended(Cli.Done);
            byte[] mac = Pcap.Read(Path.Combine(_folder, a + ".pcap")).Single().Bytes[6..12];
            Assert.Equal(2, mac[0] & 3);
            macs.Add(Convert.ToHexString(mac));
        }

        Assert.Equal(macs[0], macs[1]);
        Assert.NotEqual(macs[0], macs[2]);
    }

    public static TheoryData<string> Formats => ["pcap little micro", "pcap big micro", "pcap little nano", "pcap big nano", "pcapng little micro", "pcapng big micro", "pcapng little nano", "pcapng big nano"];

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task ReadsEveryCaptureFormat(string format)
    {
        bool big = format.Contains("big", StringComparison.Ordinal), nano = format.Contains("nano", StringComparison.Ordinal);
        ulong unit = nano ? 1UL : 1000;
        Frame[] frames = [.. Enumerable.Range(1, 3).Select(i => new Frame(1_700_000_000_000_000_000UL + ((ulong)i * 1_000_000_007UL / unit * unit), Tagged(Hello((byte)i), 100)))];
        string path = Path.Combine(_folder, "in.cap");
        File.WriteAllBytes(path, format.StartsWith("pcapng", StringComparison.Ordinal) ? Ng(frames, big, nano) : Classic(frames, big, nano));
        (await Cli.Run("replay", "--config", Of("many-attachments", "config.json"), "--in", $"access0={path}", "--out", _folder)).Ended(Cli.Done);
        List<Frame> sent = Pcap.Read(Path.Combine(_folder, "underlay0.pcap"));
        Assert.Equal(frames.Select(f => f.Nanoseconds), sent.Select(f => f.Nanoseconds));
        Assert.Equal([1, 2, 3], sent.Select(f => (int)f.Bytes[42 + 11]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReplaysWhatIsWholeOfACaptureThatIsCutShort(bool ng)
    {
        Frame[] frames = [new Frame(1_000, Tagged(Hello(1), 100)), new Frame(2_000, Tagged(Hello(2), 100))];
        byte[] file = ng ? Ng(frames, false, true) : Classic(frames, false, true);
        string path = Path.Combine(_folder, "in.cap");
        File.WriteAllBytes(path, file[..^5]);
        Cli run = (await Cli.Run("replay", "--config", Of("many-attachments", "config.json"), "--in", $"access0={path}", "--out", _folder, "--json")).Ended(Cli.Done);
        Assert.Contains("cut short", run.Errors, StringComparison.Ordinal);
        Assert.Contains(path, run.Errors, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(run.Output);
        Assert.Equal(1, json.RootElement.GetProperty("received").GetInt32());
    }

    public static TheoryData<string, byte[]> BadCaptures => new()
    {
        { "empty", [] },
        { "no capture", Encoding.ASCII.GetBytes("this is no capture at all") },
        { "half a header", Classic([], false, false)[..20] },
        { "raw IP", LinkType(101) },
    };

    [Theory]
    [MemberData(nameof(BadCaptures))]
    public async Task FailsOnWhatIsNoCapture(string what, byte[] content)
    {
        string path = Path.Combine(_folder, what.Replace(' ', '-'));
        File.WriteAllBytes(path, content);
        Cli run = (await Cli.Run("replay", "--config", Of(Conversation, "config.json"), "--in", $"access0={path}", "--out", _folder, "--json")).Ended(Cli.Failed);
        Assert.Contains(path, run.Errors, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
    }

    [Fact]
    public async Task AnEmptyCaptureIsNoFailure()
    {
        string path = Write("none.pcap");
        Cli run = (await Cli.Run("replay", "--config", Of(Conversation, "config.json"), "--in", $"access0={path}", "--out", _folder, "--json")).Ended(Cli.Done);
        using JsonDocument json = JsonDocument.Parse(run.Output);
        Assert.Equal(0, json.RootElement.GetProperty("received").GetInt32());
    }

    [Fact]
    public async Task FailsWhereAFileCannotBeReadOrWritten()
    {
        string missing = Path.Combine(_folder, "missing.pcap");
        Assert.Contains(missing, (await Cli.Run("replay", "--config", Of(Conversation, "config.json"), "--in", $"access0={missing}", "--out", _folder)).Ended(Cli.Failed).Errors, StringComparison.Ordinal);
        string occupied = Write("occupied");
        Assert.Contains(occupied, (await Cli.Run(["replay", "--config", Of(Conversation, "config.json"), .. Inputs(Conversation), "--out", occupied])).Ended(Cli.Failed).Errors, StringComparison.Ordinal);
    }

    public static TheoryData<string[], string> BadUsage => new()
    {
        { ["--in", "access9=x.pcap", "--out", "o"], "access9" },
        { ["--in", "access0", "--out", "o"], "PORT=FILE" },
        { ["--in", "=x.pcap", "--out", "o"], "PORT=FILE" },
        { ["--out", "o"], "in" },
        { ["--in", "access0=x.pcap"], "out" },
        { ["--in", "access0=x.pcap", "--out", "o", "--burst", "0"], "burst" },
        { ["--in", "access0=x.pcap", "--out", "o", "--burst", "many"], "burst" },
        { ["--in", "access0=x.pcap", "--out", "o", "--workers", "0"], "workers" },
        { ["--in", "access0=x.pcap", "--out", "o", "--workers", "65"], "workers" },
        { ["--in", "access0=x.pcap", "--out", "o", "--speed", "9"], "speed" },
    };

    [Theory]
    [MemberData(nameof(BadUsage))]
    public async Task RefusesBadUsage(string[] arguments, string named)
    {
        Cli run = (await Cli.Run(["replay", "--config", Of(Conversation, "config.json"), .. arguments])).Ended(Cli.Usage);
        Assert.Contains(named, run.Errors, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
    }

    [Fact]
    public async Task RefusesABadConfigurationBeforeItTouchesAnything()
    {
        string config = Path.Combine(_folder, "bad.json"), output = Path.Combine(_folder, "out");
        File.WriteAllText(config, File.ReadAllText(Of(Conversation, "config.json")).Replace("5001", "4095", StringComparison.Ordinal));
        Cli run = (await Cli.Run(["replay", "--config", config, .. Inputs(Conversation), "--out", output])).Ended(Cli.Usage);
        Assert.Contains("segments[0].vsid", run.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(output));
        Assert.Contains("missing.json", (await Cli.Run(["replay", "--config", Path.Combine(_folder, "missing.json"), .. Inputs(Conversation), "--out", output])).Ended(Cli.Usage).Errors, StringComparison.Ordinal);
    }

    private static string Of(string name, string file) => Path.Combine(Tree.Case(name), file);

    private static string[] Inputs(string name)
    {
        using JsonDocument expect = JsonDocument.Parse(File.ReadAllText(Of(name, "expect.json")));
        return [.. expect.RootElement.GetProperty("inputs").EnumerateArray().SelectMany(p => new[] { "--in", $"{p.GetString()}={InputOf(name, p.GetString()!)}" })];
    }

    private static string InputOf(string name, string port) => File.Exists(Of(name, $"in-{port}.pcapng")) ? Of(name, $"in-{port}.pcapng") : Of(name, $"in-{port}.pcap");

    private static void Same(string name, string output)
    {
        foreach (string port in new[] { "access0", "underlay0" })
        {
            List<Frame> want = Pcap.Read(Of(name, $"out-{port}.pcap")), got = Pcap.Read(Path.Combine(output, port + ".pcap"));
            Assert.Equal(want.Select(f => (f.Nanoseconds, Convert.ToHexString(f.Bytes))), got.Select(f => (f.Nanoseconds, Convert.ToHexString(f.Bytes))));
        }
    }

    private static string Compact(JsonElement element) => JsonSerializer.Serialize(element);

    private string Write(string name, params Frame[] frames)
    {
        string path = Path.Combine(_folder, name);
        Pcap.Write(path, frames);
        return path;
    }

    private static byte[] Hello(byte station) => [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0x0b, station, 0x88, 0xb5, .. new byte[46]];

    private static byte[] Tagged(byte[] inner, int vlan) => [.. inner[..12], 0x81, 0x00, (byte)(vlan >> 8), (byte)vlan, .. inner[12..]];

    private static byte[] LinkType(uint type)
    {
        byte[] file = Classic([], false, false);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(20), type);
        return file;
    }

    private static byte[] U32(uint value, bool big)
    {
        byte[] bytes = BitConverter.GetBytes(value);
        return big ? [.. bytes.Reverse()] : bytes;
    }

    private static byte[] U16(ushort value, bool big) => big ? [(byte)(value >> 8), (byte)value] : [(byte)value, (byte)(value >> 8)];

    private static byte[] Classic(IEnumerable<Frame> frames, bool big, bool nano) =>
    [
        .. U32(nano ? 0xA1B23C4D : 0xA1B2C3D4, big), .. U16(2, big), .. U16(4, big), .. new byte[8], .. U32(65535, big), .. U32(1, big),
        .. frames.SelectMany(f => (byte[])
        [
            .. U32((uint)(f.Nanoseconds / 1_000_000_000), big), .. U32((uint)(f.Nanoseconds % 1_000_000_000 / (nano ? 1UL : 1000)), big),
            .. U32((uint)f.Bytes.Length, big), .. U32((uint)f.Bytes.Length, big), .. f.Bytes,
        ]),
    ];

    private static byte[] Ng(IEnumerable<Frame> frames, bool big, bool nano)
    {
        byte[] Block(uint type, byte[] body)
        {
            byte[] padded = [.. body, .. new byte[-body.Length & 3]];
            uint total = (uint)padded.Length + 12;
            return [.. U32(type, big), .. U32(total, big), .. padded, .. U32(total, big)];
        }

        byte[] resolution = nano ? [.. U16(9, big), .. U16(1, big), 9, 0, 0, 0, .. U16(0, big), .. U16(0, big)] : [];
        return
        [
            .. Block(0x0A0D0D0A, [.. U32(0x1A2B3C4D, big), .. U16(1, big), .. U16(0, big), .. U32(uint.MaxValue, big), .. U32(uint.MaxValue, big)]),
            .. Block(1, [.. U16(1, big), .. U16(0, big), .. U32(0, big), .. resolution]),
            .. Block(0x0BAD, [1, 2, 3, 4]), // a kind of block that nobody knows
            .. frames.SelectMany(f =>
            {
                ulong ticks = f.Nanoseconds / (nano ? 1UL : 1000);
                return Block(6, [.. U32(0, big), .. U32((uint)(ticks >> 32), big), .. U32((uint)ticks, big), .. U32((uint)f.Bytes.Length, big), .. U32((uint)f.Bytes.Length, big), .. f.Bytes]);
            }),
        ];
    }
}
