/* Pools and packet buffers. */
#include "shim.h"

#include <errno.h>

#include <rte_errno.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

SHIM_API int shim_pool_create(const char *name, uint32_t count, uint32_t cache, uint16_t private_size, uint16_t room, int socket,
			      struct rte_mempool **pool)
{
	rte_errno = 0;
	*pool = rte_pktmbuf_pool_create(name, count, cache, private_size, room, socket);
	if (*pool != NULL)
		return 0;
	return rte_errno != 0 ? -rte_errno : -ENOMEM;
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
