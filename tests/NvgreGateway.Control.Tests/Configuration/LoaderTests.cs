using System.Net;
using System.Text;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Tests.Configuration;

public sealed class LoaderTests
{
    [Fact]
    public void The_example_is_accepted_with_every_default_filled_in()
    {
        GatewayConfiguration gateway = Samples.Accept(Samples.Example);

        Assert.Equal("gw1", gateway.Name);
        Assert.Equal(FlowIdMode.Hash, gateway.FlowId);
        Assert.Equal(65536, gateway.Fdb.Capacity);
        Assert.Equal(300, gateway.Fdb.AgeingSeconds);
        Assert.Equal(new MovesConfiguration { Limit = 5, WindowSeconds = 180, Action = MoveAction.Freeze }, gateway.Fdb.Moves);
        Assert.Equal([1], gateway.Workers.Cores);
        Assert.Equal(IdleMode.Poll, gateway.Workers.Idle);
        Assert.Equal(32, gateway.Workers.Burst);
        Assert.Equal(SpreadMode.Auto, gateway.Workers.Spread);
        Assert.Equal(new BudgetsConfiguration { Arp = 1000, Nd = 1000, Igmp = 1000, IcmpEcho = 100, IcmpErrors = 100 }, gateway.Budgets);
        Assert.Equal(new NeighborResolutionConfiguration { Hold = 64, RetrySeconds = 1, GiveUpSeconds = 3, ReachableSeconds = 30 }, gateway.Neighbors);
        Assert.Equal(new MemoryConfiguration { Hugepages = HugepageMode.Auto, Megabytes = null }, gateway.Memory);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 9471), gateway.Metrics.Listen);

        Assert.Equal(2, gateway.Ports.Count);
        PortConfiguration access = gateway.Ports[0];
        Assert.Equal("access0", access.Name);
        Assert.Equal(PortRole.Access, access.Role);
        Assert.Equal("0000:01:00.0", access.Device);
        Assert.Equal(MacAddress.Parse("02:00:00:00:01:01"), access.Mac);
        Assert.Equal(1500, access.Mtu);
        Assert.Equal(1, access.Queues);
        Assert.Equal(PortMode.Trunk, access.Mode);
        Assert.Equal(100, access.NativeVlan);
        Assert.Equal(TrustMode.Dscp, access.Trust);
        Assert.Equal(FramePolicy.Drop, access.ControlFrames);
        Assert.Equal(new LimitsConfiguration { Macs = null, Action = LimitAction.Forward }, access.Limits);

        PortConfiguration underlay = gateway.Ports[1];
        Assert.Equal(PortRole.Underlay, underlay.Role);
        Assert.Null(underlay.Mac);
        Assert.Equal(1600, underlay.Mtu);
        Assert.Equal([new InterfaceAddress(IPAddress.Parse("192.0.2.1"), 24), new InterfaceAddress(IPAddress.Parse("2001:db8::1"), 64)], underlay.Addresses);
        Assert.Equal([new RouteConfiguration { Prefix = IPNetwork.Parse("0.0.0.0/0"), Via = IPAddress.Parse("192.0.2.254") }], underlay.Routes);
        Assert.Equal([new NeighborConfiguration { Address = IPAddress.Parse("192.0.2.2"), Mac = MacAddress.Parse("02:00:00:00:aa:02") }], underlay.Neighbors);
        Assert.Null(underlay.Vlan);
        Assert.Equal(0, underlay.ExtraOverhead);
        Assert.Equal(64, underlay.Ttl);

        SegmentConfiguration segment = Assert.Single(gateway.Segments);
        Assert.Equal("blue", segment.Name);
        Assert.Equal(5001, segment.Vsid);
        Assert.Equal([new AttachmentConfiguration { Port = "access0", Vlan = 100 }], segment.Attachments);
        Assert.Equal([IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::1")], segment.SourceAddresses);
        Assert.True(segment.Learning);
        Assert.True(segment.LocalSwitching);
        Assert.Equal(UnknownUnicastPolicy.Flood, segment.UnknownUnicast);
        Assert.Equal(AdminState.Up, segment.AdminState);
        Assert.Equal(FramePolicy.Drop, segment.Lossless);
        Assert.Equal([0, 8, 16, 24, 32, 40, 48, 56], segment.PcpToDscp);
        Assert.Equal(64, segment.DscpToPcp.Count);
        Assert.Equal(5, segment.DscpToPcp[46]);
        Assert.Equal(
            new RecordConfiguration { Mac = MacAddress.Parse("02:00:00:00:0b:01"), Ca = IPAddress.Parse("10.1.0.11"), Pa = IPAddress.Parse("192.0.2.2"), Port = null, Vlan = null, Sticky = false },
            Assert.Single(segment.Records));

        Assert.Equal(2, segment.Peers.Count);
        PeerConfiguration peer = segment.Peers[0];
        Assert.Equal(IPAddress.Parse("192.0.2.2"), peer.Address);
        Assert.Equal(FlowIdMode.Hash, peer.FlowId);
        Assert.Equal(EcnMode.Compatibility, peer.Ecn);
        Assert.Equal(new DscpConfiguration { Encapsulate = DscpEncapsulation.Copy, Decapsulate = DscpDecapsulationMode.Pipe }, peer.Dscp);
        Assert.Equal(AdminState.Up, peer.AdminState);
        Assert.False(peer.AcceptInnerTag);
        Assert.Equal((true, null), (peer.Pmtud, peer.Mtu));
        Assert.Equal((true, true, null), (segment.MssClamp, segment.Fragment, segment.Router));
        Assert.Equal(IPAddress.Parse("2001:db8::2"), segment.Peers[1].Address);
        Assert.Equal(peer with { Address = segment.Peers[1].Address }, segment.Peers[1]);
    }

    [Fact]
    public void Every_supported_key_reaches_the_records()
    {
        GatewayConfiguration gateway = Samples.Accept(Samples.Full);

        Assert.Equal(FlowIdMode.Zero, gateway.FlowId);
        Assert.Equal([0, 1], gateway.Workers.Cores);
        Assert.Equal(IdleMode.Sleep, gateway.Workers.Idle);
        Assert.Equal(64, gateway.Workers.Burst);
        Assert.Equal(SpreadMode.Off, gateway.Workers.Spread);
        Assert.Equal(new MovesConfiguration { Limit = 7, WindowSeconds = 60, Action = MoveAction.Drop }, gateway.Fdb.Moves);
        Assert.Equal(10, gateway.Fdb.AgeingSeconds);
        Assert.Equal(new BudgetsConfiguration { Arp = 10, Nd = 20, Igmp = 30, IcmpEcho = 0, IcmpErrors = 7 }, gateway.Budgets);
        Assert.Equal(new NeighborResolutionConfiguration { Hold = 8, RetrySeconds = 2, GiveUpSeconds = 4, ReachableSeconds = 60 }, gateway.Neighbors);
        Assert.Equal(new MemoryConfiguration { Hugepages = HugepageMode.Off, Megabytes = 256 }, gateway.Memory);
        Assert.Equal(new IPEndPoint(IPAddress.IPv6Loopback, 0), gateway.Metrics.Listen);

        PortConfiguration trunk = gateway.Ports[0];
        Assert.Equal(1, trunk.Queues);
        Assert.Equal(TrustMode.Pcp, trunk.Trust);
        Assert.Equal(FramePolicy.Forward, trunk.ControlFrames);
        Assert.Equal(new LimitsConfiguration { Macs = 100, Action = LimitAction.Drop }, trunk.Limits);
        Assert.Equal(PortMode.Access, gateway.Ports[1].Mode);
        Assert.Equal(TrustMode.None, gateway.Ports[1].Trust);
        Assert.Equal(2, gateway.Ports[1].Queues);
        Assert.Equal(103, gateway.Ports[2].Vlan);
        Assert.Equal(38, gateway.Ports[2].ExtraOverhead);
        Assert.Equal(32, gateway.Ports[2].Ttl);
        Assert.Equal(MacAddress.Parse("02:00:00:00:aa:02"), gateway.Ports[3].Neighbors[0].Mac);

        SegmentConfiguration blue = gateway.Segments[0];
        Assert.False(blue.Learning);
        Assert.Equal(UnknownUnicastPolicy.Drop, blue.UnknownUnicast);
        Assert.False(blue.LocalSwitching);
        Assert.True(blue.Snooping);
        Assert.Equal(AdminState.Down, blue.AdminState);
        Assert.Equal(FramePolicy.Forward, blue.Lossless);
        Assert.Equal(new LimitsConfiguration { Macs = 50, Action = LimitAction.Drop }, blue.Limits);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 63], blue.PcpToDscp);
        Assert.Equal(7, blue.DscpToPcp[0]);
        Assert.True(blue.Records[0].Sticky);
        Assert.Equal("t0", blue.Records[1].Port);
        Assert.Equal(4094, blue.Records[1].Vlan);
        Assert.Equal(IPAddress.Parse("203.0.113.1"), Assert.Single(blue.SourcesFor(blue.Peers[0].Address)));
        Assert.Equal(IPAddress.Parse("2001:db8::1"), Assert.Single(blue.SourcesFor(blue.Peers[1].Address)));

        PeerConfiguration peer = blue.Peers[0];
        Assert.Equal(FlowIdMode.Hash, peer.FlowId);
        Assert.Equal(EcnMode.Normal, peer.Ecn);
        Assert.Equal(DscpEncapsulation.Fixed(46), peer.Dscp.Encapsulate);
        Assert.Equal(DscpDecapsulationMode.Uniform, peer.Dscp.Decapsulate);
        Assert.Equal(AdminState.Down, peer.AdminState);
        Assert.True(peer.AcceptInnerTag);
        Assert.Equal(new LimitsConfiguration { Macs = 5, Action = LimitAction.Forward }, peer.Limits);
        Assert.Equal((false, null), (peer.Pmtud, peer.Mtu));
        Assert.Equal((true, 1500), (blue.Peers[1].Pmtud, blue.Peers[1].Mtu));
        Assert.Equal((false, false), (blue.MssClamp, blue.Fragment));
        Assert.Equal(MacAddress.Parse("02:00:00:00:0a:fe"), blue.Router!.Mac);
        Assert.Equal(["10.1.1.1/24", "2001:db8:ffff::1/128", "10.1.1.2/32"], blue.Router.Addresses.Select(static a => a.ToString()));
        Assert.Equal(FlowIdMode.Zero, blue.Peers[1].FlowId);
        Assert.Equal(DscpEncapsulation.Pcp, blue.Peers[1].Dscp.Encapsulate);

        SegmentConfiguration red = gateway.Segments[1];
        Assert.Equal([IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::1"), IPAddress.Parse("203.0.113.1")], red.SourceAddresses);
        Assert.Equal(IPAddress.Parse("192.0.2.1"), Assert.Single(red.SourcesFor(red.Peers[0].Address)));
    }

    [Theory]
    [InlineData(Samples.Example)]
    [InlineData(Samples.Full)]
    [InlineData("""{ "name": "x" }""")]
    public void The_effective_configuration_reads_back_as_an_equal_one(string json)
    {
        GatewayConfiguration first = Samples.Accept(json);
        GatewayConfiguration again = Samples.Accept(json);
        GatewayConfiguration back = Samples.Accept(first.ToJson());

        Assert.NotSame(first, again);
        Assert.Equal(first, again);
        Assert.Equal(first.GetHashCode(), again.GetHashCode());
        Assert.Equal(first, back);
        Assert.Equal(first.ToJson(), back.ToJson());
        Assert.Equal(first, Samples.Accept(first.ToJson(indented: false)));
        Assert.DoesNotContain('\n', first.ToJson(indented: false));
    }

    [Theory]
    [InlineData("segments[0].records[1].ca", "\"2001:db8:ffff::6\"")]
    [InlineData("segments[0].peers[1].dscp.encapsulate", "\"copy\"")]
    [InlineData("segments[0].dscpToPcp[63]", "6")]
    [InlineData("ports[0].limits.macs", "101")]
    [InlineData("ports[2].addresses[0]", "\"192.0.2.1/25\"")]
    [InlineData("workers.cores[1]", "2")]
    [InlineData("fdb.moves.limit", "8")]
    [InlineData("metrics.listen", "\"[::1]:1\"")]
    public void A_change_deep_inside_makes_configurations_differ(string place, string value)
    {
        GatewayConfiguration before = Samples.Accept(Samples.Full);
        GatewayConfiguration after = Samples.Accept(Samples.Edit(Samples.Edit(Samples.Full, "ports[2].routes", null), ("segments[0].peers[0].address", "\"192.0.2.9\""), ("segments[0].records[0].pa", "\"192.0.2.9\""), (place, value)));
        GatewayConfiguration unchanged = Samples.Accept(Samples.Edit(Samples.Edit(Samples.Full, "ports[2].routes", null), ("segments[0].peers[0].address", "\"192.0.2.9\""), ("segments[0].records[0].pa", "\"192.0.2.9\"")));

        Assert.NotEqual(unchanged, after);
        Assert.NotEqual(unchanged.ToJson(), after.ToJson());
        Assert.NotEqual(before, after);
    }

    [Fact]
    public void Formatting_order_of_keys_and_written_out_defaults_are_no_change()
    {
        GatewayConfiguration before = Samples.Accept(Samples.Example);
        string reordered = Samples.Edit(
            Samples.Edit(Samples.Example, ("name", null), ("name", "\"gw1\""), ("ports[0].mtu", null), ("fdb", null)),
            ("segments[0].peers[0]", """{ "limits": {}, "address": "192.0.2.2" }"""));

        Assert.Equal(before, Samples.Accept(reordered));
        Assert.Equal(before.ToJson(), Samples.Accept(reordered).ToJson());
    }

    [Fact]
    public void The_defaults_of_peers_and_ports_follow_keys_that_stand_later_in_the_file()
    {
        GatewayConfiguration gateway = Samples.Accept(Samples.Edit(Samples.Example, ("segments[0].peers[1].flowId", null), ("flowId", "\"zero\""), ("workers.cores", "[0, 1, 2]")));

        Assert.All(gateway.Segments[0].Peers, static p => Assert.Equal(FlowIdMode.Zero, p.FlowId));
        Assert.All(gateway.Ports, static p => Assert.Equal(3, p.Queues));
    }

    [Theory]
    [InlineData("", 1, 1)]
    [InlineData("{", 1, 2)]
    [InlineData("{ \"name\": \"x\",\n  \"ports\": [ }", 2, 14)]
    [InlineData("{\n\n   nope }", 3, 4)]
    [InlineData("{ \"name\": \"x\" } {}", 1, 17)]
    public void A_syntax_error_has_a_line_and_a_column(string json, int line, int column)
    {
        ConfigurationError error = Samples.RefuseOnce(json);

        Assert.Equal((line, column), (error.Line, error.Column));
        Assert.StartsWith($"line {line}, column {column}: ", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("is not JSON", error.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_order_mark_is_skipped_and_other_encodings_are_refused()
    {
        Assert.True(ConfigurationLoader.Parse(new ReadOnlyMemory<byte>([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Samples.Example)])).IsValid);

        ConfigurationResult utf16 = ConfigurationLoader.Parse(new ReadOnlyMemory<byte>([.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Samples.Example)]));
        Assert.Equal("is not UTF-8 text", Assert.Single(utf16.Errors).Problem);
    }

    [Fact]
    public void Files_that_cannot_be_read_are_errors_of_the_result()
    {
        string folder = Directory.CreateTempSubdirectory("nvgre-config-").FullName;
        try
        {
            string good = Path.Combine(folder, "good.json"), large = Path.Combine(folder, "large.json");
            File.WriteAllText(good, Samples.Example);
            using (FileStream sparse = File.Create(large))
            {
                sparse.SetLength(ConfigurationLimits.FileBytes + 1L);
            }

            Assert.Equal(Samples.Accept(Samples.Example), ConfigurationLoader.Load(good).Configuration);
            Assert.StartsWith("cannot be read: ", Assert.Single(ConfigurationLoader.Load(Path.Combine(folder, "none.json")).Errors).Problem, StringComparison.Ordinal);
            Assert.StartsWith("cannot be read: ", Assert.Single(ConfigurationLoader.Load(folder).Errors).Problem, StringComparison.Ordinal);
            Assert.StartsWith("cannot be read: ", Assert.Single(ConfigurationLoader.Load(string.Empty).Errors).Problem, StringComparison.Ordinal);
            Assert.StartsWith("cannot be read: ", Assert.Single(ConfigurationLoader.Load("a\0b").Errors).Problem, StringComparison.Ordinal);
            ConfigurationError tooLarge = Assert.Single(ConfigurationLoader.Load(large).Errors);
            Assert.Equal((large, "is too large", "a file of up to 256 MiB"), (tooLarge.Value, tooLarge.Problem, tooLarge.Allowed));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void One_bad_item_in_a_thousand_is_named_and_nothing_is_accepted()
    {
        Assert.Equal(1000, Samples.Accept(Thousand(bad: null)).Segments.Count);

        ConfigurationResult result = ConfigurationLoader.Parse(Thousand(bad: 637));

        Assert.Null(result.Configuration);
        ConfigurationError error = Assert.Single(result.Errors);
        Assert.Equal("segments[637].vsid", error.Path);
        Assert.Equal("4095", error.Value);
    }

    [Fact]
    public void Names_give_stable_addresses_for_replay()
    {
        // 64-bit FNV-1a of "access0" is 0x1445f6e9d7d2cde1, of "underlay0" 0x71dc4a054f5f1437: worked out in Python.
        Assert.Equal(MacAddress.Parse(MacOfAccess0), PortConfiguration.MacFromName("access0"));
        Assert.Equal(MacAddress.Parse(MacOfUnderlay0), PortConfiguration.MacFromName("underlay0"));
        foreach (string name in Enumerable.Range(0, 1000).Select(static i => $"port{i}"))
        {
            MacAddress mac = PortConfiguration.MacFromName(name);
            Assert.True(mac.IsUnicast && mac.IsLocallyAdministered);
        }

        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(static i => PortConfiguration.MacFromName($"port{i}")).Distinct().Count());
    }

    private const string MacOfAccess0 = "02:e9:d7:d2:cd:e1", MacOfUnderlay0 = "02:05:4f:5f:14:37";

    private static string Thousand(int? bad)
    {
        IEnumerable<string> segments = Enumerable.Range(0, 1000).Select(i =>
            $$"""{ "name": "s{{i}}", "vsid": {{(i == bad ? 4095 : 5000 + i)}}, "attachments": [ { "port": "access0", "vlan": {{i + 1}} } ], "peers": [ "192.0.2.2" ] }""");
        return Samples.Edit(Samples.Example, "segments", $"[{string.Join(',', segments)}]");
    }
}
