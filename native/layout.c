/* What this side's compiler made of every layout and number that C# states too. The managed side refuses to start on any difference. */
#include "shim.h"

#include <rte_ethdev.h>
#include <rte_flow.h>
#include <rte_mbuf.h>

static struct shim_probe table[320];
static uint32_t rows;

static void add(const char *name, uint64_t value)
{
	if (rows == RTE_DIM(table))
		__builtin_trap(); /* the table is too small: every run of a test shows it */
	table[rows].name = name;
	table[rows].value = value;
	rows++;
}

#define FIELD(type, field) add(#type "." #field, offsetof(struct type, field))
#define MBUF_FIELD(field)                                                                  \
	do {                                                                               \
		FIELD(rte_mbuf, field);                                                    \
		add("sizeof rte_mbuf." #field, sizeof(((struct rte_mbuf *)0)->field));     \
	} while (0)
/* Sets a bit-field to ones, and shows where they came to lie. */
#define MBUF_BITS(field)                                     \
	do {                                                 \
		volatile uint64_t ones = UINT64_MAX;         \
		struct rte_mbuf m;                           \
		m.tx_offload = 0;                            \
		m.field = ones;                              \
		add("bits rte_mbuf." #field, m.tx_offload);  \
	} while (0)
#define CONSTANT(name) add(#name, (uint64_t)(name))

static void add_mbuf(void)
{
	add("sizeof rte_mbuf", sizeof(struct rte_mbuf));
	MBUF_FIELD(buf_addr);
#if RTE_VERSION >= RTE_VERSION_NUM(23, 3, 0, 0)
#if RTE_IOVA_IN_MBUF
	MBUF_FIELD(buf_iova);
#endif
#elif RTE_IOVA_AS_PA
	MBUF_FIELD(buf_iova);
#endif
	MBUF_FIELD(data_off);
	MBUF_FIELD(refcnt);
	MBUF_FIELD(nb_segs);
	MBUF_FIELD(port);
	MBUF_FIELD(ol_flags);
	MBUF_FIELD(packet_type);
	MBUF_FIELD(pkt_len);
	MBUF_FIELD(data_len);
	MBUF_FIELD(vlan_tci);
	MBUF_FIELD(hash.rss);
	MBUF_FIELD(hash.fdir.hi);
	MBUF_FIELD(vlan_tci_outer);
	MBUF_FIELD(buf_len);
	MBUF_FIELD(pool);
	MBUF_FIELD(next);
	MBUF_FIELD(tx_offload);
	MBUF_FIELD(shinfo);
	MBUF_FIELD(priv_size);
	MBUF_FIELD(timesync);
	MBUF_FIELD(dynfield1);
	MBUF_BITS(l2_len);
	MBUF_BITS(l3_len);
	MBUF_BITS(l4_len);
	MBUF_BITS(tso_segsz);
	MBUF_BITS(outer_l3_len);
	MBUF_BITS(outer_l2_len);
	FIELD(rte_mbuf_ext_shared_info, refcnt);
	CONSTANT(RTE_PKTMBUF_HEADROOM);
	CONSTANT(RTE_MBUF_PORT_INVALID);
}

static void add_flags(void)
{
	CONSTANT(RTE_MBUF_F_RX_VLAN);
	CONSTANT(RTE_MBUF_F_RX_RSS_HASH);
	CONSTANT(RTE_MBUF_F_RX_L4_CKSUM_BAD);
	CONSTANT(RTE_MBUF_F_RX_IP_CKSUM_BAD);
	CONSTANT(RTE_MBUF_F_RX_OUTER_IP_CKSUM_BAD);
	CONSTANT(RTE_MBUF_F_RX_VLAN_STRIPPED);
	CONSTANT(RTE_MBUF_F_RX_IP_CKSUM_GOOD);
	CONSTANT(RTE_MBUF_F_RX_L4_CKSUM_GOOD);
	CONSTANT(RTE_MBUF_F_RX_QINQ_STRIPPED);
	CONSTANT(RTE_MBUF_F_RX_LRO);
	CONSTANT(RTE_MBUF_F_RX_QINQ);
	CONSTANT(RTE_MBUF_F_RX_OUTER_L4_CKSUM_BAD);
	CONSTANT(RTE_MBUF_F_RX_OUTER_L4_CKSUM_GOOD);
	CONSTANT(RTE_MBUF_F_TX_TUNNEL_MASK);
	CONSTANT(RTE_MBUF_F_TX_TUNNEL_VXLAN);
	CONSTANT(RTE_MBUF_F_TX_TUNNEL_GRE);
	CONSTANT(RTE_MBUF_F_TX_QINQ);
	CONSTANT(RTE_MBUF_F_TX_UDP_SEG);
	CONSTANT(RTE_MBUF_F_TX_TUNNEL_IP);
	CONSTANT(RTE_MBUF_F_TX_TCP_SEG);
	CONSTANT(RTE_MBUF_F_TX_TCP_CKSUM);
	CONSTANT(RTE_MBUF_F_TX_SCTP_CKSUM);
	CONSTANT(RTE_MBUF_F_TX_UDP_CKSUM);
	CONSTANT(RTE_MBUF_F_TX_L4_MASK);
	CONSTANT(RTE_MBUF_F_TX_IP_CKSUM);
	CONSTANT(RTE_MBUF_F_TX_IPV4);
	CONSTANT(RTE_MBUF_F_TX_IPV6);
	CONSTANT(RTE_MBUF_F_TX_VLAN);
	CONSTANT(RTE_MBUF_F_TX_OUTER_IP_CKSUM);
	CONSTANT(RTE_MBUF_F_TX_OUTER_IPV4);
	CONSTANT(RTE_MBUF_F_TX_OUTER_IPV6);
	CONSTANT(RTE_MBUF_F_EXTERNAL);
	CONSTANT(RTE_MBUF_F_INDIRECT);
}

static void add_capabilities(void)
{
	CONSTANT(RTE_ETH_RX_OFFLOAD_VLAN_STRIP);
	CONSTANT(RTE_ETH_RX_OFFLOAD_IPV4_CKSUM);
	CONSTANT(RTE_ETH_RX_OFFLOAD_UDP_CKSUM);
	CONSTANT(RTE_ETH_RX_OFFLOAD_TCP_CKSUM);
	CONSTANT(RTE_ETH_RX_OFFLOAD_TCP_LRO);
	CONSTANT(RTE_ETH_RX_OFFLOAD_QINQ_STRIP);
	CONSTANT(RTE_ETH_RX_OFFLOAD_OUTER_IPV4_CKSUM);
	CONSTANT(RTE_ETH_RX_OFFLOAD_VLAN_FILTER);
	CONSTANT(RTE_ETH_RX_OFFLOAD_SCATTER);
	CONSTANT(RTE_ETH_RX_OFFLOAD_KEEP_CRC);
	CONSTANT(RTE_ETH_RX_OFFLOAD_RSS_HASH);
	CONSTANT(RTE_ETH_TX_OFFLOAD_VLAN_INSERT);
	CONSTANT(RTE_ETH_TX_OFFLOAD_IPV4_CKSUM);
	CONSTANT(RTE_ETH_TX_OFFLOAD_UDP_CKSUM);
	CONSTANT(RTE_ETH_TX_OFFLOAD_TCP_CKSUM);
	CONSTANT(RTE_ETH_TX_OFFLOAD_SCTP_CKSUM);
	CONSTANT(RTE_ETH_TX_OFFLOAD_TCP_TSO);
	CONSTANT(RTE_ETH_TX_OFFLOAD_UDP_TSO);
	CONSTANT(RTE_ETH_TX_OFFLOAD_OUTER_IPV4_CKSUM);
	CONSTANT(RTE_ETH_TX_OFFLOAD_IP_TNL_TSO);
	CONSTANT(RTE_ETH_TX_OFFLOAD_GRE_TNL_TSO);
	CONSTANT(RTE_ETH_TX_OFFLOAD_MT_LOCKFREE);
	CONSTANT(RTE_ETH_TX_OFFLOAD_MULTI_SEGS);
	CONSTANT(RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE);
	CONSTANT(RTE_ETH_RSS_IPV4);
	CONSTANT(RTE_ETH_RSS_FRAG_IPV4);
	CONSTANT(RTE_ETH_RSS_NONFRAG_IPV4_TCP);
	CONSTANT(RTE_ETH_RSS_NONFRAG_IPV4_UDP);
	CONSTANT(RTE_ETH_RSS_NONFRAG_IPV4_OTHER);
	CONSTANT(RTE_ETH_RSS_IPV6);
	CONSTANT(RTE_ETH_RSS_FRAG_IPV6);
	CONSTANT(RTE_ETH_RSS_NONFRAG_IPV6_TCP);
	CONSTANT(RTE_ETH_RSS_NONFRAG_IPV6_UDP);
	CONSTANT(RTE_ETH_RSS_NONFRAG_IPV6_OTHER);
	CONSTANT(RTE_ETH_RSS_L2_PAYLOAD);
	CONSTANT(RTE_ETH_RSS_IPV6_EX);
	CONSTANT(RTE_ETH_RSS_IPV6_TCP_EX);
	CONSTANT(RTE_ETH_RSS_IPV6_UDP_EX);
	CONSTANT(RTE_ETH_RSS_NVGRE);
	CONSTANT(RTE_ETH_RSS_LEVEL_INNERMOST);
}

static void add_shim_structs(void)
{
	CONSTANT(SHIM_REVISION);
	add("sizeof shim_port_info", sizeof(struct shim_port_info));
	FIELD(shim_port_info, rx_offloads);
	FIELD(shim_port_info, tx_offloads);
	FIELD(shim_port_info, rx_queue_offloads);
	FIELD(shim_port_info, tx_queue_offloads);
	FIELD(shim_port_info, rss_types);
	FIELD(shim_port_info, if_index);
	FIELD(shim_port_info, min_rx_buffer);
	FIELD(shim_port_info, max_rx_packet);
	FIELD(shim_port_info, max_mac_addrs);
	FIELD(shim_port_info, socket);
	FIELD(shim_port_info, flags);
	FIELD(shim_port_info, min_mtu);
	FIELD(shim_port_info, max_mtu);
	FIELD(shim_port_info, max_rx_queues);
	FIELD(shim_port_info, max_tx_queues);
	FIELD(shim_port_info, reta_size);
	FIELD(shim_port_info, rx_desc_min);
	FIELD(shim_port_info, rx_desc_max);
	FIELD(shim_port_info, tx_desc_min);
	FIELD(shim_port_info, tx_desc_max);
	FIELD(shim_port_info, tx_seg_max);
	FIELD(shim_port_info, tx_frame_seg_max);
	FIELD(shim_port_info, rss_key_size);
	FIELD(shim_port_info, driver);
	CONSTANT(SHIM_PORT_LINK_INTERRUPT);
	CONSTANT(SHIM_PORT_REMOVAL_INTERRUPT);
	add("sizeof shim_port_conf", sizeof(struct shim_port_conf));
	FIELD(shim_port_conf, rx_offloads);
	FIELD(shim_port_conf, tx_offloads);
	FIELD(shim_port_conf, rss_types);
	FIELD(shim_port_conf, mtu);
	FIELD(shim_port_conf, rx_queues);
	FIELD(shim_port_conf, tx_queues);
	FIELD(shim_port_conf, link_interrupt);
	FIELD(shim_port_conf, removal_interrupt);
	FIELD(shim_port_conf, rss_key);
	FIELD(shim_port_conf, rss_key_length);
	FIELD(shim_port_conf, loopback);
	add("sizeof shim_link", sizeof(struct shim_link));
	FIELD(shim_link, speed);
	FIELD(shim_link, up);
	FIELD(shim_link, full_duplex);
	add("sizeof shim_stats", sizeof(struct shim_stats));
	FIELD(shim_stats, rx_packets);
	FIELD(shim_stats, tx_packets);
	FIELD(shim_stats, rx_bytes);
	FIELD(shim_stats, tx_bytes);
	FIELD(shim_stats, rx_missed);
	FIELD(shim_stats, rx_errors);
	FIELD(shim_stats, tx_errors);
	FIELD(shim_stats, rx_no_mbuf);
}

static void add_flow(void)
{
	CONSTANT(RTE_FLOW_ITEM_TYPE_END);
	CONSTANT(RTE_FLOW_ITEM_TYPE_ETH);
	CONSTANT(RTE_FLOW_ITEM_TYPE_VLAN);
	CONSTANT(RTE_FLOW_ITEM_TYPE_IPV4);
	CONSTANT(RTE_FLOW_ITEM_TYPE_IPV6);
	CONSTANT(RTE_FLOW_ITEM_TYPE_TCP);
	CONSTANT(RTE_FLOW_ITEM_TYPE_UDP);
	CONSTANT(RTE_FLOW_ITEM_TYPE_NVGRE);
	CONSTANT(RTE_FLOW_ITEM_TYPE_REPRESENTED_PORT);
	CONSTANT(RTE_FLOW_ACTION_TYPE_QUEUE);
	CONSTANT(RTE_FLOW_ACTION_TYPE_MARK);
	CONSTANT(RTE_FLOW_ACTION_TYPE_COUNT);
	CONSTANT(RTE_FLOW_ACTION_TYPE_RSS);
	CONSTANT(RTE_FLOW_ACTION_TYPE_NVGRE_ENCAP);
	CONSTANT(RTE_FLOW_ACTION_TYPE_NVGRE_DECAP);
	CONSTANT(RTE_FLOW_ACTION_TYPE_RAW_ENCAP);
	CONSTANT(RTE_FLOW_ACTION_TYPE_RAW_DECAP);
	CONSTANT(RTE_FLOW_ACTION_TYPE_PORT_ID);
	CONSTANT(RTE_FLOW_ACTION_TYPE_REPRESENTED_PORT);
	CONSTANT(RTE_FLOW_ACTION_TYPE_OF_POP_VLAN);
	CONSTANT(RTE_FLOW_ACTION_TYPE_OF_PUSH_VLAN);
	CONSTANT(RTE_FLOW_ACTION_TYPE_OF_SET_VLAN_VID);
	CONSTANT(RTE_FLOW_ACTION_TYPE_OF_SET_VLAN_PCP);
	add("sizeof rte_flow_item_eth", sizeof(struct rte_flow_item_eth));
	add("sizeof rte_flow_item_vlan", sizeof(struct rte_flow_item_vlan));
	add("sizeof rte_flow_item_ipv4", sizeof(struct rte_flow_item_ipv4));
	add("sizeof rte_flow_item_ipv6", sizeof(struct rte_flow_item_ipv6));
	add("sizeof rte_flow_item_tcp", sizeof(struct rte_flow_item_tcp));
	add("sizeof rte_flow_item_udp", sizeof(struct rte_flow_item_udp));
	add("sizeof rte_flow_item_nvgre", sizeof(struct rte_flow_item_nvgre));
	add("sizeof rte_flow_item_ethdev", sizeof(struct rte_flow_item_ethdev));
	FIELD(rte_flow_item_eth, hdr.dst_addr);
	FIELD(rte_flow_item_eth, hdr.src_addr);
	FIELD(rte_flow_item_eth, hdr.ether_type);
	FIELD(rte_flow_item_vlan, hdr.vlan_tci);
	FIELD(rte_flow_item_vlan, hdr.eth_proto);
	FIELD(rte_flow_item_ipv4, hdr.version_ihl);
	FIELD(rte_flow_item_ipv4, hdr.type_of_service);
	FIELD(rte_flow_item_ipv4, hdr.fragment_offset);
	FIELD(rte_flow_item_ipv4, hdr.time_to_live);
	FIELD(rte_flow_item_ipv4, hdr.next_proto_id);
	FIELD(rte_flow_item_ipv4, hdr.src_addr);
	FIELD(rte_flow_item_ipv4, hdr.dst_addr);
	FIELD(rte_flow_item_ipv6, hdr.vtc_flow);
	FIELD(rte_flow_item_ipv6, hdr.proto);
	FIELD(rte_flow_item_ipv6, hdr.hop_limits);
	FIELD(rte_flow_item_ipv6, hdr.src_addr);
	FIELD(rte_flow_item_ipv6, hdr.dst_addr);
	FIELD(rte_flow_item_tcp, hdr.src_port);
	FIELD(rte_flow_item_tcp, hdr.dst_port);
	FIELD(rte_flow_item_tcp, hdr.tcp_flags);
	FIELD(rte_flow_item_udp, hdr.src_port);
	FIELD(rte_flow_item_udp, hdr.dst_port);
	FIELD(rte_flow_item_nvgre, c_k_s_rsvd0_ver);
	FIELD(rte_flow_item_nvgre, protocol);
	FIELD(rte_flow_item_nvgre, tni);
	FIELD(rte_flow_item_nvgre, flow_id);
	FIELD(rte_flow_item_ethdev, port_id);
	CONSTANT(SHIM_FLOW_INGRESS);
	CONSTANT(SHIM_FLOW_EGRESS);
	CONSTANT(SHIM_FLOW_TRANSFER);
	CONSTANT(SHIM_FLOW_ITEMS);
	CONSTANT(SHIM_FLOW_TUNNEL_ITEMS);
	CONSTANT(SHIM_FLOW_ACTIONS);
	CONSTANT(SHIM_FLOW_QUEUES);
	add("sizeof shim_flow_item", sizeof(struct shim_flow_item));
	FIELD(shim_flow_item, type);
	FIELD(shim_flow_item, size);
	FIELD(shim_flow_item, spec);
	FIELD(shim_flow_item, mask);
	add("sizeof shim_flow_action", sizeof(struct shim_flow_action));
	FIELD(shim_flow_action, type);
	FIELD(shim_flow_action, value);
	add("sizeof shim_flow", sizeof(struct shim_flow));
	FIELD(shim_flow, group);
	FIELD(shim_flow, priority);
	FIELD(shim_flow, direction);
	FIELD(shim_flow, items);
	FIELD(shim_flow, tunnel_items);
	FIELD(shim_flow, actions);
	FIELD(shim_flow, rss_level);
	FIELD(shim_flow, queue_count);
	FIELD(shim_flow, rss_types);
	FIELD(shim_flow, header_length);
	FIELD(shim_flow, queues);
	FIELD(shim_flow, header);
	FIELD(shim_flow, item);
	FIELD(shim_flow, tunnel);
	FIELD(shim_flow, action);
	add("sizeof shim_flow_error", sizeof(struct shim_flow_error));
	FIELD(shim_flow_error, type);
	FIELD(shim_flow_error, message);
}

/* Runs when the library is loaded, before anyone can ask. */
__attribute__((constructor)) static void fill(void)
{
	add_mbuf();
	add_flags();
	add_capabilities();
	add_shim_structs();
	add_flow();
}

SHIM_API const struct shim_probe *shim_layout(uint32_t *count)
{
	*count = rows;
	return table;
}
