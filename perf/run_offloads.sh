#!/bin/bash
# The software twins of offloads on one core (README.md): perf/run_offloads.sh [segments|checksums|joining]...
. "$(dirname "$0")/lib.sh"
OUT=$NVGRE_PERF_DIR/offloads; mkdir -p "$OUT"
BENCH=$HERE/offloads/bin/Release/net10.0/offload-bench
[ -x "$BENCH" ] || { echo "build it first: dotnet build -c Release perf/offloads" >&2; exit 1; }
make -s -C "$HERE/gsobench" OUT="$OUT"
RUNS=${RUNS:-9} SECS=${SECS:-0.3} ROUNDS=${ROUNDS:-2}
[ $# -gt 0 ] || set -- segments checksums joining
for what in "$@"; do case $what in
segments)
	# In turn, every second round the other way round; EAL's own threads must not wait behind the one that is measured.
	for source in '--room 65024 --pkts 1' '--room 2048 --pkts 1' '--room 2048 --pkts 256'; do for ((round = 0; round < ROUNDS; round++)); do
		c() { echo "== librte_gso $source"; measure $RT timeout 120 "$OUT/gsobench" -l "$DUT" --in-memory --no-pci --log-level=3 -- --runs "$RUNS" --secs "$SECS" $source; }
		s() { echo "== segments $source"; measure $RT timeout 120 "$BENCH" segments --core "$DUT" --runs "$RUNS" --secs "$SECS" $source; }
		if ((round % 2)); then s; c; else c; s; fi
	done; done ;;
checksums) measure $RT timeout 300 "$BENCH" checksums --core "$DUT" --runs "$RUNS" --raw "$OUT" ;;
joining) measure $RT timeout 300 "$BENCH" joining --core "$DUT" --runs "$RUNS" --secs 0.1 ;;
*) echo "none of segments, checksums, joining: $what" >&2; exit 2 ;;
esac; done
