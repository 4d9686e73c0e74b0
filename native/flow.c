/* Flow rules: what C# describes flat becomes the lists with pointers that rte_flow takes. */
#define ALLOW_EXPERIMENTAL_API /* rte_flow_pick_transfer_proxy */
#include "shim.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_flow.h>

/* What the pointers of one rule point to, while a call lasts. */
struct built {
	struct rte_flow_attr attr;
	struct rte_flow_item items[SHIM_FLOW_ITEMS + 1];
	struct rte_flow_item tunnel[SHIM_FLOW_TUNNEL_ITEMS + 1];
	struct rte_flow_action actions[SHIM_FLOW_ACTIONS + 1];
	union {
		struct rte_flow_action_queue queue;
		struct rte_flow_action_mark mark;
		struct rte_flow_action_count count;
		struct rte_flow_action_rss rss;
		struct rte_flow_action_nvgre_encap nvgre_encap;
		struct rte_flow_action_raw_encap raw_encap;
		struct rte_flow_action_raw_decap raw_decap;
		struct rte_flow_action_port_id port_id;
		struct rte_flow_action_ethdev ethdev;
		struct rte_flow_action_of_push_vlan push_vlan;
		struct rte_flow_action_of_set_vlan_vid set_vid;
		struct rte_flow_action_of_set_vlan_pcp set_pcp;
	} confs[SHIM_FLOW_ACTIONS];
};

/* Bytes that a driver reads of an item's spec and mask; 0: no item of ours. */
static uint32_t size_of(uint32_t type)
{
	switch (type) {
	case RTE_FLOW_ITEM_TYPE_ETH: return sizeof(struct rte_flow_item_eth);
	case RTE_FLOW_ITEM_TYPE_VLAN: return sizeof(struct rte_flow_item_vlan);
	case RTE_FLOW_ITEM_TYPE_IPV4: return sizeof(struct rte_flow_item_ipv4);
	case RTE_FLOW_ITEM_TYPE_IPV6: return sizeof(struct rte_flow_item_ipv6);
	case RTE_FLOW_ITEM_TYPE_TCP: return sizeof(struct rte_flow_item_tcp);
	case RTE_FLOW_ITEM_TYPE_UDP: return sizeof(struct rte_flow_item_udp);
	case RTE_FLOW_ITEM_TYPE_NVGRE: return sizeof(struct rte_flow_item_nvgre);
	case RTE_FLOW_ITEM_TYPE_REPRESENTED_PORT: return sizeof(struct rte_flow_item_ethdev);
	default: return 0;
	}
}

static int list_items(const struct shim_flow_item *from, uint32_t count, struct rte_flow_item *to)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t size = size_of(from[i].type);
		if (size == 0 || size > sizeof(from[i].spec) || (from[i].size != 0 && from[i].size != size))
			return -EINVAL;
		to[i].type = (enum rte_flow_item_type)from[i].type;
		if (from[i].size != 0) {
			to[i].spec = from[i].spec;
			to[i].mask = from[i].mask;
		}
	}
	to[count].type = RTE_FLOW_ITEM_TYPE_END;
	return 0;
}

static int build(const struct shim_flow *flow, struct built *b)
{
	memset(b, 0, sizeof(*b));
	if (flow->items > SHIM_FLOW_ITEMS || flow->tunnel_items > SHIM_FLOW_TUNNEL_ITEMS || flow->actions > SHIM_FLOW_ACTIONS ||
	    flow->queue_count > SHIM_FLOW_QUEUES || flow->header_length > sizeof(flow->header))
		return -E2BIG;
	b->attr.group = flow->group;
	b->attr.priority = flow->priority;
	b->attr.ingress = (flow->direction & SHIM_FLOW_INGRESS) != 0;
	b->attr.egress = (flow->direction & SHIM_FLOW_EGRESS) != 0;
	b->attr.transfer = (flow->direction & SHIM_FLOW_TRANSFER) != 0;
	if (list_items(flow->item, flow->items, b->items) != 0 || list_items(flow->tunnel, flow->tunnel_items, b->tunnel) != 0)
		return -EINVAL;
	for (uint32_t i = 0; i < flow->actions; i++) {
		uint32_t value = flow->action[i].value;
		b->actions[i].type = (enum rte_flow_action_type)flow->action[i].type;
		b->actions[i].conf = &b->confs[i];
		switch (b->actions[i].type) {
		case RTE_FLOW_ACTION_TYPE_QUEUE:
			b->confs[i].queue.index = (uint16_t)value;
			break;
		case RTE_FLOW_ACTION_TYPE_MARK:
			b->confs[i].mark.id = value;
			break;
		case RTE_FLOW_ACTION_TYPE_COUNT:
			b->confs[i].count.id = value;
			break;
		case RTE_FLOW_ACTION_TYPE_RSS:
			b->confs[i].rss.level = flow->rss_level;
			b->confs[i].rss.types = flow->rss_types;
			b->confs[i].rss.queue_num = flow->queue_count;
			b->confs[i].rss.queue = flow->queues;
			break;
		case RTE_FLOW_ACTION_TYPE_NVGRE_ENCAP:
			b->confs[i].nvgre_encap.definition = b->tunnel;
			break;
		case RTE_FLOW_ACTION_TYPE_RAW_ENCAP:
			b->confs[i].raw_encap.data = (uint8_t *)(uintptr_t)flow->header;
			b->confs[i].raw_encap.size = flow->header_length;
			break;
		case RTE_FLOW_ACTION_TYPE_RAW_DECAP:
			b->confs[i].raw_decap.data = (uint8_t *)(uintptr_t)flow->header;
			b->confs[i].raw_decap.size = flow->header_length;
			break;
		case RTE_FLOW_ACTION_TYPE_PORT_ID:
			b->confs[i].port_id.id = value;
			break;
		case RTE_FLOW_ACTION_TYPE_REPRESENTED_PORT:
			b->confs[i].ethdev.port_id = (uint16_t)value;
			break;
		case RTE_FLOW_ACTION_TYPE_OF_PUSH_VLAN:
			b->confs[i].push_vlan.ethertype = rte_cpu_to_be_16((uint16_t)value);
			break;
		case RTE_FLOW_ACTION_TYPE_OF_SET_VLAN_VID:
			b->confs[i].set_vid.vlan_vid = rte_cpu_to_be_16((uint16_t)value);
			break;
		case RTE_FLOW_ACTION_TYPE_OF_SET_VLAN_PCP:
			b->confs[i].set_pcp.vlan_pcp = (uint8_t)value;
			break;
		case RTE_FLOW_ACTION_TYPE_NVGRE_DECAP:
		case RTE_FLOW_ACTION_TYPE_OF_POP_VLAN:
			b->actions[i].conf = NULL;
			break;
		default:
			return -EINVAL;
		}
	}
	b->actions[flow->actions].type = RTE_FLOW_ACTION_TYPE_END;
	return 0;
}

static int tell(int status, const struct rte_flow_error *from, struct shim_flow_error *to)
{
	memset(to, 0, sizeof(*to));
	if (status >= 0)
		return 0;
	to->type = (uint32_t)from->type;
	snprintf(to->message, sizeof(to->message), "%s", from->message != NULL ? from->message : "");
	return status;
}

SHIM_API int shim_flow_validate(uint16_t port, const struct shim_flow *flow, struct shim_flow_error *error)
{
	struct built b;
	struct rte_flow_error e = { 0 };
	int status = build(flow, &b);
	if (status == 0)
		status = rte_flow_validate(port, &b.attr, b.items, b.actions, &e);
	return tell(status, &e, error);
}

SHIM_API int shim_flow_create(uint16_t port, const struct shim_flow *flow, struct rte_flow **handle, struct shim_flow_error *error)
{
	struct built b;
	struct rte_flow_error e = { 0 };
	int status = build(flow, &b);
	*handle = NULL;
	if (status == 0) {
		rte_errno = 0;
		*handle = rte_flow_create(port, &b.attr, b.items, b.actions, &e);
		status = *handle != NULL ? 0 : rte_errno != 0 ? -rte_errno : -EINVAL;
	}
	return tell(status, &e, error);
}

SHIM_API int shim_flow_destroy(uint16_t port, struct rte_flow *handle, struct shim_flow_error *error)
{
	struct rte_flow_error e = { 0 };
	return tell(rte_flow_destroy(port, handle, &e), &e, error);
}

/* What the rule's COUNT action has counted since it was made; -ENOTSUP where the device does not count both. */
SHIM_API int shim_flow_query(uint16_t port, struct rte_flow *handle, uint64_t *packets, uint64_t *bytes, struct shim_flow_error *error)
{
	struct rte_flow_error e = { 0 };
	struct rte_flow_query_count count = { 0 };
	struct rte_flow_action_count conf = { 0 };
	struct rte_flow_action actions[] = { { .type = RTE_FLOW_ACTION_TYPE_COUNT, .conf = &conf }, { .type = RTE_FLOW_ACTION_TYPE_END } };
	int status = rte_flow_query(port, handle, actions, &count, &e);
	*packets = count.hits_set ? count.hits : 0;
	*bytes = count.bytes_set ? count.bytes : 0;
	if (status == 0 && (!count.hits_set || !count.bytes_set))
		status = -ENOTSUP;
	return tell(status, &e, error);
}

/* The port that rules with the transfer attribute of another one go through; that one itself where a driver knows of no other. */
SHIM_API uint16_t shim_flow_proxy(uint16_t port)
{
	uint16_t proxy = port;
	return rte_flow_pick_transfer_proxy(port, &proxy, NULL) == 0 ? proxy : port;
}

SHIM_API int shim_flow_flush(uint16_t port, struct shim_flow_error *error)
{
	struct rte_flow_error e = { 0 };
	return tell(rte_flow_flush(port, &e), &e, error);
}
