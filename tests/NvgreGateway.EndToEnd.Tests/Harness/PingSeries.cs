using System.Globalization;
using System.Text.RegularExpressions;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>Echo requests at a steady pace, while something happens to the gateway between the two hosts.</summary>
internal sealed partial class PingSeries : IDisposable
{
    private readonly BackgroundProcess _ping;
    private readonly string _namespace;
    private readonly long _before;
    private readonly bool _endless;

    /// <param name="lab">The lab that keeps its log.</param>
    /// <param name="fromNamespace">Where the requests come from; nobody else there asks at the time.</param>
    /// <param name="address">Whom they are for.</param>
    /// <param name="interval">Seconds between two.</param>
    /// <param name="count">How many; 0 for as many as there are until <see cref="End"/>.</param>
    public PingSeries(Lab lab, string fromNamespace, string address, double interval, int count = 0)
    {
        _namespace = fromNamespace;
        _endless = count == 0;
        _before = Traffic.Answers(fromNamespace);
        string text(double n) => n.ToString(CultureInfo.InvariantCulture);
        string[] limit = _endless ? [] : ["-c", text(count)];
        _ping = new BackgroundProcess(lab.LogFile("ping"), ["ip", "netns", "exec", fromNamespace, "ping", "-i", text(interval), .. limit, "-W", "1", address]);
    }

    /// <summary>Waits until so many answers came; what is done then is done in the midst of the series.</summary>
    public void Reach(int answers) =>
        Assert.True(Shell.Eventually(() => Answer().Count(_ping.Output) >= answers, 30, 20) && !_ping.HasExited, $"not in the midst of the series\n{_ping.Output}");

    /// <summary>Waits for the end, or brings it about; how many requests stayed without an answer.</summary>
    public int End()
    {
        if (_endless)
        {
            _ping.Signal(2);
        }

        _ping.WaitForExit(60);
        Match sums = Sums().Match(_ping.Output);
        Assert.True(sums.Success, _ping.Output);
        int sent = int.Parse(sums.Groups[1].Value, CultureInfo.InvariantCulture), answered = int.Parse(sums.Groups[2].Value, CultureInfo.InvariantCulture);
        // ping waits for the last answer no longer than others took; the kernel counts what comes later too.
        Shell.Eventually(() => answered == sent || (answered = (int)(Traffic.Answers(_namespace) - _before)) >= sent, 2);
        return sent - answered;
    }

    public void Dispose() => _ping.Dispose();

    [GeneratedRegex(@"(\d+) packets transmitted, (\d+) received")]
    private static partial Regex Sums();

    [GeneratedRegex("icmp_seq=")]
    private static partial Regex Answer();
}
