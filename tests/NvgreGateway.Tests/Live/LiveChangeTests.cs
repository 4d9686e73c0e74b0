using System.Diagnostics;
using System.Globalization;
using NvgreGateway.Control;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Tables;
using NvgreGateway.Dataplane;
using NvgreGateway.Exchange;

namespace NvgreGateway.Tests.Live;

/// <summary>A worker under load on one thread, control changing everything around one segment on another.</summary>
public sealed unsafe class LiveChangeTests
{
    private const int Changes = 10_000;
    private const int Variants = 6;
    private const ulong Enough = 100_000; // numbered frames each way

    [Fact]
    [Requirement("F-001")]
    public void TenThousandRandomChangesCostAnUntouchedSegmentNoFrameAndNoOrder()
    {
        SegmentConfiguration[][] variants = [.. Enumerable.Range(0, LoadDevice.Slots).Select(slot => Enumerable.Range(0, Variants).Select(v => Variant(slot, v)).ToArray())];
        GatewayConfiguration alone = Parse("");
        SegmentConfiguration steady = alone.Segments[0];
        GatewayConfiguration all = alone with { Segments = [steady, .. variants.Select(static v => v[Variants - 1])] };
        using GatewayMemory memory = GatewayMemory.CreatePrivate(GatewayTables.LimitsFor(all));
        PortTableWriter.Write(memory, alone);
        var plane = new ControlPlane(memory, all, new NoLog(), new ControlOptions());
        plane.Start(Now());

        using var device = new LoadDevice();
        using var group = new WorkerGroup(1, [1, 1, 1]);
        var worker = new Worker<SyntheticPorts>(memory, 0, 3, 32, new SyntheticPorts(device), group);
        bool stop = false;
        Exception? fault = null;
        var thread = new Thread(() =>
        {
            try
            {
                while (!Volatile.Read(ref stop))
                {
                    worker.Poll();
                }
            }
            catch (Exception e)
            {
                fault = e; // told by the test's own thread
            }
        });
        thread.Start();
        memory.Phase = DataPhase.Forwarding; // from now on there is a worker to wait for
        var random = new Random(1);
        try
        {
            var now = new SegmentConfiguration?[LoadDevice.Slots];
            int applied = 0, published = 0;
            // A machine that gives the worker little time meanwhile is given some more changes.
            while ((applied < Changes || (applied < 4 * Changes && (device.Numbered(0).In < Enough || device.Numbered(1).In < Enough))) && fault is null && device.Wrong is null)
            {
                int slot = random.Next(LoadDevice.Slots), v = random.Next(Variants + 1);
                now[slot] = v == Variants ? null : variants[slot][v];
                IEnumerable<SegmentConfiguration> others = now.Where(static s => s is not null)!;
                // The order of segments in the file is no matter either.
                GatewayConfiguration next = alone with { Segments = random.Next(2) == 0 ? [steady, .. others] : [.. others, steady] };
                ReloadResult result = plane.Apply(next, Now());
                Assert.True(result.Accepted, string.Join('\n', result.Problems));
                published += result.Changed ? 1 : 0;
                applied++;
                plane.Collect();
                plane.Process(Now());
                if (random.Next(8) == 0 && plane.Tables.Ids.SegmentOf(LoadDevice.FirstVsid + (slot * 2)) is var id and not 0)
                {
                    plane.Tables.Fdb.FlushSegment(id);
                }
            }

            Assert.InRange(applied, Changes, 4 * Changes);
            Assert.InRange(published, applied / 2, applied);
        }
        finally
        {
            device.Quiet = true;
            // What the worker has it sends in its next loops.
            ulong polls = Volatile.Read(ref memory.Statistics(0)->Polls);
            SpinWait.SpinUntil(() => Volatile.Read(ref memory.Statistics(0)->Polls) >= polls + 100 || fault is not null, TimeSpan.FromSeconds(60));
            Volatile.Write(ref stop, true);
            thread.Join();
        }

        Assert.Null(fault);
        Assert.Null(device.Wrong);
        for (int direction = 0; direction < 2; direction++)
        {
            (ulong sent, ulong came) = device.Numbered(direction);
            Assert.InRange(sent, Enough, ulong.MaxValue);
            Assert.Equal(sent, came);
        }

        // The others were really served meanwhile, refused under their names, and every frame and buffer is accounted for.
        WorkerStatistics* s = memory.Statistics(0);
        ulong dropped = 0;
        for (int r = 0; r < 128; r++)
        {
            dropped += s->Drops[r];
        }

        Assert.InRange(device.Others, 10_000ul, ulong.MaxValue);
        Assert.NotEqual(0ul, s->Drops[(int)DropReason.VlanUnknown]);
        Assert.NotEqual(0ul, s->Drops[(int)DropReason.VsidUnknown]);
        Assert.NotEqual(0ul, s->Drops[(int)DropReason.PeerUnknown]);
        Assert.Equal(device.Received, s->Received);
        Assert.Equal(s->Received, s->Transmitted + s->Consumed + s->Held + dropped);
        Assert.Equal(0ul, s->Held);
        Assert.Equal(0, device.InUse);
        worker.Release();
    }

    private static ulong Now() => (ulong)(Stopwatch.GetTimestamp() * (1_000_000_000.0 / Stopwatch.Frequency));

    // The same VSID and VLAN in every variant of a slot, or another: peers, attachments, learning, flooding and records differ.
    private static SegmentConfiguration Variant(int slot, int v)
    {
        int vsid = LoadDevice.FirstVsid + (slot * 2) + (v % 2), vlan = LoadDevice.FirstVlan + (slot * 2) + (v / 2 % 2);
        string peers = string.Join(", ", Enumerable.Range(2, 1 + v).Select(p => $"{{ \"address\": \"192.0.2.{p}\", \"flowId\": \"{(v % 2 == 0 ? "hash" : "zero")}\" }}"));
        string attachments = $"{{ \"port\": \"access0\", \"vlan\": {vlan} }}" + (v >= 3 ? $", {{ \"port\": \"access1\", \"vlan\": {vlan} }}" : "");
        string records = v % 3 == 0 ? "{ \"mac\": \"02:00:00:00:0b:01\", \"pa\": \"192.0.2.2\" }" : "";
        return Parse(string.Create(CultureInfo.InvariantCulture, $$"""
            , { "name": "s{{slot}}", "vsid": {{vsid}}, "attachments": [ {{attachments}} ], "peers": [ {{peers}} ],
                "learning": {{(v == 4 ? "false" : "true")}}, "unknownUnicast": "{{(v == 5 ? "drop" : "flood")}}", "records": [ {{records}} ] }
            """)).Segments[1];
    }

    private static GatewayConfiguration Parse(string more)
    {
        string neighbors = string.Join(", ", Enumerable.Range(2, 8).Select(static p => $"{{ \"address\": \"192.0.2.{p}\", \"mac\": \"02:00:00:00:02:fe\" }}"));
        return LiveRig.Parse($$"""
            { "name": "live",
              "ports": [
                { "name": "access0", "role": "access", "device": "net_null0", "mac": "02:00:00:00:01:01" },
                { "name": "underlay0", "role": "underlay", "device": "net_null1", "mac": "02:00:00:00:02:01", "mtu": 1600,
                  "addresses": ["192.0.2.1/24"], "neighbors": [ {{neighbors}} ] },
                { "name": "access1", "role": "access", "device": "net_null2", "mac": "02:00:00:00:01:02" } ],
              "segments": [
                { "name": "steady", "vsid": {{LoadDevice.SteadyVsid}}, "attachments": [ { "port": "access0", "vlan": {{LoadDevice.SteadyVlan}} } ], "peers": [ "192.0.2.2" ] }{{more}} ] }
            """);
    }
}
