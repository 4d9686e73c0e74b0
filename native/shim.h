/*
 * The native border: one thin function for each inline function, macro or call of DPDK that C# cannot reach. No policy, no packet logic.
 * Status codes are 0 (or a count) and negative errno; nothing is thrown, nothing is printed. Every struct here has a C# twin,
 * and layout.c exports what this side's compiler made of it.
 */
#ifndef NVGRE_SHIM_H
#define NVGRE_SHIM_H

#include <stddef.h>
#include <stdint.h>

#include <rte_version.h>

#define SHIM_API __attribute__((visibility("default")))

/* Raised with every change to the functions, so that a library of another build is refused instead of called wrongly. */
#define SHIM_REVISION 7u

struct rte_mbuf;
struct rte_mempool;

/* One number that both sides have to agree on. */
struct shim_probe {
	const char *name;
	uint64_t value;
};

#define SHIM_PORT_LINK_INTERRUPT 1u
#define SHIM_PORT_REMOVAL_INTERRUPT 2u

struct shim_port_info {
	uint64_t rx_offloads;
	uint64_t tx_offloads;
	uint64_t rx_queue_offloads;
	uint64_t tx_queue_offloads;
	uint64_t rss_types;
	uint32_t if_index;
	uint32_t min_rx_buffer;
	uint32_t max_rx_packet;
	uint32_t max_mac_addrs;
	int32_t socket;
	uint32_t flags; /* SHIM_PORT_* */
	uint16_t min_mtu;
	uint16_t max_mtu;
	uint16_t max_rx_queues;
	uint16_t max_tx_queues;
	uint16_t reta_size;
	uint16_t rx_desc_min;
	uint16_t rx_desc_max;
	uint16_t tx_desc_min;
	uint16_t tx_desc_max;
	uint16_t tx_seg_max;
	uint16_t tx_frame_seg_max;
	uint16_t rss_key_size;
	char driver[32];
};

struct shim_port_conf {
	uint64_t rx_offloads;
	uint64_t tx_offloads;
	uint64_t rss_types; /* 0: no spreading */
	const uint8_t *rss_key; /* NULL: the driver's own */
	uint32_t mtu;
	uint16_t rx_queues;
	uint16_t tx_queues;
	uint32_t link_interrupt;
	uint32_t removal_interrupt;
	uint32_t rss_key_length;
	uint32_t loopback; /* 0: none; else what the driver knows by this number */
};

struct shim_link {
	uint32_t speed; /* Mbit/s */
	uint32_t up;
	uint32_t full_duplex;
};

struct shim_stats {
	uint64_t rx_packets;
	uint64_t tx_packets;
	uint64_t rx_bytes;
	uint64_t tx_bytes;
	uint64_t rx_missed;
	uint64_t rx_errors;
	uint64_t tx_errors;
	uint64_t rx_no_mbuf;
};

#define SHIM_FLOW_INGRESS 1u
#define SHIM_FLOW_EGRESS 2u
#define SHIM_FLOW_TRANSFER 4u
#define SHIM_FLOW_ITEMS 8
#define SHIM_FLOW_TUNNEL_ITEMS 4
#define SHIM_FLOW_ACTIONS 8
#define SHIM_FLOW_QUEUES 64

/* One item of a pattern. */
struct shim_flow_item {
	uint32_t type; /* RTE_FLOW_ITEM_TYPE_* */
	uint32_t size; /* bytes of spec and mask; 0: the item has neither and matches any */
	uint8_t spec[48]; /* the item's struct, 4-byte aligned */
	uint8_t mask[48];
};

struct shim_flow_action {
	uint32_t type; /* RTE_FLOW_ACTION_TYPE_* */
	uint32_t value; /* queue, mark, port, VID, PCP or EtherType, in the order of this machine */
};

/* A rule without a pointer in it. */
struct shim_flow {
	uint32_t group;
	uint32_t priority;
	uint32_t direction; /* SHIM_FLOW_* */
	uint32_t items;
	uint32_t tunnel_items; /* of NVGRE_ENCAP */
	uint32_t actions;
	uint32_t rss_level;
	uint32_t queue_count; /* of RSS */
	uint64_t rss_types;
	uint32_t header_length; /* of RAW_ENCAP and RAW_DECAP */
	uint32_t reserved;
	uint16_t queues[SHIM_FLOW_QUEUES];
	uint8_t header[80];
	struct shim_flow_item item[SHIM_FLOW_ITEMS];
	struct shim_flow_item tunnel[SHIM_FLOW_TUNNEL_ITEMS];
	struct shim_flow_action action[SHIM_FLOW_ACTIONS];
};

struct shim_flow_error {
	uint32_t type; /* RTE_FLOW_ERROR_TYPE_* */
	char message[156]; /* the driver's */
};

#endif
