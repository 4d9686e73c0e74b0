/* tsogen EAL_OPTIONS -- [--plain] [--receive] [--payload BYTES] [--mss BYTES] [--buffer BYTES] [--flows N] [--vlan VID]
 *                       [--source MAC] [--destination MAC] [--secs S] [--frames N]
 *
 * A guest of a vhost-user switch: port 0 (net_virtio_user) sends VLAN-tagged TCP/IPv4 as fast as the ring takes it; what comes
 * in on any port is counted and freed.  Without --plain a frame has PAYLOAD bytes in buffers of BUFFER bytes, a TCP segmentation
 * request (TX_TCP_SEG, MSS) and the checksum that such a request has: that of the pseudo header.  With --plain the same bytes
 * leave as MSS-sized segments with whole checksums.  After every S seconds it prints what the rings took and gave; it ends on
 * SIGINT or SIGTERM.  With --frames it sends N and then only counts; with --receive it sends nothing.
 *
 * Frames are made once and sent again and again, so that the sender costs little next to the switch that copies them:
 * 64 large frames are 4 MB of payload, more than the own caches of a core hold.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_ip.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>
#include <rte_tcp.h>

#define BURST 32
#define LARGE 64                        /* large frames that are sent in turn */
#define L2 (RTE_ETHER_HDR_LEN + 4)
#define HEADERS (L2 + 20 + 20)
#define RX_ROOM 4096                    /* what Linux' mergeable receive buffers grow to */

static volatile sig_atomic_t stop;
static void on_signal(int s) { (void)s; stop = 1; }

static int plain, silent;
static unsigned payload = 64400, mss = 1400, room = 32768, flows = 16, vlan = 100;
static double secs = 0.5;
static uint64_t limit;
static struct rte_ether_addr source, destination;
static struct rte_mempool *tx_pool, *rx_pool;
static struct rte_mbuf **frames;
static unsigned n_frames;

/* A byte of a flow's stream at an offset: whoever receives it can tell what it should be. */
static inline uint8_t byte_at(uint32_t offset) { return (uint8_t)(offset * 31 + (offset >> 8)); }

static struct rte_mbuf *make(unsigned flow, uint32_t offset, unsigned bytes, uint16_t id, int last)
{
	struct rte_mbuf *head = rte_pktmbuf_alloc(tx_pool), *tail = head;
	if (!head) rte_exit(1, "tsogen: no buffers for the frames\n");
	uint8_t *p = (uint8_t *)rte_pktmbuf_append(head, HEADERS);
	struct rte_ether_hdr *eth = (void *)p;
	eth->src_addr = source; eth->dst_addr = destination; eth->ether_type = rte_cpu_to_be_16(RTE_ETHER_TYPE_VLAN);
	struct rte_vlan_hdr *tag = (void *)(eth + 1);
	tag->vlan_tci = rte_cpu_to_be_16(vlan); tag->eth_proto = rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4);
	struct rte_ipv4_hdr *ip = (void *)(tag + 1);
	*ip = (struct rte_ipv4_hdr){ .version_ihl = 0x45, .total_length = rte_cpu_to_be_16(40 + bytes), .packet_id = rte_cpu_to_be_16(id),
		.fragment_offset = rte_cpu_to_be_16(RTE_IPV4_HDR_DF_FLAG), .time_to_live = 64, .next_proto_id = IPPROTO_TCP,
		.src_addr = rte_cpu_to_be_32(RTE_IPV4(10, 1, 0, 1)), .dst_addr = rte_cpu_to_be_32(RTE_IPV4(10, 1, 0, 2)) };
	ip->hdr_checksum = rte_ipv4_cksum(ip);
	struct rte_tcp_hdr *tcp = (void *)(ip + 1);
	*tcp = (struct rte_tcp_hdr){ .src_port = rte_cpu_to_be_16(20000 + flow), .dst_port = rte_cpu_to_be_16(5201),
		.sent_seq = rte_cpu_to_be_32(1 + offset), .recv_ack = rte_cpu_to_be_32(1), .data_off = 5 << 4,
		.tcp_flags = RTE_TCP_ACK_FLAG | (last ? RTE_TCP_PSH_FLAG : 0), .rx_win = rte_cpu_to_be_16(65535) };
	for (unsigned done = 0; done < bytes; ) {
		unsigned n = RTE_MIN(bytes - done, (unsigned)rte_pktmbuf_tailroom(tail));
		if (!n) {
			struct rte_mbuf *m = rte_pktmbuf_alloc(tx_pool);
			if (!m) rte_exit(1, "tsogen: no buffers for the frames\n");
			tail->next = m; tail = m; head->nb_segs++;
			continue;
		}
		uint8_t *q = rte_pktmbuf_mtod_offset(tail, uint8_t *, tail->data_len);
		for (unsigned i = 0; i < n; i++) q[i] = byte_at(offset + done + i);
		tail->data_len += n; head->pkt_len += n; done += n;
	}
	if (plain) {
		tcp->cksum = rte_ipv4_udptcp_cksum(ip, tcp);
	} else {
		/* as virtio wants it, and Linux gives it: the pseudo header's sum with the length in it */
		tcp->cksum = rte_ipv4_phdr_cksum(ip, 0);
		head->ol_flags = RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_TCP_CKSUM | RTE_MBUF_F_TX_IPV4;
		head->l2_len = L2; head->l3_len = 20; head->l4_len = 20; head->tso_segsz = mss;
	}
	return head;
}

static void make_frames(void)
{
	unsigned cut = plain ? (payload + mss - 1) / mss : 1;
	n_frames = LARGE * cut;
	frames = rte_malloc(NULL, n_frames * sizeof *frames, 64);
	for (unsigned f = 0, n = 0; f < LARGE; f++) {
		uint32_t offset = f / flows * payload;
		for (unsigned c = 0; c < cut; c++) {
			unsigned at = c * mss, bytes = plain ? RTE_MIN(mss, payload - at) : payload;
			frames[n++] = make(f % flows, offset + at, bytes, f * 64 + c, c == cut - 1);
		}
	}
}

static void open_port(uint16_t port)
{
	struct rte_eth_dev_info info;
	struct rte_eth_conf conf = { 0 };
	uint16_t rxd = 1024, txd = 1024;
	if (rte_eth_dev_info_get(port, &info)) rte_exit(1, "tsogen: port %u\n", port);
	uint64_t tx = RTE_ETH_TX_OFFLOAD_MULTI_SEGS, rx = 0;
	if (!plain) {
		tx |= RTE_ETH_TX_OFFLOAD_TCP_TSO | RTE_ETH_TX_OFFLOAD_TCP_CKSUM;
		rx |= RTE_ETH_RX_OFFLOAD_TCP_LRO | RTE_ETH_RX_OFFLOAD_TCP_CKSUM;
	}
	rx |= RTE_ETH_RX_OFFLOAD_SCATTER;
	if ((tx & info.tx_offload_capa) != tx) fprintf(stderr, "tsogen: port %u lacks transmit offloads %#lx\n", port, (unsigned long)(tx & ~info.tx_offload_capa));
	if ((rx & info.rx_offload_capa) != rx) fprintf(stderr, "tsogen: port %u lacks receive offloads %#lx\n", port, (unsigned long)(rx & ~info.rx_offload_capa));
	conf.txmode.offloads = tx & info.tx_offload_capa;
	conf.rxmode.offloads = rx & info.rx_offload_capa;
	int e;
	if ((e = rte_eth_dev_configure(port, 1, 1, &conf)) || (e = rte_eth_dev_adjust_nb_rx_tx_desc(port, &rxd, &txd))
		|| (e = rte_eth_rx_queue_setup(port, 0, rxd, SOCKET_ID_ANY, NULL, rx_pool))
		|| (e = rte_eth_tx_queue_setup(port, 0, txd, SOCKET_ID_ANY, NULL)) || (e = rte_eth_dev_start(port)))
		rte_exit(1, "tsogen: port %u: %s\n", port, rte_strerror(-e));
}

static void usage(void) { rte_exit(2, "tsogen: see the head of tsogen.c\n"); }

int main(int argc, char **argv)
{
	int used = rte_eal_init(argc, argv);
	if (used < 0) rte_exit(1, "tsogen: %s\n", rte_strerror(rte_errno));
	argc -= used; argv += used;
	static const struct option options[] = { { "plain", 0, 0, 'P' }, { "receive", 0, 0, 'R' }, { "payload", 1, 0, 'p' }, { "mss", 1, 0, 'm' }, { "buffer", 1, 0, 'b' },
		{ "flows", 1, 0, 'f' }, { "vlan", 1, 0, 'v' }, { "source", 1, 0, 's' }, { "destination", 1, 0, 'd' }, { "secs", 1, 0, 't' },
		{ "frames", 1, 0, 'n' }, { 0, 0, 0, 0 } };
	rte_ether_unformat_addr("02:00:00:00:0b:01", &source);
	rte_ether_unformat_addr("02:00:00:00:0b:02", &destination);
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1; )
		switch (c) {
		case 'P': plain = 1; break;
		case 'R': silent = 1; break;
		case 'p': payload = atoi(optarg); break;
		case 'm': mss = atoi(optarg); break;
		case 'b': room = atoi(optarg); break;
		case 'f': flows = atoi(optarg); break;
		case 'v': vlan = atoi(optarg); break;
		case 's': if (rte_ether_unformat_addr(optarg, &source)) usage(); break;
		case 'd': if (rte_ether_unformat_addr(optarg, &destination)) usage(); break;
		case 't': secs = atof(optarg); break;
		case 'n': limit = strtoull(optarg, NULL, 0); break;
		default: usage();
		}
	if (payload < 1 || payload > 65535 - 40 || mss < 1 || mss > 8960 || room < 256 || room > 65535 - RTE_PKTMBUF_HEADROOM || flows < 1 || flows > LARGE || secs <= 0)
		usage();
	unsigned data = plain ? RTE_MIN(payload, mss) + HEADERS : room;
	unsigned buffers = LARGE * (plain ? (payload + mss - 1) / mss : (payload + HEADERS + room - 1) / room);
	tx_pool = rte_pktmbuf_pool_create("tx", buffers, 0, 0, RTE_PKTMBUF_HEADROOM + data, SOCKET_ID_ANY);
	rx_pool = rte_pktmbuf_pool_create("rx", 8191, 256, 0, RTE_PKTMBUF_HEADROOM + RX_ROOM, SOCKET_ID_ANY);
	if (!tx_pool || !rx_pool) rte_exit(1, "tsogen: pools: %s\n", rte_strerror(rte_errno));
	make_frames();
	uint16_t port;
	unsigned ports = 0;
	RTE_ETH_FOREACH_DEV(port) { open_port(port); ports++; }
	signal(SIGINT, on_signal); signal(SIGTERM, on_signal);
	printf("tsogen: %u port(s), %s frames of %u bytes in %u buffer(s)\n", ports, plain ? "plain" : "TSO", frames[0]->pkt_len, frames[0]->nb_segs);
	fflush(stdout);

	uint64_t sent = 0, sent_bytes = 0, got = 0, got_bytes = 0, last_sent = 0, last_sent_bytes = 0, last_got = 0, last_got_bytes = 0, got_large = 0;
	const uint64_t hz = rte_get_tsc_hz(), window = secs * hz;
	uint64_t began = rte_rdtsc();
	unsigned next = 0, run = 0;
	struct rte_mbuf *rx[BURST];
	while (!stop) {
		unsigned n = silent ? 0 : RTE_MIN(BURST, n_frames - next);
		if (limit && n > limit - sent) n = limit - sent;
		if (n) {
			struct rte_mbuf **f = frames + next;
			for (unsigned i = 0; i < n; i++)             /* a reference of its own for each way through the ring */
				for (struct rte_mbuf *m = f[i]; m; m = m->next) rte_mbuf_refcnt_update(m, 1);
			unsigned took = rte_eth_tx_burst(0, 0, f, n);
			for (unsigned i = took; i < n; i++)
				for (struct rte_mbuf *m = f[i]; m; m = m->next) rte_mbuf_refcnt_update(m, -1);
			for (unsigned i = 0; i < took; i++) sent_bytes += f[i]->pkt_len;
			sent += took;
			next = next + took == n_frames ? 0 : next + took;
		}
		for (port = 0; port < ports; port++) {
			unsigned r = rte_eth_rx_burst(port, 0, rx, BURST);
			for (unsigned i = 0; i < r; i++) { got_bytes += rx[i]->pkt_len; got_large += rx[i]->pkt_len > 1518; }
			got += r;
			rte_pktmbuf_free_bulk(rx, r);
		}
		uint64_t now = rte_rdtsc();
		if (now - began >= window) {
			double t = (double)(now - began) / hz;
			printf("run %u sent %lu Gbps %.3f received %lu Gbps %.3f\n", run++, (unsigned long)(sent - last_sent), (sent_bytes - last_sent_bytes) * 8 / t / 1e9,
				(unsigned long)(got - last_got), (got_bytes - last_got_bytes) * 8 / t / 1e9);
			fflush(stdout);
			began = now; last_sent = sent; last_sent_bytes = sent_bytes; last_got = got; last_got_bytes = got_bytes;
		}
	}
	printf("total sent %lu bytes %lu received %lu bytes %lu larger than 1518: %lu\n", (unsigned long)sent, (unsigned long)sent_bytes, (unsigned long)got,
		(unsigned long)got_bytes, (unsigned long)got_large);
	fflush(stdout);
	_exit(0);                                                /* a peer that is gone already must not hold the ports' closing */
}
