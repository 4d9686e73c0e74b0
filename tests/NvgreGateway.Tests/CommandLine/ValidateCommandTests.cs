using System.Text.Json;
using System.Text.Json.Nodes;

namespace NvgreGateway.Tests.CommandLine;

/// <summary>The verb validate as a process: every error with its path, value and what is allowed, all at once.</summary>
public sealed class ValidateCommandTests : IDisposable
{
    private const string Good = """
        {
          // comments and trailing commas are allowed
          "name": "gw1",
          "ports": [
            { "name": "access0",   "role": "access",   "device": "0000:01:00.0", "mtu": 1500, "nativeVlan": 100, "mac": "02:00:00:00:01:01" },
            { "name": "underlay0", "role": "underlay", "device": "net_af_packet0,iface=uplink", "mtu": 1600,
              "addresses": ["192.0.2.1/24", "2001:db8::1/64"],
              "routes": [ { "prefix": "0.0.0.0/0", "via": "192.0.2.254" } ],
              "neighbors": [ { "address": "192.0.2.2", "mac": "02:00:00:00:aa:02" } ] }
          ],
          "segments": [
            { "name": "blue", "vsid": 5001,
              "attachments": [ { "port": "access0", "vlan": 100 } ],
              "sourceAddresses": [ "192.0.2.1", "2001:db8::1" ],
              "peers": [ "192.0.2.2", { "address": "2001:db8::2", "flowId": "hash", "ecn": "compatibility" } ],
              "learning": true, "unknownUnicast": "flood",
              "records": [ { "mac": "02:00:00:00:0b:01", "ca": "10.1.0.11", "pa": "192.0.2.2" } ], }
          ],
          "fdb": { "capacity": 65536, "ageingSeconds": 300 },
          "workers": { "cores": [1], "idle": "poll" },
          "metrics": { "listen": "127.0.0.1:9471" }
        }
        """;

    private static readonly JsonDocumentOptions s_lax = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
    private readonly string _folder = Directory.CreateTempSubdirectory("nvgre-validate-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task AcceptsTheExample()
    {
        Cli run = (await Validate(Good)).Ended(Cli.Done);
        Assert.DoesNotContain("error", run.Errors, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [Requirement("A-021")]
    [InlineData(4095)]
    [InlineData(0)]
    [InlineData(16777215)]
    [InlineData(-1)]
    [InlineData(16777216)]
    public async Task RefusesAVsidOutsideItsRange(int vsid)
    {
        Cli run = (await Validate(Changed(c => c["segments"]![0]!["vsid"] = vsid))).Ended(Cli.Usage);
        Names(run, "segments[0].vsid", $"{vsid}", "4096", "16777214");
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(16777214)]
    [Requirement("A-021")]
    public async Task AcceptsTheFirstAndTheLastVsid(int vsid) => (await Validate(Changed(c => c["segments"]![0]!["vsid"] = vsid))).Ended(Cli.Done);

    [Theory]
    [InlineData(0)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(-5)]
    [Requirement("E-005")]
    public async Task RefusesAVlanOutsideItsRange(int vlan)
    {
        Names((await Validate(Changed(c => c["segments"]![0]!["attachments"]![0]!["vlan"] = vlan))).Ended(Cli.Usage), "segments[0].attachments[0].vlan", $"{vlan}", "4094");
        Names((await Validate(Changed(c => c["ports"]![0]!["nativeVlan"] = vlan))).Ended(Cli.Usage), "ports[0].nativeVlan", $"{vlan}", "4094");
    }

    [Fact]
    [Requirement("A-027")]
    public async Task RefusesAVsidThatIsBoundTwice()
    {
        Cli run = (await Validate(Changed(c => Add(c, "green", 5001, 200)))).Ended(Cli.Usage);
        Names(run, "segments[1].vsid", "5001");
    }

    [Fact]
    [Requirement("E-023")]
    public async Task RefusesAnAttachmentThatIsBoundTwice()
    {
        Cli run = (await Validate(Changed(c => Add(c, "green", 5002, 100)))).Ended(Cli.Usage);
        Names(run, "segments[1].attachments[0]", "access0", "100");
    }

    [Fact]
    public async Task RefusesOurOwnAddressAsPeer()
    {
        Names((await Validate(Changed(c => c["segments"]![0]!["peers"]![0] = "192.0.2.1"))).Ended(Cli.Usage), "segments[0].peers[0]", "192.0.2.1");
        Names((await Validate(Changed(c => c["segments"]![0]!["peers"]![1]!["address"] = "2001:db8::1"))).Ended(Cli.Usage), "segments[0].peers[1]", "2001:db8::1");
    }

    /// <summary>What comes with a later version is refused by name (F-009), and so is what nobody knows.</summary>
    [Fact]
    [Requirement("F-009")]
    public async Task RefusesKeysThatAreNotSupportedYet()
    {
        Cli run = (await Validate(Changed(c =>
        {
            c["budgets"] = new JsonObject { ["dhcp"] = 1000, ["bfd"] = 1000 };
        }))).Ended(Cli.Usage);
        foreach (string key in new[] { "dhcp", "bfd" })
        {
            Assert.Contains(run.Errors.Split('\n'), l => l.Contains("budgets." + key, StringComparison.Ordinal) && l.Contains("not supported in this version", StringComparison.Ordinal));
        }
    }

    /// <summary>All errors are reported at once, each with its path.</summary>
    [Fact]
    public async Task ReportsAllErrorsAtOnce()
    {
        Cli run = (await Validate(Changed(c =>
        {
            c["name"] = "Not A Name";
            c["ports"]![0]!["mtu"] = 12;
            c["ports"]![0]!["mac"] = "01:00:00:00:00:01";
            c["ports"]![1]!["role"] = "both";
            c["ports"]![1]!["addresses"]![0] = "192.0.2.300/24";
            c["segments"]![0]!["vsid"] = 1;
            c["segments"]![0]!["attachments"]![0]!["port"] = "nowhere";
            c["segments"]![0]!["peers"]![1]!["ecn"] = "sometimes";
            c["segments"]![0]!["colour"] = "blue";
            c["fdb"]!["ageingSeconds"] = 9;
            c["workers"]!["idle"] = "doze";
            c["metrics"]!["listen"] = "nowhere";
        }))).Ended(Cli.Usage);
        foreach ((string path, string value) in new[]
        {
            ("name", "Not A Name"), ("ports[0].mtu", "12"), ("ports[0].mac", "01:00:00:00:00:01"), ("ports[1].role", "both"), ("ports[1].addresses[0]", "192.0.2.300/24"),
            ("segments[0].vsid", "1"), ("segments[0].attachments[0].port", "nowhere"), ("segments[0].peers[1].ecn", "sometimes"), ("segments[0].colour", ""),
            ("fdb.ageingSeconds", "9"), ("workers.idle", "doze"), ("metrics.listen", "nowhere"),
        })
        {
            Names(run, path, value);
        }
    }

    [Theory]
    [InlineData("name")]
    [InlineData("ports[0].name")]
    [InlineData("ports[1].role")]
    [InlineData("ports[0].device")]
    [InlineData("segments[0].name")]
    [InlineData("segments[0].vsid")]
    [InlineData("segments[0].attachments")]
    public async Task RefusesWhatIsMissing(string path)
    {
        Cli run = (await Validate(Changed(c =>
        {
            string[] parts = path.Split('.');
            JsonObject at = parts.Length == 1 ? c : c[parts[0].Split('[')[0]]![int.Parse(parts[0].Split('[')[1].TrimEnd(']'), System.Globalization.CultureInfo.InvariantCulture)]!.AsObject();
            at.Remove(parts[^1]);
        }))).Ended(Cli.Usage);
        Names(run, path);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{ \"name\": \"gw1\", \"ports\": 7, \"segments\": {} }")]
    [InlineData("\u0000\u0001\u0002")]
    public async Task RefusesWhatIsNoConfiguration(string text)
    {
        Cli run = (await Validate(text)).Ended(Cli.Usage);
        Assert.NotEmpty(run.Errors);
    }

    /// <summary>A tenant MTU below the VLAN's is a warning with the number, not an error (A-073).</summary>
    [Fact]
    public async Task WarnsOfAnUnderlayThatIsTooSmall()
    {
        Cli run = (await Validate(Changed(c => c["ports"]![1]!["mtu"] = 1500))).Ended(Cli.Done);
        Assert.Contains("warning", run.Errors, StringComparison.Ordinal);
        Assert.True(run.Errors.Contains("1458", StringComparison.Ordinal) || run.Errors.Contains("1438", StringComparison.Ordinal), run.Errors);
    }

    /// <summary>Tagged inner frames are accepted by exception only, and the exception is pointed at.</summary>
    [Fact]
    [Requirement("A-045")]
    public async Task WarnsOfAPeerThatMayTag()
    {
        Cli run = (await Validate(Changed(c => c["segments"]![0]!["peers"]![1]!["acceptInnerTag"] = true))).Ended(Cli.Done);
        Names(run, "warning", "segments[0].peers[1].acceptInnerTag", "non_compliant");
        Assert.DoesNotContain("non_compliant", (await Validate(Good)).Ended(Cli.Done).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PrintsTheSchema()
    {
        Cli run = (await Cli.Run("validate", "--schema")).Ended(Cli.Done);
        using JsonDocument schema = JsonDocument.Parse(run.Output);
        Assert.Contains("name", schema.RootElement.GetProperty("required").EnumerateArray().Select(e => e.GetString()));
        Assert.Contains("acceptInnerTag", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PrintsErrorsAsJson()
    {
        string path = Path.Combine(_folder, "c.json");
        File.WriteAllText(path, Changed(c => c["segments"]![0]!["vsid"] = 4095));
        Cli run = (await Cli.Run("validate", "--config", path, "--json")).Ended(Cli.Usage);
        using JsonDocument json = JsonDocument.Parse(run.Output);
        Assert.False(json.RootElement.GetProperty("valid").GetBoolean());
        Assert.Contains("segments[0].vsid", json.RootElement.GetProperty("errors")[0].GetString(), StringComparison.Ordinal);
    }

    private static string Changed(Action<JsonObject> change)
    {
        JsonObject configuration = JsonNode.Parse(Good, documentOptions: s_lax)!.AsObject();
        change(configuration);
        return configuration.ToJsonString();
    }

    private static void Add(JsonObject configuration, string name, int vsid, int vlan) => configuration["segments"]!.AsArray().Add(new JsonObject
    {
        ["name"] = name,
        ["vsid"] = vsid,
        ["attachments"] = new JsonArray(new JsonObject { ["port"] = "access0", ["vlan"] = vlan }),
    });

    /// <summary>One line of the errors holds all of this.</summary>
    private static void Names(Cli run, params string[] what) =>
        Assert.True(run.Errors.Split('\n').Any(line => what.All(w => line.Contains(w, StringComparison.Ordinal))), $"no line with {string.Join(", ", what)}:\n{run.Errors}");

    private async Task<Cli> Validate(string text)
    {
        string path = Path.Combine(_folder, "config.json");
        File.WriteAllText(path, text);
        return await Cli.Run("validate", "--config", path);
    }
}
