#!/bin/bash
# The software twins of offloads on one core (README.md): perf/run_offloads.sh [segments|sharing|families|checksums|joining|flooding]...
. "$(dirname "$0")/lib.sh"
OUT=$NVGRE_PERF_DIR/offloads; mkdir -p "$OUT"
BENCH=$HERE/offloads/bin/Release/net10.0/offload-bench
[ -x "$BENCH" ] || { echo "build it first: dotnet build -c Release perf/offloads" >&2; exit 1; }
make -s -C "$HERE/gsobench" OUT="$OUT"
RUNS=${RUNS:-9} SECS=${SECS:-0.3} ROUNDS=${ROUNDS:-2}
[ $# -gt 0 ] || set -- segments sharing families checksums joining flooding
c() { echo "== librte_gso $*"; measure $RT timeout 120 "$OUT/gsobench" -l "$DUT" --in-memory --no-pci --log-level=3 -- --runs "$RUNS" --secs "$SECS" "$@"; }
s() { echo "== segments $*"; measure $RT timeout 120 "$BENCH" segments --core "$DUT" --runs "$RUNS" --secs "$SECS" "$@"; }
for what in "$@"; do case $what in
segments)
	# In turn, every second round the other way round; EAL's own threads must not wait behind the one that is measured.
	for source in '--room 65024 --pkts 1' '--room 2048 --pkts 1' '--room 2048 --pkts 256'; do for ((round = 0; round < ROUNDS; round++)); do
		if ((round % 2)); then s $source; c $source; else c $source; s $source; fi
	done; done ;;
sharing)
	# Copies; segments that share, their sums made here (from SharedSegments.LeastSummed on, else they are copies) and left to the device.
	for ((round = 0; round < ROUNDS; round++)); do
		for source in '--room 65024' '--room 2048' '--room 2048 --pkts 256' '--room 2048 --hold 4000' '--room 2048 --hold 4000 --pkts 256' \
			'--mss 8000' '--mss 8000 --room 2048' '--mss 8000 --room 2048 --pkts 256' '--mss 8000 --room 2048 --pkts 256 --hold 1000'; do
			c $source; c $source --sums 0; s $source; s $source --share 1; s $source --share 1 --asks 1
		done
		s --mss 8000 --room 9272 --fresh 9400; s --mss 8000 --room 9272 --share 1 # buffers as for jumbo frames
	done ;;
families)
	for ((round = 0; round < ROUNDS; round++)); do for outer in 4 6; do for inner in 4 6; do for udp in 0 1; do for source in '--room 65024' '--room 2048 --pkts 256'; do
		s --outer $outer --inner $inner --udp $udp $source; s --outer $outer --inner $inner --udp $udp $source --share 1 --asks 1
	done; done; done; done; done ;;
checksums) measure $RT timeout 300 "$BENCH" checksums --core "$DUT" --runs "$RUNS" --raw "$OUT" ;;
joining) measure $RT timeout 300 "$BENCH" joining --core "$DUT" --runs "$RUNS" --secs 0.1 ;;
flooding) for peers in 2 8; do measure $RT timeout 120 "$BENCH" flooding --core "$DUT" --runs "$RUNS" --secs "$SECS" --peers $peers; done ;;
*) echo "none of segments, sharing, families, checksums, joining, flooding: $what" >&2; exit 2 ;;
esac; done
