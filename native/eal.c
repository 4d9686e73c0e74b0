/* EAL: start, end, devices, threads, time, and what it logs. */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_dev.h>
#include <rte_devargs.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_log.h>

/* The latest text that DPDK logged and nobody has read yet; the oldest is overwritten. Logging is rare: a lock will do. */
static struct {
	pthread_mutex_t lock;
	size_t head; /* bytes ever written */
	size_t tail; /* bytes ever read or overwritten */
	char text[65536];
} journal = { .lock = PTHREAD_MUTEX_INITIALIZER };

static ssize_t journal_write(void *cookie, const char *text, size_t length)
{
	pthread_mutex_lock(&journal.lock);
	for (size_t i = 0; i < length; i++)
		journal.text[journal.head++ % sizeof(journal.text)] = text[i];
	if (journal.head - journal.tail > sizeof(journal.text))
		journal.tail = journal.head - sizeof(journal.text);
	pthread_mutex_unlock(&journal.lock);
	return (ssize_t)length;
}

SHIM_API int shim_log_open(void)
{
	static FILE *stream;
	if (stream != NULL)
		return 0;
	stream = fopencookie(NULL, "w", (cookie_io_functions_t){ .write = journal_write });
	if (stream == NULL)
		return -errno;
	return rte_openlog_stream(stream);
}

SHIM_API uint32_t shim_log_read(char *buffer, uint32_t size)
{
	uint32_t length = 0;
	pthread_mutex_lock(&journal.lock);
	while (length < size && journal.tail != journal.head)
		buffer[length++] = journal.text[journal.tail++ % sizeof(journal.text)];
	pthread_mutex_unlock(&journal.lock);
	return length;
}

SHIM_API const char *shim_version(void)
{
	return rte_version();
}

/* Of the headers; the loader takes no library of another ABI. */
SHIM_API uint32_t shim_version_number(void)
{
	return RTE_VERSION;
}

SHIM_API int shim_eal_init(int argc, char **argv)
{
	rte_errno = 0;
	if (rte_eal_init(argc, argv) >= 0)
		return 0;
	return rte_errno != 0 ? -rte_errno : -EINVAL;
}

SHIM_API int shim_eal_cleanup(void)
{
	return rte_eal_cleanup();
}

SHIM_API const char *shim_runtime_dir(void)
{
	return rte_eal_get_runtime_dir();
}

SHIM_API int shim_dev_probe(const char *devargs)
{
	return rte_dev_probe(devargs);
}

/* Whether some bus has a driver for a device of this name. */
SHIM_API int shim_driver_known(const char *name)
{
	struct rte_devargs da = { 0 };
	int known = rte_devargs_parse(&da, name) == 0;
	free(da.data); /* what rte_devargs_reset() does, which is not stable in every release */
	return known;
}

SHIM_API int shim_thread_register(void)
{
	rte_errno = 0;
	if (rte_thread_register() == 0)
		return 0;
	return rte_errno != 0 ? -rte_errno : -EINVAL;
}

SHIM_API void shim_thread_unregister(void)
{
	rte_thread_unregister();
}

SHIM_API uint32_t shim_lcore_id(void)
{
	return rte_lcore_id();
}

SHIM_API uint64_t shim_rdtsc(void)
{
	return rte_rdtsc();
}

SHIM_API uint64_t shim_tsc_hz(void)
{
	return rte_get_tsc_hz();
}
