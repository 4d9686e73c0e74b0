using System.Net;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Tables;
using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Tests.Tables;

public sealed unsafe class IdTests
{
    private static string Segments(params int[] numbers) => string.Join(',', numbers.Select(static n => $$"""
        { "name": "s{{n}}", "vsid": {{5000 + n}}, "attachments": [ { "port": "access0", "vlan": {{n}} } ], "peers": [ "198.51.100.{{n}}", "192.0.2.{{n}}" ] }
        """));

    private static Dictionary<string, uint> Ids(Bench bench) => bench.Tables.Ids.Segments.Select(static p => KeyValuePair.Create($"segment {p.Key}", p.Value))
        .Concat(bench.Tables.Ids.Attachments.Select(static p => KeyValuePair.Create($"attachment {p.Key}", p.Value)))
        .Concat(bench.Tables.Ids.Peers.Select(static p => KeyValuePair.Create($"peer {p.Key}", p.Value)))
        .Concat(bench.Tables.Ids.NextHops.Select(static p => KeyValuePair.Create($"hop {p.Key}", p.Value)))
        .ToDictionary();

    [Fact]
    public void IdsOfWhatStaysStay()
    {
        using var bench = new Bench(Segments(11, 12, 13));
        Dictionary<string, uint> before = Ids(bench);
        bench.Apply(Bench.Parse(Segments(14, 13, 11)));
        Dictionary<string, uint> after = Ids(bench);
        string[] kept = [.. before.Keys.Where(after.ContainsKey)];
        Assert.Equal(2 + 2 + 4 + 3, kept.Length); // segments, attachments, peers, and next hops (the router is one for all)
        Assert.All(kept, name => Assert.Equal(before[name], after[name]));
        Assert.DoesNotContain(after.Where(p => !before.ContainsKey(p.Key) && p.Key.StartsWith("peer", StringComparison.Ordinal)).Select(static p => p.Value),
            id => before.Any(b => b.Key.StartsWith("peer", StringComparison.Ordinal) && b.Value == id)); // nothing is taken while there is unused
    }

    [Fact]
    public void IdsOutliveTheControlProcess()
    {
        GatewayConfiguration configuration = Bench.Parse(Segments(11, 12, 13));
        using var bench = new Bench(configuration);
        bench.Apply(Bench.Parse(Segments(12, 13, 14)));
        configuration = Bench.Parse(Segments(15, 14, 13));
        bench.Apply(configuration);
        PortTableWriter.Write(bench.Memory, configuration);
        Dictionary<string, uint> before = Ids(bench);
        uint[] places = [.. new[] { 13, 14, 15 }.Select(v => bench.AttachmentPlace(v))];
        bench.RestartControl(configuration);
        Assert.Equal(before.OrderBy(static p => p.Key, StringComparer.Ordinal), Ids(bench).OrderBy(static p => p.Key, StringComparer.Ordinal));
        Assert.Equal(places, new[] { 13, 14, 15 }.Select(v => bench.AttachmentPlace(v)));
        Assert.Equal(4ul, bench.Tables.Generation); // the new process published the same again
    }

    [Fact]
    public void GenerationOfARemovedPlaceOutlivesTheControlProcess()
    {
        GatewayConfiguration two = Bench.Parse(Segments(11, 12)), one = Bench.Parse(Segments(11));
        using var bench = new Bench(two);
        PortTableWriter.Write(bench.Memory, two);
        uint place = bench.AttachmentPlace(12);
        bench.Apply(one);
        AttachmentEntry gone = bench.Snapshot.Attachments[new Place(place).Id];
        Assert.Equal(0u, gone.Segment);
        Assert.Equal(0u, new Place(gone.Place).Id); // no FDB entry leads there
        bench.RestartControl(one);
        bench.Apply(two);
        Assert.NotEqual(place, bench.AttachmentPlace(12));
    }

    [Fact]
    public void VlanThatGoesToAnotherSegmentIsAnotherAttachment()
    {
        using var bench = new Bench(Segments(11, 12));
        uint before = bench.Tables.Ids.AttachmentOf("access0", 11);
        bench.Apply(Bench.Parse(Segments(11, 12).Replace("\"vlan\": 11", "\"vlan\": 99").Replace("\"vlan\": 12", "\"vlan\": 11")));
        uint after = bench.Tables.Ids.AttachmentOf("access0", 11);
        Assert.NotEqual(before, after);
        Assert.Equal(bench.Segment(5012), bench.Snapshot.Attachments[after].Segment);
        Assert.True(bench.Tables.Ids.TryGetAttachment(after, out AttachmentKey key));
        Assert.Equal(new AttachmentKey("access0", 11, 0, 5012), key);
    }

    [Fact]
    public void IdsAreUsedAnewOnlyWhenNothingUsesThem()
    {
        ExchangeLimits limits = GatewayTables.LimitsFor(Bench.Parse(Segments(11)));
        limits.Segments = 4; // ids 1 to 3
        using var bench = new Bench(Bench.Parse(Segments(11, 12)), limits);
        uint eleven = bench.Segment(5011);
        bench.Learn(1, bench.AttachmentPlace(11), 5011);
        bench.Apply(Bench.Parse(Segments(12, 13)));
        Assert.Equal(3u, bench.Segment(5013));

        // A worker that has not begun a new loop may still use what was removed.
        bench.Memory.Statistics(0)->Polls++;
        bench.Memory.Phase = DataPhase.Forwarding;
        Assert.Throws<TablesException>(() => bench.Apply(Bench.Parse(Segments(12, 13, 14))));
        Assert.Equal(0, bench.Fdb.Count);
        Assert.Equal(0u, bench.Segment(5014));
        bench.Memory.Phase = DataPhase.Starting;
        bench.Tables.Tick(bench.Now);
        bench.Apply(Bench.Parse(Segments(12, 13, 14)));
        Assert.Equal(eleven, bench.Segment(5014));
        TablesException e = Assert.Throws<TablesException>(() => bench.Apply(Bench.Parse(Segments(11, 12, 13, 14))));
        Assert.Contains("4 segments", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NextHopsBeginIdleAndKeepWhatWasResolved()
    {
        using var bench = new Bench(Segments(11));
        uint direct = bench.Tables.Ids.NextHopOf(1, IPAddress.Parse("192.0.2.11")), router = bench.Tables.Ids.NextHopOf(1, IPAddress.Parse("192.0.2.254"));
        NextHopSlot* slot = bench.Memory.NextHops + direct;
        Assert.Equal(NextHopState.Idle, slot->State);
        Assert.Equal((1, 4, 0), (slot->Port, slot->Family, slot->Static));
        Assert.Equal(NextHopState.Resolved, bench.Memory.NextHops[router].State);
        Assert.Equal(1, bench.Memory.NextHops[router].Static);
        slot->Word = NextHopSlot.Pack(0x112233445566 & ~1ul, NextHopState.Resolved);
        slot->ConfirmedAt = 77;
        bench.Apply(Bench.Parse(Segments(11, 12)));
        Assert.Equal(NextHopState.Resolved, slot->State);
        Assert.Equal(77ul, slot->ConfirmedAt);

        // Gone: held packets are let go. Back: resolution begins anew.
        bench.Apply(Bench.Parse(Segments(12)));
        Assert.Equal((NextHopState.Failed, 0), (slot->State, slot->Family));
        bench.Apply(Bench.Parse(Segments(11, 12)));
        Assert.Equal(direct, bench.Tables.Ids.NextHopOf(1, IPAddress.Parse("192.0.2.11")));
        Assert.Equal((NextHopState.Idle, 4), (slot->State, slot->Family));

        // A static neighbour that is taken away has to be asked for.
        bench.Apply(Bench.Parse(Segments(11, 12), underlay: Bench.Underlay.Replace("192.0.2.254\", \"mac", "192.0.2.200\", \"mac")));
        Assert.Equal((NextHopState.Idle, 0), (bench.Memory.NextHops[router].State, bench.Memory.NextHops[router].Static));
        Assert.Equal(NextHopState.Failed, bench.Memory.NextHops[0].State);
    }

    [Fact]
    public void PortTableIsWrittenOnceForOneConfiguration()
    {
        GatewayConfiguration configuration = Bench.Parse(Segments(11), "\"workers\": { \"cores\": [2, 3], \"idle\": \"sleep\", \"burst\": 16 }, \"memory\": { \"hugepages\": \"off\", \"megabytes\": 128 }");
        using var bench = new Bench(configuration);
        Assert.True(PortTableWriter.Write(bench.Memory, configuration));
        Assert.False(PortTableWriter.Write(bench.Memory, configuration));
        DataSettings s = *bench.Memory.Settings;
        Assert.Equal((1ul, 2u, 2u, 16u, 1u, 1u, 128u), (s.Generation, s.PortCount, s.WorkerCount, s.Burst, s.IdleSleep, s.NoHugepages, s.Megabytes));
        Assert.Equal((2, 3), (s.Cores[0], s.Cores[1]));
        PortTableEntry* port = bench.Memory.PortTable + 1;
        Assert.Equal("underlay0", GatewayMemory.Text(port->Name, 64));
        Assert.Equal("u", GatewayMemory.Text(port->Device, 384));
        Assert.Equal((0x0102_0000_0002ul, (ushort)1600, (ushort)2, (ushort)1), (port->Mac, port->Mtu, port->Queues, port->Underlay));

        GatewayConfiguration more = Bench.Parse(Segments(11, 12), "\"workers\": { \"cores\": [2, 3], \"idle\": \"sleep\", \"burst\": 16 }, \"memory\": { \"hugepages\": \"off\", \"megabytes\": 128 }");
        Assert.False(PortTableWriter.NeedsRestart(configuration, more));
        Assert.True(PortTableWriter.NeedsRestart(configuration, Bench.Parse(Segments(11))));
        Assert.True(PortTableWriter.NeedsRestart(more, more with { Ports = [more.Ports[1], more.Ports[0]] }));
    }
}
