using NvgreGateway.Tests;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>
/// A segment that floods to a multicast provider address, with the Linux kernel's multicast gretap as a member of the group: it
/// joins by IGMP, hears the gateway on the group and sends to the group itself.
/// </summary>
public class MulticastTests
{
    private const int Key = 5001 << 8; // Linux matches all 32 bits, so that FlowID has to be zero

    [Fact]
    [Requirement("A-080", "A-053", "A-085")]
    public void Members_of_a_provider_group_talk()
    {
        using Lab lab = new();
        string access = $"{lab.Sockets}/access", underlay = $"{lab.Sockets}/underlay";
        // Without learning all of the segment's traffic goes to the group: a multicast gretap takes nothing else.
        Gateway gateway = new(lab, Configurations.Parse($$"""
            {
              "ports": [
                { "name": "access0", "role": "access", "device": "net_vhost0,iface={{access}}", "mtu": 1450, "mac": "{{Configurations.AccessMac}}", "offload": {{Configurations.WholeSums}} },
                { "name": "underlay0", "role": "underlay", "device": "net_vhost1,iface={{underlay}}", "mtu": 1500, "mac": "{{Configurations.UnderlayMac}}", "offload": {{Configurations.WholeSums}},
                  "addresses": ["10.0.0.1/24"] }
              ],
              "flowId": "zero",
              "segments": [
                { "name": "blue", "vsid": 5001, "attachments": [ { "port": "access0", "vlan": 100 } ], "peers": [ "10.0.0.2" ],
                  "multicastPa": "239.1.1.1", "learning": false, "unknownUnicast": "flood" }
              ]
            }
            """));
        gateway.Start();
        Guest guest = new(lab, $"vhost:{underlay},mac=02:aa:00:00:00:02", $"vhost:{access},mac=02:00:00:00:0b:01");
        guest.Run($$"""
            set -e
            for c in all default; do echo 1 > /proc/sys/net/ipv6/conf/$c/disable_ipv6; done
            ethtool -K eth0 gro off; ethtool -K eth1 gro off
            echo 0 > /proc/sys/net/ipv4/icmp_echo_ignore_broadcasts
            ip netns add host
            ip link set eth1 netns host
            ip netns exec host sh -c 'for c in all default; do echo 1 > /proc/sys/net/ipv6/conf/$c/disable_ipv6; done'
            ip -n host link set lo up
            ip -n host link set eth1 up
            ip -n host link add link eth1 name vlan100 type vlan id 100
            ip -n host link set vlan100 mtu 1400 up
            ip -n host addr add 192.168.7.1/24 dev vlan100
            ip -n host route add 224.0.0.0/4 dev vlan100
            (tcpdump -i eth0 -c 3000 -w /tmp/underlay.pcap -U --immediate-mode -Z root >/tmp/td0 2>&1 &)
            ip link set eth0 up
            await 'grep -qs listening /tmp/td0'
            ip addr add 10.0.0.2/24 dev eth0
            # joined by an address, which must not make the group the guest's own when it sends
            ip addr add 239.1.1.1/32 dev eth0 autojoin
            ip route del local 239.1.1.1 dev eth0 table local || true
            ip route add 239.0.0.0/8 dev eth0
            ip link add nv type gretap local 10.0.0.2 remote 239.1.1.1 dev eth0 key {{Key}} ttl 16
            ip link set nv mtu 1400 up
            ip addr add 192.168.7.2/24 dev nv
            ip addr add 224.9.9.9/32 dev nv autojoin
            ip route del local 224.9.9.9 dev nv table local || true
            """);
        guest.Run("ip netns exec host ping -c 3 -W 2 192.168.7.2 && ping -c 2 -W 2 192.168.7.1", 40);
        string answers = guest.Run("ip netns exec host ping -c 3 -W 2 -t 4 224.9.9.9", 40);
        Assert.Contains("from 192.168.7.2", answers, StringComparison.Ordinal);
        Accounting.MustClose(gateway);

        // The gateway says what it joined, and when it ends what it left.
        gateway.Stop();
        guest.Run("end_captures");
        GuestCapture capture = new(lab, guest, "underlay");
        capture.Refresh();
        const string FromGateway = $"eth.src == {Configurations.UnderlayMac}";
        Assert.True(capture.Count($"{FromGateway} && gre && eth.dst == 01:00:5e:01:01:01 && ip.dst == 239.1.1.1 && ip.ttl == 32 && gre.key == {Key}") >= 4);
        Assert.Equal(0, capture.Count($"{FromGateway} && gre && !(ip.dst == 239.1.1.1)"));
        Assert.True(capture.Count($"{FromGateway} && igmp.record_type == 3 && ip.src == 10.0.0.1 && ip.dst == 224.0.0.22") >= 1);
        capture.AssertWellFormed(FromGateway);
    }
}
