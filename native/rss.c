/* Receive-side scaling: the hash in force and the table from hash to queue. */
#include "shim.h"

#include <errno.h>
#include <string.h>

#include <rte_ethdev.h>

#define MAX_TABLE 2048u

/* key: room for *key_length bytes; what the device has may be less. */
SHIM_API int shim_port_rss(uint16_t port, uint64_t *types, uint8_t *key, uint32_t *key_length)
{
	uint8_t all[256]; /* some drivers give more bytes than they report */
	struct rte_eth_rss_conf conf;
	struct rte_eth_dev_info di;
	int status = rte_eth_dev_info_get(port, &di);
	if (status != 0)
		return status;
	if (di.hash_key_size > *key_length)
		return -ENOSPC;
	memset(&conf, 0, sizeof(conf));
	memset(key, 0, *key_length);
	memset(all, 0, sizeof(all));
	conf.rss_key = all;
	conf.rss_key_len = di.hash_key_size;
	status = rte_eth_dev_rss_hash_conf_get(port, &conf);
	*types = conf.rss_hf;
	*key_length = conf.rss_key_len <= di.hash_key_size ? conf.rss_key_len : di.hash_key_size;
	memcpy(key, all, *key_length);
	return status;
}

/* queues: one for each of the table's size entries, which is a multiple of 64 or less than that. */
SHIM_API int shim_port_reta_write(uint16_t port, const uint16_t *queues, uint16_t size)
{
	struct rte_eth_rss_reta_entry64 table[MAX_TABLE / RTE_ETH_RETA_GROUP_SIZE];
	if (size > MAX_TABLE)
		return -ENOSPC;
	memset(table, 0, sizeof(table));
	for (uint16_t i = 0; i < size; i++) {
		table[i / RTE_ETH_RETA_GROUP_SIZE].mask |= UINT64_C(1) << (i % RTE_ETH_RETA_GROUP_SIZE);
		table[i / RTE_ETH_RETA_GROUP_SIZE].reta[i % RTE_ETH_RETA_GROUP_SIZE] = queues[i];
	}
	return rte_eth_dev_rss_reta_update(port, table, size);
}

SHIM_API int shim_port_reta_read(uint16_t port, uint16_t *queues, uint16_t size)
{
	struct rte_eth_rss_reta_entry64 table[MAX_TABLE / RTE_ETH_RETA_GROUP_SIZE];
	int status;
	if (size > MAX_TABLE)
		return -ENOSPC;
	memset(table, 0, sizeof(table));
	for (uint16_t i = 0; i < size; i++)
		table[i / RTE_ETH_RETA_GROUP_SIZE].mask |= UINT64_C(1) << (i % RTE_ETH_RETA_GROUP_SIZE);
	status = rte_eth_dev_rss_reta_query(port, table, size);
	for (uint16_t i = 0; i < size && status == 0; i++)
		queues[i] = table[i / RTE_ETH_RETA_GROUP_SIZE].reta[i % RTE_ETH_RETA_GROUP_SIZE];
	return status;
}
