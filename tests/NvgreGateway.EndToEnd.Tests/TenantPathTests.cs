using System.Globalization;
using System.Text.RegularExpressions;
using NvgreGateway.Tests;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>
/// What Linux hosts, who know nothing of the tunnel, find out about the path through it: its MTU, congestion, groups. The
/// kernels on both sides judge. One guest serves all of these tests.
/// </summary>
public partial class TenantPathTests(GuestSite site) : IClassFixture<GuestSite>
{
    /// <summary>Underlay and VLAN have an MTU of 1500; outer IPv4 leaves 1458 for the tenant, outer IPv6 1438.</summary>
    [Theory]
    [InlineData(1, false, 1458)]
    [InlineData(1, true, 1458)]
    [InlineData(3, false, 1438)]
    [InlineData(3, true, 1438)]
    public void Ping_is_told_the_mtu_of_the_tunnel(int segment, bool six, int mtu)
    {
        Reach(segment, six);
        string to = Address(segment, six);
        int headers = six ? 48 : 28;
        Forget(segment);
        // The largest packet that fits passes, the first one that does not is answered with the MTU.
        site.Guest.Run($"ip netns exec host ping -M do -c 2 -W 5 -s {mtu - headers} {to}");
        string told = site.Guest.Try($"ip netns exec host ping -M do -c 2 -W 2 -s {mtu - headers + 1} {to}", 30).Output;
        Assert.Matches(six ? "From fe80::.*Packet too big" : @"From 192\.0\.0\.8 .*Frag needed", told);
        Assert.True(Mtus(told).Contains(mtu), told);
        Assert.Contains(" 0 received", told, StringComparison.Ordinal);
        // and the kernel believes it
        Assert.Contains($"mtu {mtu}", site.Guest.Run($"ip -n host route get {to}"), StringComparison.Ordinal);
        string full = site.Guest.Try($"ip netns exec host ping -M do -c 1 -W 2 -s {1500 - headers} {to}", 30).Output;
        Assert.True(Mtus(full).Contains(mtu), full);
        Forget(segment);
        // Without DF, 1500 bytes arrive: the gateway fragments IPv4; IPv6 hosts do that themselves.
        site.Guest.Run($"ip netns exec host ping {(six ? "-M want" : "-M dont")} -c 3 -W 2 -s {1500 - headers} {to}", 30);
        Accounting.MustClose(site.Gateway);
    }

    /// <summary>A router with a smaller MTU behind the gateway: what it tells the gateway the tenant is told, in the tenant's measure.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Ping_is_told_the_mtu_of_the_path(bool six)
    {
        Reach(4, six);
        int headers = six ? 48 : 28;
        Forget(4);
        string told = site.Guest.Try($"ip netns exec host ping -M do -c 3 -W 2 -s {1458 - headers} {Address(4, six)}", 30).Output;
        Assert.True(Mtus(told).Contains(1400 - 42), told);
        site.Guest.Run($"ip netns exec host ping -M do -c 2 -W 5 -s {1358 - headers} {Address(4, six)}");
        Accounting.MustClose(site.Gateway);
    }

    /// <summary>TCP of hosts with an MTU of 1500 goes on, both ways, whether the MSS is clamped (one, three) or not (two, four).</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public void Tcp_does_not_stall(int segment, bool six)
    {
        Reach(segment, six);
        Forget(segment);
        string name = $"tcp-{segment}{(six ? "-six" : "")}";
        foreach (string reverse in new[] { "", " -R" })
        {
            string capture = name + reverse.Trim();
            // 1 MB, each way; a stalled connection would not get there in any time
            site.Guest.Run($"""
                {GuestSite.StartCapture(capture, underlay: false)}
                client host -c {Address(segment, six)} -n 1M -f m --connect-timeout 30000{reverse}; rc=$?
                {GuestSite.EndCaptures}
                exit $rc
                """, 120);
            GuestCapture seen = site.Capture(capture);
            seen.Refresh();
            // What the far kernel offered is clamped on its way to the host, or not.
            int mss = segment switch { 1 => 1458, 3 => 1438, _ => 1500 } - (six ? 60 : 40);
            Assert.True(seen.Count($"tcp.flags.syn == 1 && tcp.flags.ack == 1 && tcp.options.mss_val == {mss}") > 0, $"no answer with an MSS of {mss} in {capture}");
            if (segment is 2 or 4 && reverse.Length == 0)
            {
                // the host had to be told
                Assert.True(seen.Count(six ? "icmpv6.type == 2" : "icmp.type == 3 && icmp.code == 4") > 0, "nobody was told");
            }

            // tshark takes the part of a TCP segment that packet too big quotes for all of it.
            seen.AssertWellFormed("eth.src != 02:00:00:00:0b:01 && !(icmpv6.type == 2)");
            Assert.Equal(0, seen.Count("icmpv6.checksum.status == 0"));
        }

        Accounting.MustClose(site.Gateway);
    }

    /// <summary>ECT set by the host is copied outward, and CE set by the underlay reaches the host.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(3, true)]
    public void Ecn_marks_survive(int segment, bool six)
    {
        Reach(segment, six);
        string to = Address(segment, six), own = $"{(segment == 3 ? "ipv6.tclass.ecn" : "ip.dsfield.ecn")}", inner = six ? "ipv6.tclass.ecn" : "ip.dsfield.ecn";
        string echo = six ? "icmpv6.type == 128" : "icmp.type == 8", reply = six ? "icmpv6.type == 129" : "icmp.type == 0";
        string vlan = $"vlan.id == {segment}00";
        // 1. Outward: what the host set is on the outer header, too, of what the gateway sends, and arrives inside.
        Through($"out-{segment}", "-Q 0x02", mark: false);
        GuestCapture underlay = site.Capture($"out-{segment}-u");
        underlay.Refresh();
        Assert.True(underlay.Count($"{echo} && eth.src == {Configurations.UnderlayMac} && gre && {own} == 2 && !({own} == 0)") >= 3, "ECT(0) is not on the outer header");
        // 2. Inward: a router on the way marks each outer header with CE; the answers were ECT(0), as the echo requests are.
        Through($"in-{segment}", "-Q 0x02", mark: true);
        GuestCapture access = site.Capture($"in-{segment}-a");
        access.Refresh();
        Assert.True(access.Count($"{reply} && {vlan} && {inner} == 3") >= 3, "CE did not reach the host");
        access.AssertWellFormed($"eth.src != 02:00:00:00:0b:01");
        // 3. A packet that is not ECN-capable must not survive congestion.
        long before = site.Drops("drop.ecn.notect_ce");
        Through($"not-{segment}", "-Q 0", mark: true, answered: false);
        Assert.True(site.Drops("drop.ecn.notect_ce") >= before + 3, "congestion was ignored");
        Accounting.MustClose(site.Gateway);

        void Through(string name, string options, bool mark, bool answered = true)
        {
            // Behind the tunnel's end in the guest, on the wire to the gateway, GRE alone.
            string field = segment == 3 ? "ip6 traffic_class set 0x03 retain 0x03" : "ip dsfield set 0x03 retain 0x03";
            string checksum = segment == 3 ? "" : " pipe action csum ip";
            string marking = mark
                ? $"/usr/sbin/tc qdisc add dev eth0 clsact && /usr/sbin/tc filter add dev eth0 egress protocol {(segment == 3 ? "ipv6" : "ip")} matchall action pedit ex munge {field}{checksum} || exit 9"
                : "true";
            site.Guest.Run($"""
                {marking}
                {GuestSite.StartCapture(name + "-u", underlay: true)}
                {GuestSite.StartCapture(name + "-a", underlay: false)}
                {(answered ? "" : "! ")}ip netns exec host ping {options} -c 3 -i 0.2 -W {(answered ? 5 : 1)} {to}; rc=$?
                {GuestSite.EndCaptures}
                /usr/sbin/tc qdisc del dev eth0 clsact 2>/dev/null
                exit $rc
                """, 60);
        }
    }

    /// <summary>A host on the far side that joined a group hears it, and its answer comes back.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(3, true)]
    public void Multicast_reaches_members(int segment, bool six)
    {
        Reach(segment, six);
        string far = GuestSite.Far(segment), group = six ? "ff15::1:2:3" : "239.1.2.3";
        string ping = $"{(six ? "" : "-t 4 ")}-I vlan{segment}00 {group}";
        Assert.NotEqual(0, site.Guest.Try($"ip netns exec host ping -c 1 -W 1 {ping}", 30).ExitCode);
        site.Guest.Run($"""
            {far} sysctl -qw net.ipv4.icmp_echo_ignore_broadcasts=0
            {far} ip addr add {group}/{(six ? 128 : 32)} dev nv{segment} autojoin || exit 9
            """);
        string answered = site.Guest.Run($"ip netns exec host ping -c 3 -W 2 {ping}", 30);
        Assert.Contains($"from {Address(segment, six)}", answered, StringComparison.Ordinal);
        site.Guest.Run($"{far} ip addr del {group}/{(six ? 128 : 32)} dev nv{segment}");
        Accounting.MustClose(site.Gateway);
    }

    private static string Address(int segment, bool six) => six ? $"fd64:{segment}::2" : $"192.168.{segment}.2";

    /// <summary>The MTUs that ping was told.</summary>
    private static IReadOnlyList<int> Mtus(string output) =>
        [.. MtuPattern().Matches(output).Select(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture))];

    [GeneratedRegex(@"mtu ?[=:] ?(\d+)")]
    private static partial Regex MtuPattern();

    private void Reach(int segment, bool six) =>
        site.Guest.Run($"for i in 1 2 3 4 5; do ip netns exec host ping -c 1 -W 2 {Address(segment, six)} && exit 0; done; exit 1", 40);

    /// <summary>
    /// The kernels on both sides forget the MTU that they were told before. The far ones go on offering the MSS of their
    /// device's MTU: gretap tells its own kernel of the underlay's MTU with each packet.
    /// </summary>
    private void Forget(int segment) => site.Guest.Run($$"""
        set -e
        n={{segment}}; far=far$n; [ $n != 4 ] || far=remote
        ip -n host -4 route flush cache; ip -n $far -4 route flush cache
        ip -n host addr del fd64:$n::1/64 dev vlan${n}00; ip -n host addr add fd64:$n::1/64 dev vlan${n}00 nodad
        ip -n $far addr del fd64:$n::2/64 dev nv$n; ip -n $far addr add fd64:$n::2/64 dev nv$n nodad
        ip -n $far route change 192.168.$n.0/24 dev nv$n proto kernel scope link src 192.168.$n.2 advmss 1460
        ip -n $far -6 route replace fd64:$n::/64 dev nv$n proto kernel metric 256 advmss 1440
        """);
}
