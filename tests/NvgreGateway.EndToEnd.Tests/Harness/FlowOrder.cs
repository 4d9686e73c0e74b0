using System.Globalization;
using System.Text.Json;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>Many UDP flows with a number in each packet, from one namespace to another, and what arrived of them in which order.</summary>
internal static class FlowOrder
{
    public const int Flows = 64;
    public const int Each = 150;

    private const string Receiver = """
        import json, socket, struct, sys, time
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)  # SO_RCVBUFFORCE
        s.bind(("", int(sys.argv[1])))
        print("listening", flush=True)
        wanted, last, got, late, begun = int(sys.argv[2]), {}, 0, 0, False
        s.settimeout(30)
        try:
            while got < wanted:
                data, peer = s.recvfrom(2048)
                s.settimeout(5)
                n = struct.unpack("!I", data[:4])[0]
                late += n <= last.get(peer, -1)
                last[peer] = n
                got += 1
        except socket.timeout:
            pass
        print(json.dumps({"received": got, "late": late, "flows": len(last)}), flush=True)
        """;

    // On one core: the kernel would deliver what one process sends from two in any order.
    private const string Sender = """
        import os, socket, struct, sys, time
        os.sched_setaffinity(0, {0})
        flows = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(int(sys.argv[3]))]
        for i, s in enumerate(flows):
            s.bind(("", 20000 + i))
        for n in range(int(sys.argv[4])):
            for s in flows:
                s.sendto(struct.pack("!I", n) + b"x" * 60, (sys.argv[1], int(sys.argv[2])))
            time.sleep(0.01)
        """;

    /// <summary>
    /// Sends, receives, and fails the test where a packet came behind a later one of its flow, or many are missing: a machine that stands
    /// still for a while loses some at the rings of packet sockets, and is given another two attempts.
    /// </summary>
    public static void MustHold(Lab lab, string fromNamespace, string toNamespace, string address, int port)
    {
        string last = "";
        Assert.True(Enumerable.Range(0, 3).Any(_ => Holds(lab, fromNamespace, toNamespace, address, port, out last)), last);
    }

    private static bool Holds(Lab lab, string fromNamespace, string toNamespace, string address, int port, out string line)
    {
        string receiver = Path.Combine(lab.Folder, "receiver.py"), sender = Path.Combine(lab.Folder, "sender.py");
        File.WriteAllText(receiver, Receiver);
        File.WriteAllText(sender, Sender);
        string text(int n) => n.ToString(CultureInfo.InvariantCulture);
        using BackgroundProcess listener = new(
            lab.LogFile(string.Create(CultureInfo.InvariantCulture, $"receiver-{port}")), "ip", "netns", "exec", toNamespace, "/usr/bin/python3", receiver, text(port), text(Flows * Each));
        listener.WaitFor("listening", 30);
        CommandResult sent = Shell.Try($"ip netns exec {fromNamespace} /usr/bin/python3 {sender} {address} {text(port)} {text(Flows)} {text(Each)}", 60);
        Assert.True(sent.ExitCode == 0, sent.Output);
        listener.WaitFor("received", 40);
        line = listener.Output.Split('\n').First(static l => l.StartsWith('{'));
        using JsonDocument json = JsonDocument.Parse(line);
        Assert.True(json.RootElement.GetProperty("late").GetInt32() == 0, line);
        return json.RootElement.GetProperty("flows").GetInt32() == Flows && json.RootElement.GetProperty("received").GetInt32() >= Flows * Each * 9 / 10;
    }
}
