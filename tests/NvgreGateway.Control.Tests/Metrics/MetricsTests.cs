using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.RegularExpressions;
using NvgreGateway.Control.Metrics;
using NvgreGateway.Control.Tests.Loop;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Control.Tests.Metrics;

/// <summary>The metrics as an exporter sees them.</summary>
public sealed partial class MetricsTests
{
    [Fact]
    [Requirement("F-024")]
    public unsafe void PromtoolAcceptsThemAndEveryReasonIsThere()
    {
        using var f = new HostFixture();
        using var data = new FakeDataProcess(f.Memory, 2);
        f.StartHost();
        f.WaitUntilReady();
        f.Memory.SegmentDrops(0)[128 + (int)DropReason.VlanUnknown] = 1; // optional families have a sample too
        f.Memory.PeerDrops(0)[128 + (int)DropReason.EcnNotectCe] = 1;
        string text = f.Get("/metrics").Body;

        using var promtool = Process.Start(new ProcessStartInfo("promtool", ["check", "metrics"]) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true })!;
        promtool.StandardInput.Write(text);
        promtool.StandardInput.Close();
        string said = promtool.StandardOutput.ReadToEnd() + promtool.StandardError.ReadToEnd();
        promtool.WaitForExit();
        Assert.True(promtool.ExitCode == 0 && said.Trim().Length == 0, said);

        for (DropReason reason = DropReason.None + 1; reason < DropReason.Count; reason++)
        {
            Assert.Equal(0, Value(text, $"nvgre_gateway_drops_total{{reason=\"{CounterNames.Of(reason)[5..]}\"}}"));
        }

        // Every sample belongs to a family with help and type, and no family stands twice.
        string[] families = [.. text.Split('\n').Where(static l => l.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(static l => l.Split(' ')[2])];
        Assert.Equal(families.Distinct(), families);
        Assert.All(Sample().Matches(text), m => Assert.Contains(m.Groups[1].Value, families));
    }

    [Fact]
    [Requirement("F-021")]
    public unsafe void WhatIsCountedBackIsNotSeenToFall()
    {
        using var f = new HostFixture();
        using var data = new FakeDataProcess(f.Memory, 2);
        f.StartHost();
        f.WaitUntilReady();
        ulong* peer = f.Memory.Peers(0)[1].TxUnicast, attachment = f.Memory.Attachments(0)[1].TxUnicast;
        string[] names =
        [
            "nvgre_gateway_peer_transmit_packets_total{segment=\"blue\",vsid=\"5001\",peer=\"192.0.2.2\",cast=\"unicast\"}",
            "nvgre_gateway_segment_nvgre_transmit_packets_total{segment=\"blue\",vsid=\"5001\",cast=\"unicast\"}",
            "nvgre_gateway_attachment_transmit_packets_total{segment=\"blue\",vsid=\"5001\",port=\"access0\",vlan=\"100\",cast=\"unicast\"}",
            "nvgre_gateway_segment_vlan_transmit_packets_total{segment=\"blue\",vsid=\"5001\",cast=\"unicast\"}",
        ];

        // Thirty are queued, twelve of them are not taken, then others follow.
        foreach ((ulong counted, long told) in new (ulong, long)[] { (100ul, 100L), (130, 130), (118, 130), (125, 130), (131, 131), (130, 131), (140, 140) })
        {
            Volatile.Write(ref *peer, counted);
            Volatile.Write(ref *attachment, counted);
            string text = f.Get("/metrics").Body;
            Assert.All(names, name => Assert.Equal(told, Value(text, name)));
        }

        // A peer that goes and comes back has what it had; its series is not held over the time without it.
        using NvgreGateway.Control.Api.ControlClient client = f.Client();
        f.WriteConfiguration(f.Json("\"192.0.2.3\""));
        Assert.True(client.ReloadAsync().Answer().Changed);
        Assert.DoesNotContain(names[0], f.Get("/metrics").Body, StringComparison.Ordinal);
        Volatile.Write(ref *peer, 139ul);
        f.WriteConfiguration(f.Json());
        Assert.True(client.ReloadAsync().Answer().Changed);
        Assert.Equal(139, Value(f.Get("/metrics").Body, names[0]));
    }

    [Fact]
    public void SeriesAreHeldByTheirLabelsWhereverTheyStand()
    {
        var series = new RisingSeries();
        Assert.Equal([5, 7], Hold(0, ("a", 5), ("b", 7)));
        Assert.Equal([1, 7, 5], Hold(0, ("c", 1), ("b", 6), ("a", 4)));
        Assert.Equal([5], Hold(0, ("a", 3)));
        Assert.Equal([3, 5], Hold(0, ("b", 3), ("a", 2))); // the one was forgotten, the other was not
        Assert.Equal([1, 1], Hold(1, ("b", 1), ("a", 1))); // they begin anew

        long[] Hold(ulong epoch, params (string Name, long Value)[] now) =>
            [.. series.Hold([.. now.Select(static n => new Measurement<long>(n.Value, new KeyValuePair<string, object?>("name", n.Name)))], epoch).Select(static m => m.Value)];
    }

    [Fact]
    [Requirement("F-021")]
    public unsafe void TheyAreWhatTheWorkersCounted()
    {
        using var f = new HostFixture();
        using var data = new FakeDataProcess(f.Memory, 2);
        f.StartHost();
        f.WaitUntilReady();
        WorkerStatistics* s = f.Memory.Statistics(0);
        s->Received = 1000;
        s->Transmitted = 900;
        s->Consumed = 60;
        s->Drops[(int)DropReason.VlanUnknown] = 40;
        s->EmptyPolls = 77;
        s->BurstSizes[2] = 5;
        s->ReceiveCycles = 10;
        s->ProcessCycles = 20;
        s->TransmitCycles = 30;
        s->BusyCycles = 100;
        PortCounters* ports = (PortCounters*)s->Ports;
        ports[1].TxPackets = 11;
        ports[1].TxBytes = 2200;
        f.Memory.Peers(0)[1].TxUnicast[PeerCounters.Packets] = 3;
        f.Memory.Peers(0)[1].TxUnicast[PeerCounters.OuterBytes] = 333;
        f.Memory.Peers(0)[1].RxGroup[3 + PeerCounters.TenantBytes] = 444; // broadcast
        f.Memory.Attachments(0)[1].RxUnicast[0] = 8;
        f.Memory.Header->ControlDrops[(int)DropReason.CppArp] = 6;

        string text = f.Get("/metrics").Body;
        Assert.Equal(1000, Value(text, "nvgre_gateway_received_packets_total"));
        Assert.Equal(900, Value(text, "nvgre_gateway_transmitted_packets_total"));
        Assert.Equal(60, Value(text, "nvgre_gateway_punted_packets_total"));
        Assert.Equal(40, Value(text, "nvgre_gateway_drops_total{reason=\"vlan.unknown\"}"));
        Assert.Equal(6, Value(text, "nvgre_gateway_drops_total{reason=\"cpp.arp\"}"));
        Assert.Equal(77, Value(text, "nvgre_gateway_worker_empty_polls_total{worker=\"0\"}"));
        Assert.Equal(5, Value(text, "nvgre_gateway_worker_bursts_total{worker=\"0\",size=\"4-7\"}"));
        Assert.Equal(40, Value(text, "nvgre_gateway_worker_cycles_total{worker=\"0\",stage=\"other\"}"));
        Assert.Equal(11, Value(text, "nvgre_gateway_port_transmit_packets_total{port=\"underlay0\"}"));
        Assert.Equal(2200, Value(text, "nvgre_gateway_port_transmit_bytes_total{port=\"underlay0\"}"));
        const string Peer = "segment=\"blue\",vsid=\"5001\",peer=\"192.0.2.2\"";
        Assert.Equal(3, Value(text, $"nvgre_gateway_peer_transmit_packets_total{{{Peer},cast=\"unicast\"}}"));
        Assert.Equal(333, Value(text, $"nvgre_gateway_peer_transmit_outer_bytes_total{{{Peer},cast=\"unicast\"}}"));
        Assert.Equal(444, Value(text, $"nvgre_gateway_peer_receive_tenant_bytes_total{{{Peer},cast=\"broadcast\"}}"));
        Assert.Equal(3, Value(text, "nvgre_gateway_segment_nvgre_transmit_packets_total{segment=\"blue\",vsid=\"5001\",cast=\"unicast\"}"));
        Assert.Equal(8, Value(text, "nvgre_gateway_attachment_receive_packets_total{segment=\"blue\",vsid=\"5001\",port=\"access0\",vlan=\"100\",cast=\"unicast\"}"));
        Assert.Equal(8191, Value(text, "nvgre_gateway_mbuf_capacity"));
        Assert.Equal(100, Value(text, "nvgre_gateway_mbuf_in_use"));
        Assert.Equal(1, Value(text, "nvgre_gateway_neighbors{state=\"idle\"}"));
        Assert.Equal(1, Value(text, "nvgre_gateway_process_up{process=\"control\"}"));
        Assert.Equal(0, Value(text, "nvgre_gateway_process_up{process=\"dataplane\"}"));
        Assert.Equal(1, Value(text, "nvgre_gateway_port_up{port=\"access0\"}"));
        Assert.True(Value(text, "nvgre_gateway_gc_allocated_bytes_total{process=\"control\"}") > 0);
    }

    [Fact]
    public void LabelsAndHelpAreEscaped()
    {
        using var meter = new Meter("unit");
        meter.CreateObservableGauge("odd", () => new Measurement<long>(1, new KeyValuePair<string, object?>("a", "q\"b\\\nc")), null, "one\ntwo");
        meter.CreateObservableCounter("part_seconds_total", () => 0.25, null, "Part.");
        using var writer = new PrometheusWriter(meter);
        Assert.Equal(
            "# HELP odd one\\ntwo\n# TYPE odd gauge\nodd{a=\"q\\\"b\\\\\\nc\"} 1\n# HELP part_seconds_total Part.\n# TYPE part_seconds_total counter\npart_seconds_total 0.25\n",
            writer.Scrape());
        Assert.Equal(writer.Scrape(), writer.Scrape());
    }

    private static double Value(string text, string sample)
    {
        string line = Assert.Single(text.Split('\n'), l => l.StartsWith(sample + " ", StringComparison.Ordinal));
        return double.Parse(line[(sample.Length + 1)..], CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("^([a-z_]+)(?:\\{| )", RegexOptions.Multiline)]
    private static partial Regex Sample();
}
