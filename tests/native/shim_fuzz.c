/*
 * Drives every function of the native border with hostile arguments and packets with hostile offload metadata, against real DPDK: its pools,
 * and virtual devices that send nothing out (net_null, net_ring). Built with the address and undefined-behaviour sanitizers; the bytes around
 * every data room are poisoned besides, so that DPDK's own copies cannot leave a buffer unseen. Everything follows from the seed.
 *   shim_fuzz [SEED [STEPS]]: the last line is 'N steps, seed S: nothing found', and the exit code 0
 * What it holds beyond the sanitizers: refusals are negative, nothing is written behind what was asked for, packets that were sent come back
 * as they were, and at the end every buffer is in its pool.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sanitizer/asan_interface.h>

#include <rte_ethdev.h>
#include <rte_log.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

/* As C# declares them; the border has no header of prototypes. */
const struct shim_probe *shim_layout(uint32_t *count);
const char *shim_version(void);
uint32_t shim_version_number(void);
int shim_eal_init(int argc, char **argv);
int shim_eal_cleanup(void);
const char *shim_runtime_dir(void);
int shim_log_open(void);
uint32_t shim_log_read(char *buffer, uint32_t size);
int shim_dev_probe(const char *devargs);
int shim_driver_known(const char *name);
int shim_thread_register(void);
void shim_thread_unregister(void);
uint32_t shim_lcore_id(void);
uint64_t shim_rdtsc(void);
uint64_t shim_tsc_hz(void);
int shim_pool_create(const char *name, uint32_t count, uint32_t cache, uint16_t private_size, uint16_t room, int socket, int lifo, struct rte_mempool **pool);
void shim_pool_free(struct rte_mempool *pool);
uint32_t shim_pool_available(struct rte_mempool *pool);
uint32_t shim_pool_in_use(struct rte_mempool *pool);
struct rte_mbuf *shim_mbuf_alloc(struct rte_mempool *pool);
int shim_mbuf_alloc_bulk(struct rte_mempool *pool, struct rte_mbuf **packets, uint32_t count);
void shim_mbuf_free(struct rte_mbuf *packet);
void shim_mbuf_free_bulk(struct rte_mbuf **packets, uint32_t count);
struct rte_mbuf *shim_mbuf_clone(struct rte_mbuf *packet, struct rte_mempool *pool);
struct rte_mbuf *shim_mbuf_copy(const struct rte_mbuf *packet, struct rte_mempool *pool, uint32_t offset, uint32_t length);
int shim_mbuf_linearize(struct rte_mbuf *packet);
uint16_t shim_rx_burst(uint16_t port, uint16_t queue, struct rte_mbuf **packets, uint16_t count);
uint16_t shim_tx_burst(uint16_t port, uint16_t queue, struct rte_mbuf **packets, uint16_t count);
uint16_t shim_tx_prepare(uint16_t port, uint16_t queue, struct rte_mbuf **packets, uint16_t count);
int shim_port_by_name(const char *name, uint16_t *port);
int shim_port_name(uint16_t port, char *name64);
int shim_port_next(int after);
int shim_port_info(uint16_t port, struct shim_port_info *info);
int shim_port_configure(uint16_t port, const struct shim_port_conf *wanted);
int shim_port_adjust_descriptors(uint16_t port, uint16_t *rx, uint16_t *tx);
int shim_rx_queue_setup(uint16_t port, uint16_t queue, uint16_t descriptors, int socket, uint64_t offloads, struct rte_mempool *pool);
int shim_tx_queue_setup(uint16_t port, uint16_t queue, uint16_t descriptors, int socket, uint64_t offloads);
int shim_port_start(uint16_t port);
int shim_port_stop(uint16_t port);
int shim_port_watch(uint16_t port);
void shim_port_events(uint16_t port, uint32_t *removals, uint32_t *link_changes);
int shim_port_close(uint16_t port);
int shim_port_detach(uint16_t port, const char *bus, const char *name);
int shim_port_set_mtu(uint16_t port, uint16_t mtu);
int shim_port_get_mtu(uint16_t port, uint16_t *mtu);
int shim_port_promiscuous(uint16_t port, int on);
int shim_port_pause_off(uint16_t port);
int shim_port_allmulticast(uint16_t port, int on);
int shim_port_mac_get(uint16_t port, uint8_t *mac);
int shim_port_mac_set(uint16_t port, const uint8_t *mac);
int shim_port_mac_add(uint16_t port, const uint8_t *mac);
int shim_port_link(uint16_t port, struct shim_link *link);
int shim_port_stats(uint16_t port, struct shim_stats *stats);
int shim_port_stats_reset(uint16_t port);
int shim_port_xstats_names(uint16_t port, char *names, uint32_t count);
int shim_port_xstats(uint16_t port, uint64_t *values, uint32_t count);
int shim_port_is_removed(uint16_t port);
int shim_port_guest_features(uint16_t port, uint64_t *features);

const char *__asan_default_options(void)
{
	return "detect_leaks=0"; /* EAL keeps much until the process ends */
}

#define PRIVATE 64
#define HELD 256
#define PORTS 2

static uint64_t state;
static struct rte_mempool *pools[2]; /* large and small rooms */
static struct rte_mbuf *held[HELD];
static uint32_t holding;
static uint16_t ports[PORTS];
static const char *const devices[PORTS] = { "net_null0", "net_ring0" };

uint64_t next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

uint32_t below(uint32_t n)
{
	return (uint32_t)(next() >> 32) % n;
}

/* Numbers at which things go wrong, and others. */
uint32_t odd_number(void)
{
	static const uint32_t edges[] = { 0, 1, 2, 7, 31, 32, 63, 64, 127, 128, 255, 256, 511, 1023, 1024, 1500, 2047, 2048, 9000,
					  65534, 65535, 65536, 0x7fffffff, 0x80000000, 0xffffffff };
	return below(3) != 0 ? edges[below(RTE_DIM(edges))] : (uint32_t)next();
}

uint16_t any_port(void)
{
	return below(3) != 0 ? ports[below(PORTS)] : (uint16_t)odd_number();
}

static uint16_t any_queue(void)
{
	return below(3) != 0 ? (uint16_t)below(QUEUES) : (uint16_t)odd_number();
}

/* On the heap, exactly as long as it says. */
static char *odd_text(void)
{
	uint32_t length = below(4) == 0 ? below(300) : below(24);
	char *text = malloc(length + 1);
	CHECK(text != NULL);
	for (uint32_t i = 0; i < length; i++)
		text[i] = (char)(below(4) == 0 ? 1 + below(255) : (uint32_t)"net_nullring0123,=:/[]%"[below(23)]);
	text[length] = 0;
	return text;
}

static void poison(struct rte_mempool *pool, void *opaque, void *object, unsigned int index)
{
	struct rte_mbuf *m = object;
	ASAN_POISON_MEMORY_REGION(rte_mbuf_to_priv(m), PRIVATE);
	/* Behind the room before it: what pads this one's header, which DPDK reads itself. */
	ASAN_POISON_MEMORY_REGION((char *)object - pool->header_size, pool->header_size - sizeof(struct rte_mempool_objhdr));
}

static void unpoison(struct rte_mempool *pool, void *opaque, void *object, unsigned int index)
{
	ASAN_UNPOISON_MEMORY_REGION((char *)object - pool->header_size, pool->header_size + sizeof(struct rte_mbuf) + PRIVATE);
}

static struct rte_mempool *make_pool(const char *name, uint32_t count, uint32_t cache, uint16_t room)
{
	struct rte_mempool *pool = NULL;
	CHECK(shim_pool_create(name, count, cache, PRIVATE, room, -1, below(2), &pool) == 0 && pool != NULL);
	rte_mempool_obj_iter(pool, poison, NULL);
	return pool;
}

static void open_port(uint16_t port)
{
	struct shim_port_conf conf = { .mtu = 1500, .rx_queues = QUEUES, .tx_queues = QUEUES };
	CHECK(shim_port_configure(port, &conf) == 0);
	for (uint16_t q = 0; q < QUEUES; q++) {
		CHECK(shim_rx_queue_setup(port, q, 64, -1, 0, pools[0]) == 0);
		CHECK(shim_tx_queue_setup(port, q, 64, -1, 0) == 0);
	}
	CHECK(shim_port_start(port) == 0);
}

/* What a guest or a device may have said of a packet, and what no driver may take for granted. */
static void lie(struct rte_mbuf *m)
{
	const uint64_t own = RTE_MBUF_F_EXTERNAL | RTE_MBUF_F_INDIRECT; /* what the buffer is */
	m->ol_flags = (m->ol_flags & own) | (next() & ~own & (below(2) ? UINT64_MAX : RTE_MBUF_F_TX_OFFLOAD_MASK));
	m->tx_offload = below(4) == 0 ? 0 : next();
	if (below(4) == 0)
		m->tso_segsz = 0;
	m->packet_type = (uint32_t)next();
	m->vlan_tci = (uint16_t)next();
	m->hash.rss = (uint32_t)next();
}

static void hold(struct rte_mbuf *m)
{
	if (m == NULL)
		return;
	if (holding == HELD)
		shim_mbuf_free(m);
	else
		held[holding++] = m;
}

static struct rte_mbuf *release(void)
{
	struct rte_mbuf *m;
	uint32_t i;
	if (holding == 0)
		return NULL;
	i = below(holding);
	m = held[i];
	held[i] = held[--holding];
	return m;
}

static uint32_t length_of(const struct rte_mbuf *m)
{
	uint32_t length = 0, segments = 0;
	for (const struct rte_mbuf *s = m; s != NULL; s = s->next, segments++)
		length += s->data_len;
	CHECK(length == m->pkt_len && segments == m->nb_segs);
	return length;
}

static uint64_t bytes_of(const struct rte_mbuf *m, uint32_t from)
{
	uint64_t sum = 1469598103934665603ull;
	for (const struct rte_mbuf *s = m; s != NULL; s = s->next)
		for (uint32_t i = 0; i < s->data_len; i++) {
			if (from != 0)
				from--;
			else
				sum = (sum ^ rte_pktmbuf_mtod(s, const uint8_t *)[i]) * 1099511628211ull;
		}
	return sum;
}

static void make_packet(void)
{
	struct rte_mbuf *head = NULL, *last = NULL;
	for (uint32_t segments = 1 + below(below(8) == 0 ? 40 : 4); segments != 0; segments--) {
		struct rte_mbuf *m = shim_mbuf_alloc(pools[below(2)]);
		uint32_t length;
		if (m == NULL)
			break;
		if (below(4) == 0)
			m->data_off = (uint16_t)below(m->buf_len + 1u);
		length = below(m->buf_len - m->data_off + 1u);
		m->data_len = (uint16_t)length;
		m->pkt_len = length;
		for (uint32_t i = 0; i < length; i++)
			rte_pktmbuf_mtod(m, uint8_t *)[i] = (uint8_t)next();
		if (head == NULL)
			head = m;
		else {
			last->next = m;
			head->nb_segs++;
			head->pkt_len += length;
		}
		last = m;
	}
	if (head != NULL)
		lie(head);
	hold(head);
}

static void take_bulk(void)
{
	uint32_t count = below(4) == 0 ? 1u << below(14) : below(40);
	struct rte_mbuf **bulk = malloc((count + 1) * sizeof(*bulk));
	struct rte_mempool *pool = pools[below(2)];
	CHECK(bulk != NULL);
	memset(bulk, 0x5a, (count + 1) * sizeof(*bulk));
	uint32_t available = shim_pool_available(pool);
	int status = shim_mbuf_alloc_bulk(pool, bulk, count);
	CHECK(status == 0 ? count <= available : status < 0);
	if (status == 0) {
		for (uint32_t i = 0; i < count; i += 1 + below(4)) { /* some are NULL, which is allowed */
			shim_mbuf_free(bulk[i]);
			bulk[i] = NULL;
		}
		shim_mbuf_free_bulk(bulk, count);
	}
	free(bulk);
}

static void duplicate(void)
{
	struct rte_mbuf *m = release(), *made;
	uint32_t length, offset = odd_number();
	uint64_t bytes;
	if (m == NULL)
		return;
	length = length_of(m);
	bytes = bytes_of(m, 0);
	if (below(2) == 0) {
		made = shim_mbuf_clone(m, pools[below(2)]);
		CHECK(made == NULL || (length_of(made) == length && bytes_of(made, 0) == bytes));
	} else {
		offset = below(2) == 0 ? offset : below(length + 2);
		made = shim_mbuf_copy(m, pools[below(2)], offset, UINT32_MAX);
		CHECK(made == NULL || (offset <= length && length_of(made) == length - offset && bytes_of(made, 0) == bytes_of(m, offset)));
		hold(made);
		made = shim_mbuf_copy(m, pools[below(2)], offset, odd_number());
		CHECK(made == NULL || length_of(made) <= length);
	}
	hold(made);
	hold(m);
}

static void flatten(void)
{
	struct rte_mbuf *m = release();
	uint32_t length;
	uint64_t bytes;
	int status;
	if (m == NULL)
		return;
	length = length_of(m);
	bytes = bytes_of(m, 0);
	if (RTE_MBUF_DIRECT(m) && rte_mbuf_refcnt_read(m) == 1) { /* to write to what others hold is the caller's mistake */
		status = shim_mbuf_linearize(m);
		CHECK(status <= 0 && (status != 0 || m->nb_segs == 1) && length_of(m) == length && bytes_of(m, 0) == bytes);
	}
	hold(m);
}

static void send_some(void)
{
	struct rte_mbuf *burst[33];
	uint16_t count = 0, port = any_port(), queue = any_queue(), sent, wanted = (uint16_t)below(33);
	uint64_t bytes[33];
	while (count < wanted && holding != 0) {
		burst[count] = release();
		lie(burst[count]);
		bytes[count] = bytes_of(burst[count], 0);
		count++;
	}
	sent = shim_tx_prepare(port, queue, burst, count);
	CHECK(sent <= count);
	sent = shim_tx_burst(port, queue, burst, count);
	CHECK(sent <= count);
	if (port == ports[1] && sent != 0) { /* it sends to itself */
		struct rte_mbuf *back[33];
		uint16_t came = shim_rx_burst(port, queue, back, 33);
		CHECK(came >= sent);
		for (uint16_t i = 0; i < sent; i++)
			CHECK(back[came - sent + i] == burst[i] && bytes_of(burst[i], 0) == bytes[i]);
		for (uint16_t i = 0; i < came; i++)
			hold(back[i]);
	}
	for (uint16_t i = sent; i < count; i++)
		hold(burst[i]);
}

static void receive_some(void)
{
	uint16_t count = below(4) == 0 ? 256 : (uint16_t)below(33), port = any_port();
	struct rte_mbuf **burst = malloc((count + 1) * sizeof(*burst));
	CHECK(burst != NULL);
	uint16_t came = shim_rx_burst(port, any_queue(), burst, count);
	CHECK(came <= count);
	for (uint16_t i = 0; i < came; i++)
		hold(burst[i]);
	free(burst);
}

static void pool_trouble(void)
{
	struct rte_mempool *pool = NULL;
	char *name = odd_text();
	uint32_t count = below(2) == 0 ? below(600) : odd_number(), cache = odd_number();
	uint16_t private_size = below(2) == 0 ? (uint16_t)(8 * below(16)) : (uint16_t)odd_number(), room = (uint16_t)odd_number();
	if (count > 4096 && count < 1u << 30)
		count = 4096; /* what could be had must not be taken all */
	int status = shim_pool_create(name, count, cache, private_size, room, below(4) == 0 ? (int)odd_number() : -1, below(2), &pool);
	CHECK(status <= 0 && (status == 0) == (pool != NULL));
	if (pool != NULL) {
		struct rte_mbuf *m = shim_mbuf_alloc(pool);
		CHECK(m != NULL && m->buf_len == room && m->priv_size == private_size && shim_pool_in_use(pool) == 1);
		shim_mbuf_free(m);
		shim_mbuf_free(NULL);
		CHECK(shim_pool_available(pool) == count);
		shim_pool_free(pool);
	}
	shim_pool_free(NULL);
	free(name);
}

static void read_log(void)
{
	uint32_t size = below(4) == 0 ? 0 : below(below(4) == 0 ? 70000 : 200), got;
	char *text = malloc(size + 1);
	CHECK(text != NULL);
	memset(text, 'x', size + 1);
	if (below(8) == 0)
		for (uint32_t i = below(900); i != 0; i--)
			rte_log(RTE_LOG_ERR, RTE_LOGTYPE_USER1, "%u %0*u\n", i, (int)below(200), i);
	got = shim_log_read(text, size);
	CHECK(got <= size && text[size] == 'x');
	free(text);
}

static void ask_port(void)
{
	uint16_t port = any_port(), number = 0;
	bool known = rte_eth_dev_is_valid_port(port);
	uint32_t count = below(3) == 0 ? 0 : below(64), a = 1, b = 1;
	struct shim_port_info *info = malloc(sizeof(*info));
	struct shim_stats *stats = malloc(sizeof(*stats));
	struct shim_link *link = malloc(sizeof(*link));
	char *names = malloc(count * 64 + 64);
	uint64_t *values = malloc(count * sizeof(*values) + 8), features = 0;
	uint8_t *mac = malloc(6);
	char *name;
	CHECK(info && stats && link && names && values && mac);
	memset(mac, (int)next(), 6);
	memset(names + count * 64, 0x5a, 64);
	switch (below(19)) {
	case 0: CHECK((shim_port_info(port, info) == 0) == known); break;
	case 1: CHECK((shim_port_stats(port, stats) == 0) == known); break;
	case 2: (void)shim_port_link(port, link); break;
	case 3: CHECK((shim_port_name(port, names) == 0) == known); break;
	case 4: (void)shim_port_xstats_names(port, count == 0 ? NULL : names, count); break;
	case 5: (void)shim_port_xstats(port, count == 0 ? NULL : values, count); break;
	case 6: CHECK((shim_port_get_mtu(port, &number) == 0) == known); break;
	case 7: (void)shim_port_set_mtu(port, (uint16_t)odd_number()); break;
	case 8: (void)shim_port_mac_get(port, mac); break;
	case 9: (void)shim_port_mac_set(port, mac); break;
	case 10: (void)shim_port_mac_add(port, mac); break;
	case 11: (void)shim_port_promiscuous(port, (int)odd_number()); (void)shim_port_allmulticast(port, (int)odd_number()); break;
	case 12: (void)shim_port_pause_off(port); break;
	case 13: (void)shim_port_watch(port); shim_port_events((uint16_t)odd_number(), &a, &b); shim_port_events(port, &a, &b); CHECK(a == 0 && b == 0); break;
	case 14: (void)shim_port_stats_reset(port); (void)shim_port_is_removed(port); break;
	case 15: CHECK(shim_port_next((int)(below(2) ? below(40) : odd_number())) < RTE_MAX_ETHPORTS); break;
	case 16: (void)shim_port_guest_features(port, &features); break;
	case 17:
		name = odd_text();
		(void)shim_port_by_name(name, &number);
		(void)shim_driver_known(name);
		free(name);
		break;
	default: {
		uint16_t rx = (uint16_t)odd_number(), tx = (uint16_t)odd_number();
		(void)shim_port_adjust_descriptors(port, &rx, &tx);
		break;
	}
	}
	CHECK(names[count * 64] == 0x5a || count == 0);
	free(info);
	free(stats);
	free(link);
	free(names);
	free(values);
	free(mac);
}

/* A port is stopped, spoilt in every way, and opened again as it was. What it held comes first. */
static void spoil_port(void)
{
	uint16_t port = ports[below(PORTS)];
	struct rte_mbuf *burst[64];
	for (uint16_t q = 0; q < QUEUES && port == ports[1]; q++)
		for (uint16_t n; (n = shim_rx_burst(port, q, burst, 64)) != 0;)
			shim_mbuf_free_bulk(burst, n);
	CHECK(shim_port_stop(port) == 0);
	for (uint32_t i = below(12); i != 0; i--) {
		struct shim_port_conf *conf = malloc(sizeof(*conf));
		CHECK(conf != NULL);
		*conf = (struct shim_port_conf){ .rx_offloads = below(2) ? next() : 0, .tx_offloads = below(2) ? next() : 0, .rss_types = below(2) ? next() : 0,
						 .mtu = odd_number(), .rx_queues = (uint16_t)odd_number(), .tx_queues = (uint16_t)odd_number(),
						 .link_interrupt = below(2), .removal_interrupt = below(2) };
		switch (below(5)) {
		case 0: CHECK(shim_port_configure(port, conf) <= 0); break;
		case 1: CHECK(shim_rx_queue_setup(any_port(), (uint16_t)odd_number(), (uint16_t)odd_number(), -1, next(), pools[0]) <= 0); break;
		case 2: CHECK(shim_rx_queue_setup(port, any_queue(), (uint16_t)odd_number(), -1, 0, NULL) < 0); break;
		case 3: CHECK(shim_tx_queue_setup(any_port(), (uint16_t)odd_number(), (uint16_t)odd_number(), -1, next()) <= 0); break;
		default:
			/* Queues that it had a moment ago, or has not. DPDK itself answers for those it has, and says so at length. */
			CHECK(shim_rx_burst(port, (uint16_t)(64 + below(65000)), burst, 64) == 0);
			CHECK(shim_tx_burst(port, (uint16_t)(64 + below(65000)), burst, 0) == 0);
			break;
		}
		free(conf);
	}
	open_port(port);
}

static void probe_nonsense(void)
{
	char *text = odd_text();
	uint16_t port;
	int status = shim_dev_probe(text);
	if (status == 0 && shim_port_by_name(text, &port) == 0 && port != ports[0] && port != ports[1]) {
		(void)shim_port_close(port);
		(void)shim_port_detach(port, "vdev", text);
	}
	(void)shim_port_detach((uint16_t)(RTE_MAX_ETHPORTS + below(100)), "vdev", "net_null_that_is_not");
	CHECK(shim_port_close((uint16_t)odd_number() | 0x8000) < 0);
	free(text);
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	uint32_t steps = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 0) : 20000, count = 0;
	char prefix[64];
	char *eal[] = { "shim_fuzz", "--no-huge", "-m", "256", "--no-pci", "--no-shconf", "--no-telemetry", "--log-level=8", prefix, "-l", "0",
			"--vdev=net_null0,size=64", "--vdev=net_ring0" };
	snprintf(prefix, sizeof(prefix), "--file-prefix=shim-fuzz-%d", (int)getpid());
	state = seed * 0x9e3779b97f4a7c15ull + 1;
	CHECK(shim_log_open() == 0 && shim_log_open() == 0);
	CHECK(shim_layout(&count) != NULL && count > 100 && shim_version() != NULL && shim_version_number() != 0);
	if (shim_eal_init(RTE_DIM(eal), eal) != 0) {
		char text[4096];
		fprintf(stderr, "EAL: %.*s\n", (int)shim_log_read(text, sizeof(text)), text);
		return 1;
	}
	CHECK(shim_eal_init(1, eal) < 0 && shim_runtime_dir() != NULL && shim_tsc_hz() != 0 && shim_rdtsc() != 0 && shim_lcore_id() == 0);
	CHECK(shim_thread_register() <= 0);
	pools[0] = make_pool("large", 4095, 64, 2176);
	pools[1] = make_pool("small", 2047, 0, 200);
	for (int i = 0; i < PORTS; i++) {
		CHECK(shim_port_by_name(devices[i], &ports[i]) == 0);
		open_port(ports[i]);
	}
	for (uint32_t i = 0; i < steps; i++) {
		uint32_t what = below(1000);
		if (what < 250)
			make_packet();
		else if (what < 400)
			shim_mbuf_free(release());
		else if (what < 450)
			take_bulk();
		else if (what < 550)
			duplicate();
		else if (what < 620)
			flatten();
		else if (what < 750)
			send_some();
		else if (what < 830)
			receive_some();
		else if (what < 940)
			ask_port();
		else if (what < 960)
			ask_flow();
		else if (what < 970)
			ask_rss();
		else if (what < 985)
			read_log();
		else if (what < 992)
			pool_trouble();
		else if (what < 997)
			spoil_port();
		else
			probe_nonsense();
	}
	while (holding != 0)
		shim_mbuf_free(held[--holding]);
	for (int i = 0; i < PORTS; i++) {
		struct rte_mbuf *burst[64];
		for (uint16_t q = 0; q < QUEUES && i == 1; q++)
			for (uint16_t n; (n = shim_rx_burst(ports[i], q, burst, 64)) != 0;)
				shim_mbuf_free_bulk(burst, n);
		CHECK(shim_port_stop(ports[i]) == 0 && shim_port_close(ports[i]) == 0);
		CHECK(shim_port_detach(ports[i], "vdev", devices[i]) == 0);
	}
	for (int i = 0; i < 2; i++) {
		CHECK(shim_pool_in_use(pools[i]) == 0);
		rte_mempool_obj_iter(pools[i], unpoison, NULL);
		shim_pool_free(pools[i]);
	}
	(void)shim_eal_cleanup();
	printf("%u steps, seed %llu: nothing found\n", steps, (unsigned long long)seed);
	return 0;
}
