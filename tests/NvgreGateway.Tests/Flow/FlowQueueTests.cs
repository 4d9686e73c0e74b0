using NvgreGateway.Control.Api;
using NvgreGateway.Data.Flows;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Tests.Flow;

/// <summary>Receive queues by VSID, MAC and inner headers, on a device of the test's own.</summary>
public sealed unsafe class FlowQueueTests
{
    private const string Queue3 = """{ "vsid": 5001, "queues": [3] }""";

    [Fact]
    [Requirement("C-054")]
    public void AVsidHasItsQueue()
    {
        using var rig = new FlowRig(FlowRig.Json(Queue3));
        rig.Settle();
        for (int i = 0; i < 64; i++)
        {
            byte[] tenant = FlowFrames.Tenant(FlowFrames.Vm, FlowFrames.Far, FlowFrames.Udp(1000 + i, 2000), source: $"10.0.1.{i}");
            Assert.Equal(3, rig.Nic.Receive(FlowFrames.Tunnel(5001, tenant, (byte)i)).Queue);
            NicOutcome other = rig.Nic.Receive(FlowFrames.Tunnel(5002, tenant, (byte)i));
            Assert.True(other.Queue is >= 0 and < 4); // by the spread
        }

        NicRule rule = Assert.Single(rig.Nic.Rules, static r => r.Rule.Actions[0].Type == FlowActionType.Queue);
        Assert.Equal([FlowItemType.Ethernet, FlowItemType.IPv4, FlowItemType.Nvgre], Items(rule.Rule));
    }

    [Fact]
    [Requirement("C-054")]
    public void BothFamiliesOfTheUnderlayHaveTheRule()
    {
        using var rig = new FlowRig(FlowRig.Json(Queue3).Replace("\"192.0.2.1/24\"", "\"192.0.2.1/24\", \"2001:db8::1/64\"", StringComparison.Ordinal));
        rig.Settle();
        byte[] tenant = FlowFrames.Tenant(FlowFrames.Vm, FlowFrames.Far, FlowFrames.Udp(1, 2));
        byte[] frame = FlowFrames.Ethernet(FlowFrames.GatewayMac, FlowFrames.RouterMac, 0x86DD, FlowFrames.IPv6("2001:db8::2", "2001:db8::1", 47, FlowFrames.Gre(5001, 0, tenant)));
        Assert.Equal(3, rig.Nic.Receive(frame).Queue);
        Assert.Equal(3, rig.Nic.Receive(FlowFrames.Tunnel(5001, tenant)).Queue);
    }

    [Fact]
    [Requirement("C-054")]
    public void AVsidOfSeveralQueuesIsSpreadOverThem()
    {
        using var rig = new FlowRig(FlowRig.Json("""{ "vsid": 5001, "queues": [1, 3] }"""));
        rig.Settle();
        int[] hits = new int[4];
        for (int i = 0; i < 256; i++)
        {
            hits[rig.Nic.Receive(FlowFrames.Tunnel(5001, FlowFrames.Tenant(FlowFrames.Vm, FlowFrames.Far, FlowFrames.Udp(1000 + i, 2000)))).Queue]++;
        }

        Assert.True(hits is [0, > 64, 0, > 64], string.Join(' ', hits));
    }

    [Fact]
    [Requirement("C-053")]
    public void TheInnerMacChoosesTheQueue()
    {
        using var rig = new FlowRig(FlowRig.Json("""{ "mac": "02:00:00:00:0a:01", "queues": [2] }""", accessQueues: """{ "mac": "02:00:00:00:0b:01", "queues": [1] }"""));
        rig.Settle();
        byte[] toVm = FlowFrames.Tenant(FlowFrames.Vm, FlowFrames.Far, FlowFrames.Udp(1, 2)), toFar = FlowFrames.Tenant(FlowFrames.Far, FlowFrames.Vm, FlowFrames.Udp(1, 2));
        Assert.Equal(2, rig.Nic.Receive(FlowFrames.Tunnel(5001, toVm)).Queue);
        Assert.Equal(2, rig.Nic.Receive(FlowFrames.Tunnel(6000, toVm)).Queue);
        NicRule rule = Assert.Single(rig.Nic.Rules, static r => r.Rule.Actions[0].Type == FlowActionType.Queue);
        Assert.Equal(2ul, rule.Packets);
        rig.Nic.Receive(FlowFrames.Tunnel(5001, toFar));
        Assert.Equal(2ul, rule.Packets); // the outer MAC is no matter

        // What has no inner header goes by its own.
        Assert.Equal(1, rig.AccessNic.Receive(toFar).Queue);
        Assert.False(rig.AccessNic.Receive(toVm).Hit);
    }

    /// <summary>What a device would do of VMQ is known before any of it is configured, as NDIS asks: a set over inner and outer versions, or nothing and why.</summary>
    [Theory]
    [Requirement("C-053", "C-054", "C-070")]
    [InlineData("all", "inner4 inner6 outer4 outer6", "outer4 outer6", "yes", null)]
    [InlineData("IPv4 alone", "inner4 inner6 outer4", "outer4 outer6", "yes", null)]
    [InlineData("no NVGRE", "", "outer4 outer6", "no", "item Nvgre is not supported (not supported)")]
    [InlineData("no queues", "", "", "no", "action Queue is not supported (not supported)")]
    [InlineData("nothing", "", "", "no", "the driver knows no flow rules")]
    public void WhatDevicesWouldDoIsAskedAtTheStart(string device, string underlay, string access, string taken, string? reason)
    {
        NicProfile profile = device switch
        {
            "all" => NicProfile.Full,
            "IPv4 alone" => NicProfile.Full with { Items = [.. NicProfile.Full.Items.Where(static i => i != FlowItemType.IPv6)] },
            "no NVGRE" => NicProfile.Full with { Items = [.. NicProfile.Full.Items.Where(static i => i != FlowItemType.Nvgre)] },
            "no queues" => NicProfile.Full with { Actions = [FlowActionType.Rss, FlowActionType.Count] },
            _ => NicProfile.None,
        };
        using var rig = new FlowRig(FlowRig.Json(), profile);
        CapabilityStatus before = OffloadReporter.Capable(rig.Plane)[FlowRig.Underlay];
        Assert.Empty(before.Capable["vmq"]);
        rig.Settle();
        CapabilityStatus[] ports = [.. OffloadReporter.Capable(rig.Plane)];
        Assert.Equal((underlay, access), (string.Join(' ', ports[FlowRig.Underlay].Capable["vmq"]), string.Join(' ', ports[FlowRig.Access].Capable["vmq"])));
        RuleCapability vsid = ports[FlowRig.Underlay].Rules.Single(static r => r is { Rule: "queue by VSID", Frames: "NVGRE over IPv4" });
        Assert.Equal((taken, reason), (vsid.Taken, vsid.Reason));
        Assert.All(rig.Nic.Rules, static r => Assert.NotEqual(FlowActionType.Queue, r.Rule.Actions[0].Type)); // asked, not made
        Assert.Empty(rig.AccessNic.Rules);
        Assert.Empty(OffloadReporter.Active(rig.Plane)[FlowRig.Underlay].Active["vmq"]);

        // What is in force is another question (C-072).
        using var used = new FlowRig(FlowRig.Json(Queue3), profile);
        used.Settle();
        Assert.Equal(underlay.Length == 0 ? "" : "inner4 inner6 outer4", string.Join(' ', OffloadReporter.Active(used.Plane)[FlowRig.Underlay].Active["vmq"]));
    }

    [Fact]
    [Requirement("C-050", "C-136")]
    public void InnerFlowsAreSpreadOverAllQueues()
    {
        using var rig = new FlowRig(FlowRig.Json());
        rig.Settle();
        Assert.Equal(0u, Assert.Single(rig.Slots(FlowKind.InnerSpread)).Form);
        FlowRule rule = Assert.Single(rig.Nic.Rules, static r => FakeNic.Has(r.Rule, FlowActionType.Rss)).Rule;
        Assert.Equal(2u, rule.RssLevel);
        int[] hits = new int[4];
        for (int i = 0; i < 1024; i++)
        {
            byte[] l4 = i % 2 == 0 ? FlowFrames.Udp(1024 + i, 5000) : FlowFrames.Tcp(1024 + i, 5000, 0x10);
            hits[rig.Nic.Receive(FlowFrames.Tunnel(5001, FlowFrames.Tenant(FlowFrames.Vm, FlowFrames.Far, l4, (byte)(i % 2 == 0 ? 17 : 6)))).Queue]++;
        }

        Assert.True(hits.Min() > 0 && hits.Max() <= 1.5 * hits.Min(), string.Join(' ', hits));
    }

    [Theory]
    [Requirement("C-050")]
    [InlineData(1u, 2u)]
    [InlineData(0u, 2u)]
    public void ADeviceThatDoesLessIsAskedForLess(uint level, uint form)
    {
        using var rig = new FlowRig(FlowRig.Json(), NicProfile.Full with { RssLevel = level });
        rig.Settle();
        FlowSlot slot = Assert.Single(rig.Slots(FlowKind.InnerSpread));
        Assert.Equal((FlowState.Installed, form), (slot.State, slot.Form));
    }

    [Fact]
    [Requirement("C-120")]
    public void GreWithoutAKeyHitsNoRule()
    {
        using var rig = new FlowRig(FlowRig.Json(Queue3));
        rig.Settle();

        // Without a key the tenant's MAC stands where the VSID would: 00-13-89 is 5001.
        byte[] tenant = FlowFrames.Tenant([0x00, 0x13, 0x89, 0, 0, 1], FlowFrames.Far, FlowFrames.Udp(1, 2));
        byte[] keyless = FlowFrames.Ethernet(
            FlowFrames.GatewayMac, FlowFrames.RouterMac, 0x0800, FlowFrames.IPv4("192.0.2.2", "192.0.2.1", 47, [0x00, 0x00, 0x65, 0x58, .. tenant]));
        Assert.False(rig.Nic.Receive(keyless).Hit);
        foreach (int flags in (int[])[0xA000, 0x3000, 0x2001, 0x0000])
        {
            Assert.False(rig.Nic.Receive(FlowFrames.Tunnel(5001, tenant, flags: flags)).Hit);
        }

        Assert.Equal(3, rig.Nic.Receive(FlowFrames.Tunnel(5001, tenant)).Queue);
        foreach (NicRule rule in rig.Nic.Rules)
        {
            FlowItem item = rule.Rule.Items[Items(rule.Rule).IndexOf(FlowItemType.Nvgre)];
            Assert.Equal([0x20, 0x00, 0x65, 0x58], new ReadOnlySpan<byte>(item.Spec, 4).ToArray());
            Assert.Equal([0xff, 0xff, 0xff, 0xff], new ReadOnlySpan<byte>(item.Mask, 4).ToArray());
        }

        // The reason for the row: DPDK's default mask, the VSID alone, takes it.
        FlowRule loose = default;
        loose.Direction = FlowDirection.Ingress;
        loose.Add(FlowItemType.Ethernet);
        loose.Add(FlowItemType.IPv4);
        loose.Add(FlowItemType.Nvgre);
        loose.Match(FlowField.NvgreVsid, 5001);
        loose.Do(FlowActionType.Queue, 1);
        nint handle;
        FlowError error;
        Assert.Equal(0, rig.Nic.Create(&loose, &handle, &error));
        Assert.Equal(1, rig.Nic.Receive(keyless).Queue);
    }

    [Fact]
    [Requirement("C-123")]
    public void APortWithoutRulesIsNoNews()
    {
        using var rig = new FlowRig(FlowRig.Json(Queue3), NicProfile.None);
        rig.Settle();
        Assert.Empty(rig.Nic.Rules);
        Assert.Equal(FlowState.Refused, Assert.Single(rig.Slots(FlowKind.VsidQueues)).State);
        Assert.Equal(0ul, rig.RuleFailures);
        Assert.Contains(rig.Events, static e => e.Name == "flow_rules");
        Assert.DoesNotContain(rig.Events, static e => e.Severity > Control.EventSeverity.Info);
        int asked = rig.Nic.Validated;
        rig.Settle();
        Assert.Equal(asked, rig.Nic.Validated); // once is enough
    }

    [Fact]
    [Requirement("C-125")]
    public void AFullTableLeavesSoftwareServing()
    {
        string rules = string.Join(", ", Enumerable.Range(0, 3).Select(static i => $$"""{ "vsid": {{5001 + i}}, "queues": [{{i}}] }"""));
        using var rig = new FlowRig(FlowRig.Json(rules), NicProfile.Full with { TableSize = 2 });
        rig.Settle();
        Assert.Equal(2, rig.Nic.Rules.Count);
        FlowSlot[] failed = [.. rig.Slots(FlowKind.VsidQueues).Concat(rig.Slots(FlowKind.InnerSpread)).Where(static s => s.State == FlowState.Failed)];
        Assert.Equal(2, failed.Length);
        Assert.Equal(2ul, rig.RuleFailures);
        fixed (byte* text = failed[0].Text)
        {
            Assert.Equal("the rule table is full", GatewayMemory.Text(text, FlowSlot.TextBytes));
        }

        Assert.Equal(28, failed[0].Error); // ENOSPC

        byte[] frame = FlowFrames.Tunnel(5003, FlowFrames.Tenant(FlowFrames.Vm, FlowFrames.Far, FlowFrames.Udp(1, 2)));
        NicOutcome outcome = rig.Nic.Receive(frame);
        Assert.False(outcome.Hit);
        Assert.Equal(frame, outcome.Frame); // software has it as it came

        // Where a rule goes, another gets its room.
        rig.KeepHouse();
        Assert.True(rig.Reload(FlowRig.Json(rules[(rules.IndexOf("},", StringComparison.Ordinal) + 2)..])).Accepted);
        Wait(() => rig.Slots(FlowKind.VsidQueues).Count(static s => s.State == FlowState.Installed) == 2);
    }

    [Fact]
    [Requirement("C-053", "C-054")]
    public void AReloadMovesRules()
    {
        using var rig = new FlowRig(FlowRig.Json(Queue3));
        rig.Settle();
        rig.KeepHouse();
        byte[] frame = FlowFrames.Tunnel(5001, FlowFrames.Tenant(FlowFrames.Vm, FlowFrames.Far, FlowFrames.Udp(1, 2)));
        Assert.True(rig.Reload(FlowRig.Json("""{ "vsid": 5001, "queues": [0] }""")).Accepted);
        Wait(() => rig.Slots(FlowKind.VsidQueues).All(static s => s.Done == s.Wanted && s.State == FlowState.Installed));
        Assert.Equal(0, rig.Nic.Receive(frame).Queue);
    }

    /// <summary>However many rules are wanted, a round of housekeeping stays short.</summary>
    [Fact]
    public void ARoundMakesAndTakesBackOnlySoMany()
    {
        const int Wanted = 200;
        using var rig = new FlowRig(FlowRig.Json());
        rig.Settle();
        FlowTable table = rig.Memory.Flows;
        int first = (int)table.Used;
        for (int i = 0; i < Wanted; i++)
        {
            FlowSlot* slot = table[first + i];
            (slot->Kind, slot->Port, slot->Mac, slot->Queues, slot->Serial, slot->Wanted) = (FlowKind.MacQueues, FlowRig.Access, 0x0200ul | ((ulong)i << 40), 1, 1, 1);
        }

        table.Used = (uint)(first + Wanted);
        for (int made = FlowKeeper.MostChanges; made < Wanted + FlowKeeper.MostChanges; made += FlowKeeper.MostChanges)
        {
            rig.Keeper.Keep();
            Assert.Equal(Math.Min(made, Wanted), rig.AccessNic.Rules.Count);
        }

        for (int i = 0; i < Wanted; i++)
        {
            table[first + i]->Wanted = 0;
        }

        for (int left = Wanted - FlowKeeper.MostChanges; left > -FlowKeeper.MostChanges; left -= FlowKeeper.MostChanges)
        {
            rig.Keeper.Keep();
            Assert.Equal(Math.Max(left, 0), rig.AccessNic.Rules.Count);
        }

        rig.Keeper.Keep();
        Assert.All(Enumerable.Range(0, Wanted), i => Assert.Equal(0u, table[first + i]->Done));
    }

    /// <summary>The data process allocates nothing, also while rules come, are counted, and go.</summary>
    [Fact]
    public void KeepingRulesAllocatesNothing()
    {
        using var rig = new FlowRig(FlowRig.Json(Queue3, records: FlowRig.Records));
        rig.MakeHeavy();
        foreach (int port in (int[])[FlowRig.Access, FlowRig.Underlay])
        {
            rig.Keeper.Detach(port);
            rig.Keeper.Attach(port, port == FlowRig.Access ? FlowRig.AccessDevice : FlowRig.UnderlayDevice, new QuietNic());
        }

        long before = 0;
        for (int i = 0; i < 400; i++)
        {
            before = i == 200 ? GC.GetAllocatedBytesForCurrentThread() : before;
            for (int slot = 0; slot < rig.Memory.Flows.Used; slot++)
            {
                rig.Memory.Flows[slot]->Wanted = i % 50 == 0 ? 0 : 7u;
            }

            rig.Keeper.Keep();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Contains(rig.Slots(FlowKind.Encapsulate), static s => s.State == FlowState.Installed && s.Packets > 0);
    }

    [Fact]
    public void APortThatComesBackHasItsRulesAgain()
    {
        using var rig = new FlowRig(FlowRig.Json(Queue3));
        rig.Settle();
        rig.Keeper.Detach(FlowRig.Underlay);
        var other = new FakeNic(NicProfile.Full, 9);
        rig.Keeper.Keep();
        Assert.Equal(FlowState.Waiting, Assert.Single(rig.Slots(FlowKind.VsidQueues)).State);
        rig.Keeper.Attach(FlowRig.Underlay, 9, other);
        rig.Settle();
        Assert.Equal(rig.Nic.Rules.Count, other.Rules.Count);
        Assert.NotEmpty(other.Rules);
    }

    internal static void Wait(Func<bool> holds)
    {
        for (int i = 0; i < 2000 && !holds(); i++)
        {
            Thread.Sleep(5);
        }

        Assert.True(holds());
    }

    internal static List<FlowItemType> Items(FlowRule rule) => [.. Enumerable.Range(0, (int)rule.ItemCount).Select(i => rule.Items[i].Type)];
}
