using NvgreGateway.Tests;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>
/// The Linux kernel's own gretap is the NVGRE peer and Linux 802.1Q the VLAN host, both in one small emulated guest whose
/// virtio NICs are wired to the gateway's net_vhost ports.
/// </summary>
public class LinuxGretapTests
{
    // Linux matches all 32 bits of the key, so that FlowID has to be zero: 5001 << 8.
    private const int BlueKey = 5001 << 8;
    private const int SixKey = 5002 << 8;

    [Fact]
    public void Vlan_host_and_gretap_peers_talk_through_vhost_ports()
    {
        using Lab lab = new();
        string access = $"{lab.Sockets}/access", underlay = $"{lab.Sockets}/underlay";
        Gateway gateway = new(lab, Configurations.Parse($$"""
            {
              "ports": [
                { "name": "access0", "role": "access", "device": "net_vhost0,iface={{access}}", "mtu": 1450, "mac": "{{Configurations.AccessMac}}", "offload": {{Configurations.WholeSums}} },
                { "name": "underlay0", "role": "underlay", "device": "net_vhost1,iface={{underlay}}", "mtu": 1500, "mac": "{{Configurations.UnderlayMac}}", "offload": {{Configurations.WholeSums}},
                  "addresses": ["10.0.0.1/24", "fd00::1/64"] }
              ],
              "flowId": "zero",
              "segments": [
                { "name": "blue", "vsid": 5001, "attachments": [ { "port": "access0", "vlan": 100 } ], "peers": [ "10.0.0.2" ] },
                { "name": "six", "vsid": 5002, "attachments": [ { "port": "access0", "vlan": 200 } ], "peers": [ "fd00::2" ] }
              ]
            }
            """));
        gateway.Start();
        Guest guest = new(lab, $"vhost:{underlay},mac=02:aa:00:00:00:02", $"vhost:{access},mac=02:00:00:00:0b:01");
        guest.Run($$"""
            set -e
            # the kernel speaks only when spoken to, so that counters can be compared
            for c in all default; do echo 1 > /proc/sys/net/ipv6/conf/$c/disable_ipv6; done
            # what is captured is what came, not several of them joined
            ethtool -K eth0 gro off; ethtool -K eth1 gro off
            ip netns add host
            ip link set eth1 netns host
            ip netns exec host sh -c 'for c in all default; do echo 1 > /proc/sys/net/ipv6/conf/$c/disable_ipv6; done'
            ip -n host link set lo up
            ip -n host link set eth1 up
            for v in 100 200; do
              ip -n host link add link eth1 name vlan$v type vlan id $v
              ip -n host link set vlan$v mtu 1400 up
            done
            ip -n host addr add 192.168.4.1/24 dev vlan100
            ip -n host addr add 192.168.6.1/24 dev vlan200
            ip link set eth0 up
            ip addr add 10.0.0.2/24 dev eth0
            ip link add nv4 type gretap local 10.0.0.2 remote 10.0.0.1 key {{BlueKey}} ttl 64
            ip link set nv4 mtu 1400 up
            ip addr add 192.168.4.2/24 dev nv4
            capture underlay - eth0 -c 3000
            capture access host eth1 -c 3000
            """);

        // ARP of the tenants, ARP of the underlay and ICMP, nothing of it configured.
        guest.Run("ip netns exec host ping -c 5 -W 2 192.168.4.2 && ping -c 2 -W 2 192.168.4.1", 40);
        GuestCapture accessCapture = new(lab, guest, "access"), underlayCapture = new(lab, guest, "underlay");
        accessCapture.MustEqual(gateway, "access0", "eth.src != 02:00:00:00:0b:01");
        underlayCapture.MustEqual(gateway, "underlay0", $"frame[6:6] == {Configurations.UnderlayMac}");
        Assert.Equal(0, underlayCapture.Count($"gre && !(gre.key == {BlueKey} && gre.flags_and_version == 0x2000 && gre.proto == 0x6558)"));
        Assert.True(underlayCapture.Count($"gre && icmp.type == 8 && eth.src == {Configurations.UnderlayMac}") >= 5);

        // TCP both ways; what the gateway delivered must be whole, down to the checksums that the guest left to its NIC.
        guest.Run("""
            set -e
            serve -
            client host -c 192.168.4.2 -t 2 -f m --connect-timeout 30000
            client host -c 192.168.4.2 -t 2 -f m --connect-timeout 30000 -R
            """, 120);
        // Captures end by themselves, or here.
        guest.Run("end_captures");

        // The same over an IPv6 underlay.
        guest.Run($$"""
            set -e
            echo 0 > /proc/sys/net/ipv6/conf/all/disable_ipv6
            echo 0 > /proc/sys/net/ipv6/conf/eth0/disable_ipv6
            ip -6 addr add fd00::2/64 dev eth0 nodad
            ip link add nv6 type ip6gretap local fd00::2 remote fd00::1 key {{SixKey}} hoplimit 64 encaplimit none
            ip link set nv6 mtu 1400 up
            ip addr add 192.168.6.2/24 dev nv6
            capture six - eth0 -c 400
            ip netns exec host ping -c 5 -W 2 192.168.6.2
            client host -c 192.168.6.2 -t 1 -f m --connect-timeout 30000
            end_captures
            """, 180);
        GuestCapture six = new(lab, guest, "six");
        six.Refresh();
        Assert.True(six.Count($"ipv6.nxt == 47 && gre.key == {SixKey} && eth.src == {Configurations.UnderlayMac}") >= 5);
        six.AssertWellFormed($"eth.src == {Configurations.UnderlayMac}");

        // Two VLANs are two segments: with its own peer down, nobody answers in the second one. (Linux has the address of the
        // first one too, and would answer for it on any interface.)
        guest.Run("ip link set nv6 down; ! ip netns exec host ping -c 2 -W 1 -I vlan200 192.168.4.2");
        accessCapture.Refresh();
        underlayCapture.Refresh();
        accessCapture.AssertWellFormed("eth.src != 02:00:00:00:0b:01");
        underlayCapture.AssertWellFormed($"eth.src == {Configurations.UnderlayMac}");
        Assert.Equal("rx", InForce(gateway, 0, "csum.tcp4"));
        Accounting.MustClose(gateway);

        // Checksums left to the guest's NIC, begun as they are, switched on and off while TCP runs.
        // (iperf3 keeps what it has to say to itself, unless it is told not to.)
        guest.Run("ip netns exec host iperf3 -c 192.168.4.2 -t 600 -f m --connect-timeout 30000 --forceflush >/tmp/toggled 2>&1 & echo $! >/tmp/toggled.pid; await 'grep -q sec /tmp/toggled'");
        for (int round = 0; round < 10; round++)
        {
            foreach (string port in (string[])["access0", "underlay0"])
            {
                Shell.Run($"{Machine.Root}/nvgre-gateway set offload {port} csum.tcp4 {(round % 2 == 0 ? "on" : "rx")} --name {gateway.Name}");
                if (round == 0)
                {
                    Assert.Contains(port == "access0" ? "plain" : "nvgre", InForce(gateway, port == "access0" ? 0 : 1, "csum.tcp4"), StringComparison.Ordinal);
                }
            }
        }

        guest.Run("""
            flowing() { grep ' sec ' /tmp/toggled | grep -vc ' 0.00 Bytes '; }
            seen=$(flowing)
            await '[ $(flowing) -ge $((seen + 2)) ]' && kill -INT $(cat /tmp/toggled.pid) || { cat /tmp/toggled; exit 1; }
            await '! kill -0 $(cat /tmp/toggled.pid) 2>/dev/null'
            for n in "" "ip netns exec host"; do $n awk '/^Tcp:/ && $NF ~ /^[0-9]+$/ { exit $NF != 0 }' /proc/net/snmp || { echo "wrong sums: $n"; exit 1; }; done
            """);
        guest.Run("ip netns exec host ping -c 3 -W 2 192.168.4.2", 20);
        Accounting.MustClose(gateway);

        gateway.Stop();
        CommandResult ping = guest.Try("ip netns exec host ping -c 3 -W 1 192.168.4.2", 30);
        Assert.True(ping.ExitCode != 0, ping.Output);
    }

    private static string InForce(Gateway gateway, int port, string name) => string.Join(
        ' ', gateway.Show("offloads")[port]!["offloads"]!.AsArray().Single(o => o!["name"]!.GetValue<string>() == name)!["inForce"]!.AsArray().Select(static w => w!.GetValue<string>()));
}
