namespace NvgreGateway.Dpdk;

/// <summary>What the types of flow rules say, by the name of the C field or constant: the part of <see cref="MbufLayout"/> that is theirs.</summary>
internal static unsafe class FlowLayout
{
    internal static void Add(Dictionary<string, ulong> table)
    {
        AddTypes(table);
        AddFields(table);
        AddStructs(table);
    }

    private static void AddTypes(Dictionary<string, ulong> table)
    {
        void Item(string name, FlowItemType type) => table["RTE_FLOW_ITEM_TYPE_" + name] = (ulong)type;
        Item("END", FlowItemType.End);
        Item("ETH", FlowItemType.Ethernet);
        Item("VLAN", FlowItemType.Vlan);
        Item("IPV4", FlowItemType.IPv4);
        Item("IPV6", FlowItemType.IPv6);
        Item("TCP", FlowItemType.Tcp);
        Item("UDP", FlowItemType.Udp);
        Item("NVGRE", FlowItemType.Nvgre);
        Item("REPRESENTED_PORT", FlowItemType.RepresentedPort);
        void Action(string name, FlowActionType type) => table["RTE_FLOW_ACTION_TYPE_" + name] = (ulong)type;
        Action("QUEUE", FlowActionType.Queue);
        Action("MARK", FlowActionType.Mark);
        Action("COUNT", FlowActionType.Count);
        Action("RSS", FlowActionType.Rss);
        Action("NVGRE_ENCAP", FlowActionType.NvgreEncap);
        Action("NVGRE_DECAP", FlowActionType.NvgreDecap);
        Action("RAW_ENCAP", FlowActionType.RawEncap);
        Action("RAW_DECAP", FlowActionType.RawDecap);
        Action("PORT_ID", FlowActionType.PortId);
        Action("REPRESENTED_PORT", FlowActionType.RepresentedPort);
        Action("OF_POP_VLAN", FlowActionType.PopVlan);
        Action("OF_PUSH_VLAN", FlowActionType.PushVlan);
        Action("OF_SET_VLAN_VID", FlowActionType.SetVlanVid);
        Action("OF_SET_VLAN_PCP", FlowActionType.SetVlanPcp);
        table["SHIM_FLOW_INGRESS"] = (ulong)FlowDirection.Ingress;
        table["SHIM_FLOW_EGRESS"] = (ulong)FlowDirection.Egress;
        table["SHIM_FLOW_TRANSFER"] = (ulong)FlowDirection.Transfer;
        table["SHIM_FLOW_ITEMS"] = FlowRule.MostItems;
        table["SHIM_FLOW_TUNNEL_ITEMS"] = FlowRule.MostTunnelItems;
        table["SHIM_FLOW_ACTIONS"] = FlowRule.MostActions;
        table["SHIM_FLOW_QUEUES"] = FlowRule.MostQueues;
    }

    private static void AddFields(Dictionary<string, ulong> table)
    {
        void Size(string name, FlowItemType type) => table["sizeof rte_flow_item_" + name] = (ulong)FlowField.SizeOf(type);
        Size("eth", FlowItemType.Ethernet);
        Size("vlan", FlowItemType.Vlan);
        Size("ipv4", FlowItemType.IPv4);
        Size("ipv6", FlowItemType.IPv6);
        Size("tcp", FlowItemType.Tcp);
        Size("udp", FlowItemType.Udp);
        Size("nvgre", FlowItemType.Nvgre);
        Size("ethdev", FlowItemType.RepresentedPort);
        void Field(string name, FlowField field) => table["rte_flow_item_" + name] = (ulong)field.Offset;
        Field("eth.hdr.dst_addr", FlowField.EthernetDestination);
        Field("eth.hdr.src_addr", FlowField.EthernetSource);
        Field("eth.hdr.ether_type", FlowField.EthernetProtocol);
        Field("vlan.hdr.vlan_tci", FlowField.VlanTci);
        Field("vlan.hdr.eth_proto", FlowField.VlanProtocol);
        Field("ipv4.hdr.version_ihl", FlowField.IPv4VersionLength);
        Field("ipv4.hdr.type_of_service", FlowField.IPv4Tos);
        Field("ipv4.hdr.fragment_offset", FlowField.IPv4Fragment);
        Field("ipv4.hdr.time_to_live", FlowField.IPv4Ttl);
        Field("ipv4.hdr.next_proto_id", FlowField.IPv4Protocol);
        Field("ipv4.hdr.src_addr", FlowField.IPv4Source);
        Field("ipv4.hdr.dst_addr", FlowField.IPv4Destination);
        Field("ipv6.hdr.vtc_flow", FlowField.IPv6Flow);
        Field("ipv6.hdr.proto", FlowField.IPv6Protocol);
        Field("ipv6.hdr.hop_limits", FlowField.IPv6HopLimit);
        Field("ipv6.hdr.src_addr", FlowField.IPv6Source);
        Field("ipv6.hdr.dst_addr", FlowField.IPv6Destination);
        Field("tcp.hdr.src_port", FlowField.TcpSource);
        Field("tcp.hdr.dst_port", FlowField.TcpDestination);
        Field("tcp.hdr.tcp_flags", FlowField.TcpFlags);
        Field("udp.hdr.src_port", FlowField.UdpSource);
        Field("udp.hdr.dst_port", FlowField.UdpDestination);
        Field("nvgre.c_k_s_rsvd0_ver", FlowField.NvgreFlags);
        Field("nvgre.protocol", FlowField.NvgreProtocol);
        Field("nvgre.tni", FlowField.NvgreVsid);
        Field("nvgre.flow_id", FlowField.NvgreFlowId);
        table["rte_flow_item_ethdev.port_id"] = 0;
    }

    private static void AddStructs(Dictionary<string, ulong> table)
    {
        FlowItem item;
        var itemStart = (byte*)&item;
        void ItemField(string name, void* at) => table["shim_flow_item." + name] = (ulong)((byte*)at - itemStart);
        table["sizeof shim_flow_item"] = (ulong)sizeof(FlowItem);
        ItemField("type", &item.Type);
        ItemField("size", &item.Size);
        ItemField("spec", item.Spec);
        ItemField("mask", item.Mask);
        FlowAction action;
        table["sizeof shim_flow_action"] = (ulong)sizeof(FlowAction);
        table["shim_flow_action.type"] = (ulong)((byte*)&action.Type - (byte*)&action);
        table["shim_flow_action.value"] = (ulong)((byte*)&action.Value - (byte*)&action);
        FlowRule rule;
        var ruleStart = (byte*)&rule;
        void Field(string name, void* at) => table["shim_flow." + name] = (ulong)((byte*)at - ruleStart);
        table["sizeof shim_flow"] = (ulong)sizeof(FlowRule);
        Field("group", &rule.Group);
        Field("priority", &rule.Priority);
        Field("direction", &rule.Direction);
        Field("items", &rule.ItemCount);
        Field("tunnel_items", &rule.TunnelItemCount);
        Field("actions", &rule.ActionCount);
        Field("rss_level", &rule.RssLevel);
        Field("queue_count", &rule.QueueCount);
        Field("rss_types", &rule.RssTypes);
        Field("header_length", &rule.HeaderLength);
        Field("queues", &rule.Queues);
        Field("header", rule.Header);
        Field("item", &rule.Items);
        Field("tunnel", &rule.TunnelItems);
        Field("action", &rule.Actions);
        FlowError error;
        table["sizeof shim_flow_error"] = (ulong)sizeof(FlowError);
        table["shim_flow_error.type"] = (ulong)((byte*)&error.Type - (byte*)&error);
        table["shim_flow_error.message"] = (ulong)((byte*)error.Message - (byte*)&error);
    }
}
