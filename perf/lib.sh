# Shared by the scripts of this folder; source it.
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export NVGRE_PERF_DIR=${NVGRE_PERF_DIR:-${TMPDIR:-/var/tmp}/nvgre-perf}    # inputs, programs, logs
LAB=$NVGRE_PERF_DIR
LOCK=${BENCH_LOCK:-$LAB/lock}           # one measurement at a time on the machine
DUT=${DUT_CORE:-2}                      # core of the poll thread under test
AUX=${AUX_CORE:-3}                      # everything else
PAGES=${HUGE_2M:-1024}                  # 2 MB pages
RT=${RT-chrt -f 1}                      # nothing else of the machine may share the core under test; RT= turns it off
export PYTHONDONTWRITEBYTECODE=1
mkdir -p "$LAB"

hugepages() {                            # only ever raises the number
	local now; now=$(cat /proc/sys/vm/nr_hugepages)
	[ "$now" -ge "$PAGES" ] || echo "$PAGES" >/proc/sys/vm/nr_hugepages
	mkdir -p /dev/hugepages
	grep -q ' /dev/hugepages hugetlbfs' /proc/mounts || mount -t hugetlbfs none /dev/hugepages
}
# NAME is KIND_fFLOWS_mMACS; its file of remote MACs (outer IPv6 kinds have IPv6 PAs)
macs() { case $1 in *o6_*) echo "$LAB/macs6_${1##*_m}.txt" ;; *) echo "$LAB/macs_${1##*_m}.txt" ;; esac; }
build() {                                # build DIR: its program into $LAB, when the source is newer
	[ "$LAB/$1" -nt "$HERE/$1/$1.c" ] || taskset -c "$AUX" make -s -B -C "$HERE/$1" BIN="$LAB/$1"
}
inputs() {                               # inputs NAME...: generate what is missing
	local n s
	for n in "$@"; do
		[ -s "$LAB/decap_$n.pcap" ] && continue
		s=${n#*_f}
		"$HERE/gen.py" --kinds "${n%%_*}" --mix "${s%_m*}:${s#*_m}" --more "" || return 1
	done
}
empty() {                                # an empty pcap file
	[ -s "$LAB/empty.pcap" ] || printf '\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\xff\xff\0\0\1\0\0\0' >"$LAB/empty.pcap"
	echo "$LAB/empty.pcap"
}
median() {                               # pass through; last line: the median Mpps of the "run" lines
	awk '{ print } /^run/ { for (i = 1; i < NF; i++) if ($i == "Mpps") v[++n] = $(i + 1) }
		END { for (i = 2; i <= n; i++) for (j = i; j > 1 && v[j] < v[j-1]; j--) { t = v[j]; v[j] = v[j-1]; v[j-1] = t }
			print "median Mpps", n % 2 ? v[(n + 1) / 2] : n ? (v[n / 2] + v[n / 2 + 1]) / 2 : 0 }'
}
measure() { flock "$LOCK" "$@"; }
