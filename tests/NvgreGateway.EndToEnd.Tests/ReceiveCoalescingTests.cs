using NvgreGateway.Tests;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>
/// Software receive coalescing toward a Linux guest: the segments of its TCP streams come in as NVGRE packets of a Linux gretap and
/// ip6gretap, and the guest gets frames that are larger than its MTU, each as one.
/// </summary>
public class ReceiveCoalescingTests(CoalesceSite site) : IClassFixture<CoalesceSite>
{
    // What came in to the host one: frames on the trunk, in full length; only their headers are kept.
    private const string StartCapture = "capture NAME one eth1 -s 128 -c 20000";
    private const string ToOne = "eth.dst == 02:00:00:00:0b:01 && tcp";

    /// <summary>The guest's driver agreed to take begun checksums (bit 1 of virtio), large frames of TCP over either IP (7, 8), also with CWR (9).</summary>
    [Fact]
    public void The_guest_takes_large_frames()
    {
        string[] nics = site.Guest.Run("cat /sys/bus/virtio/drivers/virtio_net/virtio*/features").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, nics.Length);
        Assert.All(nics, static bits => Assert.Equal("1111", string.Concat(bits[1], bits[7], bits[8], bits[9])));
    }

    /// <summary>All four mixes of inner and outer IP: the file is whole, and came in frames that only a guest that takes large ones can get.</summary>
    [Theory]
    [InlineData(100, false)]
    [InlineData(100, true)]
    [InlineData(200, false)]
    [InlineData(200, true)]
    [Requirement("C-025")]
    public void Segments_come_to_the_guest_joined(int vlan, bool six)
    {
        int net = vlan / 100 + 7;
        string from = six ? $"fd64:{net}::3" : $"192.168.{net}.3", name = $"joined{vlan}{(six ? "v6" : "v4")}";
        site.Coalesce(true);
        try
        {
            (long frames, long segments) = site.Joined();
            site.Guest.Run(StartCapture.Replace("NAME", name, StringComparison.Ordinal));
            site.Fetch("one", from);
            site.Guest.Run(GuestSite.EndCaptures, 30);
            (long Frames, long Segments) now = site.Joined();
            frames = now.Frames - frames;
            segments = now.Segments - segments;
            Assert.True(frames >= 100 && segments >= 2 * frames, $"{segments} segments were joined to {frames} frames");
            GuestCapture capture = site.Capture(name);
            capture.Refresh();
            long large = capture.Count($"{ToOne} && frame.len > 1518"), whole = capture.Count(ToOne);
            Assert.True(large >= 50, $"{large} of {whole} captured frames are larger than the MTU");
            // What ends a stream, or tells of congestion, is never inside another frame (the device would have to know of it).
            Assert.Equal(0, capture.Count($"{ToOne} && frame.len > 1518 && (tcp.flags.fin == 1 || tcp.flags.syn == 1 || tcp.flags.reset == 1 || tcp.flags.cwr == 1)"));
            capture.AssertLargeFrames(ToOne, six);
            Assert.Equal(0, site.Kernel("one", "Tcp", "InCsumErrors"));
            Accounting.MustClose(site.Gateway);
        }
        finally
        {
            site.Coalesce(false);
        }
    }

    /// <summary>Only the port that was told to joins: the same streams to the segment's other host come as they were sent.</summary>
    [Fact]
    [Requirement("C-025")]
    public void A_port_that_was_not_told_gets_no_large_frame()
    {
        site.Coalesce(true);
        try
        {
            site.Guest.Run(StartCapture.Replace("NAME", "other", StringComparison.Ordinal).Replace("one eth1", "two eth2", StringComparison.Ordinal));
            site.Fetch("two", "192.168.8.3");
            site.Fetch("two", "fd64:8::3");
            site.Guest.Run(GuestSite.EndCaptures, 30);
            GuestCapture capture = site.Capture("other");
            capture.Refresh();
            Assert.True(capture.Count("eth.dst == 02:00:00:00:0b:02 && tcp && frame.len > 1000") >= 1000);
            Assert.Equal(0, capture.Count("frame.len > 1518 && eth.dst == 02:00:00:00:0b:02"));
            Accounting.MustClose(site.Gateway);
        }
        finally
        {
            site.Coalesce(false);
        }
    }

    /// <summary>Segments that are lost, late or overtaken on their way: the file is whole all the same, and what is in order is joined.</summary>
    [Theory]
    [InlineData("far1", "nv1", "192.168.8.3")]
    [InlineData("far2", "nv2", "fd64:9::3")]
    [Requirement("C-025")]
    public void A_stream_with_losses_and_out_of_order_is_whole(string far, string device, string from)
    {
        site.Coalesce(true);
        try
        {
            long again = site.Kernel(far, "Tcp", "RetransSegs"), late = site.Kernel("one", "TcpExt", "TCPOFOQueue"), frames = site.Joined().Frames;
            // One by one, or it would lose 64 KB at once: TCP gives a queue large frames whatever the device does.
            site.Guest.Run($"ip -n {far} link set {device} gso_max_segs 1 && ip netns exec {far} ethtool -K {device} tso off gso off && ip netns exec {far} /usr/sbin/tc qdisc add dev {device} root netem limit 20000 delay 4ms loss 1% reorder 90%");
            site.Fetch("one", from);
            again = site.Kernel(far, "Tcp", "RetransSegs") - again;
            late = site.Kernel("one", "TcpExt", "TCPOFOQueue") - late;
            frames = site.Joined().Frames - frames;
            Assert.True(again >= 20 && late >= 20 && frames >= 100, $"{again} segments were sent again, {late} came too early, {frames} frames were joined");
            Assert.Equal(0, site.Kernel("one", "Tcp", "InCsumErrors"));
            Accounting.MustClose(site.Gateway);
        }
        finally
        {
            site.Guest.Try($"ip netns exec {far} /usr/sbin/tc qdisc del dev {device} root; ip -n {far} link set {device} gso_max_segs 65535; ip netns exec {far} ethtool -K {device} tso on gso on");
            site.Coalesce(false);
        }
    }

    /// <summary>A mark of congestion on some segments reaches the receiver, which tells the sender: a marked one is not joined to one without.</summary>
    [Fact]
    [Requirement("C-025")]
    public void Congestion_marks_come_through()
    {
        site.Coalesce(true);
        try
        {
            long marked = site.Kernel("one", "IpExt", "InCEPkts"), told = site.Kernel("far1", "TcpExt", "TCPDeliveredCE"), frames = site.Joined().Frames;
            // The sender answers marks once per window: with the usual room for 4 MB all of the file could be three windows of a slow guest.
            site.Guest.Run("""
                for n in one far1; do ip netns exec $n sh -c 'echo 1 >/proc/sys/net/ipv4/tcp_ecn'; done
                ip netns exec far1 sh -c 'cat /proc/sys/net/ipv4/tcp_wmem >/tmp/wmem; echo 4096 65536 131072 >/proc/sys/net/ipv4/tcp_wmem'
                ip -n far1 link set nv1 gso_max_segs 1
                ip netns exec far1 ethtool -K nv1 tso off gso off
                ip netns exec far1 /usr/sbin/tc qdisc add dev nv1 root netem limit 20000 loss 1% ecn
                """);
            long came = 0, answered = 0;
            for (int round = 0; round < 4 && (came < 5 || answered < 3); round++)
            {
                string name = $"marked{round}";
                site.Guest.Run(StartCapture.Replace("NAME", name, StringComparison.Ordinal));
                site.Fetch("one", "192.168.8.3");
                site.Guest.Run(GuestSite.EndCaptures, 30);
                GuestCapture capture = site.Capture(name);
                capture.Refresh();
                came += capture.Count($"{ToOne} && ip.dsfield.ecn == 3");
                answered += capture.Count($"{ToOne} && tcp.flags.cwr == 1 && tcp.flags.syn == 0 && frame.len > 1000");
                Assert.Equal(0, capture.Count($"{ToOne} && frame.len > 1518 && tcp.flags.cwr == 1"));
            }

            marked = site.Kernel("one", "IpExt", "InCEPkts") - marked;
            told = site.Kernel("far1", "TcpExt", "TCPDeliveredCE") - told;
            frames = site.Joined().Frames - frames;
            Assert.True(marked >= 10 && told >= marked && frames >= 100, $"{marked} frames came marked, the sender heard of {told}; {frames} were joined");
            Assert.True(came >= 5 && answered >= 3, $"captured: {came} frames marked, {answered} of the sender that say that it heard");
            Accounting.MustClose(site.Gateway);
        }
        finally
        {
            site.Guest.Try("ip netns exec far1 /usr/sbin/tc qdisc del dev nv1 root; ip -n far1 link set nv1 gso_max_segs 65535; ip netns exec far1 ethtool -K nv1 tso on gso on; ip netns exec far1 sh -c 'cat /tmp/wmem >/proc/sys/net/ipv4/tcp_wmem'; for n in one far1; do ip netns exec $n sh -c 'echo 2 >/proc/sys/net/ipv4/tcp_ecn'; done");
            site.Coalesce(false);
        }
    }

    /// <summary>
    /// A guest that passes on what it gets, over a device that leaves segments and sums to the kernel: the kernel believes what the large
    /// frame's headers say, and the next host finds every segment's sum right.
    /// </summary>
    [Theory]
    [InlineData("far1", "192.168.8", "192.168.18", "")]
    [InlineData("far2", "fd64:9:", "fd64:19:", "-6 ")]
    [InlineData("two", "192.168.8", "192.168.18", "")]
    [Requirement("C-013", "C-025")]
    public void A_guest_that_routes_cuts_them_right(string far, string near, string behind, string six)
    {
        string dot = six.Length == 0 ? "." : ":", bits = six.Length == 0 ? "24" : "64";
        site.Coalesce(true);
        try
        {
            site.Guest.Run($"""
                set -e
                ip netns add behind
                ip -n one link add down0 type veth peer name up0 netns behind
                ip netns exec one ethtool -K down0 tx off tso off gso off
                ip netns exec behind ethtool -K up0 gro off
                ip -n behind link set lo up
                ip -n one link set down0 up; ip -n behind link set up0 up
                ip netns exec one sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
                ip -n one {six}addr add {behind}{dot}1/{bits} dev down0 {(six.Length == 0 ? "" : "nodad")}
                ip -n behind {six}addr add {behind}{dot}2/{bits} dev up0 {(six.Length == 0 ? "" : "nodad")}
                ip -n behind {six}route add default via {behind}{dot}1
                ip -n {far} {six}route add {behind}{dot}0/{bits} via {near}{dot}1
                """);
            long large = site.Joined().Frames + site.Requests("access0", "segmentation", "device");
            site.Fetch("behind", $"{near}{dot}{(far == "two" ? 2 : 3)}");
            large = site.Joined().Frames + site.Requests("access0", "segmentation", "device") - large;
            Assert.True(large >= 100, $"the guest was given {large} large frames");
            Assert.Equal(0, site.Kernel("behind", "Tcp", "InCsumErrors"));
            Accounting.MustClose(site.Gateway);
        }
        finally
        {
            site.Guest.Try($"ip -n {far} {six}route del {behind}{dot}0/{bits}; ip netns del behind; ip -n one link del down0; ip netns exec one sh -c 'echo 0 >/proc/sys/net/ipv4/ip_forward; echo 0 >/proc/sys/net/ipv6/conf/all/forwarding'");
            site.Coalesce(false);
        }
    }

    /// <summary>Switched on and off under TCP, over and over: it goes on, and nothing is lost of it.</summary>
    [Fact]
    [Requirement("C-025")]
    public void It_switches_under_tcp()
    {
        long bad = site.Kernel("one", "Tcp", "InCsumErrors");
        site.StartStreams("-R -c 192.168.8.3 -b 40M", "-R -c fd64:9::3 -b 40M");
        for (int round = 0; round < 4; round++)
        {
            site.Coalesce(true);
            long frames = site.Joined().Frames;
            Assert.True(Shell.Eventually(() => site.Joined().Frames > frames, 60), "nothing is joined");
            site.MustFlow("on", "access0");
            site.Coalesce(false);
            site.MustFlow("off", "access0");
        }

        site.EndStreams();
        Assert.Equal(bad, site.Kernel("one", "Tcp", "InCsumErrors"));
        Accounting.MustClose(site.Gateway);
    }

    /// <summary>Nobody asked for it: what comes in is what was sent.</summary>
    [Fact]
    [Requirement("C-025")]
    public void Off_by_default_no_frame_is_larger_than_the_mtu()
    {
        (long Frames, long Segments) before = site.Joined();
        site.Guest.Run(StartCapture.Replace("NAME", "apart", StringComparison.Ordinal));
        site.Fetch("one", "192.168.8.3");
        site.Fetch("one", "fd64:9::3");
        site.Guest.Run(GuestSite.EndCaptures, 30);
        GuestCapture capture = site.Capture("apart");
        capture.Refresh();
        Assert.True(capture.Count($"{ToOne} && frame.len > 1000") >= 1000);
        Assert.Equal(0, capture.Count($"{ToOne} && frame.len > 1518"));
        Assert.Equal(before, site.Joined());
        Accounting.MustClose(site.Gateway);
    }
}
