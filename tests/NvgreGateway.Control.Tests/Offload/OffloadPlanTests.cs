using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Offload;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Control.Tests.Offload;

/// <summary>What offloads come to, for devices as their drivers report them (DPDK 22.11).</summary>
public sealed class OffloadPlanTests
{
    private const DeviceOffloads Sums = DeviceOffloads.TxIp4 | DeviceOffloads.TxTcp | DeviceOffloads.TxUdp;
    private const DeviceOffloads RxSums = DeviceOffloads.RxIp4 | DeviceOffloads.RxTcp | DeviceOffloads.RxUdp;
    private const DeviceOffloads Virtio = DeviceOffloads.TxTcp | DeviceOffloads.TxUdp | DeviceOffloads.TxSegments | DeviceOffloads.RxTcp | DeviceOffloads.RxUdp;
    private const DeviceOffloads Mlx5 = Sums | DeviceOffloads.TxTcpSegmentation | DeviceOffloads.TxOuterIp4 | DeviceOffloads.TxGreSegmentation
        | DeviceOffloads.TxTunnelSegmentation | DeviceOffloads.TxSegments | RxSums;
    private const DeviceOffloads Ice = Mlx5 | DeviceOffloads.RxOuterIp4;
    private const DeviceOffloads TunnelOnly = (Mlx5 & ~DeviceOffloads.TxGreSegmentation) | DeviceOffloads.TxUdpSegmentation;
    private const PortOffloads AllSums = PortOffloads.Ip4 | PortOffloads.Tcp4 | PortOffloads.Tcp6 | PortOffloads.Udp4 | PortOffloads.Udp6;
    private const PortOffloads L4 = AllSums & ~PortOffloads.Ip4;
    private const PortOffloads Tso = PortOffloads.Tso4 | PortOffloads.Tso6;
    private const PortOffloads Cwr = PortOffloads.OwnCwr;
    private const PortOffloads Uso = PortOffloads.Uso4 | PortOffloads.Uso6;
    private const PortOffloads Outer = PortOffloads.Outer4 | PortOffloads.Outer6;
    private const PortOffloads Flat = L4 | Outer | PortOffloads.Flat;

    public static TheoryData<string, string, DeviceOffloads, PortOffloads, PortOffloads, bool> Devices => new()
    {
        { "mlx5_pci", "0000:01:00.0", Mlx5, AllSums | Tso | Cwr, AllSums | Tso | Cwr | Outer | PortOffloads.OuterIp4, false },
        { "net_ice", "0000:01:00.0", Ice, AllSums | Tso | Cwr, AllSums | Tso | Cwr | Outer | PortOffloads.OuterIp4, false },
        { "net_i40e", "0000:01:00.0", Ice, AllSums | Tso | Cwr, AllSums | Tso | Cwr | Outer | PortOffloads.OuterIp4, false },
        { "net_enic", "0000:01:00.0", TunnelOnly, AllSums | Tso | Cwr | Uso, AllSums | Tso | Cwr | Uso | Outer | PortOffloads.OuterIp4 | PortOffloads.TunnelIp, false },
        { "net_ixgbe", "0000:01:00.0", Sums | DeviceOffloads.TxTcpSegmentation | DeviceOffloads.TxOuterIp4 | DeviceOffloads.TxSegments, AllSums | Tso | Cwr, PortOffloads.None, false },
        { "net_virtio", "0000:00:04.0", Virtio | DeviceOffloads.TxTcpSegmentation | DeviceOffloads.RxLro, L4 | Tso | Cwr | PortOffloads.OwnIp4, Flat, true },
        { "net_virtio_user", "net_virtio_user0,path=/x", Virtio, L4 | PortOffloads.OwnIp4, Flat, true },
        { "net_vhost", "net_vhost0,iface=/x", Virtio, L4 | PortOffloads.OwnIp4 | PortOffloads.PseudoLength, Flat, true },
        { "net_vhost", "net_vhost0,iface=/x,tso=1", Virtio, L4 | Tso | Cwr | PortOffloads.OwnIp4 | PortOffloads.PseudoLength, Flat, true },
        { "net_vmxnet3", "0000:00:05.0", Virtio | DeviceOffloads.TxTcpSegmentation, L4 | Tso | Cwr | PortOffloads.OwnIp4, PortOffloads.None, false },
        { "net_e1000_em", "0000:00:06.0", Sums | RxSums | DeviceOffloads.TxSegments, AllSums, PortOffloads.None, false },
        { "net_tap", "net_tap0", Sums | DeviceOffloads.TxTcpSegmentation | DeviceOffloads.TxSegments | RxSums, AllSums, PortOffloads.None, false },
        { "net_af_packet", "net_af_packet0,iface=x", DeviceOffloads.TxSegments, PortOffloads.None, PortOffloads.None, false },
        { "net_af_xdp", "net_af_xdp0,iface=x", DeviceOffloads.None, PortOffloads.None, PortOffloads.None, false },
        { "replay", "x", DeviceOffloads.All, AllSums | Tso | Uso, AllSums | Tso | Uso | Outer | PortOffloads.OuterIp4, true },
    };

    [Theory]
    [MemberData(nameof(Devices))]
    [Requirement("C-023", "C-038")]
    public void ADeviceIsUsedForWhatItCanDo(string driver, string device, DeviceOffloads reported, PortOffloads plain, PortOffloads nvgre, bool requests)
    {
        PortOffloadSets sets = Plan(driver, device, reported).Sets;
        Assert.Equal(plain, sets.Plain);
        Assert.Equal(nvgre, sets.Nvgre);
        Assert.Equal(requests, sets.TakesRequests);
        Assert.Equal(PortOffloads.None, Plan(driver, device, reported, OffloadConfiguration.Off).Sets.Plain);
        Assert.Equal(PortOffloads.None, Plan(driver, device, reported, OffloadConfiguration.Off).Sets.Nvgre);
    }

    [Theory]
    [Requirement("C-038", "C-023")]
    [InlineData(DeviceOffloads.TxUdp, L4 & (PortOffloads.Udp4 | PortOffloads.Udp6), PortOffloads.None)]
    [InlineData(DeviceOffloads.TxTcp, PortOffloads.Tcp4 | PortOffloads.Tcp6 | Tso, PortOffloads.None)]
    [InlineData(DeviceOffloads.TxIp4, PortOffloads.Ip4 | PortOffloads.Tso4, PortOffloads.None)]
    [InlineData(DeviceOffloads.TxSegments, Tso, PortOffloads.None)]
    [InlineData(DeviceOffloads.TxTcpSegmentation, Tso, PortOffloads.None)]
    [InlineData(DeviceOffloads.TxGreSegmentation, PortOffloads.None, PortOffloads.TunnelIp)]
    [InlineData(DeviceOffloads.TxOuterIp4, PortOffloads.OuterIp4, PortOffloads.None)]
    public void WhatTheBaseLacksNvgreLacksToo(DeviceOffloads missing, PortOffloads gone, PortOffloads instead)
    {
        PortOffloads whole = Plan("mlx5_pci", "", Mlx5).Sets.Nvgre, less = Plan("mlx5_pci", "", Mlx5 & ~missing).Sets.Nvgre;
        // Without the IPv4 checksum there is no segmentation within a tunnel at all: it is said only of plain frames that it may be ours.
        gone |= missing == DeviceOffloads.TxIp4 ? Tso : PortOffloads.None;
        gone |= (gone & Tso) == Tso ? Cwr : PortOffloads.None;
        Assert.Equal((whole & ~gone) | instead, less);
    }

    [Theory]
    [Requirement("C-077")]
    [InlineData("tso.inner4", PortOffloads.Tso4)]
    [InlineData("tso.inner6", PortOffloads.Tso6)]
    [InlineData("uso.inner4", PortOffloads.Uso4)]
    [InlineData("uso.inner6", PortOffloads.Uso6)]
    [InlineData("csum.ip4", PortOffloads.Ip4 | PortOffloads.OuterIp4 | PortOffloads.Tso4 | PortOffloads.Uso4)]
    [InlineData("csum.tcp4", PortOffloads.Tcp4 | PortOffloads.Tso4)]
    [InlineData("csum.tcp6", PortOffloads.Tcp6 | PortOffloads.Tso6)]
    [InlineData("csum.udp4", PortOffloads.Udp4 | PortOffloads.Uso4)]
    [InlineData("csum.udp6", PortOffloads.Udp6 | PortOffloads.Uso6)]
    [InlineData("encap.enabled", PortOffloads.All)]
    [InlineData("encap.nvgre", PortOffloads.All)]
    public void OneNameSwitchesWhatItNames(string word, PortOffloads gone)
    {
        OffloadNames name = OffloadConfiguration.Words.First(w => w.Word == word).Name;
        DeviceOffloads device = Mlx5 | DeviceOffloads.TxUdpSegmentation;
        PortOffloads before = Plan("mlx5_pci", "", device).Sets.Nvgre;
        OffloadPlan after = Plan("mlx5_pci", "", device, OffloadConfiguration.Auto.With(name, "off"));
        Assert.Equal(before & ~gone, after.Sets.Nvgre);
        OffloadState state = after.States().Single(s => s.Word == word);
        Assert.Equal(("off", true), (state.Asked, state.Reason?.Contains("off by configuration", StringComparison.Ordinal)));
        Assert.DoesNotContain("nvgre", state.InForce);
        Assert.Contains("nvgre", state.Device);
    }

    [Fact]
    [Requirement("C-070", "C-071", "C-072")]
    public void CapabilityAndActivityAreSetsOverFamiliesAndTwoThings()
    {
        OffloadPlan all = Plan("net_ice", "", Ice);
        string[] every = ["inner4", "inner6", "outer4", "outer6"];
        Assert.Equal(every, Function(all, "lsov2").Capable);
        Assert.Equal(every, Function(all, "tx checksum").Capable);
        Assert.Equal(every, Function(all, "rx checksum").Capable);
        Assert.Empty(Function(all, "uso").Capable);
        Assert.Equal(256, OffloadPlan.MaxHeader);

        OffloadPlan off = Plan("net_ice", "", Ice, OffloadConfiguration.Auto.With(OffloadNames.TsoInner4 | OffloadNames.TsoInner6, "off"));
        Assert.Equal(every, Function(off, "lsov2").Capable);
        Assert.Empty(Function(off, "lsov2").Active);
        Assert.Equal(every, Function(off, "tx checksum").Active);

        // A port that does IPv4 alone, by its self-test.
        var four = new OffloadPlan(
            Facts("net_ice", "", Ice) with
            {
                NvgreFaults = OffloadFaults.All(PortOffloads.Tso6 | PortOffloads.Tcp6 | PortOffloads.Udp6, OffloadFault.Refused),
                Nvgre6Faults = OffloadFaults.All(PortOffloads.Kinds, OffloadFault.Refused),
            },
            OffloadConfiguration.Auto);
        Assert.Equal(["inner4", "outer4"], Function(four, "lsov2").Active);
        Assert.Equal(["inner4", "outer4"], Function(four, "tx checksum").Active);

        const RssFields ByAddress = RssFields.Ipv4 | RssFields.Ipv6;
        var spread = new OffloadPlan(Facts("net_ice", "", Ice) with { RssReported = ByAddress | RssFields.Innermost, RssActive = RssFields.Ipv4 }, OffloadConfiguration.Auto);
        Assert.Equal(every, Function(spread, "rss").Capable);
        Assert.Equal(["outer4"], Function(spread, "rss").Active);
        Assert.Empty(Function(all, "rss").Capable);
    }

    [Fact]
    [Requirement("C-073")]
    public void NothingIsActiveBeforeItsTestPassed()
    {
        var untested = new OffloadPlan(Facts("net_ice", "", Ice) with { Tested = false }, OffloadConfiguration.Auto);
        Assert.Equal((PortOffloads.None, PortOffloads.None), (untested.Sets.Plain, untested.Sets.Nvgre));
        Assert.Contains("not started and tested", Reason(untested, "tso.inner4"), StringComparison.Ordinal);

        OffloadFaults refused = OffloadFaults.All(PortOffloads.Tso4, OffloadFault.Refused);
        var failed = new OffloadPlan(Facts("net_ice", "", Ice) with { NvgreFaults = refused, Nvgre6Faults = refused }, OffloadConfiguration.Auto);
        Assert.Equal(PortOffloads.Tso6, failed.Sets.Nvgre & Tso);
        Assert.Equal(Tso, failed.Sets.Plain & Tso);
        Assert.Equal("nvgre: the self-test failed: the driver refused or spoilt such a frame", Reason(failed, "tso.inner4"));
        Assert.Null(Reason(failed, "tso.inner6"));
    }

    [Theory]
    [Requirement("C-073")]
    [InlineData(OffloadFault.Refused, "the driver refused or spoilt")]
    [InlineData(OffloadFault.Silent, "nothing came back by loopback")]
    [InlineData(OffloadFault.Missing, "frames were missing")]
    [InlineData(OffloadFault.Extra, "should not")]
    [InlineData(OffloadFault.Size, "not cut to size")]
    [InlineData(OffloadFault.Sum, "a checksum was wrong")]
    [InlineData(OffloadFault.Bytes, "bytes were wrong")]
    [InlineData(OffloadFault.Untested, "selfTest asks for")]
    public void WhatFailedInOneFamilyIsOffThereAloneAndToldSo(OffloadFault fault, string reason)
    {
        OffloadFacts facts = Facts("net_ice", "", Ice) with { Loop = LoopCheck.Done, NvgreFaults = new OffloadFaults().With(PortOffloads.Tso4, fault) };
        var plan = new OffloadPlan(facts, OffloadConfiguration.Auto);
        const PortOffloads All = AllSums | Tso | PortOffloads.OuterIp4;
        Assert.Equal((All & ~PortOffloads.Tso4) | PortOffloads.Outer4, plan.Sets.Nvgre4);
        Assert.Equal(All | PortOffloads.Outer6, plan.Sets.Nvgre6);
        Assert.Equal(AllSums | Tso, plan.Sets.Plain);
        OffloadState state = plan.States().Single(static s => s.Word == "tso.inner4");
        Assert.StartsWith("nvgre outer4: ", state.Reason, StringComparison.Ordinal);
        Assert.Contains(reason, state.Reason, StringComparison.Ordinal);
        Assert.Equal("by loopback", state.Checked);
        Assert.Null(plan.States().Single(static s => s.Word == "tso.inner6").Reason);
    }

    // Only the loopback shows where CWR ends up; virtio's drivers never tell of it.
    [Theory]
    [Requirement("C-010")]
    [InlineData("net_ice", LoopCheck.Unable, true)]
    [InlineData("net_ice", LoopCheck.Failed, true)]
    [InlineData("net_igc", LoopCheck.Unwanted, true)]
    [InlineData("net_igc", LoopCheck.Done, false)]
    [InlineData("net_virtio", LoopCheck.Unable, true)]
    public void LargeFramesWithCwrAreOnlyForDevicesThatWereSeenToLeaveItOnTheFirst(string driver, LoopCheck loop, bool own)
    {
        OffloadFacts facts = Facts(driver, "", driver == "net_virtio" ? Virtio | DeviceOffloads.TxTcpSegmentation : Ice) with { Loop = loop };
        PortOffloadSets sets = new OffloadPlan(facts, OffloadConfiguration.Auto).Sets;
        Assert.Equal(Tso, sets.Plain & Tso);
        Assert.Equal(own, (sets.Plain & Cwr) != 0);
        Assert.Equal(own && driver != "net_virtio", (sets.Nvgre4 & Cwr) != 0);
        Assert.Equal(own && driver != "net_virtio", (sets.Nvgre6 & Cwr) != 0);
        PortOffloadSets noTso = new OffloadPlan(facts, OffloadConfiguration.Auto.With(OffloadNames.TsoInner4 | OffloadNames.TsoInner6, "off")).Sets;
        Assert.Equal(PortOffloads.None, noTso.Plain & Cwr);
    }

    [Fact]
    [Requirement("C-073")]
    public void ItIsSaidPlainlyWhatOnlyADriverWasAskedFor()
    {
        Assert.Equal("by loopback", Checked(LoopCheck.Done));
        Assert.Equal("by its driver only, not by loopback: the device cannot", Checked(LoopCheck.Unable));
        Assert.Equal("by its driver only, not by loopback: selfTest is off", Checked(LoopCheck.Unwanted));
        Assert.Equal("by its driver only, not by loopback: that did not work", Checked(LoopCheck.Failed));
        Assert.Null(Plan("net_af_packet", "", DeviceOffloads.TxSegments).States()[0].Checked);
        Assert.Null(Plan("net_ice", "", Ice, OffloadConfiguration.Off).States().Single(static s => s.Word == "tso.inner4").Checked);

        static string? Checked(LoopCheck loop) =>
            new OffloadPlan(Facts("net_ice", "", Ice) with { Loop = loop }, OffloadConfiguration.Auto).States().Single(static s => s.Word == "tso.inner4").Checked;
    }

    [Fact]
    public void EachReasonIsTold()
    {
        Assert.Equal("plain, nvgre: not reported by the device", Reason(Plan("net_af_packet", "", DeviceOffloads.TxSegments), "tso.inner4"));
        Assert.Contains("this driver reads the outer lengths", Reason(Plan("net_ixgbe", "", Mlx5), "csum.udp4"), StringComparison.Ordinal);
        Assert.Contains("plain, nvgre: this driver does it in software", Reason(Plan("net_tap", "net_tap0", Mlx5), "tso.inner4"), StringComparison.Ordinal);
        var guest = new OffloadPlan(Facts("net_vhost", "net_vhost0,tso=1", Virtio) with { Peer = PortOffloads.All & ~Tso }, OffloadConfiguration.Auto);
        Assert.Contains("plain: nobody behind the port takes it", Reason(guest, "tso.inner6"), StringComparison.Ordinal);
        Assert.Equal(PortOffloads.None, guest.Sets.Plain & Tso);
        var bare = new OffloadPlan(Facts("mlx5_pci", "", Mlx5) with { Asked = DeviceOffloads.TxSegments }, OffloadConfiguration.Auto);
        Assert.Contains("takes a restart", Reason(bare, "tso.inner4"), StringComparison.Ordinal);
        Assert.Contains("not open", Reason(Plan("", "", DeviceOffloads.None), "tso.inner4"), StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("C-076")]
    public void OnlyWhatADeviceWouldDoOtherwiseTakesARestart()
    {
        OffloadConfiguration noReceive = OffloadConfiguration.Auto.With(OffloadNames.CsumTcp4 | OffloadNames.CsumTcp6, "tx");
        Assert.True(Plan("net_ice", "", Ice, noReceive).NeedsRestart);
        Assert.False(Plan("net_ice", "", Ice, OffloadConfiguration.Auto.With(OffloadNames.CsumTcp4, "tx")).NeedsRestart); // asked for TCP over IPv6 still
        Assert.False(Plan("net_af_packet", "", DeviceOffloads.TxSegments, noReceive).NeedsRestart);
        Assert.False(Plan("net_ice", "", Ice, OffloadConfiguration.Auto.With(OffloadNames.TsoInner4, "off")).NeedsRestart);
        Assert.True(new OffloadPlan(Facts("net_ice", "", Ice) with { Asked = DeviceOffloads.TxSegments }, OffloadConfiguration.Auto).NeedsRestart);
        OffloadFacts sends = Facts("net_ice", "", Sums | DeviceOffloads.TxSegments); // and says nothing of what it receives
        Assert.False(new OffloadPlan(sends, OffloadConfiguration.Auto).NeedsRestart);
        Assert.True(new OffloadPlan(sends with { Asked = DeviceOffloads.TxSegments }, OffloadConfiguration.Auto).NeedsRestart);
    }

    [Fact]
    [Requirement("C-035")]
    public void WhatAsksForSomethingIsNotTakenFromThePaSide()
    {
        DriverQuirk quirk = DriverQuirks.Of("net_virtio");
        DeviceOffloads device = Virtio | DeviceOffloads.RxLro;
        Assert.Equal(device, device & quirk.Askable(underlay: false));
        Assert.Equal(device & DeviceOffloads.Tx, device & quirk.Askable(underlay: true));
        var plan = new OffloadPlan(Facts("net_virtio", "", device) with { Underlay = true, Asked = device & DeviceOffloads.Tx }, OffloadConfiguration.Auto);
        Assert.False(plan.Sets.TakesRequests);
        Assert.False(plan.NeedsRestart);
        Assert.Contains("rx: not taken from the PA side", Reason(plan, "csum.udp4"), StringComparison.Ordinal);
    }

    private static OffloadFunction Function(OffloadPlan plan, string name) => plan.Functions().Single(f => f.Name == name);

    private static string? Reason(OffloadPlan plan, string word) =>
        plan.States().Single(s => s.Word == word).Reason?.Replace("; rx: not reported by the device", "", StringComparison.Ordinal);

    private static OffloadFacts Facts(string driver, string device, DeviceOffloads reported)
    {
        DriverQuirk quirk = DriverQuirks.Of(driver);
        return new OffloadFacts
        {
            Driver = driver,
            Device = device,
            Underlay = false,
            Reported = reported,
            Asked = reported & quirk.Askable(underlay: false),
            Tested = true,
        };
    }

    private static OffloadPlan Plan(string driver, string device, DeviceOffloads reported, OffloadConfiguration? wanted = null) =>
        new(Facts(driver, device, reported), wanted ?? OffloadConfiguration.Auto);
}
