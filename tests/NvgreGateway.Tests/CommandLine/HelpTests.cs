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
    public async Task RefusesBadUsage(params string[] arguments)
    {
        Cli run = (await Cli.Run(arguments)).Ended(Cli.Usage);
        Assert.NotEmpty(run.Errors);
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
