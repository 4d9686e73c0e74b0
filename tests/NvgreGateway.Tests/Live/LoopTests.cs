using NvgreGateway.Control;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Tables;
using NvgreGateway.Dataplane;
using NvgreGateway.Dataplane.Tests;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Tests.Live;

/// <summary>Two gateways that connect the same VLAN with the same VSID: what loops between them, and how that ends.</summary>
public sealed unsafe class LoopTests
{
    private const ulong Second = LiveRig.Second, Millisecond = LiveRig.Millisecond;

    // On VLAN 100, from a host to everybody.
    private const string Broadcast = "ffffffffffff020000000a018100006488b6" + "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000";

    [Fact]
    [Requirement("E-073")]
    public void ALoopIsBlockedWithinTwoSecondsAndOpenedAgainWhenItIsGone()
    {
        using var a = new Site(1, 2);
        using var b = new Site(2, 1);
        a.Plane.Announce(a.Now);
        b.Plane.Announce(b.Now);

        // No loop: probes pass B as any tenant's frame would, and nobody is blocked.
        Connect(a, b, vlans: false, 3 * Second);
        Assert.Empty(a.Plane.RaisedConditions);
        Assert.Empty(b.Plane.RaisedConditions);
        Assert.InRange(a.Probes, 5, 7);

        // The loop is made, and a broadcast goes round in it.
        a.Receive(Site.Access, Convert.FromHexString(Broadcast));
        Connect(a, b, vlans: true, 2 * Second);
        Assert.Contains(a.Plane.RaisedConditions.Concat(b.Plane.RaisedConditions), static c => c is { Name: "loop_detected", Subject: "blue" });
        Assert.True(a.Drops(DropReason.SegmentDown) + b.Drops(DropReason.SegmentDown) > 0, "nothing was stopped");
        Assert.True(b.Turns > 0, "nothing went round before");

        // Nothing goes round any more. Should both have seen the loop at once, one of them forwards again after a while.
        ulong turns = a.Turns + b.Turns;
        Connect(a, b, vlans: true, 20 * Second);
        Assert.Equal(turns, a.Turns + b.Turns);
        Condition condition = Assert.Single(a.Plane.RaisedConditions.Concat(b.Plane.RaisedConditions));
        Assert.Contains("on access0 VLAN 100 comes back from", condition.Text, StringComparison.Ordinal);

        // With one cable less both forward again.
        Site blocked = a.Plane.RaisedConditions.Count > 0 ? a : b;
        Connect(a, b, vlans: false, 15 * Second);
        Assert.Empty(blocked.Plane.RaisedConditions);
        ulong down = blocked.Drops(DropReason.SegmentDown);
        blocked.Receive(Site.Access, Convert.FromHexString(Broadcast));
        Connect(a, b, vlans: false, Second);
        Assert.Equal(down, blocked.Drops(DropReason.SegmentDown));
    }

    [Fact]
    [Requirement("E-073")]
    public void AReloadKeepsTheBlockAndTakingTheSettingAwayEndsIt()
    {
        using var a = new Site(1, 2);
        using var b = new Site(2, 1, loopDetection: false);
        a.Plane.Announce(a.Now);
        Connect(a, b, vlans: true, 2 * Second);
        Assert.Single(a.Plane.RaisedConditions);
        Assert.Equal(SegmentFlags.None, Flags(a) & SegmentFlags.Up);
        GatewayConfiguration configuration = a.Plane.Configuration;
        SegmentConfiguration blue = configuration.Segments[0];
        a.Reload(configuration with { Segments = [blue with { MssClamp = false }] });
        Assert.Equal(SegmentFlags.None, Flags(a) & (SegmentFlags.Up | SegmentFlags.MssClamp));
        a.Reload(configuration with { Segments = [blue with { LoopDetection = false }] });
        Assert.Equal(SegmentFlags.Up, Flags(a) & SegmentFlags.Up);
        Assert.Empty(a.Plane.RaisedConditions);
    }

    [Fact]
    [Requirement("E-073")]
    public void AProbeThatATenantMadeOrKeptBlocksNothing()
    {
        using var a = new Site(1, 2);
        using var b = new Site(2, 1, loopDetection: false);
        a.Plane.Announce(a.Now);
        a.Run(Second, []);
        byte[] probe = a.Left.Last(static f => f.Port == Site.Access).Bytes;
        Assert.Equal("034e564752450200000001018100006488b54e564c01", Convert.ToHexStringLower(probe.AsSpan(0, 22)));
        a.Left.Clear();

        byte[] forged = [.. probe];
        forged[33] ^= 1; // VSID, in what is signed
        a.Receive(Site.Access, forged);
        forged = [.. probe];
        forged[^20] ^= 1;
        a.Receive(Site.Access, forged);
        a.Run(3 * Second, []);
        a.Receive(Site.Access, probe); // true once, but old
        a.Run(Second, []);
        Assert.Empty(a.Plane.RaisedConditions);
        Assert.Equal(3ul, a.Drops(DropReason.InnerSelfMac));

        // The true one, at once.
        a.Receive(Site.Access, a.Left.Last(static f => f.Port == Site.Access).Bytes);
        a.Run(Millisecond, []);
        Assert.Single(a.Plane.RaisedConditions);
    }

    [Fact]
    public void WithoutTheSettingNoProbeIsSent()
    {
        using var a = new Site(1, 2, loopDetection: false);
        a.Plane.Announce(a.Now);
        a.Run(3 * Second, []);
        Assert.DoesNotContain(a.Left, static f => f.Port == Site.Access);
    }

    private static SegmentFlags Flags(Site site) => site.Memory.Current.Segments[site.Plane.Tables.Ids.SegmentOf(5001)].Flags;

    // The VLAN side is one switch for both, or two that nobody connects; the PA side is always one.
    private static void Connect(Site a, Site b, bool vlans, ulong nanoseconds)
    {
        for (ulong end = a.Now + nanoseconds; a.Now < end;)
        {
            List<Sent> fromA = [.. a.Left], fromB = [.. b.Left];
            a.Left.Clear();
            b.Left.Clear();
            a.Run(5 * Millisecond, fromB.Where(f => f.Port == Site.Underlay || vlans));
            b.Run(5 * Millisecond, fromA.Where(f => f.Port == Site.Underlay || vlans));
        }
    }

    private sealed class Site(int number, int peer, bool loopDetection = true) : LiveRig(Configuration(number, peer, loopDetection), 2048)
    {
        public const int Access = 0, Underlay = 1;
        private int _read;

        /// <summary>What left and nobody has taken yet.</summary>
        public List<Sent> Left { get; } = [];

        public int Probes { get; private set; }

        /// <summary>How often a tenant's broadcast left on the VLAN.</summary>
        public ulong Turns { get; private set; }

        public ulong Drops(DropReason reason) => Statistics->Drops[(int)reason] + Memory.Header->ControlDrops[(int)reason];

        public void Run(ulong nanoseconds, IEnumerable<Sent> frames)
        {
            foreach (Sent frame in frames)
            {
                Receive(frame.Port, frame.Bytes);
            }

            for (ulong end = Now + nanoseconds; Now < end;)
            {
                Now += Math.Min(nanoseconds, Millisecond);
                PollToTheEnd();

                Plane.Collect();
                Plane.Process(Now);
                PollToTheEnd();
            }

            foreach (Sent sent in Device.Outputs.Skip(_read))
            {
                Left.Add(sent);
                if (sent.Port == Access)
                {
                    bool isProbe = sent.Bytes.AsSpan(6, 6).SequenceEqual(Plane.Configuration.Ports[0].Mac is { } own ? Bytes(own) : []) && sent.Bytes[16] == 0x88;
                    Probes += isProbe ? 1 : 0;
                    Turns += sent.Bytes[0] == 0xFF ? 1ul : 0;
                }
            }

            _read = Device.Outputs.Count;
        }

        public void Reload(GatewayConfiguration next)
        {
            Worker.Poll();
            var apply = Task.Run(() => Plane.Apply(next, Now));
            while (!apply.IsCompleted)
            {
                Worker.Poll();
            }

            Assert.Equal((true, true), (apply.Result.Accepted, apply.Result.Changed));
            Worker.Poll();
        }

        private protected override void Check()
        {
            Run(Millisecond, []);
            WorkerStatistics* s = Statistics;
            ulong refused = 0;
            for (int i = 0; i < 128; i++)
            {
                refused += Memory.Header->ControlDrops[i];
            }

            Assert.Equal(s->Received, s->Transmitted + s->Consumed + Dropped()); // what control refused is still among the consumed here
            Assert.True(refused <= s->Consumed);
            Assert.Equal(Given, s->Received);
        }

        private static GatewayConfiguration Configuration(int number, int peer, bool loopDetection)
        {
            return Parse($$"""
                { "name": "loop{{number}}", "announce": { "repeats": 0, "intervalSeconds": 0 },
                  "ports": [
                    { "name": "access0", "role": "access", "device": "net_null0", "mac": "02:00:00:00:01:0{{number}}" },
                    { "name": "underlay0", "role": "underlay", "device": "net_null1", "mac": "02:00:00:00:02:0{{number}}", "mtu": 1600, "addresses": ["192.0.2.{{number}}/24"],
                      "neighbors": [ { "address": "192.0.2.{{peer}}", "mac": "02:00:00:00:02:0{{peer}}" } ] } ],
                  "segments": [
                    { "name": "blue", "vsid": 5001, "loopDetection": {{(loopDetection ? "true" : "false")}}, "attachments": [ { "port": "access0", "vlan": 100 } ], "peers": [ "192.0.2.{{peer}}" ] } ] }
                """);
        }

        private static byte[] Bytes(MacAddress mac)
        {
            byte[] bytes = new byte[6];
            mac.CopyTo(bytes);
            return bytes;
        }
    }
}
