/* rte_raw_cksum() in a loop, compiled twice: for this processor, and for DPDK's least one as a package is. */
#include <stddef.h>
#include <stdint.h>

#include <rte_ip.h>

uint64_t raw_cksum_loop(const void *data, size_t length, uint64_t times);

uint64_t raw_cksum_loop(const void *data, size_t length, uint64_t times)
{
	uint64_t sum = 0;
	for (uint64_t i = 0; i < times; i++) {
		sum += rte_raw_cksum(data, length);
		__asm__ volatile("" ::: "memory"); /* the bytes may have changed */
	}
	return sum;
}
