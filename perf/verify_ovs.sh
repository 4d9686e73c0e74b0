#!/bin/bash
# What OVS puts on the wire, compared byte for byte with the scapy reference.
# The first few hundred frames are lost while OVS registers the port ("missing"); what must be zero is "wrong".
#   verify_ovs.sh [NAME...]
. "$(dirname "$0")/lib.sh"
rc=0
set -- ${*:-64_f65536_m65536}
inputs "$@" || exit 1
trap '"$HERE/ovs/ovs.sh" down' EXIT
for n; do for rules in ${RULES:-flow full}; do for d in encap decap; do
	rm -f "$LAB/o.pcap"
	a=net_pcap1,rx_pcap=$LAB/${d}_$n.pcap
	b=net_pcap2,rx_pcap=$(empty),tx_pcap=$LAB/o.pcap
	if [ $d = encap ]; then acc=$a und=$b; else acc=$b und=$a; fi
	LAST=$d flock "$LOCK" bash -c '"$0" up "$@" >/dev/null 2>&1; sleep "${SETTLE:-3}"; "$0" down' \
		"$HERE/ovs/ovs.sh" "$acc" "$und" $rules "$LAB/macs_${n##*_m}.txt"
	o=
	[ $d = encap ] && case $rules in flow) o=--fid0 ;; full) o=--anyfid ;; esac
	echo "== $rules"
	# shellcheck disable=SC2086
	taskset -c "$AUX" "$HERE/expect.py" $d "$n" "$LAB/o.pcap" $o --any-order --may-miss || rc=1
done; done; done
exit $rc
