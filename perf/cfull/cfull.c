/* cfull: the VLAN <-> NVGRE gateway's per-packet work in C, all of it (perf/README.md, "Equal work").
 *
 * Port 0 = VLAN side, port 1 = underlay; one lcore polls, one control thread (--aux) drains the
 * punt ring and advances the age tick.  Each direction makes two passes over the burst:
 *   1. parse, check, hash, prefetch the two FDB buckets     2. look up, write, count
 *
 * usage: cfull EAL-args -- --mode encap|decap|bidir --macs FILE --vmacs FILE [--segs N] [--qos 0|1]
 *              [--mtu N] [--aux CORE] [--secs N] [--runs N] [--burst N] [--packets N]
 *   macs: "mac pa next-hop-mac" (remote; PA of either family), vmacs: "mac" (behind port 0);
 *   segment i = VID 100+i <-> VSID 5001+i; line j of both files belongs to segment j mod N.
 * prints, as cbound does, "run Mpps cyc/pkt rx proc tx", then every counter that is not 0.
 * Compares and copies are AVX-512 BW where the compiler's target has it, else AVX2: the same work, the same bytes.
 * The line "tsc ..." says which.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdint.h>
#include <getopt.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>
#include <rte_cycles.h>
#include <rte_prefetch.h>
#include <immintrin.h>

#define MAXBURST 128
#define MAXPEER 1024
#define MAXSEG 256
#define BE16(x) RTE_BE16(x)
#define ld16(p) (*(const unaligned_uint16_t *)(p))
#define ld32(p) (*(const unaligned_uint32_t *)(p))
#define ld64(p) (*(const unaligned_uint64_t *)(p))
#define st16(p, v) (*(unaligned_uint16_t *)(p) = (v))
#define st32(p, v) (*(unaligned_uint32_t *)(p) = (v))
#define st64(p, v) (*(unaligned_uint64_t *)(p) = (v))

#define DROPS(X) \
	X(L2_RUNT, "l2.runt") X(L2_NOT_US, "l2.not_for_us") X(L2_TYPE, "l2.ethertype") \
	X(V_UNTAGGED, "vlan.untagged") X(V_UNKNOWN, "vlan.unknown") X(V_DOUBLE, "vlan.double") \
	X(IP_VERSION, "ip.version") X(IP_OPTS, "ip.options") X(IP_LEN, "ip.len") X(IP_CKSUM, "ip.cksum") \
	X(IP_FRAG, "ip.fragment") X(IP_NOT_LOCAL, "ip.not_local") X(IP_PROTO, "ip.proto") \
	X(GRE_VERSION, "gre.version") X(GRE_RESERVED, "gre.reserved") X(GRE_PROTO, "gre.proto") \
	X(GRE_CSUM, "gre.csum_present") X(GRE_SEQ, "gre.seq_present") X(GRE_NO_KEY, "gre.no_key") \
	X(VSID_RESERVED, "vsid.reserved") X(VSID_VENDOR, "vsid.vendor") X(VSID_UNKNOWN, "vsid.unknown") \
	X(PEER_UNKNOWN, "peer.unknown") X(IN_SHORT, "inner.short") X(IN_TAGGED, "inner.tagged") \
	X(IN_SRC, "inner.src_mac") X(ECN_CE, "ecn.notect_ce") X(FDB_UNKNOWN, "fdb.unknown_unicast") \
	X(FDB_GROUP, "fdb.no_receiver") X(FDB_SAME, "fdb.same_port") X(FDB_SPLIT, "fdb.split_horizon") \
	X(MTU, "mtu") X(MTU_EGRESS, "mtu.egress") X(NOMEM, "mbuf.nomem") X(TX_FULL, "tx.full")
#define NOTES(X) \
	X(N_LEARN, "fdb.unknown_source") X(N_MOVE, "fdb.moved") X(N_PUNT_FULL, "punt.full") \
	X(N_ECN, "ecn.anomaly") X(N_NONIP_CE, "ecn.nonip_ce")
#define ID(a, b) a,
#define TX(a, b) b,
enum { DROPS(ID) NDROP };
enum { NOTES(ID) NNOTE };
static const char *const drop_name[] = {DROPS(TX)}, *const note_name[] = {NOTES(TX)};

struct cnt { uint64_t pkts, bytes; };
/* Where a MAC lives: a VLAN port number, or PEER | peer number.  One line a bucket. */
#define PEER 0x8000
#define WAYS 5
struct bucket {
	uint64_t key[WAYS];                      /* MAC << 16 | segment; 0 = free */
	uint16_t loc[WAYS];
	uint8_t age[WAYS];                       /* written by the worker, only when it differs */
	uint8_t over;                            /* some key of this bucket is in the next one */
} __rte_cache_aligned;
struct seg {
	uint32_t vsid8;                          /* VSID << 8 */
	uint16_t vid[2];                         /* by port */
	struct cnt enc, dec;
	uint64_t peers[MAXPEER / 64];            /* who may send into the segment */
} __rte_cache_aligned;
struct peer {
	uint8_t h[64];                           /* Ethernet + IP + GRE, VSID 0 */
	uint32_t csum0;                          /* IPv4: sum of the header, length and TOS 0 */
	uint16_t maxlen;                         /* longest VLAN frame (tagged) that fits */
	uint8_t hlen;                            /* 42 or 62 */
	struct cnt enc, dec;
} __rte_cache_aligned;
struct work {                                    /* pass 1 -> pass 2 */
	struct rte_mbuf *m;
	struct bucket *sb, *db;
	uint64_t sk, dk;                         /* FDB keys; the low 16 bits are the segment */
	uint32_t crc;                            /* encap: CRC32C of the flow key */
	uint16_t len, peer;                      /* encap: frame length; decap: inner length and sender */
	uint8_t tos, otos, ip;                   /* inner and outer TOS / class, inner family (4, 6, 0) */
	uint8_t oh;                              /* decap: outer length */
};

static struct bucket *fdb;
static uint32_t fdb_mask;
static struct seg *segs;
static struct peer *peers;
static uint32_t nseg = 1, npeer;
static uint16_t vlan2seg[2][4096], vsid_top[4096], (*vsid_leaf)[4096], nleaf = 1;
#define PAH 4096                                 /* peer by PA, open addressing; peer + 1, 0 = free */
static struct { uint32_t pa; uint16_t peer; } pa4[PAH];
static struct { uint64_t hi, lo; uint16_t peer; } pa6[PAH];
static uint8_t my_mac[6] = {2, 0, 0, 0, 0xaa, 1}, my_pa[4], my_pa6[16];
static int qos = 1;
static uint16_t mtu = 1600;                      /* of the underlay's IP */
static const uint16_t egress_max = 1622;         /* longest frame of the VLAN port */
static struct cnt port_rx[2], port_tx[2];
static uint64_t drops[NDROP], notes[NNOTE];
static uint8_t l4ports[256];                     /* protocols with ports where TCP has them */

/* ---- punt ring: worker -> control, single producer and consumer ---- */
#define PUNT 4096
static struct { uint64_t key; uint16_t loc; } punt_ring[PUNT];
static volatile uint32_t punt_head __rte_cache_aligned, punt_tail __rte_cache_aligned;
static volatile uint8_t tick __rte_cache_aligned = 1, stop;
static uint64_t punt_seen;

static __rte_noinline void punt(uint64_t key, uint16_t loc, int why)
{
	uint32_t h = punt_head;
	notes[why]++;
	if (h - punt_tail == PUNT) { notes[N_PUNT_FULL]++; return; }
	punt_ring[h % PUNT].key = key;
	punt_ring[h % PUNT].loc = loc;
	rte_smp_wmb();
	punt_head = h + 1;
}
static void *control(void *aux)
{
	cpu_set_t s;
	CPU_ZERO(&s);
	CPU_SET((intptr_t)aux, &s);
	pthread_setaffinity_np(pthread_self(), sizeof s, &s);
	for (uint32_t ms = 0;; ms++) {
		const int last = stop;
		if (ms % 1000 == 999) tick = tick == 255 ? 1 : tick + 1;
		while (punt_tail != punt_head) { rte_smp_rmb(); punt_seen += punt_ring[punt_tail % PUNT].key != 0; punt_tail++; }
		if (last) return NULL;
		usleep(1000);
	}
}

/* ---- tables ---- */
static inline struct bucket *home(struct bucket *t, uint32_t mask, uint64_t key) { return &t[_mm_crc32_u64(0, key) & mask]; }
static inline struct bucket *find(struct bucket *b, uint64_t key, unsigned *way)
{
	for (;; b++) {
#ifdef __AVX512BW__
		unsigned k = _mm512_mask_cmpeq_epi64_mask((1 << WAYS) - 1, _mm512_load_si512(b), _mm512_set1_epi64(key));
#else
		__m256i four = _mm256_cmpeq_epi64(_mm256_load_si256((const void *)b->key), _mm256_set1_epi64x(key));
		unsigned k = _mm256_movemask_pd(_mm256_castsi256_pd(four)) | (unsigned)(b->key[4] == key) << 4;
#endif
		if (likely(k)) { *way = __builtin_ctz(k); return b; }
		if (likely(!b->over)) return NULL;
	}
}
static void fdb_add(uint64_t key, uint16_t loc)
{
	for (struct bucket *b = home(fdb, fdb_mask, key);; b++) {
		for (int i = 0; i < WAYS; i++)
			if (!b->key[i]) { b->key[i] = key, b->loc[i] = loc; return; }
		b->over = 1;
		if (b == fdb + fdb_mask + 64) rte_exit(1, "FDB full\n");
	}
}
static inline uint32_t pa4_hash(uint32_t pa) { return _mm_crc32_u32(0, pa) & (PAH - 1); }
static inline uint32_t pa6_hash(uint64_t hi, uint64_t lo) { return _mm_crc32_u64(_mm_crc32_u64(0, hi), lo) & (PAH - 1); }
static inline int peer4(uint32_t pa)
{
	for (uint32_t i = pa4_hash(pa); pa4[i].peer; i = (i + 1) & (PAH - 1))
		if (likely(pa4[i].pa == pa)) return pa4[i].peer - 1;
	return -1;
}
static inline int peer6(uint64_t hi, uint64_t lo)
{
	for (uint32_t i = pa6_hash(hi, lo); pa6[i].peer; i = (i + 1) & (PAH - 1))
		if (likely(pa6[i].hi == hi && pa6[i].lo == lo)) return pa6[i].peer - 1;
	return -1;
}
static uint16_t peer_add(const char *pa, const uint8_t *mac)
{
	uint8_t a[16], *h;
	int v6 = inet_pton(AF_INET6, pa, a) == 1;
	if (!v6 && inet_pton(AF_INET, pa, a) != 1) rte_exit(1, "PA %s\n", pa);
	int t = v6 ? peer6(ld64(a), ld64(a + 8)) : peer4(ld32(a));
	if (t >= 0) return t;
	if (npeer == MAXPEER) rte_exit(1, "too many peers\n");
	struct peer *p = &peers[npeer];
	h = p->h;
	memcpy(h, mac, 6);
	memcpy(h + 6, my_mac, 6);
	p->hlen = v6 ? 62 : 42;
	p->maxlen = mtu - (v6 ? 48 : 28) + 4;
	st16(h + 12, v6 ? BE16(0x86dd) : BE16(0x0800));
	st32(h + p->hlen - 8, RTE_BE32(0x20006558));
	if (v6) {
		h[14] = 0x60, h[20] = 47, h[21] = 64;
		memcpy(h + 22, my_pa6, 16);
		memcpy(h + 38, a, 16);
		uint32_t i = pa6_hash(ld64(a), ld64(a + 8));
		while (pa6[i].peer) i = (i + 1) & (PAH - 1);
		pa6[i].hi = ld64(a), pa6[i].lo = ld64(a + 8), pa6[i].peer = npeer + 1;
	} else {
		h[14] = 0x45, h[20] = 0x40, h[22] = 64, h[23] = 47;      /* DF, id 0 */
		memcpy(h + 26, my_pa, 4);
		memcpy(h + 30, a, 4);
		for (int i = 14; i < 34; i += 2) p->csum0 += h[i] << 8 | h[i + 1];
		uint32_t i = pa4_hash(ld32(a));
		while (pa4[i].peer) i = (i + 1) & (PAH - 1);
		pa4[i].pa = ld32(a), pa4[i].peer = npeer + 1;
	}
	return npeer++;
}
static void parse_mac(const char *s, uint8_t *m)
{
	if (sscanf(s, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", m, m+1, m+2, m+3, m+4, m+5) != 6) rte_exit(1, "MAC %s\n", s);
}
static uint32_t lines(FILE *f) { uint32_t n = 0; for (int c; (c = getc(f)) != EOF;) n += c == '\n'; rewind(f); return n; }
static void load(const char *macs, const char *vmacs)
{
	FILE *r = fopen(macs, "r"), *v = fopen(vmacs, "r");
	if (!r || !v) rte_exit(1, "cannot open %s or %s\n", macs, vmacs);
	uint32_t nr = lines(r), nv = lines(v), b = 64, i;
	while (b * 2 < nr + nv) b <<= 1;                         /* at most 2 of 5 ways used */
	fdb_mask = b - 1;
	fdb = rte_zmalloc("fdb", (b + 65) * sizeof *fdb, 64);
	peers = rte_zmalloc("peers", MAXPEER * sizeof *peers, 64);
	segs = rte_zmalloc("segs", (nseg + 1) * sizeof *segs, 64);   /* segment 0 = none */
	vsid_leaf = rte_zmalloc("vsid", (nseg + 1) * sizeof *vsid_leaf, 64);
	for (uint32_t s = 1; s <= nseg; s++) {
		uint32_t vsid = 5000 + s, vid = 99 + s;
		segs[s].vsid8 = vsid << 8;
		segs[s].vid[0] = vid;
		vlan2seg[0][vid] = s;
		uint16_t *t = &vsid_top[vsid >> 12];
		if (!*t) *t = nleaf++;
		vsid_leaf[*t][vsid & 4095] = s;
	}
	char m[64], p[64], pm[64];
	uint8_t a[8] = {0}, nh[8];
	for (i = 0; fscanf(r, "%63s %63s %63s", m, p, pm) == 3; i++) {
		parse_mac(m, a), parse_mac(pm, nh);
		uint16_t t = peer_add(p, nh), s = 1 + i % nseg;
		segs[s].peers[t / 64] |= 1ull << t % 64;
		fdb_add(ld64(a) << 16 | s, PEER | t);
	}
	for (i = 0; fscanf(v, "%63s", m) == 1; i++) parse_mac(m, a), fdb_add(ld64(a) << 16 | (1 + i % nseg), 0);
	fclose(r);
	fclose(v);
	printf("tables: %u remote and %u VLAN-side MACs, %u peers, %u segments, FDB %u KB\n", nr, nv, npeer, nseg, b / 16);
}

/* ---- pieces of a packet ---- */
static inline void drop(struct rte_mbuf *m, int why) { drops[why]++; rte_pktmbuf_free(m); }
static inline void count(struct cnt *c, uint32_t bytes) { c->pkts++; c->bytes += bytes; }
static inline int is_tag(uint16_t et) { return et == BE16(0x8100) || et == BE16(0x88a8) || et == BE16(0x9100); }

/* WIRE-FORMAT 1.5 without the final XOR: addresses, protocol, ports.  The common headers have a line each in
 * encap(); this is for all the others.  p: VLAN frame, e: its end; returns the class of service too. */
static inline uint32_t crc_addr6(const uint8_t *l3)
{
	uint32_t c = _mm_crc32_u64(_mm_crc32_u64(~0u, ld64(l3 + 8)), ld64(l3 + 16));
	return _mm_crc32_u64(_mm_crc32_u64(c, ld64(l3 + 24)), ld64(l3 + 32));
}
static __rte_noinline uint32_t crc_slow(const uint8_t *p, const uint8_t *e, uint8_t *tos)
{
	const uint8_t *l3 = p + 18, *x;
	uint16_t et = ld16(p + 16);
	uint32_t c, ports = 0;
	uint8_t nh;
	if (et == BE16(0x0800) && l3 + 20 <= e && l3[0] >> 4 == 4) {
		nh = l3[9];
		x = l3 + (l3[0] & 15) * 4;
		if (l4ports[nh] && !(ld16(l3 + 6) & BE16(0x3fff)) && x + 4 <= e) ports = ld32(x);
		c = _mm_crc32_u64(~0u, ld64(l3 + 12));
		*tos = l3[1];
	} else if (et == BE16(0x86dd) && l3 + 40 <= e && l3[0] >> 4 == 6) {
		for (nh = l3[6], x = l3 + 40; (nh == 0 || nh == 43 || nh == 60 || nh == 135 || nh == 51) && x + 8 <= e;) {
			uint8_t cur = nh;
			nh = x[0];
			x += cur == 51 ? (x[1] + 2) * 4 : (x[1] + 1) * 8;
		}
		if (nh == 44 && x + 8 <= e) nh = x[0];
		else if (l4ports[nh] && x + 4 <= e) ports = ld32(x);
		c = crc_addr6(l3);
		*tos = __builtin_bswap16(ld16(l3)) >> 4;
	} else {
		*tos = p[14] & 0xe0;                             /* PCP n -> class selector n */
		return _mm_crc32_u16(_mm_crc32_u32(_mm_crc32_u64(~0u, ld64(p)), ld32(p + 8)), et);
	}
	return _mm_crc32_u32(_mm_crc32_u8(c, nh), ports);
}
/* source MAC: where it should be?  A frame that is dropped learns nothing, so this comes last.
 * Group and zero MACs are never in the table: returns 0 for them, drop the frame. */
static inline int source(struct bucket *b, uint64_t key, uint16_t loc, uint8_t now)
{
	unsigned w;
	b = find(b, key, &w);
	if (likely(b && b->loc[w] == loc)) {
		if (unlikely(b->age[w] != now)) b->age[w] = now;
		return 1;
	}
	if ((key >> 16 & 1) || !(key >> 16)) return 0;
	punt(key, loc, b ? N_MOVE : N_LEARN);
	return 1;
}
static __rte_noinline int no_entry(uint64_t key) { return key >> 16 & 1 ? FDB_GROUP : FDB_UNKNOWN; }

/* ---- VLAN -> NVGRE ---- */
static uint16_t encap(struct rte_mbuf **in, uint16_t n, struct rte_mbuf **out)
{
	struct work work[MAXBURST], *w = work, *we;
	uint64_t bytes = 0;
	uint16_t o = 0;
	struct bucket *const tab = fdb;
	struct seg *const seg = segs;
	struct peer *const peer = peers;
	const uint32_t mask = fdb_mask;
	const int q_on = qos;
	const uint8_t now = tick;

	for (uint16_t i = 0; i < n; i++) {
		struct rte_mbuf *m = in[i];
		const uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *);
		uint32_t len = m->data_len;
		bytes += len;
		if (unlikely(m->nb_segs != 1 || len < 18)) { drop(m, L2_RUNT); continue; }
		if (unlikely(ld16(p + 12) != BE16(0x8100))) { drop(m, V_UNTAGGED); continue; }
		uint16_t tci = __builtin_bswap16(ld16(p + 14)), et = ld16(p + 16);
		uint64_t s = vlan2seg[0][tci & 4095];
		if (unlikely(!s)) { drop(m, V_UNKNOWN); continue; }
		w->dk = ld64(p) << 16 | s;
		w->sk = (ld64(p + 4) & ~0xffffull) | s;
		w->db = home(tab, mask, w->dk);
		w->sb = home(tab, mask, w->sk);
		rte_prefetch0(w->db);
		rte_prefetch0(w->sb);
		if (likely(et == BE16(0x0800) && p[18] == 0x45 && len >= 42 && l4ports[p[27]] && !(ld16(p + 24) & BE16(0x3fff)))) {
			w->crc = _mm_crc32_u32(_mm_crc32_u8(_mm_crc32_u64(~0u, ld64(p + 30)), p[27]), ld32(p + 38));
			w->tos = p[19];
		} else if (et == BE16(0x86dd) && p[18] >> 4 == 6 && len >= 62 && l4ports[p[24]]) {
			w->crc = _mm_crc32_u32(_mm_crc32_u8(crc_addr6(p + 18), p[24]), ld32(p + 58));
			w->tos = __builtin_bswap16(ld16(p + 18)) >> 4;
		} else {
			if (unlikely(is_tag(et))) { drop(m, V_DOUBLE); continue; }
			w->crc = crc_slow(p, p + len, &w->tos);
		}
		w->m = m;
		w->len = len;
		w++;
	}
	port_rx[0].pkts += n;
	port_rx[0].bytes += bytes;
	bytes = 0;

	for (we = w, w = work; w < we; w++) {
		struct rte_mbuf *m = w->m;
		uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *);
		unsigned way;
		struct bucket *b = find(w->db, w->dk, &way);
		if (unlikely(!b)) { drop(m, no_entry(w->dk)); continue; }
		uint16_t loc = b->loc[way];
		if (unlikely(!(loc & PEER))) { drop(m, FDB_SAME); continue; }
		struct peer *t = &peer[loc & (PEER - 1)];
		uint32_t len = w->len;
		if (unlikely(len > t->maxlen)) { drop(m, MTU); continue; }
		if (unlikely(!source(w->sb, w->sk, 0, now))) { drop(m, IN_SRC); continue; }

		struct seg *s = &seg[w->dk & 0xffff];
		uint32_t crc = ~w->crc, tos = q_on ? w->tos : 0, hl = t->hlen, nlen = len - 4 + hl;
		uint32_t key = __builtin_bswap32(s->vsid8 | crc * 0x9E3779B1u >> 24);
		if (unlikely(m->data_off < hl - 4)) { drop(m, NOMEM); continue; }
		uint8_t *q = p + 4 - hl;
		m->data_off -= hl - 4;
		m->data_len = nlen;
		m->pkt_len = nlen;
		if (likely(hl == 42)) {
#ifdef __AVX512BW__
			/* 64 bytes at once: template, the MACs moved by 4, the bytes after the tag */
			__m512i h = _mm512_load_si512(t->h);
			h = _mm512_mask_loadu_epi8(h, 0xfffull << 42, p - 42);
			h = _mm512_mask_loadu_epi8(h, ~0ull << 54, p - 38);
			_mm512_storeu_si512(q, h);
#else
			/* the MACs moved by 4, the template's 42 bytes in two overlapping stores; what follows the tag stays */
			uint64_t a = ld64(p);
			uint32_t mac = ld32(p + 8);
			_mm256_storeu_si256((void *)q, _mm256_load_si256((const void *)t->h));
			_mm_storeu_si128((void *)(q + 26), _mm_loadu_si128((const void *)(t->h + 26)));
			st64(p + 4, a);
			st32(p + 12, mac);
#endif
			uint32_t l3 = nlen - 14, c = t->csum0 + l3 + tos;
			c = (c & 0xffff) + (c >> 16);
			c += c >> 16;
			st32(q + 14, __builtin_bswap32(0x45000000 | tos << 16 | l3));
			st16(q + 24, __builtin_bswap16(~c));
			st32(q + 38, key);
		} else {
			uint64_t a = ld64(p);
			uint32_t c = ld32(p + 8);
#ifdef __AVX512BW__
			_mm512_storeu_si512(q, _mm512_load_si512(t->h));
#else
			_mm256_storeu_si256((void *)q, _mm256_load_si256((const void *)t->h));
			_mm256_storeu_si256((void *)(q + 32), _mm256_load_si256((const void *)(t->h + 32)));
#endif
			st64(p + 4, a);
			st32(p + 12, c);
			st32(q + 14, __builtin_bswap32(0x60000000 | tos << 20 | (crc & 0xfffff)));
			st16(q + 18, __builtin_bswap16(nlen - 54));
			st32(q + 58, key);
		}
		count(&s->enc, len);
		count(&t->enc, nlen);
		bytes += nlen;
		out[o++] = m;
	}
	port_tx[1].pkts += o;
	port_tx[1].bytes += bytes;
	return o;
}

/* ---- NVGRE -> VLAN ---- */
#ifdef __AVX512BW__
#define SIMD "avx512"
typedef __m512i v64;
static inline int same(const uint8_t *p, v64 w, v64 k)
{
	return !_mm512_test_epi8_mask(_mm512_xor_si512(_mm512_loadu_si512(p), w), k);
}
#else
#define SIMD "avx2"
typedef struct { __m256i lo, hi; } v64;
static inline int same(const uint8_t *p, v64 w, v64 k)
{
	__m256i lo = _mm256_and_si256(_mm256_xor_si256(_mm256_loadu_si256((const void *)p), w.lo), k.lo);
	__m256i hi = _mm256_and_si256(_mm256_xor_si256(_mm256_loadu_si256((const void *)(p + 32)), w.hi), k.hi);
	__m256i d = _mm256_or_si256(lo, hi);
	return _mm256_testz_si256(d, d);
}
#endif
static union { uint8_t b[64]; v64 v; } want4, mask4, want6, mask6;
static void want(uint8_t *w, uint8_t *k, int off, const void *v, uint64_t mask, int n)
{
	memcpy(w + off, v, n);
	for (int i = 0; i < n; i++) k[off + i] = n > 8 ? 255 : mask >> 8 * (n - 1 - i);
}
static void want_init(void)                      /* what the fixed part of a good outer header looks like */
{
	const uint8_t gre[4] = {0x20, 0, 0x65, 0x58};
	uint8_t *w = want4.b, *k = mask4.b;
	want(w, k, 0, my_mac, ~0ull, 6);
	want(w, k, 12, "\x08\0\x45", ~0ull, 3);
	want(w, k, 20, "\0\0", 0x3fff, 2);       /* MF, offset */
	want(w, k, 23, "\x2f", ~0ull, 1);
	want(w, k, 30, my_pa, ~0ull, 4);
	want(w, k, 34, gre, 0xfc07ffff, 4);      /* bits 6-12 are ignored */
	w = want6.b, k = mask6.b;
	want(w, k, 0, my_mac, ~0ull, 6);
	want(w, k, 12, "\x86\xdd\x60", 0xfffff0, 3);
	want(w, k, 20, "\x2f", ~0ull, 1);
	want(w, k, 38, my_pa6, ~0ull, 16);
	want(w, k, 54, gre, 0xfc07ffff, 4);
}
static inline int cksum_ok(const uint8_t *ip)
{
	unsigned long long s;
	unsigned char c = _addcarry_u64(0, ld64(ip), ld64(ip + 8), &s);
	c = _addcarry_u64(c, s, ld32(ip + 16), &s);
	s += c;
	s = (s & 0xffffffff) + (s >> 32);
	s = (s & 0xffff) + (s >> 16 & 0xffff) + (s >> 32);
	s = (s & 0xffff) + (s >> 16);
	return s == 0xffff;
}
/* which fault of the outer header is to be reported (order of WIRE-FORMAT 1.2) */
static __rte_noinline int outer_fault(const uint8_t *p, uint32_t len)
{
	uint32_t oh;
	if (len < 14) return L2_RUNT;
	if (memcmp(p, my_mac, 6)) return L2_NOT_US;
	if (ld16(p + 12) == BE16(0x0800)) {
		if (len < 34) return IP_LEN;
		if (p[14] >> 4 != 4 || p[14] < 0x45) return IP_VERSION;
		if (p[14] != 0x45) return IP_OPTS;
		if (!cksum_ok(p + 14)) return IP_CKSUM;
		if (memcmp(p + 30, my_pa, 4)) return IP_NOT_LOCAL;
		if (ld16(p + 20) & BE16(0x3fff)) return IP_FRAG;
		if (p[23] != 47) return IP_PROTO;
		oh = 34;
	} else if (ld16(p + 12) == BE16(0x86dd)) {
		if (len < 54) return IP_LEN;
		if (p[14] >> 4 != 6) return IP_VERSION;
		if (memcmp(p + 38, my_pa6, 16)) return IP_NOT_LOCAL;
		if (p[20] == 44) return IP_FRAG;
		if (p[20] != 47) return IP_PROTO;
		oh = 54;
	} else
		return L2_TYPE;
	if (len < oh + 8) return IN_SHORT;
	uint32_t g = __builtin_bswap32(ld32(p + oh));
	if (g & 0x00070000) return GRE_VERSION;
	if (g & 0x4c000000) return GRE_RESERVED;
	if ((g & 0xffff) != 0x6558) return GRE_PROTO;
	if (g & 0x80000000) return GRE_CSUM;
	if (g & 0x10000000) return GRE_SEQ;
	if (!(g & 0x20000000)) return GRE_NO_KEY;
	return IN_SHORT;
}
/* RFC 6040 section 4.2: [inner << 2 | outer] -> new inner, 4 = count, 8 = drop */
static const uint8_t ecn_tab[16] = {0, 4, 4, 8,  1, 1, 5, 3,  2, 1, 2, 3,  3, 7, 3, 3};
static __rte_noinline int ecn(struct work *w, uint8_t *q)
{
	if (!w->ip) { notes[N_NONIP_CE] += (w->otos & 3) == 3; return 0; }
	uint8_t e = ecn_tab[(w->tos & 3) << 2 | (w->otos & 3)];
	if (e & 8) return 1;
	notes[N_ECN] += e >> 2;
	e &= 3;
	if (e == (w->tos & 3)) return 0;
	if (w->ip == 6) { q[15] = (q[15] & 0xcf) | e << 4; return 0; }
	uint32_t old = q[14] << 8 | q[15], c = __builtin_bswap16(ld16(q + 24));
	q[15] = (q[15] & 0xfc) | e;
	c = (~c & 0xffff) + (~old & 0xffff) + (q[14] << 8 | q[15]);      /* RFC 1624 */
	c = (c & 0xffff) + (c >> 16);
	c += c >> 16;
	st16(q + 24, __builtin_bswap16(~c));
	return 0;
}
static uint16_t decap(struct rte_mbuf **in, uint16_t n, struct rte_mbuf **out)
{
	struct work work[MAXBURST], *w = work, *we;
	uint64_t bytes = 0;
	uint16_t o = 0;
	struct bucket *const tab = fdb;
	struct seg *const seg = segs;
	struct peer *const peer = peers;
	const uint32_t mask = fdb_mask;
	const int q_on = qos;
	const uint8_t now = tick;
	const v64 w4 = want4.v, k4 = mask4.v, w6 = want6.v, k6 = mask6.v;

	for (uint16_t i = 0; i < n; i++) {
		struct rte_mbuf *m = in[i];
		const uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *), *q;
		uint32_t len = m->data_len, l3, oh;
		int t;
		bytes += len;
		if (unlikely(m->nb_segs != 1)) { drop(m, L2_RUNT); continue; }
		if (likely(same(p, w4, k4) && len >= 42)) {
			if (unlikely(!cksum_ok(p + 14))) { drop(m, IP_CKSUM); continue; }
			l3 = __builtin_bswap16(ld16(p + 16)) + 14;
			w->otos = p[15];
			oh = 42;
		} else if (likely(same(p, w6, k6) && len >= 62)) {
			l3 = __builtin_bswap16(ld16(p + 18)) + 54;
			w->otos = __builtin_bswap16(ld16(p + 14)) >> 4;
			oh = 62;
		} else { drop(m, outer_fault(p, len)); continue; }
		if (unlikely(l3 > len || l3 < oh)) { drop(m, IP_LEN); continue; }
		uint32_t vsid = __builtin_bswap32(ld32(p + oh - 4)) >> 8;
		uint64_t s = vsid_leaf[vsid_top[vsid >> 12]][vsid & 4095];
		if (unlikely(!s)) { drop(m, vsid < 0x1000 ? VSID_RESERVED : vsid == 0xffffff ? VSID_VENDOR : VSID_UNKNOWN); continue; }
		t = likely(oh == 42) ? peer4(ld32(p + 26)) : peer6(ld64(p + 22), ld64(p + 30));
		if (unlikely(t < 0 || !(seg[s].peers[t >> 6] >> (t & 63) & 1))) { drop(m, PEER_UNKNOWN); continue; }
		q = p + oh;
		if (unlikely(l3 < oh + 14)) { drop(m, IN_SHORT); continue; }
		w->dk = ld64(q) << 16 | s;
		w->sk = (ld64(q + 4) & ~0xffffull) | s;
		w->db = home(tab, mask, w->dk);
		w->sb = home(tab, mask, w->sk);
		rte_prefetch0(w->db);
		rte_prefetch0(w->sb);
		uint16_t et = ld16(q + 12);
		w->len = l3 - oh;
		if (likely(et == BE16(0x0800) && w->len >= 34 && q[14] >> 4 == 4)) {
			w->ip = 4;
			w->tos = q[15];
		} else if (et == BE16(0x86dd) && w->len >= 54 && q[14] >> 4 == 6) {
			w->ip = 6;
			w->tos = __builtin_bswap16(ld16(q + 14)) >> 4;
		} else {
			if (unlikely(is_tag(et))) { drop(m, IN_TAGGED); continue; }
			w->ip = w->tos = 0;
		}
		w->m = m;
		w->peer = t;
		w->oh = oh;
		w++;
	}
	port_rx[1].pkts += n;
	port_rx[1].bytes += bytes;
	bytes = 0;

	for (we = w, w = work; w < we; w++) {
		struct rte_mbuf *m = w->m;
		uint8_t *q = rte_pktmbuf_mtod(m, uint8_t *) + w->oh;
		uint32_t olen = m->data_len, tci = 0;
		unsigned way;
		struct bucket *b = find(w->db, w->dk, &way);
		if (unlikely(!b)) { drop(m, no_entry(w->dk)); continue; }
		uint16_t loc = b->loc[way];
		if (unlikely(loc & PEER)) { drop(m, FDB_SPLIT); continue; }
		struct seg *s = &seg[w->dk & 0xffff];
		struct peer *t = &peer[w->peer];
		uint32_t len = w->len + 4;
		if (unlikely(len > egress_max)) { drop(m, MTU_EGRESS); continue; }
		if (q_on) {
			if (unlikely((w->otos & 3) && ecn(w, q))) { drop(m, ECN_CE); continue; }
			tci = (w->tos & 0xe0) << 8;              /* DSCP / 8 -> PCP */
		}
		if (unlikely(!source(w->sb, w->sk, PEER | w->peer, now))) { drop(m, IN_SRC); continue; }

		uint64_t a = ld64(q);
		uint32_t c = ld32(q + 8);
		q -= 4;
		st64(q, a);
		st32(q + 8, c);
		st32(q + 12, __builtin_bswap32(0x81000000u | tci | s->vid[loc]));
		if (unlikely(len < 60)) memset(q + len, 0, 60 - len), len = 60;
		m->data_off += w->oh - 4;
		m->data_len = len;
		m->pkt_len = len;
		count(&s->dec, len);
		count(&t->dec, olen);
		bytes += len;
		out[o++] = m;
	}
	port_tx[0].pkts += o;
	port_tx[0].bytes += bytes;
	return o;
}

/* ---- program ---- */
static void port_init(uint16_t p, struct rte_mempool *mp, uint16_t nd)
{
	struct rte_eth_conf c;
	struct rte_eth_dev_info di;
	memset(&c, 0, sizeof c);
	rte_eth_dev_info_get(p, &di);
	if (di.tx_offload_capa & RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE)
		c.txmode.offloads = RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE;
	if (rte_eth_dev_configure(p, 1, 1, &c) || rte_eth_rx_queue_setup(p, 0, nd, 0, NULL, mp) ||
	    rte_eth_tx_queue_setup(p, 0, nd, 0, NULL) || rte_eth_dev_start(p))
		rte_exit(1, "port %u\n", p);
	rte_eth_promiscuous_enable(p);
}
static void show(const char *what, int i, const struct cnt *c)
{
	if (c->pkts) printf("%s[%d] %lu packets %lu bytes\n", what, i, c->pkts, c->bytes);
}
int main(int argc, char **argv)
{
	int r = rte_eal_init(argc, argv);
	if (r < 0) return 1;
	argc -= r;
	argv += r;
	enum { ENCAP, DECAP, BIDIR } mode = ENCAP;
	int runs = 5, burst = 32, aux = 0;
	double secs = 3, warm = 0.3;
	uint64_t maxp = 0;
	const char *macs = NULL, *vmacs = NULL;
	unsigned nb = 262143;
	static struct option lo[] = {{"mode", 1, 0, 'm'}, {"macs", 1, 0, 'f'}, {"vmacs", 1, 0, 'v'}, {"secs", 1, 0, 's'},
		{"runs", 1, 0, 'r'}, {"burst", 1, 0, 'b'}, {"mbufs", 1, 0, 'n'}, {"packets", 1, 0, 'p'}, {"qos", 1, 0, 'q'},
		{"mtu", 1, 0, 'u'}, {"segs", 1, 0, 'g'}, {"aux", 1, 0, 'a'}, {0, 0, 0, 0}};
	for (int o; (o = getopt_long(argc, argv, "", lo, NULL)) != -1;) switch (o) {
	case 'm': mode = !strcmp(optarg, "encap") ? ENCAP : !strcmp(optarg, "decap") ? DECAP : BIDIR; break;
	case 'f': macs = optarg; break;
	case 'v': vmacs = optarg; break;
	case 's': secs = atof(optarg); break;
	case 'r': runs = atoi(optarg); break;
	case 'b': burst = atoi(optarg); break;
	case 'n': nb = atoi(optarg); break;
	case 'p': maxp = atoll(optarg); break;
	case 'q': qos = atoi(optarg); break;
	case 'u': mtu = atoi(optarg); break;
	case 'g': nseg = atoi(optarg); break;
	case 'a': aux = atoi(optarg); break;
	default: return 1;
	}
	if (burst > MAXBURST || burst < 1 || nseg < 1 || nseg > MAXSEG || !macs || !vmacs) return 1;
	inet_pton(AF_INET, "172.31.0.1", my_pa);
	inet_pton(AF_INET6, "fd00:31::1", my_pa6);
	for (const char *c = "\x06\x11\x21\x88"; *c; c++) l4ports[(uint8_t)*c] = 1;     /* TCP UDP DCCP UDP-Lite */
	l4ports[132] = 1;                                                               /* SCTP */
	load(macs, vmacs);
	want_init();
	struct rte_mempool *mp = rte_pktmbuf_pool_create("mp", nb, 512, 0, RTE_MBUF_DEFAULT_BUF_SIZE, 0);
	if (!mp) rte_exit(1, "mempool\n");
	for (uint16_t p = 0; p < 2; p++) port_init(p, mp, 512);
	pthread_t th;
	if (pthread_create(&th, NULL, control, (void *)(intptr_t)aux)) rte_exit(1, "thread\n");

	const int first = mode == DECAP, last = mode == ENCAP ? 0 : 1;                  /* rx ports polled */
	struct rte_mbuf *in[MAXBURST], *out[MAXBURST];
	const double hz = rte_get_tsc_hz();
	printf("tsc %.3f GHz burst %d simd %s\n", hz / 1e9, burst, SIMD);
	for (int run = maxp ? 0 : -1; run < runs; run++) {
		uint64_t cr = 0, cp = 0, ct = 0, nin = 0, nout = 0, polls = 0;
		uint64_t t0 = rte_rdtsc(), end = t0 + (uint64_t)((run < 0 ? warm : secs) * hz), t = t0;
		do {
			for (int l = first; l <= last; l++) {
				uint64_t a = t;
				uint16_t n = rte_eth_rx_burst(l, 0, in, burst), k;
				uint64_t b = rte_rdtsc();
				polls++;
				if (!n) { t = b; continue; }
				k = l ? decap(in, n, out) : encap(in, n, out);
				uint64_t c = rte_rdtsc();
				uint16_t s = rte_eth_tx_burst(!l, 0, out, k);
				while (unlikely(s < k)) drop(out[--k], TX_FULL);
				t = rte_rdtsc();
				cr += b - a; cp += c - b; ct += t - c;
				nin += n; nout += s;
			}
		} while (t < end && !(maxp && nin >= maxp));
		double dt = (t - t0) / hz;
		if (run >= 0 && nin)
			printf("run %d Mpps %.3f cyc/pkt %.2f rx %.2f proc %.2f tx %.2f in %lu out %lu avgburst %.1f\n", run,
			       nout / dt / 1e6, (double)(t - t0) / nout, (double)cr / nin, (double)cp / nin,
			       (double)ct / nin, nin, nout, (double)nin / polls);
		else if (run >= 0)
			printf("run %d no packets\n", run);
		fflush(stdout);
	}
	stop = 1;
	pthread_join(th, NULL);
	for (int i = 0; i < NDROP; i++) if (drops[i]) printf("drop.%s %lu\n", drop_name[i], drops[i]);
	for (int i = 0; i < NNOTE; i++) if (notes[i]) printf("%s %lu\n", note_name[i], notes[i]);
	if (punt_seen) printf("punt.drained %lu\n", punt_seen);
	for (int i = 0; i < 2; i++) show("port.rx", i, &port_rx[i]), show("port.tx", i, &port_tx[i]);
	for (int i = 1; i <= nseg; i++) show("segment.encap", i, &segs[i].enc), show("segment.decap", i, &segs[i].dec);
	for (int i = 0; i < npeer; i++) show("peer.encap", i, &peers[i].enc), show("peer.decap", i, &peers[i].dec);
	for (uint16_t p = 0; p < 2; p++) { rte_eth_dev_stop(p); rte_eth_dev_close(p); }
	rte_eal_cleanup();
	return 0;
}
