/* Ethernet devices: set-up, bursts, state. */
#define _GNU_SOURCE /* dl_iterate_phdr */
#include "shim.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

/* How often the driver reported each event. Written by DPDK's interrupt thread, read by whoever asks. */
static struct {
	atomic_uint removals;
	atomic_uint link_changes;
} events[RTE_MAX_ETHPORTS];

/* Queues of each port. Written by whoever configures it, while it is stopped; read by those who poll it. */
static struct {
	uint16_t rx;
	uint16_t tx;
} queues[RTE_MAX_ETHPORTS];

/* A queue that is not there takes and gives nothing. DPDK itself looks only in its debug builds; in the others it follows what it finds. */
#define IS_QUEUE(port, queue, side) likely((port) < RTE_MAX_ETHPORTS && (queue) < queues[port].side)

SHIM_API uint16_t shim_rx_burst(uint16_t port, uint16_t queue, struct rte_mbuf **packets, uint16_t count)
{
	return IS_QUEUE(port, queue, rx) ? rte_eth_rx_burst(port, queue, packets, count) : 0;
}

SHIM_API uint16_t shim_tx_burst(uint16_t port, uint16_t queue, struct rte_mbuf **packets, uint16_t count)
{
	return IS_QUEUE(port, queue, tx) ? rte_eth_tx_burst(port, queue, packets, count) : 0;
}

SHIM_API uint16_t shim_tx_prepare(uint16_t port, uint16_t queue, struct rte_mbuf **packets, uint16_t count)
{
	return IS_QUEUE(port, queue, tx) ? rte_eth_tx_prepare(port, queue, packets, count) : 0;
}

SHIM_API int shim_port_by_name(const char *name, uint16_t *port)
{
	return rte_eth_dev_get_port_by_name(name, port);
}

/* name64: RTE_ETH_NAME_MAX_LEN bytes. */
SHIM_API int shim_port_name(uint16_t port, char *name64)
{
	_Static_assert(RTE_ETH_NAME_MAX_LEN == 64, "C# gives 64 bytes");
	return rte_eth_dev_get_name_by_port(port, name64);
}

/* The first port whose number is above the given one, or -1. */
SHIM_API int shim_port_next(int after)
{
	uint64_t next = rte_eth_find_next_owned_by((uint16_t)(after + 1), RTE_ETH_DEV_NO_OWNER);
	return next >= RTE_MAX_ETHPORTS ? -1 : (int)next;
}

SHIM_API int shim_port_info(uint16_t port, struct shim_port_info *info)
{
	struct rte_eth_dev_info di;
	int status = rte_eth_dev_info_get(port, &di);
	if (status != 0)
		return status;
	memset(info, 0, sizeof(*info));
	info->rx_offloads = di.rx_offload_capa;
	info->tx_offloads = di.tx_offload_capa;
	info->rx_queue_offloads = di.rx_queue_offload_capa;
	info->tx_queue_offloads = di.tx_queue_offload_capa;
	info->rss_types = di.flow_type_rss_offloads;
	info->if_index = di.if_index;
	info->min_rx_buffer = di.min_rx_bufsize;
	info->max_rx_packet = di.max_rx_pktlen;
	info->max_mac_addrs = di.max_mac_addrs;
	info->socket = rte_eth_dev_socket_id(port);
	if (*di.dev_flags & RTE_ETH_DEV_INTR_LSC)
		info->flags |= SHIM_PORT_LINK_INTERRUPT;
	if (*di.dev_flags & RTE_ETH_DEV_INTR_RMV)
		info->flags |= SHIM_PORT_REMOVAL_INTERRUPT;
	info->min_mtu = di.min_mtu;
	info->max_mtu = di.max_mtu;
	info->max_rx_queues = di.max_rx_queues;
	info->max_tx_queues = di.max_tx_queues;
	info->reta_size = di.reta_size;
	info->rx_desc_min = di.rx_desc_lim.nb_min;
	info->rx_desc_max = di.rx_desc_lim.nb_max;
	info->tx_desc_min = di.tx_desc_lim.nb_min;
	info->tx_desc_max = di.tx_desc_lim.nb_max;
	info->tx_seg_max = di.tx_desc_lim.nb_seg_max;
	info->tx_frame_seg_max = di.tx_desc_lim.nb_mtu_seg_max;
	info->rss_key_size = di.hash_key_size;
	snprintf(info->driver, sizeof(info->driver), "%s", di.driver_name != NULL ? di.driver_name : "");
	return 0;
}

SHIM_API int shim_port_configure(uint16_t port, const struct shim_port_conf *wanted)
{
	struct rte_eth_conf conf;
	struct rte_eth_dev_info di;
	int status;
	memset(&conf, 0, sizeof(conf));
	conf.rxmode.mtu = wanted->mtu;
	conf.rxmode.offloads = wanted->rx_offloads;
	conf.txmode.offloads = wanted->tx_offloads;
	if (wanted->rss_types != 0) {
		conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
		conf.rx_adv_conf.rss_conf.rss_hf = wanted->rss_types;
		conf.rx_adv_conf.rss_conf.rss_key = (uint8_t *)(uintptr_t)wanted->rss_key; /* only read */
		conf.rx_adv_conf.rss_conf.rss_key_len = (uint8_t)wanted->rss_key_length;
	}
	conf.lpbk_mode = wanted->loopback;
	conf.intr_conf.lsc = wanted->link_interrupt != 0;
	conf.intr_conf.rmv = wanted->removal_interrupt != 0;
	status = rte_eth_dev_configure(port, wanted->rx_queues, wanted->tx_queues, &conf);
	if (rte_eth_dev_info_get(port, &di) == 0) {
		/* What it has, which after a failure is what it had, or none. */
		queues[port].rx = di.nb_rx_queues;
		queues[port].tx = di.nb_tx_queues;
	}
	return status;
}

SHIM_API int shim_port_adjust_descriptors(uint16_t port, uint16_t *rx, uint16_t *tx)
{
	return rte_eth_dev_adjust_nb_rx_tx_desc(port, rx, tx);
}

SHIM_API int shim_rx_queue_setup(uint16_t port, uint16_t queue, uint16_t descriptors, int socket, uint64_t offloads, struct rte_mempool *pool)
{
	struct rte_eth_dev_info di;
	struct rte_eth_rxconf conf;
	int status = rte_eth_dev_info_get(port, &di);
	if (status != 0)
		return status;
	conf = di.default_rxconf;
	conf.offloads = offloads;
	return rte_eth_rx_queue_setup(port, queue, descriptors, (unsigned int)socket, &conf, pool);
}

SHIM_API int shim_tx_queue_setup(uint16_t port, uint16_t queue, uint16_t descriptors, int socket, uint64_t offloads)
{
	struct rte_eth_dev_info di;
	struct rte_eth_txconf conf;
	int status = rte_eth_dev_info_get(port, &di);
	if (status != 0)
		return status;
	conf = di.default_txconf;
	conf.offloads = offloads;
	return rte_eth_tx_queue_setup(port, queue, descriptors, (unsigned int)socket, &conf);
}

SHIM_API int shim_port_start(uint16_t port)
{
	return rte_eth_dev_start(port);
}

SHIM_API int shim_port_stop(uint16_t port)
{
	return rte_eth_dev_stop(port);
}

static int on_event(uint16_t port, enum rte_eth_event_type event, void *argument, void *result)
{
	if (event == RTE_ETH_EVENT_INTR_RMV)
		atomic_fetch_add_explicit(&events[port].removals, 1, memory_order_release);
	else if (event == RTE_ETH_EVENT_INTR_LSC)
		atomic_fetch_add_explicit(&events[port].link_changes, 1, memory_order_release);
	return 0;
}

static void unwatch(uint16_t port)
{
	/* Fails where nothing was registered, which is what is wanted. */
	(void)rte_eth_dev_callback_unregister(port, RTE_ETH_EVENT_INTR_RMV, on_event, NULL);
	(void)rte_eth_dev_callback_unregister(port, RTE_ETH_EVENT_INTR_LSC, on_event, NULL);
}

SHIM_API int shim_port_watch(uint16_t port)
{
	int status;
	if (port >= RTE_MAX_ETHPORTS)
		return -ENODEV;
	unwatch(port);
	atomic_store(&events[port].removals, 0);
	atomic_store(&events[port].link_changes, 0);
	status = rte_eth_dev_callback_register(port, RTE_ETH_EVENT_INTR_RMV, on_event, NULL);
	if (status == 0)
		status = rte_eth_dev_callback_register(port, RTE_ETH_EVENT_INTR_LSC, on_event, NULL);
	return status;
}

SHIM_API void shim_port_events(uint16_t port, uint32_t *removals, uint32_t *link_changes)
{
	*removals = port < RTE_MAX_ETHPORTS ? atomic_load_explicit(&events[port].removals, memory_order_acquire) : 0;
	*link_changes = port < RTE_MAX_ETHPORTS ? atomic_load_explicit(&events[port].link_changes, memory_order_acquire) : 0;
}

SHIM_API int shim_port_close(uint16_t port)
{
	unwatch(port);
	return rte_eth_dev_close(port);
}

/* By name rather than by port: a closed port has lost its device, which still has to go before another of that name can come. */
SHIM_API int shim_port_detach(uint16_t port, const char *bus, const char *name)
{
	unwatch(port);
	return rte_eal_hotplug_remove(bus, name);
}

SHIM_API int shim_port_set_mtu(uint16_t port, uint16_t mtu)
{
	return rte_eth_dev_set_mtu(port, mtu);
}

SHIM_API int shim_port_get_mtu(uint16_t port, uint16_t *mtu)
{
	return rte_eth_dev_get_mtu(port, mtu);
}

SHIM_API int shim_port_promiscuous(uint16_t port, int on)
{
	return on ? rte_eth_promiscuous_enable(port) : rte_eth_promiscuous_disable(port);
}

SHIM_API int shim_port_pause_off(uint16_t port)
{
	struct rte_eth_fc_conf conf;
	memset(&conf, 0, sizeof(conf));
	int status = rte_eth_dev_flow_ctrl_get(port, &conf);
	if (status != 0 || conf.mode == RTE_ETH_FC_NONE)
		return status;
	conf.mode = RTE_ETH_FC_NONE;
	return rte_eth_dev_flow_ctrl_set(port, &conf);
}

SHIM_API int shim_port_allmulticast(uint16_t port, int on)
{
	return on ? rte_eth_allmulticast_enable(port) : rte_eth_allmulticast_disable(port);
}

SHIM_API int shim_port_mac_get(uint16_t port, uint8_t *mac)
{
	struct rte_ether_addr address;
	int status = rte_eth_macaddr_get(port, &address);
	if (status == 0)
		memcpy(mac, address.addr_bytes, sizeof(address.addr_bytes));
	return status;
}

SHIM_API int shim_port_mac_set(uint16_t port, const uint8_t *mac)
{
	struct rte_ether_addr address;
	memcpy(address.addr_bytes, mac, sizeof(address.addr_bytes));
	return rte_eth_dev_default_mac_addr_set(port, &address);
}

SHIM_API int shim_port_mac_add(uint16_t port, const uint8_t *mac)
{
	struct rte_ether_addr address;
	memcpy(address.addr_bytes, mac, sizeof(address.addr_bytes));
	return rte_eth_dev_mac_addr_add(port, &address, 0);
}

SHIM_API int shim_port_link(uint16_t port, struct shim_link *link)
{
	struct rte_eth_link state;
	int status;
	memset(&state, 0, sizeof(state));
	status = rte_eth_link_get_nowait(port, &state);
	link->speed = state.link_speed;
	link->up = state.link_status == RTE_ETH_LINK_UP;
	link->full_duplex = state.link_duplex == RTE_ETH_LINK_FULL_DUPLEX;
	return status;
}

SHIM_API int shim_port_stats(uint16_t port, struct shim_stats *stats)
{
	struct rte_eth_stats s;
	int status = rte_eth_stats_get(port, &s);
	if (status != 0)
		return status;
	stats->rx_packets = s.ipackets;
	stats->tx_packets = s.opackets;
	stats->rx_bytes = s.ibytes;
	stats->tx_bytes = s.obytes;
	stats->rx_missed = s.imissed;
	stats->rx_errors = s.ierrors;
	stats->tx_errors = s.oerrors;
	stats->rx_no_mbuf = s.rx_nombuf;
	return 0;
}

SHIM_API int shim_port_stats_reset(uint16_t port)
{
	return rte_eth_stats_reset(port);
}

/* names: count times RTE_ETH_XSTATS_NAME_SIZE bytes; NULL and 0 ask how many there are. */
SHIM_API int shim_port_xstats_names(uint16_t port, char *names, uint32_t count)
{
	_Static_assert(sizeof(struct rte_eth_xstat_name) == 64, "C# gives 64 bytes for each name");
	return rte_eth_xstats_get_names(port, (struct rte_eth_xstat_name *)names, count);
}

SHIM_API int shim_port_xstats(uint16_t port, uint64_t *values, uint32_t count)
{
	return rte_eth_xstats_get_by_id(port, NULL, values, count);
}

SHIM_API int shim_port_is_removed(uint16_t port)
{
	return rte_eth_dev_is_removed(port);
}

/*
 * vhost's own calls, out of the plug-ins that EAL has loaded (not to be linked: who has no vhost port needs no librte_vhost). Both are found
 * once; -ENOTSUP where they are not.
 */
static int find_library(struct dl_phdr_info *info, size_t size, void *argument)
{
	const char **wanted = argument;
	if (info->dlpi_name == NULL || strstr(info->dlpi_name, wanted[0]) == NULL)
		return 0;
	wanted[1] = info->dlpi_name;
	return 1;
}

static void *symbol_of(const char *library, const char *name)
{
	const char *wanted[2] = { library, NULL };
	void *handle;
	if (dl_iterate_phdr(find_library, wanted) == 0)
		return NULL;
	handle = dlopen(wanted[1], RTLD_NOLOAD | RTLD_LAZY);
	return handle != NULL ? dlsym(handle, name) : NULL;
}

/* The features of virtio that the guest of a vhost port accepted. Called by one thread at a time. */
SHIM_API int shim_port_guest_features(uint16_t port, uint64_t *features)
{
	static int (*vid_of)(uint16_t);
	static int (*features_of)(int, uint64_t *);
	int vid;
	if (vid_of == NULL)
		vid_of = (int (*)(uint16_t))symbol_of("librte_net_vhost.so", "rte_eth_vhost_get_vid_from_port_id");
	if (features_of == NULL)
		features_of = (int (*)(int, uint64_t *))symbol_of("librte_vhost.so", "rte_vhost_get_negotiated_features");
	if (vid_of == NULL || features_of == NULL)
		return -ENOTSUP;
	vid = vid_of(port);
	return vid < 0 ? -ENOENT : features_of(vid, features);
}
