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
#define SHIM_REVISION 3u

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
	char driver[32];
};

struct shim_port_conf {
	uint64_t rx_offloads;
	uint64_t tx_offloads;
	uint64_t rss_types; /* 0: no spreading */
	uint32_t mtu;
	uint16_t rx_queues;
	uint16_t tx_queues;
	uint32_t link_interrupt;
	uint32_t removal_interrupt;
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

#endif
