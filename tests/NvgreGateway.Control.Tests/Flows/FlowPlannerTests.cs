using NvgreGateway.Control.Api;
using NvgreGateway.Control.Flows;
using NvgreGateway.Control.Tests.Loop;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Control.Tests.Flows;

/// <summary>What control makes of samples, with the test as the workers and as the data process.</summary>
public sealed unsafe class FlowPlannerTests : IDisposable
{
    private const ulong Vm = 0x010A_0000_0002, Far = 0x010B_0000_0002;
    private PlaneFixture _f = Make("");

    [Fact]
    [Requirement("C-122")]
    public void AFlowThatIsHeavyHasARuleAndOthersNone()
    {
        Prepare();
        Samples(1000, FlowObserver.LeastSamples);
        Samples(1001, FlowObserver.LeastSamples - 1);
        Pass(2);
        FlowSlot rule = Assert.Single(Rules());
        Assert.Equal((FlowKind.Encapsulate, 1, (ushort)1000), (rule.Kind, (int)rule.IsFlow, rule.InnerSourcePort));
        Assert.Equal((Vm, Far), (rule.SourceMac, rule.Mac));
    }

    /// <summary>Whoever makes up flows gets no more than the table's room, and no memory of control's.</summary>
    [Fact]
    public void FlowsInHardwareAreBounded()
    {
        Prepare();
        for (int second = 0; second < 3; second++)
        {
            for (int i = 0; i < 3000; i++)
            {
                Samples((ushort)(1000 + i), FlowObserver.LeastSamples);
            }

            Pass(1);
        }

        Assert.Equal(FlowObserver.MostFlows, Rules().Count);
        FlowStatus left = Assert.Single(FlowReporter.Flows(_f.Plane), static f => f.State == "software");
        Assert.Equal("1024 flows are in hardware already", left.Reason);
    }

    /// <summary>Samples are another process' words.</summary>
    [Fact]
    public void SamplesMaySayAnything()
    {
        Prepare();
        var random = new Random(1);
        byte* bytes = stackalloc byte[FlowSample.SizeOf];
        for (int i = 0; i < 20000; i++)
        {
            random.NextBytes(new Span<byte>(bytes, FlowSample.SizeOf));
            var sample = (FlowSample*)bytes;
            if (i % 2 == 0)
            {
                *sample = Sample(1, Vm, Far);
                sample->Place = random.Next(4) == 0 ? (uint)random.Next() : sample->Place;
                sample->Family = (byte)random.Next(256);
                sample->Port = (ushort)random.Next(70);
            }

            Tell(*sample);
        }

        Pass(2);
    }

    /// <summary>A rule that handles next to nothing makes room; one that works stays, though no worker samples its flow any more.</summary>
    [Fact]
    public void IdleRulesGoAndBusyOnesStay()
    {
        Prepare();
        Samples(1000, FlowObserver.LeastSamples);
        Samples(1001, FlowObserver.LeastSamples);
        Pass(2);
        Assert.Equal(2, Rules().Count);
        for (int i = 0; i < (FlowObserver.IdleSeconds + 2) * 10; i++)
        {
            Each(static s => s->Packets += s->InnerSourcePort == 1000 ? 20u : 1u);
            Pass(0.1);
        }

        Assert.Equal(1000, Assert.Single(Rules()).InnerSourcePort);
    }

    /// <summary>A device that takes a rule and does not follow it is found by its counts, and software goes on serving.</summary>
    [Fact]
    public void ARuleThatHandlesNothingIsTakenBack()
    {
        Prepare();
        for (int second = 0; second < FlowObserver.UselessSeconds + 3; second++)
        {
            Samples(1000, FlowObserver.LeastSamples);
            Samples(1001, FlowObserver.LeastSamples);
            Pass(1);
            Each(static s => s->Packets += s->InnerSourcePort == 1000 ? 5u : 0); // some go by another way: that is no lie
        }

        Assert.Equal(1000, Assert.Single(Rules()).InnerSourcePort);
        FlowStatus left = Assert.Single(FlowReporter.Flows(_f.Plane), static f => f.State == "software");
        Assert.Equal(("1 heavy flow of blue, VLAN 100", "the device took the rule, and workers went on getting the packets"), (left.Match, left.Reason));

        // After a while it is tried again.
        for (int second = 0; second < FlowObserver.DistrustSeconds; second++)
        {
            Samples(1001, FlowObserver.LeastSamples);
            Each(static s => s->Packets += 2000);
            Pass(1);
        }

        Assert.Equal(2, Rules().Count);
    }

    /// <summary>Workers see no frame of what hardware forwards: its sources stay in the FDB while it does, and age when it stops.</summary>
    [Fact]
    [Requirement("C-126")]
    public void SourcesThatHardwareHearsDoNotAge()
    {
        _f.Dispose();
        _f = Make(", \"fdb\": { \"ageingSeconds\": 10 }");
        Prepare();
        Samples(1000, FlowObserver.LeastSamples);
        Pass(2);
        for (int i = 0; i < 300; i++)
        {
            Each(static s => s->Packets += 100);
            _f.Plane.Tables.Fdb.Learn(FdbTable.Key(Far, Segment), Peer, _f.Now); // the other one is heard by workers
            Pass(0.1);
        }

        Assert.True(_f.Plane.Tables.Fdb.TryFind(Segment, new(Vm), out _));
        Assert.Single(Rules());
        Pass(15);
        Assert.False(_f.Plane.Tables.Fdb.TryFind(Segment, new(Vm), out _));
        Assert.Empty(Rules());
    }

    /// <summary>Everything that a rule cannot do keeps its flows in software, and says so.</summary>
    [Theory]
    [InlineData("\"mtu\": 1642", "\"mtu\": 1500", true, "no rule looks at lengths: the VLAN side brings packets of up to 1600 bytes, the tunnel takes 1458")]
    [InlineData("\"mtu\": 1642", "\"mtu\": 1900", false, "no rule looks at lengths: the tunnel brings packets of up to 1858 bytes, the VLAN side takes 1600")]
    [InlineData("\"mac\": \"02:00:00:00:01:01\"", "\"mac\": \"02:00:00:00:01:01\", \"trust\": \"pcp\"", true, "the PCP of each frame sets the outer DSCP")]
    [InlineData("\"vsid\": 5001", "\"vsid\": 5001, \"rewriteInnerDscp\": true", true, "rewriteInnerDscp: the PCP of each frame sets its DSCP")]
    [InlineData("\"vsid\": 5001", "\"vsid\": 5001, \"dropBadInnerChecksum\": true", true, "dropBadInnerChecksum: no rule checks tenants' checksums")]
    [InlineData("\"vsid\": 5001", "\"vsid\": 5001, \"dropBadInnerChecksum\": true", false, "dropBadInnerChecksum: no rule checks tenants' checksums")]
    [InlineData("\"192.0.2.2\" ]", "{ \"address\": \"192.0.2.2\", \"minTtl\": 5 } ]", false, "minTtl: no rule compares TTLs")]
    [InlineData("\"192.0.2.2\" ]", "{ \"address\": \"192.0.2.2\", \"dscp\": { \"decapsulate\": \"uniform\" } } ]", false, "dscp uniform: the outer DSCP of each packet sets the inner one")]
    [InlineData("\"192.0.2.2\" ]", "{ \"address\": \"192.0.2.2\", \"dscp\": { \"encapsulate\": \"pcp\" } } ]", true, "the PCP of each frame sets the outer DSCP")]
    [InlineData("\"192.0.2.2\" ]", "{ \"address\": \"192.0.2.2\", \"adminState\": \"down\" } ]", true, "the peer is down")]
    [InlineData("\"192.0.2.2\" ]", "{ \"address\": \"192.0.2.2\", \"mtu\": 1400 } ]", true, "no rule looks at lengths: the VLAN side brings packets of up to 1600 bytes, the tunnel takes 1358")]
    [InlineData("\"vsid\": 5001", "\"vsid\": 5001, \"adminState\": \"down\"", true, "the segment is down")]
    [InlineData("\"mac\": \"02:00:00:00:01:01\"", "\"mac\": \"02:00:00:00:01:01\", \"nativeVlan\": 100", true, "the VLAN's frames do not have one tag of 0x8100")]
    [InlineData("\"neighbors\"", "\"routes\": [ { \"prefix\": \"198.51.100.0/24\", \"via\": \"192.0.2.2\" } ], \"neighbors\"", true, null)]
    public void WhatARuleCannotDoIsSoftwares(string from, string to, bool encapsulates, string? reason)
    {
        _f.Dispose();
        _f = new PlaneFixture(Json("").Replace(from, to, StringComparison.Ordinal), new ControlOptions());
        Prepare();
        for (int i = 0; i < FlowObserver.LeastSamples; i++)
        {
            Tell(encapsulates ? Sample(1000, Vm, Far) : Sample(1000, Far, Vm));
        }

        Pass(1.2);
        FlowStatus[] left = [.. FlowReporter.Flows(_f.Plane).Where(static f => f.State == "software")];
        Assert.Equal(reason, left.SingleOrDefault()?.Reason);
        Assert.Equal(reason is null ? 1 : 0, Rules().Count);
        if (reason is not null)
        {
            Assert.Equal((encapsulates ? "access0" : "underlay0", encapsulates ? "encapsulate" : "decapsulate"), (left[0].Port, left[0].Kind));
            Assert.Equal(("1 heavy flow of blue, VLAN 100", "192.0.2.2"), (left[0].Match, left[0].Peer));
        }
    }

    [Fact]
    public void PacketsMarkedOneByOneAreSoftwares()
    {
        Prepare();
        FlowSample sample = Sample(1000, Vm, Far);
        sample.Tos = 0x02;
        for (int i = 0; i < FlowObserver.LeastSamples; i++)
        {
            Tell(sample);
        }

        Pass(1.2);
        Assert.Empty(Rules());
        Assert.Equal("ECN: a flow's packets are marked one by one", Assert.Single(FlowReporter.Flows(_f.Plane), static f => f.State == "software").Reason);
    }

    /// <summary>Nobody samples, and nobody pays for it, where no device would take the rules.</summary>
    [Fact]
    [Requirement("C-123")]
    public void NothingIsSampledWhereDevicesRefuse()
    {
        Pass(1);
        for (int i = 0; i < _f.Memory.Flows.Used; i++)
        {
            FlowSlot* slot = _f.Memory.Flows[i];
            (slot->State, slot->Error) = (FlowState.Refused, 95);
            slot->Done = slot->Wanted;
        }

        for (int i = 0; i < 20; i++)
        {
            _f.Advance(0.1);
        }

        Assert.All([0, 1], p => Assert.Equal(PortFlags.None, _f.Memory.Current.Ports[p].Flags & PortFlags.Sampled));
        Assert.DoesNotContain(_f.Log.Events, static e => e.Severity > EventSeverity.Info);
        Prepare();
        Assert.All([0, 1], p => Assert.Equal(PortFlags.Sampled, _f.Memory.Current.Ports[p].Flags & PortFlags.Sampled));
    }

    public void Dispose() => _f.Dispose();

    private uint Segment => _f.Plane.Tables.Ids.SegmentOf(5001);

    private uint Attachment => _f.Memory.Current.Attachments[_f.Plane.Index.Segments[0].Attachments[0].Id].Place;

    private uint Peer => _f.Memory.Current.Peers[_f.Plane.Index.Segments[0].Peers[0].Id].Place;

    private static string Json(string top) => $$"""
        {
          "name": "unit",
          "ports": [
            { "name": "access0", "role": "access", "mtu": 1600, "device": "net_null0", "mac": "02:00:00:00:01:01" },
            { "name": "underlay0", "role": "underlay", "mtu": 1642, "device": "net_null1", "mac": "02:00:00:00:02:01", "addresses": ["192.0.2.1/24"],
              "neighbors": [ { "address": "192.0.2.2", "mac": "02:00:00:00:02:fe" } ] }
          ],
          "segments": [ { "name": "blue", "vsid": 5001, "attachments": [ { "port": "access0", "vlan": 100 } ], "peers": [ "192.0.2.2" ] } ]{{top}}
        }
        """;

    private static PlaneFixture Make(string top) => new(Json(top), new ControlOptions());

    // The stations are known, and the devices take what they are asked.
    private void Prepare()
    {
        _f.Plane.Tables.Fdb.Learn(FdbTable.Key(Vm, Segment), Attachment, _f.Now);
        _f.Plane.Tables.Fdb.Learn(FdbTable.Key(Far, Segment), Peer, _f.Now);
        for (int i = 0; i < _f.Memory.Flows.Used; i++)
        {
            _f.Memory.Flows[i]->Done = 0;
        }

        Pass(2.2);
    }

    private void Pass(double seconds)
    {
        for (double end = 0; end < seconds - 0.01; end += 0.1)
        {
            _f.Advance(0.1);
            for (int i = 0; i < _f.Memory.Flows.Used; i++)
            {
                FlowSlot* slot = _f.Memory.Flows[i];
                if (slot->Done != slot->Wanted)
                {
                    (slot->Packets, slot->State, slot->Done) = (0, slot->Probe != 0 ? FlowState.Able : FlowState.Installed, slot->Wanted);
                }
            }
        }
    }

    private List<FlowSlot> Rules()
    {
        var all = new List<FlowSlot>();
        for (int i = 0; i < _f.Memory.Flows.Used; i++)
        {
            if (_f.Memory.Flows[i]->Wanted != 0 && _f.Memory.Flows[i]->Probe == 0)
            {
                all.Add(*_f.Memory.Flows[i]);
            }
        }

        return all;
    }

    private delegate void Change(FlowSlot* slot);

    private void Each(Change change)
    {
        for (int i = 0; i < _f.Memory.Flows.Used; i++)
        {
            if (_f.Memory.Flows[i]->Wanted != 0 && _f.Memory.Flows[i]->Probe == 0)
            {
                change(_f.Memory.Flows[i]);
            }
        }
    }

    private FlowSample Sample(ushort port, ulong from, ulong to) => new()
    {
        SourceKey = FdbTable.Key(from, Segment), DestinationKey = FdbTable.Key(to, Segment), Place = from == Vm ? Attachment : Peer, Port = from == Vm ? (ushort)0 : (ushort)1,
        Crc = port, Family = 4, Protocol = 17, SourcePort = port, DestinationPort = 53,
    };

    private void Samples(ushort port, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Tell(Sample(port, Vm, Far));
        }
    }

    private void Tell(FlowSample sample)
    {
        SpscRing ring = _f.Memory.SampleRing(0);
        var slot = (FlowSample*)ring.Reserve();
        if (slot == null)
        {
            _f.Round();
            slot = (FlowSample*)ring.Reserve();
        }

        *slot = sample;
        ring.Publish();
    }
}
