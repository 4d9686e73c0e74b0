namespace NvgreGateway.EndToEnd.Tests;

/// <summary>
/// An ordinary Linux host in a network namespace, tagged with one VLAN (or untagged), on a veth whose other end is for
/// the gateway's port, or on a tap interface that the gateway made.
/// </summary>
internal sealed class VlanHost
{
    private VlanHost(string networkNamespace, string networkInterface, string gatewayEnd, string mac)
    {
        Namespace = networkNamespace;
        Interface = networkInterface;
        GatewayEnd = gatewayEnd;
        Mac = mac;
    }

    public string Namespace { get; }

    public string Interface { get; }

    /// <summary>The interface in the root namespace that a DPDK device takes.</summary>
    public string GatewayEnd { get; }

    public string Mac { get; }

    /// <summary>A host on a veth; VLAN 0 is untagged.</summary>
    public static VlanHost OnVeth(Lab lab, string what, int number, int vlan)
    {
        string name = lab.AddNamespace(what), end = lab.Name("d" + what), mac = $"02:00:00:00:0b:{number:x2}";
        Shell.Run($"""
            ip link add {end} type veth peer name eth0 address {mac} netns {name}
            [ ! -e /proc/sys/net/ipv6/conf/{end}/disable_ipv6 ] || echo 1 > /proc/sys/net/ipv6/conf/{end}/disable_ipv6
            ip link set {end} up promisc on mtu 1600
            ethtool -K {end} tx off txvlan off >/dev/null
            """);
        lab.AddUndo($"ip link del {end}");
        VlanHost host = new(name, "eth0", end, mac);
        host.Configure(number, vlan);
        return host;
    }

    /// <summary>A host on the kernel's side of a tap interface that stays in the gateway's namespace.</summary>
    public static VlanHost OnTap(string networkNamespace, string tap, int number, int vlan)
    {
        string mac = $"02:00:00:00:0b:{number:x2}";
        Shell.Run($"ip -n {networkNamespace} link set {tap} down; ip -n {networkNamespace} link set {tap} address {mac}");
        VlanHost host = new(networkNamespace, tap, tap, mac);
        host.Configure(number, vlan);
        return host;
    }

    /// <summary>Puts the host on another VLAN.</summary>
    public void SetVlan(int vlan) => Shell.Run($"{Machine.Lab}/vlan-host {Namespace} {Interface} {vlan}");

    /// <summary>Adds an IPv6 address; from then on the kernel sends neighbour and listener messages of its own.</summary>
    public void AddIpv6(string address) => Shell.Run($"""
        ip netns exec {Namespace} sh -c 'echo 0 > /proc/sys/net/ipv6/conf/{Interface}/disable_ipv6'
        ip -n {Namespace} addr add {address}/64 dev {Interface} nodad
        """);

    private void Configure(int number, int vlan)
    {
        Shell.Run($"""
            set -e
            ip netns exec {Namespace} sh -c 'echo 1 > /proc/sys/net/ipv6/conf/{Interface}/disable_ipv6'
            ip netns exec {Namespace} ethtool -K {Interface} tx off txvlan off >/dev/null
            ip -n {Namespace} link set {Interface} mtu 1450 up
            ip -n {Namespace} addr add 192.168.100.{number}/24 dev {Interface}
            """);
        if (vlan != 0)
        {
            SetVlan(vlan);
        }
    }
}
