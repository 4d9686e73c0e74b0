using NvgreGateway.Tests;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>
/// Linux guests on both sides of the gateway that leave checksums and segmentation to their virtio NICs, and so to the gateway: frames of
/// up to 64 KB come in, cross between attachments in one piece, and leave for the tunnel in segments.
/// </summary>
public class VirtioOffloadTests(OffloadSite site) : IClassFixture<OffloadSite>
{
    private const string FromGateway = $"eth.src == {Configurations.UnderlayMac}";

    /// <summary>The guest's kernel was offered checksums and segmentation, and the gateway found that it takes them too.</summary>
    [Fact]
    public void Checksums_and_segmentation_are_negotiated()
    {
        for (int nic = 0; nic < 3; nic++)
        {
            string features = site.Features(nic);
            Assert.Contains("tx-checksum-ip-generic: on", features, StringComparison.Ordinal);
            Assert.Contains("tx-tcp-segmentation: on", features, StringComparison.Ordinal);
            Assert.Contains("tx-tcp6-segmentation: on", features, StringComparison.Ordinal);
            Assert.Contains("tx-udp-segmentation: off", features, StringComparison.Ordinal); // librte_vhost 22.11 knows no USO
        }

        foreach (string name in (string[])["tso.inner4", "tso.inner6", "csum.tcp4", "csum.tcp6", "csum.udp4"])
        {
            Assert.Contains("plain", InForce(0, name), StringComparison.Ordinal);
            Assert.Contains("plain", InForce(1, name), StringComparison.Ordinal);
        }

        Assert.DoesNotContain("nvgre", InForce(2, "tso.inner4"), StringComparison.Ordinal);
    }

    /// <summary>Between two attachments of a segment a large frame crosses whole: the device is asked, and the other host's capture has it.</summary>
    [Theory]
    [InlineData("192.168.8.1", false)]
    [InlineData("fd64:8::1", true)]
    public void Between_attachments_large_frames_cross_in_one_piece(string from, bool six)
    {
        string name = six ? "whole6" : "whole4";
        long cut = site.Requests("access1", "segmentation", "device"), done = site.Requests("access1", "segmentation", "software");
        site.Guest.Run($"{LargeFrames("one")}; capture {name} two eth2 -s 128 -c 4000");
        site.Fetch("two", from);
        site.Guest.Run(GuestSite.EndCaptures, 30);
        long asked = site.Requests("access1", "segmentation", "device") - cut;
        Assert.True(asked >= 100, $"the guest was given {asked} large frames");
        Assert.Equal(done, site.Requests("access1", "segmentation", "software"));
        GuestCapture capture = site.Capture(name);
        capture.Refresh();
        long whole = capture.Count("eth.dst == 02:00:00:00:0b:02 && vlan.id == 100 && tcp && frame.len > 20000");
        Assert.True(whole >= 20, $"{whole} large frames in the capture");
        capture.AssertLargeFrames("eth.dst == 02:00:00:00:0b:02 && vlan.id == 100 && tcp", six);
        Accounting.MustClose(site.Gateway);
    }

    /// <summary>Toward the tunnel large frames are cut by the gateway itself, in any mix of inner and outer IP, and files come whole, both ways.</summary>
    [Theory]
    [InlineData(100, false)]
    [InlineData(100, true)]
    [InlineData(200, false)]
    [InlineData(200, true)]
    public void Toward_the_tunnel_large_frames_are_cut(int vlan, bool six)
    {
        int net = vlan / 100 + 7;
        string far = $"far{vlan / 100}", host = six ? $"fd64:{net}::1" : $"192.168.{net}.1", end = six ? $"fd64:{net}::3" : $"192.168.{net}.3";
        site.Guest.Run(LargeFrames("one"));
        long cut = site.Requests("underlay0", "segmentation", "software"), sent = Accounting.PortCounters(site.Gateway, "underlay0").Tx;
        site.Fetch(far, host);
        long large = site.Requests("underlay0", "segmentation", "software") - cut, segments = Accounting.PortCounters(site.Gateway, "underlay0").Tx - sent;
        Assert.True(large >= 50, $"{large} large frames were cut");
        Assert.True(segments >= 12_000_000 / 1500 && segments > 3 * large, $"{large} large frames became {segments}");
        // What the host answers has a sum that is only begun: vhost takes it as it is, at its place behind the tunnel's headers.
        long begun = site.Requests("underlay0", "checksum", "device");
        site.Fetch("one", end);
        Assert.True(site.Requests("underlay0", "checksum", "device") >= begun + 10, "no sum was left to vhost");
        Accounting.MustClose(site.Gateway);
    }

    /// <summary>With all offloads of the ports off, what the guests left undone is whole on the wire: the kernels' and tshark's judgement.</summary>
    [Fact]
    public void With_offloads_off_software_completes_every_sum()
    {
        foreach (string port in OffloadSite.Ports)
        {
            site.Set(port, "off");
        }

        try
        {
            long before = site.Gateway.Metrics().Count(MetricNames.OffloadRequests, ("by", "device"));
            site.Guest.Run($"""
                capture sums0 - eth0 -c 3000
                capture sums2 two eth2 -c 3000
                client one -c 192.168.8.3 -n 2M --connect-timeout 30000 && client one -c fd64:9::3 -n 1M --connect-timeout 30000 || exit 9
                client one -c 192.168.8.2 -n 2M --connect-timeout 30000 && client one -u -b 1M -l 900 -c 192.168.8.2 -n 50K || exit 9
                {GuestSite.EndCaptures}
                """, 180);
            foreach (string name in (string[])["sums0", "sums2"])
            {
                GuestCapture capture = site.Capture(name);
                capture.Refresh();
                capture.AssertWellFormed(name == "sums0" ? FromGateway : "eth.dst == 02:00:00:00:0b:02");
                Assert.Equal(0, capture.Count(name == "sums0" ? $"{FromGateway} && frame.len > 1614" : "eth.dst == 02:00:00:00:0b:02 && frame.len > 1518"));
            }

            Assert.Equal(before, site.Gateway.Metrics().Count(MetricNames.OffloadRequests, ("by", "device")));
            Accounting.MustClose(site.Gateway);
        }
        finally
        {
            foreach (string port in OffloadSite.Ports)
            {
                site.Set(port, "on");
            }
        }
    }

    /// <summary>
    /// Offloads of all ports switched under TCP, between attachments and to the tunnel: the streams go on after each switch, every sum is
    /// right at the other end, and what is lost is lost at a guest's full ring.
    /// </summary>
    [Fact]
    public void Offloads_switch_under_tcp()
    {
        string dropped = Dropped();
        long[] bad = Bad();
        site.StartStreams("-c 192.168.8.2 -b 40M", "-c 192.168.9.3 -b 40M");
        site.MustFlow("at first", "access1", "underlay0");
        for (int round = 0; round < 3; round++)
        {
            foreach (string state in (string[])["off", "on"])
            {
                foreach (string port in OffloadSite.Ports)
                {
                    site.Set(port, state);
                }

                site.MustFlow(state, "access1", "underlay0");
            }
        }

        site.EndStreams();
        Assert.Equal(bad, Bad());
        Assert.Equal(dropped, Dropped());
        Accounting.MustClose(site.Gateway);

        long[] Bad() => [.. ((string[])["one", "two", "far2"]).Select(n => site.Kernel(n, "Tcp", "InCsumErrors"))];
    }

    /// <summary>With all offloads off by configuration the same traffic passes, and no device is asked for anything.</summary>
    [Fact]
    public void Off_by_configuration_the_same_traffic_passes()
    {
        site.Restart("off");
        try
        {
            site.Fetch("two", "192.168.8.1");
            site.Fetch("far2", "fd64:9::1");
            site.Fetch("one", "192.168.9.3");
            Assert.True(site.Requests("access1", "segmentation", "software") >= 50);
            Assert.True(site.Requests("underlay0", "segmentation", "software") >= 50);
            Assert.Equal(0, site.Gateway.Metrics().Count(MetricNames.OffloadRequests, ("by", "device")));
            Assert.Equal("", InForce(1, "tso.inner4"));
            Accounting.MustClose(site.Gateway);
        }
        finally
        {
            site.Restart("auto");
        }
    }

    // What a switch could do to a frame. Kernels say things to everybody besides; and a guest whose ring is full is a slow guest.
    private string Dropped() => string.Join(' ', ((string[])["drop.offload.invalid", "drop.tx.error", "drop.port.down", "drop.mbuf.nomem"]).Select(r => $"{r}={site.Drops(r)}"));

    // Frames as large as the window lets them be, however slowly this machine sends them.
    private static string LargeFrames(string from) => $"ip netns exec {from} sysctl -qw net.ipv4.tcp_min_tso_segs=32";

    private string InForce(int port, string name) => string.Join(' ', site.Gateway.Show("offloads")[port]!["offloads"]!.AsArray()
        .Single(o => (string)o!["name"]! == name)!["inForce"]!.AsArray().Select(static w => (string)w!));
}
