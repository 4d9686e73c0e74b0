/*
 * librte_gso on one core: a large TCP packet (IPv4 in IPv4 GRE, the layout of NVGRE) becomes segments; then each gets in software the
 * checksums that librte_gso leaves to its caller - inner TCP, inner IPv4, outer IPv4 - and is freed, as a transmit would do.
 *   gsobench EAL-ARGUMENTS -- [--pkts N] [--room BYTES] [--mss N] [--payload N] [--hold N] [--sums 0|1] [--runs N] [--secs N]
 * pkts: source packets taken in turn (1: hot in the cache). room: bytes of one source mbuf (2048: chains). hold: segments that are freed only
 * when so many have come after them, as by a device with full queues. sums 0: none but in the check, as for a device that makes them. One
 * line for each window; the segments of the first packet are checked: sums, lengths, sequence numbers, flags, payload.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_gso.h>
#include <rte_ip.h>
#include <rte_mbuf.h>
#include <rte_tcp.h>

#define OUTER_IP 14
#define GRE 34
#define INNER 42
#define INNER_IP 56
#define TCP 76
#define HEADERS 96
#define SEQUENCE 0x20000000u

static unsigned int pkts = 1, room = 65024, mss = 1400, payload = 64400, runs = 5, hold, sums = 1;
static double seconds = 1;

static void write_sums(struct rte_mbuf *m)
{
	uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *);
	struct rte_ipv4_hdr *outer = (struct rte_ipv4_hdr *)(p + OUTER_IP), *inner = (struct rte_ipv4_hdr *)(p + INNER_IP);
	struct rte_tcp_hdr *tcp = (struct rte_tcp_hdr *)(p + TCP);
	outer->hdr_checksum = 0;
	outer->hdr_checksum = rte_ipv4_cksum(outer);
	inner->hdr_checksum = 0;
	inner->hdr_checksum = rte_ipv4_cksum(inner);
	tcp->cksum = 0;
	tcp->cksum = rte_ipv4_udptcp_cksum_mbuf(m, inner, TCP);
}

static struct rte_mbuf *make_packet(struct rte_mempool *pool)
{
	uint8_t *bytes = calloc(1, HEADERS + payload), *p = bytes;
	struct rte_mbuf *head = NULL;
	if (bytes == NULL)
		rte_exit(1, "no memory\n");
	memcpy(p, "\2\0\0\0\xbb\0\2\0\0\0\xaa\1\x08", 13);
	*(struct rte_ipv4_hdr *)(p + OUTER_IP) = (struct rte_ipv4_hdr){
		.version_ihl = 0x45, .total_length = rte_cpu_to_be_16(HEADERS - OUTER_IP + payload), .time_to_live = 64,
		.next_proto_id = IPPROTO_GRE, .src_addr = RTE_BE32(0xac1f0001), .dst_addr = RTE_BE32(0xac1f0010) };
	memcpy(p + GRE, "\x20\0\x65\x58\0\x13\x89\x1e", 8);
	memcpy(p + INNER, "\6\x10\0\0\0\1\6\x20\0\0\0\1\x08", 13);
	*(struct rte_ipv4_hdr *)(p + INNER_IP) = (struct rte_ipv4_hdr){
		.version_ihl = 0x45, .total_length = rte_cpu_to_be_16(HEADERS - INNER_IP + payload), .time_to_live = 64,
		.next_proto_id = IPPROTO_TCP, .fragment_offset = RTE_BE16(RTE_IPV4_HDR_DF_FLAG), .src_addr = RTE_BE32(0x0a0101c8),
		.dst_addr = RTE_BE32(0x0a01010b) };
	*(struct rte_tcp_hdr *)(p + TCP) = (struct rte_tcp_hdr){
		.src_port = RTE_BE16(49152), .dst_port = RTE_BE16(443), .data_off = 0x50, .tcp_flags = RTE_TCP_ACK_FLAG | RTE_TCP_PSH_FLAG,
		.sent_seq = RTE_BE32(SEQUENCE), .rx_win = 0xffff };
	for (unsigned int k = 0; k < payload; k++)
		p[HEADERS + k] = 7 * k + 3;
	for (unsigned int left = HEADERS + payload, n; left != 0; left -= n, p += n) {
		struct rte_mbuf *m = rte_pktmbuf_alloc(pool);
		if (m == NULL)
			rte_exit(1, "the pool is empty\n");
		n = RTE_MIN(left, (unsigned int)rte_pktmbuf_tailroom(m));
		memcpy(rte_pktmbuf_append(m, n), p, n);
		if (head == NULL)
			head = m;
		else if (rte_pktmbuf_chain(head, m) != 0)
			rte_exit(1, "too many segments\n");
	}
	free(bytes);
	head->outer_l2_len = OUTER_IP;
	head->outer_l3_len = GRE - OUTER_IP;
	head->l2_len = INNER_IP - GRE;
	head->l3_len = TCP - INNER_IP;
	head->l4_len = HEADERS - TCP;
	return head;
}

static void check(struct rte_mbuf **segments, int count)
{
	static uint8_t room_for_one[65536];
	unsigned int at = 0;
	for (int k = 0; k < count; k++) {
		unsigned int length = segments[k]->pkt_len, part = length - HEADERS;
		const uint8_t *p = rte_pktmbuf_read(segments[k], 0, length, room_for_one);
		const struct rte_ipv4_hdr *outer = (const struct rte_ipv4_hdr *)(p + OUTER_IP), *inner = (const struct rte_ipv4_hdr *)(p + INNER_IP);
		const struct rte_tcp_hdr *tcp = (const struct rte_tcp_hdr *)(p + TCP);
		bool right = part == RTE_MIN(mss, payload - at) && rte_be_to_cpu_16(outer->total_length) == length - OUTER_IP &&
			     rte_be_to_cpu_16(inner->total_length) == length - INNER_IP && rte_be_to_cpu_32(tcp->sent_seq) == SEQUENCE + at &&
			     tcp->tcp_flags == (k == count - 1 ? RTE_TCP_ACK_FLAG | RTE_TCP_PSH_FLAG : RTE_TCP_ACK_FLAG) &&
			     rte_raw_cksum(outer, sizeof(*outer)) == 0xffff && rte_raw_cksum(inner, sizeof(*inner)) == 0xffff &&
			     rte_ipv4_udptcp_cksum_verify(inner, tcp) == 0;
		for (unsigned int j = 0; j < part; j++)
			right &= p[HEADERS + j] == (uint8_t)(7 * (at + j) + 3);
		if (!right)
			rte_exit(1, "segment %d is wrong\n", k);
		at += part;
	}
	if (at != payload)
		rte_exit(1, "payload %u of %u\n", at, payload);
	printf("checked the segments of the first packet\n");
}

static void options(int argc, char **argv)
{
	static const struct option names[] = { { "pkts", 1, 0, 'p' }, { "room", 1, 0, 'o' }, { "mss", 1, 0, 'm' }, { "payload", 1, 0, 'l' },
					       { "runs", 1, 0, 'r' }, { "secs", 1, 0, 's' },
					       { "hold", 1, 0, 'h' }, { "sums", 1, 0, 'c' }, { 0, 0, 0, 0 } };
	for (int o; (o = getopt_long(argc, argv, "", names, NULL)) != -1;)
		switch (o) {
		case 'p': pkts = atoi(optarg); break;
		case 'o': room = atoi(optarg); break;
		case 'm': mss = atoi(optarg); break;
		case 'l': payload = atoi(optarg); break;
		case 'r': runs = atoi(optarg); break;
		case 's': seconds = atof(optarg); break;
		case 'h': hold = atoi(optarg); break;
		case 'c': sums = atoi(optarg); break;
		default: exit(2);
		}
}

int main(int argc, char **argv)
{
	const uint64_t asked = RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_OUTER_IPV4 | RTE_MBUF_F_TX_TUNNEL_GRE;
	struct rte_mbuf **source, **held, *segments[128];
	unsigned int next = 0;
	struct rte_mempool *sources, *direct, *indirect;
	int used = rte_eal_init(argc, argv);
	if (used < 0)
		return 1;
	options(argc - used, argv + used);
	sources = rte_pktmbuf_pool_create("sources", pkts * ((payload + HEADERS) / room + 1) + 1, 0, 0, room + RTE_PKTMBUF_HEADROOM, 0);
	direct = rte_pktmbuf_pool_create("direct", 8191 + hold, 256, 0, 256, 0);
	indirect = rte_pktmbuf_pool_create("indirect", 8191 + (mss / 2048 + 2) * hold, 256, 0, 0, 0);
	source = calloc(pkts, sizeof(*source));
	held = calloc(hold + 1, sizeof(*held));
	if (held == NULL || sources == NULL || direct == NULL || indirect == NULL || source == NULL)
		rte_exit(1, "no memory\n");
	struct rte_gso_ctx ctx = { .direct_pool = direct, .indirect_pool = indirect, .gso_types = RTE_ETH_TX_OFFLOAD_GRE_TNL_TSO, .gso_size = mss + HEADERS };
	for (unsigned int k = 0; k < pkts; k++)
		source[k] = make_packet(sources);
	const double hz = rte_get_tsc_hz();
	for (int run = -1; run < (int)runs; run++) {
		uint64_t begun = rte_rdtsc(), t = begun, end = begun + (uint64_t)((run < 0 ? 0.3 : seconds) * hz);
		uint64_t cutting = 0, summing = 0, freeing = 0, cut = 0, bytes = 0;
		for (unsigned int k = 0; t < end; k = k + 1 == pkts ? 0 : k + 1) {
			source[k]->ol_flags = asked;
			int n = rte_gso_segment(source[k], &ctx, segments, RTE_DIM(segments));
			if (n < 2)
				rte_exit(1, "librte_gso: %d\n", n);
			uint64_t a = rte_rdtsc();
			for (int j = 0; j < n && (sums || (run < 0 && cut == 0)); j++)
				write_sums(segments[j]);
			uint64_t b = rte_rdtsc();
			if (run < 0 && cut == 0)
				check(segments, n);
			for (int j = 0; j < n; j++) {
				bytes += segments[j]->pkt_len;
				struct rte_mbuf *oldest = segments[j];
				if (hold != 0) {
					oldest = held[next];
					held[next] = segments[j];
					next = next + 1 == hold ? 0 : next + 1;
				}
				rte_pktmbuf_free(oldest);
			}
			cut += n;
			uint64_t c = rte_rdtsc();
			cutting += a - t;
			summing += b - a;
			freeing += c - b;
			t = c;
		}
		if (run >= 0)
			printf("run %d Gbit/s %.2f cyc/segment %.1f gso %.1f sums %.1f free %.1f Mpps %.3f\n", run, bytes * 8 / ((t - begun) / hz) / 1e9,
			       (double)(t - begun) / cut, (double)cutting / cut, (double)summing / cut, (double)freeing / cut, cut / ((t - begun) / hz) / 1e6);
		fflush(stdout);
	}
	rte_eal_cleanup();
	return 0;
}
