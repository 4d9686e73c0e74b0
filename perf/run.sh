#!/bin/bash
# The gateway next to the C references: encapsulation and decapsulation of 64-byte frames with 1, 1k and 64k flows and MACs.
#   perf/run.sh [OUT] [compare.py's options]      OUT: folder of the raw text (default: perf/results/DATE)
# Root, a Release build of the gateway, hugepages; README.md says more.  Ends with the tables.
. "$(dirname "$0")/lib.sh"
out=$HERE/results/$(date -u +%Y-%m-%d)
case ${1-} in ''|-*) ;; *) out=$1; shift ;; esac
hugepages
build cfull && build cbound && inputs 64_f1_m1 64_f1024_m1024 64_f65536_m65536 || exit 1
mkdir -p "$out"
{
	echo "date $(date -u +%FT%TZ)"
	echo "gateway $(git -C "$HERE" describe --always --dirty 2>/dev/null)"
	lscpu | grep -E 'Model name|^CPU\(s\)|L3|Hypervisor'
	echo "kernel $(uname -r)"
	echo "dpdk $(pkg-config --modversion libdpdk) gcc $(gcc -dumpfullversion) dotnet $(dotnet --version)"
	echo "cores under test $DUT, the rest $AUX; real time: ${RT:-off}; load average $(cut -d' ' -f1-3 /proc/loadavg)"
} >"$out/machine.txt"
"$HERE/compare.py" --out "$out" "$@"
rc=$?
"$HERE/table.py" "$out"
exit $rc
