namespace NvgreGateway.Dpdk;

/// <summary>What a flow rule does (<c>RTE_FLOW_ACTION_TYPE_*</c>), in the order of its list; checked against the shim at start.</summary>
public enum FlowActionType : uint
{
    /// <summary>End of the list; the shim sets it.</summary>
    End = 0,
    /// <summary>Sets the mark of the received packet: the action's value.</summary>
    Mark = 4,
    /// <summary>To one receive queue: the value.</summary>
    Queue = 6,
    /// <summary>Counts packets and bytes; the value is the counter's id within the rule.</summary>
    Count = 8,
    /// <summary>Spreads over <see cref="FlowRule.Queues"/>.</summary>
    Rss = 9,
    /// <summary>To a port of the same device, by DPDK's number: the value.</summary>
    PortId = 12,
    /// <summary>Takes the outer VLAN tag away.</summary>
    PopVlan = 16,
    /// <summary>Adds a VLAN tag of this EtherType: the value.</summary>
    PushVlan = 17,
    /// <summary>Sets the VID of the outer tag: the value.</summary>
    SetVlanVid = 18,
    /// <summary>Sets the PCP of the outer tag: the value.</summary>
    SetVlanPcp = 19,
    /// <summary>Adds the headers that the tunnel items describe.</summary>
    NvgreEncap = 24,
    /// <summary>Takes the headers up to NVGRE away.</summary>
    NvgreDecap = 25,
    /// <summary>Adds <see cref="FlowRule.Header"/>.</summary>
    RawEncap = 26,
    /// <summary>Takes headers of the length of <see cref="FlowRule.Header"/> away.</summary>
    RawDecap = 27,
    /// <summary>Out of the wire of a port: the value. What <see cref="PortId"/> was before DPDK 21.11.</summary>
    RepresentedPort = 55,
}
