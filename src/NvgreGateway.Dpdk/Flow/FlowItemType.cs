namespace NvgreGateway.Dpdk;

/// <summary>Header or meta-data that an item of a flow rule matches (<c>RTE_FLOW_ITEM_TYPE_*</c>); checked against the shim at start.</summary>
public enum FlowItemType : uint
{
    /// <summary>End of the list; the shim sets it.</summary>
    End = 0,
    /// <summary>Ethernet.</summary>
    Ethernet = 6,
    /// <summary>VLAN tag.</summary>
    Vlan = 7,
    /// <summary>IPv4.</summary>
    IPv4 = 8,
    /// <summary>IPv6.</summary>
    IPv6 = 9,
    /// <summary>UDP.</summary>
    Udp = 11,
    /// <summary>TCP.</summary>
    Tcp = 12,
    /// <summary>GRE with the key of NVGRE.</summary>
    Nvgre = 16,
    /// <summary>Meta-data of transfer rules: what comes out of the wire of that port.</summary>
    RepresentedPort = 54,
}
