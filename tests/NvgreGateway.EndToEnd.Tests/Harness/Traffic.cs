using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>Ping and iperf3 between hosts.</summary>
internal static partial class Traffic
{
    /// <summary>How many of <paramref name="count"/> echo requests were answered.</summary>
    public static int Ping(string fromNamespace, string address, int count = 5, double interval = 0.2, string options = "")
    {
        CommandResult result = Shell.Try(string.Create(CultureInfo.InvariantCulture,
            $"ip netns exec {fromNamespace} ping -c {count} -i {interval} -W 1 {options} {address}"), 20 + (int)(count * (interval + 1)));
        Match match = Received().Match(result.Output);
        Assert.True(match.Success, result.Output);
        return int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>Fails the test where an echo request stays without an answer; a first one may wait for tables to fill.</summary>
    public static void MustPing(string fromNamespace, string address, string options = "", int count = 5, double interval = 0.2)
    {
        Assert.True(Shell.Eventually(() => Ping(fromNamespace, address, 1, options: options) == 1, 30), $"no answer from {address}");
        long before = Answers(fromNamespace);
        int received = Ping(fromNamespace, address, count, interval, options);
        // ping waits for the last answer no longer than for its next turn, a fifth of a second here; the kernel counts what comes later too.
        Assert.True(
            received == count || Shell.Eventually(() => Answers(fromNamespace) - before >= count, 15), $"{received} answers in time from {address}, {Answers(fromNamespace) - before} of {count} at all");
    }

    // Echo replies that a namespace ever got: of Icmp in /proc/net/snmp the tenth number, and Icmp6InEchoReplies.
    public static long Answers(string networkNamespace)
    {
        string counters = Shell.Try($"ip netns exec {networkNamespace} cat /proc/net/snmp /proc/net/snmp6").Output;
        return counters.Split('\n').Select(static l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Sum(static f => f is ["Icmp:", ..] && char.IsDigit(f[1][0]) ? Number(f[10]) : f is ["Icmp6InEchoReplies", _] ? Number(f[1]) : 0);

        static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
    }

    /// <summary>Fails the test where an echo request is answered.</summary>
    public static void MustNotPing(string fromNamespace, string address, string options = "")
    {
        Assert.Equal(0, Ping(fromNamespace, address, 2, options: options));
        // The kernel would go on asking for the neighbour for a while.
        Shell.Run($"ip -n {fromNamespace} neigh flush all nud all");
    }

    /// <summary>TCP by iperf3 for two seconds; the bit rate that arrived. <paramref name="reverse"/>: the server sends.</summary>
    public static double Tcp(Lab lab, string serverNamespace, string clientNamespace, string serverAddress, bool reverse, int port)
    {
        using BackgroundProcess server = new(lab.LogFile("iperf3-server"), "ip", "netns", "exec", serverNamespace,
            "iperf3", "-s", "-1", "--forceflush", "-p", port.ToString(CultureInfo.InvariantCulture));
        server.WaitFor("Server listening", 30);
        CommandResult result = Shell.Try($"timeout 35 ip netns exec {clientNamespace} iperf3 -c {serverAddress} -p {port} -t 2 -J --connect-timeout 15000{(reverse ? " -R" : "")}", 50);
        Assert.True(result.ExitCode == 0, result.Output);
        using JsonDocument json = JsonDocument.Parse(result.Output);
        double rate = json.RootElement.GetProperty("end").GetProperty("sum_received").GetProperty("bits_per_second").GetDouble();
        File.AppendAllText(lab.LogFile("iperf3"), string.Create(CultureInfo.InvariantCulture, $"{serverNamespace} {(reverse ? "->" : "<-")} {clientNamespace}: {rate / 1e6:f1} Mbit/s\n"));
        return rate;
    }

    [GeneratedRegex(@"(\d+) received")]
    private static partial Regex Received();
}
