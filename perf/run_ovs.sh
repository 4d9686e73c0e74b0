#!/bin/bash
# Open vSwitch with DPDK.  run_ovs.sh RULES encap|decap SIZE FLOWS MACS [runs] [secs]       RULES: flow | full (ovs/ovs.sh)
#   TUNE="emc=0 smc=true" (default: as shipped)
. "$(dirname "$0")/lib.sh"
rules=$1 dir=$2 n=${3}_f${4}_m${5} m=$5 runs=${6:-5} secs=${7:-3}
inputs "$n" || exit 1
null=net_null0,no-rx=1 src=net_pcap0,rx_pcap=$LAB/${dir}_$n.pcap,infinite_rx=1
case $dir in encap) acc=$src und=$null ;; decap) acc=$null und=$src ;; *) echo "encap or decap, not $dir" >&2; exit 2 ;; esac
export TUNE
trap '"$HERE/ovs/ovs.sh" down' EXIT
# the whole life of the loaded switch is inside the lock: its PMD thread spins on the core under test
flock "$LOCK" bash -c '
	here=$1; shift
	LAST=$1 "$here/ovs/ovs.sh" up "$2" "$3" "$4" "$5" 2>/dev/null >&2
	timeout 50 taskset -c '"$AUX"' "$here/ovs/ovs_window.py" "$1" "$6" "$7"
	"$here/ovs/ovs.sh" down' _ "$HERE" "$dir" "$acc" "$und" "$rules" "$LAB/macs_$m.txt" "$runs" "$secs" | median
