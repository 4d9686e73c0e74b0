/* Pools and packet buffers. */
#include "shim.h"

#include <errno.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_mbuf.h>
#include <rte_mbuf_pool_ops.h>
#include <rte_mempool.h>

/* A pool whose buffers may lie across pages is taken for one that no device reads: DPDK gives it RTE_BAD_IOVA. Devices that see virtual
 * addresses do read it. Indirect buffers take this address back when they are detached. */
static void address_buffer(struct rte_mempool *pool, void *unused, void *object, unsigned int index)
{
	rte_mempool_get_header(object)->iova = (rte_iova_t)(uintptr_t)object;
}

SHIM_API int shim_pool_create(const char *name, uint32_t count, uint32_t cache, uint16_t private_size, uint16_t room, int socket,
			      int lifo, struct rte_mempool **pool)
{
	struct rte_pktmbuf_pool_private sizes = { .mbuf_data_room_size = room, .mbuf_priv_size = private_size };
	unsigned int flags = rte_eal_iova_mode() == RTE_IOVA_VA ? RTE_MEMPOOL_F_NO_IOVA_CONTIG : 0;
	int status;

	/* What rte_pktmbuf_pool_create does, but for the flag: where devices see virtual addresses a buffer may lie across pages. Without
	 * huge pages each would take a page of its own else, and net_af_xdp, which takes a pool for one run of packed buffers, would
	 * hand the kernel addresses that it drops without a word. */
	*pool = NULL;
	if (RTE_ALIGN(private_size, RTE_MBUF_PRIV_ALIGN) != private_size)
		return -EINVAL;
	rte_errno = 0;
	struct rte_mempool *made = rte_mempool_create_empty(name, count, sizeof(struct rte_mbuf) + private_size + room, cache, sizeof(sizes), socket, flags);
	if (made == NULL)
		return rte_errno != 0 ? -rte_errno : -ENOMEM;
	/* What one thread takes and another returns goes around through the pool: with a stack a few hundred buffers that are in the caches,
	 * with the usual ring all there are. Pools of a device's own stay what they are, and a DPDK built without the stack has to do. */
	const char *best = rte_mbuf_best_mempool_ops();
	status = lifo != 0 && strcmp(best, "ring_mp_mc") == 0 ? rte_mempool_set_ops_byname(made, "stack", NULL) : -EINVAL;
	if (status != 0)
		status = rte_mempool_set_ops_byname(made, best, NULL);
	if (status == 0) {
		rte_pktmbuf_pool_init(made, &sizes);
		status = rte_mempool_populate_default(made);
	}
	if (status < 0) {
		rte_mempool_free(made);
		return status;
	}
	if (flags & RTE_MEMPOOL_F_NO_IOVA_CONTIG) {
		rte_mempool_obj_iter(made, address_buffer, NULL);
		made->flags &= ~RTE_MEMPOOL_F_NON_IO;
	}
	rte_mempool_obj_iter(made, rte_pktmbuf_init, NULL);
	*pool = made;
	return 0;
}

SHIM_API void shim_pool_free(struct rte_mempool *pool)
{
	rte_mempool_free(pool);
}

SHIM_API uint32_t shim_pool_available(struct rte_mempool *pool)
{
	return rte_mempool_avail_count(pool);
}

SHIM_API uint32_t shim_pool_in_use(struct rte_mempool *pool)
{
	return rte_mempool_in_use_count(pool);
}

SHIM_API struct rte_mbuf *shim_mbuf_alloc(struct rte_mempool *pool)
{
	return rte_pktmbuf_alloc(pool);
}

SHIM_API int shim_mbuf_alloc_bulk(struct rte_mempool *pool, struct rte_mbuf **packets, uint32_t count)
{
	return rte_pktmbuf_alloc_bulk(pool, packets, count);
}

SHIM_API void shim_mbuf_free(struct rte_mbuf *packet)
{
	rte_pktmbuf_free(packet);
}

SHIM_API void shim_mbuf_free_bulk(struct rte_mbuf **packets, uint32_t count)
{
	rte_pktmbuf_free_bulk(packets, count);
}

SHIM_API struct rte_mbuf *shim_mbuf_clone(struct rte_mbuf *packet, struct rte_mempool *pool)
{
	return rte_pktmbuf_clone(packet, pool);
}

SHIM_API struct rte_mbuf *shim_mbuf_copy(const struct rte_mbuf *packet, struct rte_mempool *pool, uint32_t offset, uint32_t length)
{
	return rte_pktmbuf_copy(packet, pool, offset, length);
}

SHIM_API int shim_mbuf_linearize(struct rte_mbuf *packet)
{
	return rte_pktmbuf_linearize(packet);
}
