namespace NvgreGateway.EndToEnd.Tests;

/// <summary>Open vSwitch with the userspace datapath as an NVGRE endpoint, its tenants in namespaces of their own.</summary>
internal sealed class OvsPeer : IDisposable
{
    public const string Address = "10.0.0.2";
    public const string GatewayAddress = "10.0.0.1";
    public const string TenantAddress = "192.168.100.2";
    public const string TenantIpv6 = "fd64::2";
    public const string TenantMac = "02:00:00:00:02:02";

    private readonly string _environment;

    public OvsPeer(Lab lab, string transport, string endpointNamespace, string options, params int[] vsids)
    {
        Namespace = endpointNamespace;
        _environment = $"LAB_OVS_NS={Namespace}";
        lab.Add(this);
        Shell.Run($"{_environment} {Machine.Lab}/ovs-peer up {transport} {string.Join(' ', vsids)} {options}", 120);
    }

    public string Namespace { get; }

    public string TenantOf(int vsid) => $"{Namespace}-{vsid}";

    /// <summary>Gives a tenant <see cref="TenantIpv6"/>; from then on the kernel sends neighbour and listener messages of its own.</summary>
    public void AddIpv6(int vsid) => Shell.Run($"""
        ip netns exec {TenantOf(vsid)} sh -c 'echo 0 > /proc/sys/net/ipv6/conf/eth0/disable_ipv6'
        ip -n {TenantOf(vsid)} addr add {TenantIpv6}/64 dev eth0 nodad
        """);

    /// <summary>Runs ovs-vsctl against this endpoint.</summary>
    public string Control(string arguments) => Shell.Run($"{_environment} {Machine.Lab}/ovs-peer vsctl {arguments}").Trim();

    public void Dispose() => Shell.Try($"{_environment} {Machine.Lab}/ovs-peer down", 30);
}
