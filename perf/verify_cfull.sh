#!/bin/bash
# Every frame cfull emits and every counter it keeps, compared with the reference of reference.py.
#   verify_cfull.sh [NAME...]      ("mixed": every frame kind and drop reason, made here)
. "$(dirname "$0")/lib.sh"
hugepages
build cfull || exit 1
[ -s "$LAB/decap_mixed.pcap" ] || taskset -c "$AUX" "$HERE/reference.py" make || exit 1
rc=0
set -- ${*:-mixed 64_f65536_m65536 1500_f1024_m1024 imix_f65536_m65536 66i6_f1024_m1024 64o6_f1024_m1024 66i6o6_f65536_m65536}
inputs "$@" || exit 1
for n; do
	segs=1 macs=$(macs "$n") vmacs=$LAB/vmacs_${n##*_m}.txt modes=bidir
	[ $n = mixed ] && segs=4 macs=$LAB/macs_mixed.txt vmacs=$LAB/vmacs_mixed.txt modes="encap decap bidir"
	for mode in $modes; do
		rm -f "$LAB"/o[01].pcap
		v0=rx_pcap=$LAB/encap_$n.pcap, v1=rx_pcap=$LAB/decap_$n.pcap,
		[ $mode = decap ] && v0=rx_pcap=$(empty), ; [ $mode = encap ] && v1=rx_pcap=$(empty),
		timeout 50 "$LAB/cfull" -l "$AUX" --in-memory --no-pci --log-level=3 \
			--vdev=net_pcap0,${v0}tx_pcap="$LAB/o0.pcap" --vdev=net_pcap1,${v1}tx_pcap="$LAB/o1.pcap" -- \
			--mode $mode --macs "$macs" --vmacs "$vmacs" --segs $segs --aux "$AUX" --runs 1 --secs 3 >"$LAB/o.log"
		echo "== $mode"
		taskset -c "$AUX" "$HERE/reference.py" check $mode $n $segs "$macs" "$vmacs" "$LAB/o0.pcap" "$LAB/o1.pcap" "$LAB/o.log" || rc=1
	done
done
exit $rc
