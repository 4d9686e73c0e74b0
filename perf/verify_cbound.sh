#!/bin/bash
# every frame cbound emits, compared byte for byte with the scapy reference
. "$(dirname "$0")/lib.sh"
hugepages
build cbound || exit 1
rc=0
set -- ${*:-64_f1_m1 64_f1024_m1024 64_f65536_m65536 imix_f1024_m1024}
inputs "$@" || exit 1
for n; do
	rm -f "$LAB/o0.pcap" "$LAB/o1.pcap"
	timeout 50 "$LAB/cbound" -l "$AUX" --in-memory --no-pci --log-level=3 \
		--vdev=net_pcap0,rx_pcap="$LAB/encap_$n.pcap",tx_pcap="$LAB/o0.pcap" \
		--vdev=net_pcap1,rx_pcap="$LAB/decap_$n.pcap",tx_pcap="$LAB/o1.pcap" -- \
		--mode bidir --macs "$LAB/macs_${n##*_m}.txt" --runs 1 --secs 1 | grep drop
	taskset -c "$AUX" "$HERE/expect.py" encap $n "$LAB/o1.pcap" || rc=1
	taskset -c "$AUX" "$HERE/expect.py" decap $n "$LAB/o0.pcap" || rc=1
done
exit $rc
