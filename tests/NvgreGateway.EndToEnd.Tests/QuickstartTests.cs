namespace NvgreGateway.EndToEnd.Tests;

/// <summary>What a new user runs first.</summary>
public class QuickstartTests
{
    [Fact]
    public void Quick_start_succeeds_and_leaves_nothing_behind()
    {
        using Lab lab = new();
        IReadOnlyList<string> before = Traces();
        // The packages are there and the build is the one under test, which must not change while tests run.
        CommandResult run = Shell.Try($"{Machine.Root}/scripts/quickstart.sh --no-install --no-build --seconds 1", 300);
        File.WriteAllText(lab.LogFile("quickstart"), run.Output);

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("5 received, 0% packet loss", run.Output, StringComparison.Ordinal);
        Assert.Contains("= VSID 5001, FlowID 0x", run.Output, StringComparison.Ordinal);
        Assert.Contains("QUICK START: SUCCESS", run.Output, StringComparison.Ordinal);
        Assert.Empty(Traces().Except(before));
    }

    private static IReadOnlyList<string> Traces() => Shell.Run("""
        ip -o link | awk '{print $2}' | grep qs- ; ip netns | grep qs- ; ls -d /tmp/nvgre-quickstart.* 2>/dev/null
        ls /run/nvgre-gateway /dev/shm/nvgre-gateway 2>/dev/null | grep quickstart
        for p in /proc/[0-9]*; do { tr '\0' ' ' < $p/cmdline | grep -q -- '[r]un --config /tmp/nvgre-quickstart' && echo "process ${p#/proc/}"; } 2>/dev/null; done
        true
        """).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
