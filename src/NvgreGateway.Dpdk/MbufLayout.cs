using System.Runtime.InteropServices;

namespace NvgreGateway.Dpdk;

/// <summary>
/// Compares every layout and number that C# shares with C against what the compiler of the shim saw. C# states each once, in the
/// types themselves; DPDK's headers are the other source; here they meet.
/// </summary>
public static unsafe class MbufLayout
{
    /// <summary>Compares, and returns if all is equal.</summary>
    /// <exception cref="DpdkException">Something differs: the message names each difference, with what was expected and found.</exception>
    /// <exception cref="DllNotFoundException">The shim is not there.</exception>
    public static void Verify() => Compare(Expected(), Exported());

    /// <summary>What the shim says, by name.</summary>
    internal static IReadOnlyDictionary<string, ulong> Exported()
    {
        uint count;
        var rows = Native.Layout(&count);
        var table = new Dictionary<string, ulong>((int)count);
        for (var i = 0u; i < count; i++)
        {
            table.Add(Marshal.PtrToStringUTF8((nint)rows[i].Name)!, rows[i].Value);
        }

        return table;
    }

    /// <summary>Refuses any difference between the two tables, in values or in which names they hold.</summary>
    internal static void Compare(IReadOnlyDictionary<string, ulong> expected, IReadOnlyDictionary<string, ulong> found)
    {
        var differences = expected.Keys.Union(found.Keys).Order(StringComparer.Ordinal)
            .Select(name => (name, expected: Text(expected, name), found: Text(found, name)))
            .Where(row => row.expected != row.found)
            .Select(row => $"{row.name}: expected {row.expected}, found {row.found}")
            .ToList();
        if (differences.Count > 0)
        {
            throw new DpdkException("libnvgre_shim.so was built for another DPDK or another version of this program", 0,
                $"Build it again (cmake -S . -B build && cmake --build build), then the program. {string.Join("; ", differences)}");
        }
    }

    /// <summary>What the types of this assembly say, by the name of the C field or constant.</summary>
    internal static Dictionary<string, ulong> Expected()
    {
        var table = new Dictionary<string, ulong>();
        AddMbuf(table);
        AddTxOffloadBits(table);
        AddConstants(table);
        AddPortInfo(table);
        AddPortConfiguration(table);
        AddPortStatistics(table);
        FlowLayout.Add(table);
        return table;
    }

    private static string Text(IReadOnlyDictionary<string, ulong> table, string name) =>
        table.TryGetValue(name, out var value) ? value > 0xffff ? $"0x{value:x}" : value.ToString() : "nothing";

    private static void AddMbuf(Dictionary<string, ulong> table)
    {
        Mbuf m;
        var start = (byte*)&m;
        table["sizeof rte_mbuf"] = (ulong)sizeof(Mbuf);
        void Field(string name, void* at, int size)
        {
            table["rte_mbuf." + name] = (ulong)((byte*)at - start);
            table["sizeof rte_mbuf." + name] = (ulong)size;
        }

        Field("buf_addr", &m.BufAddr, sizeof(byte*));
        Field("buf_iova", &m.BufIova, sizeof(ulong));
        Field("data_off", &m.DataOff, sizeof(ushort));
        Field("refcnt", &m.Refcnt, sizeof(ushort));
        Field("nb_segs", &m.NbSegs, sizeof(ushort));
        Field("port", &m.Port, sizeof(ushort));
        Field("ol_flags", &m.OlFlags, sizeof(MbufFlags));
        Field("packet_type", &m.PacketType, sizeof(uint));
        Field("pkt_len", &m.PktLen, sizeof(uint));
        Field("data_len", &m.DataLen, sizeof(ushort));
        Field("vlan_tci", &m.VlanTci, sizeof(ushort));
        Field("hash.rss", &m.HashRss, sizeof(uint));
        Field("hash.fdir.hi", &m.HashHigh, sizeof(uint));
        Field("vlan_tci_outer", &m.VlanTciOuter, sizeof(ushort));
        Field("buf_len", &m.BufLen, sizeof(ushort));
        Field("pool", &m.Pool, sizeof(void*));
        Field("next", &m.Next, sizeof(Mbuf*));
        Field("tx_offload", &m.TxOffload, sizeof(ulong));
        Field("shinfo", &m.ShInfo, sizeof(void*));
        Field("priv_size", &m.PrivSize, sizeof(ushort));
        Field("timesync", &m.TimeSync, sizeof(ushort));
        Field("dynfield1", m.DynField, 9 * sizeof(uint));
        table["rte_mbuf_ext_shared_info.refcnt"] = Mbuf.ExternalCount;
    }

    private static void AddTxOffloadBits(Dictionary<string, ulong> table)
    {
        // Each is the whole bit-field set to ones: place and width at once.
        table["bits rte_mbuf.l2_len"] = Mbuf.PackTxOffload(127, 0);
        table["bits rte_mbuf.l3_len"] = Mbuf.PackTxOffload(0, 511);
        table["bits rte_mbuf.l4_len"] = Mbuf.PackTxOffload(0, 0, l4: 255);
        table["bits rte_mbuf.tso_segsz"] = Mbuf.PackTxOffload(0, 0, segment: 65535);
        table["bits rte_mbuf.outer_l3_len"] = Mbuf.PackTxOffload(0, 0, outerL3: 511);
        table["bits rte_mbuf.outer_l2_len"] = Mbuf.PackTxOffload(0, 0, outerL2: 127);
    }

    private static void AddConstants(Dictionary<string, ulong> table)
    {
        table["SHIM_REVISION"] = Native.Revision;
        table["RTE_PKTMBUF_HEADROOM"] = Mbuf.DefaultHeadroom;
        table["RTE_MBUF_PORT_INVALID"] = Mbuf.NoPort;
        AddFlags(table);
        AddRxOffloads(table);
        AddTxOffloads(table);
        AddRssTypes(table);
    }

    private static void AddFlags(Dictionary<string, ulong> table)
    {
        void Flag(string name, MbufFlags flag) => table["RTE_MBUF_F_" + name] = (ulong)flag;
        Flag("RX_VLAN", MbufFlags.RxVlan);
        Flag("RX_RSS_HASH", MbufFlags.RxRssHash);
        Flag("RX_L4_CKSUM_BAD", MbufFlags.RxL4ChecksumBad);
        Flag("RX_IP_CKSUM_BAD", MbufFlags.RxIpChecksumBad);
        Flag("RX_OUTER_IP_CKSUM_BAD", MbufFlags.RxOuterIpChecksumBad);
        Flag("RX_VLAN_STRIPPED", MbufFlags.RxVlanStripped);
        Flag("RX_IP_CKSUM_GOOD", MbufFlags.RxIpChecksumGood);
        Flag("RX_L4_CKSUM_GOOD", MbufFlags.RxL4ChecksumGood);
        Flag("RX_QINQ_STRIPPED", MbufFlags.RxQinqStripped);
        Flag("RX_LRO", MbufFlags.RxLro);
        Flag("RX_QINQ", MbufFlags.RxQinq);
        Flag("RX_OUTER_L4_CKSUM_BAD", MbufFlags.RxOuterL4ChecksumBad);
        Flag("RX_OUTER_L4_CKSUM_GOOD", MbufFlags.RxOuterL4ChecksumGood);
        Flag("TX_TUNNEL_MASK", MbufFlags.TxTunnelMask);
        Flag("TX_TUNNEL_VXLAN", MbufFlags.TxTunnelVxlan);
        Flag("TX_TUNNEL_GRE", MbufFlags.TxTunnelGre);
        Flag("TX_QINQ", MbufFlags.TxQinq);
        Flag("TX_UDP_SEG", MbufFlags.TxUdpSegmentation);
        Flag("TX_TUNNEL_IP", MbufFlags.TxTunnelIp);
        Flag("TX_TCP_SEG", MbufFlags.TxTcpSegmentation);
        Flag("TX_TCP_CKSUM", MbufFlags.TxTcpChecksum);
        Flag("TX_SCTP_CKSUM", MbufFlags.TxSctpChecksum);
        Flag("TX_UDP_CKSUM", MbufFlags.TxUdpChecksum);
        Flag("TX_L4_MASK", MbufFlags.TxL4Mask);
        Flag("TX_IP_CKSUM", MbufFlags.TxIpChecksum);
        Flag("TX_IPV4", MbufFlags.TxIPv4);
        Flag("TX_IPV6", MbufFlags.TxIPv6);
        Flag("TX_VLAN", MbufFlags.TxVlan);
        Flag("TX_OUTER_IP_CKSUM", MbufFlags.TxOuterIpChecksum);
        Flag("TX_OUTER_IPV4", MbufFlags.TxOuterIPv4);
        Flag("TX_OUTER_IPV6", MbufFlags.TxOuterIPv6);
        Flag("EXTERNAL", MbufFlags.External);
        Flag("INDIRECT", MbufFlags.Indirect);
    }

    private static void AddRxOffloads(Dictionary<string, ulong> table)
    {
        void Offload(string name, RxOffloads value) => table["RTE_ETH_RX_OFFLOAD_" + name] = (ulong)value;
        Offload("VLAN_STRIP", RxOffloads.VlanStrip);
        Offload("IPV4_CKSUM", RxOffloads.IPv4Checksum);
        Offload("UDP_CKSUM", RxOffloads.UdpChecksum);
        Offload("TCP_CKSUM", RxOffloads.TcpChecksum);
        Offload("TCP_LRO", RxOffloads.TcpLro);
        Offload("QINQ_STRIP", RxOffloads.QinqStrip);
        Offload("OUTER_IPV4_CKSUM", RxOffloads.OuterIPv4Checksum);
        Offload("VLAN_FILTER", RxOffloads.VlanFilter);
        Offload("SCATTER", RxOffloads.Scatter);
        Offload("KEEP_CRC", RxOffloads.KeepCrc);
        Offload("RSS_HASH", RxOffloads.RssHash);
    }

    private static void AddTxOffloads(Dictionary<string, ulong> table)
    {
        void Offload(string name, TxOffloads value) => table["RTE_ETH_TX_OFFLOAD_" + name] = (ulong)value;
        Offload("VLAN_INSERT", TxOffloads.VlanInsert);
        Offload("IPV4_CKSUM", TxOffloads.IPv4Checksum);
        Offload("UDP_CKSUM", TxOffloads.UdpChecksum);
        Offload("TCP_CKSUM", TxOffloads.TcpChecksum);
        Offload("SCTP_CKSUM", TxOffloads.SctpChecksum);
        Offload("TCP_TSO", TxOffloads.TcpSegmentation);
        Offload("UDP_TSO", TxOffloads.UdpSegmentation);
        Offload("OUTER_IPV4_CKSUM", TxOffloads.OuterIPv4Checksum);
        Offload("IP_TNL_TSO", TxOffloads.IpTunnelTcpSegmentation);
        Offload("GRE_TNL_TSO", TxOffloads.GreTcpSegmentation);
        Offload("MT_LOCKFREE", TxOffloads.LockFree);
        Offload("MULTI_SEGS", TxOffloads.MultiSegments);
        Offload("MBUF_FAST_FREE", TxOffloads.FastFree);
    }

    private static void AddRssTypes(Dictionary<string, ulong> table)
    {
        void Rss(string name, RssTypes value) => table["RTE_ETH_RSS_" + name] = (ulong)value;
        Rss("IPV4", RssTypes.IPv4);
        Rss("FRAG_IPV4", RssTypes.FragmentIPv4);
        Rss("NONFRAG_IPV4_TCP", RssTypes.IPv4Tcp);
        Rss("NONFRAG_IPV4_UDP", RssTypes.IPv4Udp);
        Rss("NONFRAG_IPV4_OTHER", RssTypes.IPv4Other);
        Rss("IPV6", RssTypes.IPv6);
        Rss("FRAG_IPV6", RssTypes.FragmentIPv6);
        Rss("NONFRAG_IPV6_TCP", RssTypes.IPv6Tcp);
        Rss("NONFRAG_IPV6_UDP", RssTypes.IPv6Udp);
        Rss("NONFRAG_IPV6_OTHER", RssTypes.IPv6Other);
        Rss("L2_PAYLOAD", RssTypes.L2Payload);
        Rss("IPV6_EX", RssTypes.IPv6Extension);
        Rss("IPV6_TCP_EX", RssTypes.IPv6TcpExtension);
        Rss("IPV6_UDP_EX", RssTypes.IPv6UdpExtension);
        Rss("NVGRE", RssTypes.Nvgre);
        Rss("LEVEL_INNERMOST", RssTypes.Innermost);
    }

    private static void AddPortInfo(Dictionary<string, ulong> table)
    {
        NativePortInfo s;
        var start = (byte*)&s;
        table["sizeof shim_port_info"] = (ulong)sizeof(NativePortInfo);
        void Field(string name, void* at) => table["shim_port_info." + name] = (ulong)((byte*)at - start);
        Field("rx_offloads", &s.RxOffloads);
        Field("tx_offloads", &s.TxOffloads);
        Field("rx_queue_offloads", &s.RxQueueOffloads);
        Field("tx_queue_offloads", &s.TxQueueOffloads);
        Field("rss_types", &s.RssTypes);
        Field("if_index", &s.InterfaceIndex);
        Field("min_rx_buffer", &s.MinRxBuffer);
        Field("max_rx_packet", &s.MaxRxPacket);
        Field("max_mac_addrs", &s.MaxMacAddresses);
        Field("socket", &s.Socket);
        Field("flags", &s.Flags);
        Field("min_mtu", &s.MinMtu);
        Field("max_mtu", &s.MaxMtu);
        Field("max_rx_queues", &s.MaxRxQueues);
        Field("max_tx_queues", &s.MaxTxQueues);
        Field("reta_size", &s.RetaSize);
        Field("rx_desc_min", &s.RxDescriptorsMin);
        Field("rx_desc_max", &s.RxDescriptorsMax);
        Field("tx_desc_min", &s.TxDescriptorsMin);
        Field("tx_desc_max", &s.TxDescriptorsMax);
        Field("tx_seg_max", &s.TxSegmentsMax);
        Field("tx_frame_seg_max", &s.TxFrameSegmentsMax);
        Field("rss_key_size", &s.RssKeySize);
        Field("driver", &s.Driver);
        table["SHIM_PORT_LINK_INTERRUPT"] = NativePortInfo.LinkInterrupt;
        table["SHIM_PORT_REMOVAL_INTERRUPT"] = NativePortInfo.RemovalInterrupt;
    }

    private static void AddPortConfiguration(Dictionary<string, ulong> table)
    {
        NativePortConfiguration s;
        var start = (byte*)&s;
        table["sizeof shim_port_conf"] = (ulong)sizeof(NativePortConfiguration);
        void Field(string name, void* at) => table["shim_port_conf." + name] = (ulong)((byte*)at - start);
        Field("rx_offloads", &s.RxOffloads);
        Field("tx_offloads", &s.TxOffloads);
        Field("rss_types", &s.RssTypes);
        Field("mtu", &s.Mtu);
        Field("rx_queues", &s.RxQueues);
        Field("tx_queues", &s.TxQueues);
        Field("link_interrupt", &s.LinkInterrupt);
        Field("removal_interrupt", &s.RemovalInterrupt);
        Field("rss_key", &s.RssKey);
        Field("rss_key_length", &s.RssKeyLength);
        Field("loopback", &s.Loopback);
        NativeLink l;
        table["sizeof shim_link"] = (ulong)sizeof(NativeLink);
        table["shim_link.speed"] = (ulong)((byte*)&l.Speed - (byte*)&l);
        table["shim_link.up"] = (ulong)((byte*)&l.Up - (byte*)&l);
        table["shim_link.full_duplex"] = (ulong)((byte*)&l.FullDuplex - (byte*)&l);
    }

    private static void AddPortStatistics(Dictionary<string, ulong> table)
    {
        PortStatistics s;
        var start = (byte*)&s;
        table["sizeof shim_stats"] = (ulong)sizeof(PortStatistics);
        void Field(string name, void* at) => table["shim_stats." + name] = (ulong)((byte*)at - start);
        Field("rx_packets", &s.RxPackets);
        Field("tx_packets", &s.TxPackets);
        Field("rx_bytes", &s.RxBytes);
        Field("tx_bytes", &s.TxBytes);
        Field("rx_missed", &s.RxMissed);
        Field("rx_errors", &s.RxErrors);
        Field("tx_errors", &s.TxErrors);
        Field("rx_no_mbuf", &s.RxNoMbuf);
    }
}
