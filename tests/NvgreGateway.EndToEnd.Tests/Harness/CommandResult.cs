namespace NvgreGateway.EndToEnd.Tests;

/// <summary>What a finished command left: its exit code and its output, both streams in the order they came.</summary>
internal sealed record CommandResult(string Command, int ExitCode, string Output)
{
    /// <summary>The result itself where the command succeeded; otherwise the test fails with the output.</summary>
    public CommandResult MustSucceed()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}: {Command}\n{Output}");
        return this;
    }
}
