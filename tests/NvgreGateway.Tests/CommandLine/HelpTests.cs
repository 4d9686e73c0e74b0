namespace NvgreGateway.Tests.CommandLine;

/// <summary>Help, version and usage errors of the program.</summary>
public sealed class HelpTests
{
    [Fact]
    public async Task ListsWhatPeopleMayRunAndTheExitCodes()
    {
        string help = All((await Cli.Run("--help")).Ended(Cli.Done));
        foreach (string verb in new[] { "run", "validate", "show", "flush", "set", "import-nic-properties", "announce", "replay" })
        {
            Assert.Matches($@"(?m)^\s+{verb}\s", help);
        }

        Assert.DoesNotMatch(@"(?m)^\s+(dataplane|control)\s", help);
        Assert.Contains("0 done", help, StringComparison.Ordinal);
        Assert.Contains("2 bad usage", help, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run", "--config")]
    [InlineData("validate", "--config")]
    [InlineData("replay", "--config", "--in", "--out", "--json", "--burst", "--workers")]
    [InlineData("show", "--json")]
    [InlineData("announce", "--name", "--segment")]
    public async Task TellsTheOptionsOfAVerb(string verb, params string[] options)
    {
        string help = All((await Cli.Run(verb, "--help")).Ended(Cli.Done));
        Assert.All(options, o => Assert.Contains(o, help, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("validate", "--config", "none.json", "junk")]
    [InlineData("announce", "now")]
    [InlineData("flush", "--segment", "blue", "green")]
    [InlineData("import-nic-properties", "one.txt", "junk")]
    public async Task RefusesWordsThatItWouldNotHeed(params string[] arguments) =>
        Assert.Contains($"'{arguments[^1]}' is too much", All((await Cli.Run(arguments)).Ended(Cli.Usage)), StringComparison.Ordinal);

    [Fact]
    public async Task TellsItsVersion() => Assert.Matches(@"\d+\.\d+", All((await Cli.Run("--version")).Ended(Cli.Done)));

    [Theory]
    [InlineData]
    [InlineData("forward")]
    [InlineData("run")]
    [InlineData("run", "--conf", "x")]
    [InlineData("replay")]
    [InlineData("validate")]
    [InlineData("show")]
    [InlineData("show", "nonsense")]
    [InlineData("show", "offloads", "underlay0")]
    [InlineData("set")]
    [InlineData("set", "offload", "underlay0", "tso.inner4", "on", "--disruptve")]
    public async Task RefusesBadUsage(params string[] arguments)
    {
        Cli run = (await Cli.Run(arguments)).Ended(Cli.Usage);
        Assert.NotEmpty(run.Errors);
        Assert.Equal("", run.Output);
    }

    // Each of these is known to be wrong without a gateway.
    [Theory]
    [InlineData("PORT, NAME, STATE missing", "offload")]
    [InlineData("STATE missing", "offload", "underlay0", "tso.inner4")]
    [InlineData("'mtu' is not known; it is offload", "mtu", "underlay0", "9000", "on")]
    [InlineData("'TSO.inner4' is no offload; it is all, encap.enabled, ", "offload", "underlay0", "TSO.inner4", "on")]
    [InlineData("'rx' is no state of tso.inner4; it is on, off, no-change", "offload", "underlay0", "tso.inner4", "rx")]
    [InlineData("'tx' is no state of all; it is on, off, no-change", "offload", "underlay0", "all", "tx")]
    [InlineData("'maybe' is no state of csum.tcp4; it is on, off, tx, rx, no-change", "offload", "underlay0", "csum.tcp4", "maybe")]
    [InlineData("'now' is too much", "offload", "underlay0", "tso.inner4", "off", "now")]
    public async Task SetSaysWhatIsWrong(string wrong, params string[] arguments)
    {
        Cli run = (await Cli.Run(["set", .. arguments])).Ended(Cli.Usage);
        Assert.StartsWith("set: " + wrong, run.Errors, StringComparison.Ordinal);
        Assert.Contains("usage: nvgre-gateway set offload PORT NAME STATE", run.Errors, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
    }

    [Fact]
    public async Task RunRefusesABadConfiguration()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, """{ "name": "gw1", "ports": [], "segments": [ { "name": "a", "vsid": 9, "attachments": [] } ] }""");
            Cli run = (await Cli.Run("run", "--config", path)).Ended(Cli.Usage);
            Assert.Contains("segments[0].vsid", run.Errors, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task ShowSaysThatNoGatewayRuns()
    {
        Cli run = (await Cli.Run("show", "ports", "--name", "no-such-gateway-here")).Ended(Cli.Failed);
        Assert.Contains("no-such-gateway-here", run.Errors, StringComparison.Ordinal);
    }

    private static string All(Cli run) => run.Output + run.Errors;
}
