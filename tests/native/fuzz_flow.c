/* The part of shim_fuzz that is about flow rules and receive-side scaling. */
#define _GNU_SOURCE /* RTLD_NEXT */
#define ALLOW_EXPERIMENTAL_API
#include "fuzz.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_flow.h>

int shim_flow_validate(uint16_t port, const struct shim_flow *flow, struct shim_flow_error *error);
int shim_flow_create(uint16_t port, const struct shim_flow *flow, struct rte_flow **handle, struct shim_flow_error *error);
int shim_flow_destroy(uint16_t port, struct rte_flow *handle, struct shim_flow_error *error);
int shim_flow_query(uint16_t port, struct rte_flow *handle, uint64_t *packets, uint64_t *bytes, struct shim_flow_error *error);
int shim_flow_flush(uint16_t port, struct shim_flow_error *error);
uint16_t shim_flow_proxy(uint16_t port);
int shim_port_rss(uint16_t port, uint64_t *types, uint8_t *key, uint32_t *key_length);
int shim_port_reta_write(uint16_t port, const uint16_t *queues, uint16_t size);
int shim_port_reta_read(uint16_t port, uint16_t *queues, uint16_t size);

/*
 * No device here takes rules, so half of the calls meet one of our own: these stand before DPDK's functions, read all that a driver may read
 * of the lists that the shim makes, to their ends, and answer whatever a driver may answer. The other half goes on to DPDK.
 */
static bool own_device;
static struct rte_flow *rule; /* the one that our device has, a byte on the heap */
static uint64_t read_so_far;

static void read_bytes(const void *from, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		read_so_far += ((const uint8_t *)from)[i];
}

static uint32_t read_items(const struct rte_flow_item *item, uint32_t most)
{
	uint32_t n = 0;
	for (; item->type != RTE_FLOW_ITEM_TYPE_END; item++, n++) {
		uint32_t size;
		CHECK(n < most && item->last == NULL && (item->spec == NULL) == (item->mask == NULL));
		switch (item->type) {
		case RTE_FLOW_ITEM_TYPE_ETH: size = sizeof(struct rte_flow_item_eth); break;
		case RTE_FLOW_ITEM_TYPE_VLAN: size = sizeof(struct rte_flow_item_vlan); break;
		case RTE_FLOW_ITEM_TYPE_IPV4: size = sizeof(struct rte_flow_item_ipv4); break;
		case RTE_FLOW_ITEM_TYPE_IPV6: size = sizeof(struct rte_flow_item_ipv6); break;
		case RTE_FLOW_ITEM_TYPE_TCP: size = sizeof(struct rte_flow_item_tcp); break;
		case RTE_FLOW_ITEM_TYPE_UDP: size = sizeof(struct rte_flow_item_udp); break;
		case RTE_FLOW_ITEM_TYPE_NVGRE: size = sizeof(struct rte_flow_item_nvgre); break;
		case RTE_FLOW_ITEM_TYPE_REPRESENTED_PORT: size = sizeof(struct rte_flow_item_ethdev); break;
		default: CHECK(!"an item that drivers may read more of than there is"); size = 0; break;
		}
		if (item->spec != NULL) {
			read_bytes(item->spec, size);
			read_bytes(item->mask, size);
		}
	}
	return n;
}

static void read_actions(const struct rte_flow_action *action)
{
	for (uint32_t n = 0; action->type != RTE_FLOW_ACTION_TYPE_END; action++, n++) {
		CHECK(n < SHIM_FLOW_ACTIONS);
		switch (action->type) {
		case RTE_FLOW_ACTION_TYPE_QUEUE: read_bytes(action->conf, sizeof(struct rte_flow_action_queue)); break;
		case RTE_FLOW_ACTION_TYPE_MARK: read_bytes(action->conf, sizeof(struct rte_flow_action_mark)); break;
		case RTE_FLOW_ACTION_TYPE_COUNT: read_bytes(action->conf, sizeof(struct rte_flow_action_count)); break;
		case RTE_FLOW_ACTION_TYPE_RSS: {
			const struct rte_flow_action_rss *rss = action->conf;
			CHECK(rss->key_len == 0 || rss->key != NULL);
			CHECK(rss->queue_num <= SHIM_FLOW_QUEUES);
			read_bytes(rss->queue, rss->queue_num * sizeof(*rss->queue));
			break;
		}
		case RTE_FLOW_ACTION_TYPE_NVGRE_ENCAP:
			CHECK(read_items(((const struct rte_flow_action_nvgre_encap *)action->conf)->definition, SHIM_FLOW_TUNNEL_ITEMS) <= SHIM_FLOW_TUNNEL_ITEMS);
			break;
		case RTE_FLOW_ACTION_TYPE_RAW_ENCAP: {
			const struct rte_flow_action_raw_encap *raw = action->conf;
			CHECK(raw->preserve == NULL);
			read_bytes(raw->data, (uint32_t)raw->size);
			break;
		}
		case RTE_FLOW_ACTION_TYPE_RAW_DECAP: {
			const struct rte_flow_action_raw_decap *raw = action->conf;
			read_bytes(raw->data, (uint32_t)raw->size);
			break;
		}
		case RTE_FLOW_ACTION_TYPE_PORT_ID: read_bytes(action->conf, sizeof(struct rte_flow_action_port_id)); break;
		case RTE_FLOW_ACTION_TYPE_REPRESENTED_PORT: read_bytes(action->conf, sizeof(struct rte_flow_action_ethdev)); break;
		case RTE_FLOW_ACTION_TYPE_OF_PUSH_VLAN: read_bytes(action->conf, sizeof(struct rte_flow_action_of_push_vlan)); break;
		case RTE_FLOW_ACTION_TYPE_OF_SET_VLAN_VID: read_bytes(action->conf, sizeof(struct rte_flow_action_of_set_vlan_vid)); break;
		case RTE_FLOW_ACTION_TYPE_OF_SET_VLAN_PCP: read_bytes(action->conf, sizeof(struct rte_flow_action_of_set_vlan_pcp)); break;
		case RTE_FLOW_ACTION_TYPE_NVGRE_DECAP:
		case RTE_FLOW_ACTION_TYPE_OF_POP_VLAN: CHECK(action->conf == NULL); break;
		default: CHECK(!"an action that is not ours"); break;
		}
	}
}

/* An error as drivers give it: with words or without, and longer than there is room for. */
static int answer(struct rte_flow_error *error)
{
	static char words[400];
	memset(words, 'w', sizeof(words) - 1);
	error->type = (enum rte_flow_error_type)below(20);
	error->message = below(3) == 0 ? NULL : words + below(sizeof(words));
	return -(int)(1 + below(120));
}

#define REAL(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

int rte_flow_validate(uint16_t port, const struct rte_flow_attr *attr, const struct rte_flow_item pattern[], const struct rte_flow_action actions[], struct rte_flow_error *error)
{
	if (!own_device)
		return REAL(rte_flow_validate)(port, attr, pattern, actions, error);
	read_bytes(attr, sizeof(*attr));
	CHECK(attr->reserved == 0);
	(void)read_items(pattern, SHIM_FLOW_ITEMS);
	read_actions(actions);
	return below(2) == 0 ? 0 : answer(error);
}

struct rte_flow *rte_flow_create(uint16_t port, const struct rte_flow_attr *attr, const struct rte_flow_item pattern[], const struct rte_flow_action actions[], struct rte_flow_error *error)
{
	if (!own_device)
		return REAL(rte_flow_create)(port, attr, pattern, actions, error);
	(void)read_items(pattern, SHIM_FLOW_ITEMS);
	read_actions(actions);
	if (below(2) == 0) {
		rte_errno = below(4) == 0 ? 0 : -answer(error); /* some forget it */
		return NULL;
	}
	rule = malloc(1);
	return rule;
}

int rte_flow_destroy(uint16_t port, struct rte_flow *flow, struct rte_flow_error *error)
{
	if (!own_device)
		return REAL(rte_flow_destroy)(port, flow, error);
	CHECK(flow == rule);
	free(rule);
	rule = NULL;
	return below(3) == 0 ? answer(error) : 0;
}

int rte_flow_query(uint16_t port, struct rte_flow *flow, const struct rte_flow_action *action, void *data, struct rte_flow_error *error)
{
	struct rte_flow_query_count *count = data;
	if (!own_device)
		return REAL(rte_flow_query)(port, flow, action, data, error);
	CHECK(flow == rule);
	read_actions(action);
	CHECK(count->reset == 0 && count->hits_set == 0 && count->bytes_set == 0);
	count->hits_set = below(2);
	count->bytes_set = below(2);
	count->hits = next();
	count->bytes = next();
	return below(3) == 0 ? answer(error) : 0;
}

int rte_flow_flush(uint16_t port, struct rte_flow_error *error)
{
	return !own_device ? REAL(rte_flow_flush)(port, error) : below(2) == 0 ? 0 : answer(error);
}

int rte_flow_pick_transfer_proxy(uint16_t port, uint16_t *proxy, struct rte_flow_error *error)
{
	if (!own_device)
		return REAL(rte_flow_pick_transfer_proxy)(port, proxy, error);
	*proxy = (uint16_t)(port + 1);
	return below(2) == 0 ? 0 : -ENODEV;
}

/* One that a driver could take, as far as the shim looks. */
static void fill_items(struct shim_flow_item *item, uint32_t count)
{
	static const struct {
		uint32_t type, size;
	} ours[] = { { RTE_FLOW_ITEM_TYPE_ETH, sizeof(struct rte_flow_item_eth) }, { RTE_FLOW_ITEM_TYPE_VLAN, sizeof(struct rte_flow_item_vlan) },
		     { RTE_FLOW_ITEM_TYPE_IPV4, sizeof(struct rte_flow_item_ipv4) }, { RTE_FLOW_ITEM_TYPE_IPV6, sizeof(struct rte_flow_item_ipv6) },
		     { RTE_FLOW_ITEM_TYPE_TCP, sizeof(struct rte_flow_item_tcp) }, { RTE_FLOW_ITEM_TYPE_UDP, sizeof(struct rte_flow_item_udp) },
		     { RTE_FLOW_ITEM_TYPE_NVGRE, sizeof(struct rte_flow_item_nvgre) },
		     { RTE_FLOW_ITEM_TYPE_REPRESENTED_PORT, sizeof(struct rte_flow_item_ethdev) } };
	for (uint32_t i = 0; i < count; i++) {
		uint32_t which = below(RTE_DIM(ours));
		item[i].type = below(40) == 0 ? odd_number() : ours[which].type;
		item[i].size = below(40) == 0 ? odd_number() : below(3) == 0 ? 0 : ours[which].size;
	}
}

static void check_error(const struct shim_flow_error *error)
{
	CHECK(memchr(error->message, 0, sizeof(error->message)) != NULL);
}

void ask_flow(void)
{
	static const uint32_t ours[] = { RTE_FLOW_ACTION_TYPE_QUEUE, RTE_FLOW_ACTION_TYPE_MARK, RTE_FLOW_ACTION_TYPE_COUNT, RTE_FLOW_ACTION_TYPE_RSS,
					 RTE_FLOW_ACTION_TYPE_NVGRE_ENCAP, RTE_FLOW_ACTION_TYPE_NVGRE_DECAP, RTE_FLOW_ACTION_TYPE_RAW_ENCAP,
					 RTE_FLOW_ACTION_TYPE_RAW_DECAP, RTE_FLOW_ACTION_TYPE_PORT_ID, RTE_FLOW_ACTION_TYPE_REPRESENTED_PORT,
					 RTE_FLOW_ACTION_TYPE_OF_PUSH_VLAN, RTE_FLOW_ACTION_TYPE_OF_POP_VLAN, RTE_FLOW_ACTION_TYPE_OF_SET_VLAN_VID,
					 RTE_FLOW_ACTION_TYPE_OF_SET_VLAN_PCP };
	struct shim_flow *flow = malloc(sizeof(*flow));
	struct shim_flow_error *error = malloc(sizeof(*error));
	struct rte_flow *handle = NULL;
	uint64_t packets = 1, bytes = 1;
	uint16_t port = any_port();
	uint32_t *words = (uint32_t *)(void *)flow;
	int status;
	CHECK(flow != NULL && error != NULL);
	own_device = below(2) != 0;
	for (uint32_t i = 0; i < sizeof(*flow) / sizeof(*words); i++)
		words[i] = (uint32_t)next();
	flow->items = below(16) == 0 ? odd_number() : below(SHIM_FLOW_ITEMS + 1);
	flow->tunnel_items = below(16) == 0 ? odd_number() : below(SHIM_FLOW_TUNNEL_ITEMS + 1);
	flow->actions = below(16) == 0 ? odd_number() : below(SHIM_FLOW_ACTIONS + 1);
	flow->queue_count = below(16) == 0 ? odd_number() : below(SHIM_FLOW_QUEUES + 1);
	flow->header_length = below(16) == 0 ? odd_number() : below(sizeof(flow->header) + 1);
	fill_items(flow->item, SHIM_FLOW_ITEMS);
	fill_items(flow->tunnel, SHIM_FLOW_TUNNEL_ITEMS);
	for (uint32_t i = 0; i < SHIM_FLOW_ACTIONS; i++)
		flow->action[i].type = below(40) == 0 ? odd_number() : ours[below(RTE_DIM(ours))];
	memset(error, 0x5a, sizeof(*error));
	status = shim_flow_validate(port, flow, error);
	CHECK(status < 0 || own_device);
	check_error(error);
	memset(error, 0x5a, sizeof(*error));
	status = shim_flow_create(port, flow, &handle, error);
	CHECK((status == 0) == (handle != NULL) && (handle == NULL || own_device));
	check_error(error);
	memset(error, 0x5a, sizeof(*error));
	status = shim_flow_query(port, handle, &packets, &bytes, error);
	CHECK(status <= 0 && (own_device || (status < 0 && packets == 0 && bytes == 0)));
	check_error(error);
	memset(error, 0x5a, sizeof(*error));
	status = shim_flow_destroy(port, handle, error);
	CHECK(status < 0 || own_device);
	check_error(error);
	(void)shim_flow_flush(port, error);
	check_error(error);
	CHECK(own_device || shim_flow_proxy(port) == port);
	(void)shim_flow_proxy(port);
	own_device = false;
	free(flow);
	free(error);
}

/* Keys and tables exactly as long as they are said to be. */
void ask_rss(void)
{
	uint16_t port = any_port(), size = below(2) ? (uint16_t)below(2200) : (uint16_t)odd_number();
	uint32_t length = below(2) ? below(80) : odd_number() & 0xfff, said = length;
	uint8_t *key = malloc(length + 1);
	uint16_t *queues = malloc((size + 1u) * sizeof(*queues));
	uint64_t types = 0;
	CHECK(key != NULL && queues != NULL);
	key[length] = 0x5a;
	int status = shim_port_rss(port, &types, key, &said);
	CHECK(status <= 0 && said <= length && key[length] == 0x5a);
	for (uint32_t i = 0; i <= size; i++)
		queues[i] = below(2) ? (uint16_t)below(QUEUES) : (uint16_t)odd_number();
	uint16_t last = queues[size];
	CHECK(shim_port_reta_write(port, queues, size) <= 0);
	CHECK(shim_port_reta_read(port, queues, size) <= 0 && queues[size] == last);
	free(key);
	free(queues);
}
