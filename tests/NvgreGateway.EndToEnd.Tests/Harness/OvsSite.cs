namespace NvgreGateway.EndToEnd.Tests;

/// <summary>One host, one gateway, one Open vSwitch with a tenant in each of two segments.</summary>
internal sealed class OvsSite
{
    public const int Blue = 5001;
    public const int Green = 5002;

    private readonly Lab _lab;
    private readonly string _wire;
    private readonly string _endpoint;
    private readonly Dictionary<string, (long Rx, long Tx)> _earlier = [];
    private VlanHost? _host;
    private OvsPeer? _ovs;
    private Capture? _accessCapture;

    public OvsSite(Lab lab, string wire)
    {
        _lab = lab;
        _wire = wire;
        string uplink = lab.Name("u"), gatewayNamespace = "";
        _endpoint = wire == "tap" ? lab.AddNamespace("g") : lab.Name("o");
        string access, underlay;
        switch (wire)
        {
            case "tap":
                gatewayNamespace = _endpoint;
                access = "net_tap0,iface=acc0";
                underlay = "net_tap1,iface=und0";
                break;
            case "memif":
                _host = VlanHost.OnVeth(lab, "h", 1, 100);
                _ovs = new OvsPeer(lab, $"memif:{lab.Sockets}/m", _endpoint, "--dpdk --flowid hash", Blue, Green);
                access = $"net_af_packet0,iface={_host.GatewayEnd}";
                underlay = $"net_memif0,role=client,socket={lab.Sockets}/m,socket-abstract=no,id=0";
                break;
            default:
                _host = VlanHost.OnVeth(lab, "h", 1, 100);
                _ovs = new OvsPeer(lab, "veth:" + uplink, _endpoint, "--flowid hash", Blue, Green);
                access = $"net_{wire}0,iface={_host.GatewayEnd}";
                underlay = $"net_{wire}1,iface={uplink}";
                break;
        }

        System.Text.Json.Nodes.JsonObject configuration = Configurations.TwoSegments(access, underlay);
        if (wire == "memif")
        {
            configuration["ports"]![1]!["mtu"] = 1500; // all that net_memif takes; 42 bytes around the host's 1450 fit
        }

        Gateway = new Gateway(lab, configuration, gatewayNamespace.Length == 0 ? null : gatewayNamespace);
    }

    public Gateway Gateway { get; }

    public VlanHost Host => _host ?? throw new InvalidOperationException("not started");

    public OvsPeer Ovs => _ovs ?? throw new InvalidOperationException("not started");

    public Capture AccessCapture => _accessCapture ?? throw new InvalidOperationException("not started");

    /// <summary>The namespace of the tenant in the blue segment, the one that the host's VLAN 100 belongs to.</summary>
    public string Tenant => Ovs.TenantOf(Blue);

    /// <summary>Null where the wire is shared memory.</summary>
    public Capture? UnderlayCapture { get; private set; }

    /// <summary>What a port had counted before the captures began.</summary>
    public (long Rx, long Tx) EarlierOf(string port) => _earlier.GetValueOrDefault(port);

    public void Start()
    {
        if (_wire == "tap")
        {
            Gateway.Start();
            // The kernel's side of the taps exists only now; the captures begin before anything speaks on them.
            _host = VlanHost.OnTap(_endpoint, "acc0", 1, 100);
            _accessCapture = new Capture(_lab, "access", _endpoint, "acc0");
            Shell.Run($"""
                ip netns exec {_endpoint} sh -c 'echo 1 > /proc/sys/net/ipv6/conf/und0/disable_ipv6'
                ip -n {_endpoint} link set und0 mtu 1600 up
                """);
            UnderlayCapture = new Capture(_lab, "underlay", _endpoint, "und0");
            Assert.Equal(0, _accessCapture.Count("frame") + UnderlayCapture.Count("frame"));
            _earlier["access0"] = Accounting.PortCounters(Gateway, "access0");
            _earlier["underlay0"] = Accounting.PortCounters(Gateway, "underlay0");
            _ovs = new OvsPeer(_lab, "tap:und0", _endpoint, "--flowid hash", Blue, Green);
            return;
        }

        _accessCapture = new Capture(_lab, "access", Host.Namespace, Host.Interface);
        if (_wire != "memif")
        {
            UnderlayCapture = new Capture(_lab, "underlay", _endpoint, "up0");
        }

        Gateway.Start();
    }
}
