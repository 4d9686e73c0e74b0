#!/bin/bash
# The C programs.  run_cbound.sh MODE SIZE FLOWS MACS [runs] [secs] [burst]        PROG=cfull: run_cfull.sh
#   MODE: encap | decap | bidir, and of cbound io | mac (the ports alone, with the encap input)
. "$(dirname "$0")/lib.sh"
mode=$1 size=$2 f=$3 m=$4 runs=${5:-5} secs=${6:-3} burst=${7:-32}
hugepages
prog=${PROG:-cbound}
n=${size}_f${f}_m${m}
build "$prog" && inputs "$n" || exit 1
enc=net_pcap0,rx_pcap=$LAB/encap_$n.pcap,infinite_rx=1
dec=net_pcap1,rx_pcap=$LAB/decap_$n.pcap,infinite_rx=1
null=net_null0,no-rx=1
case $mode in                            # port 0 = VLAN side, port 1 = underlay (--vdev order)
encap|io|mac) v="--vdev=$enc --vdev=$null" ;;
decap)        v="--vdev=$null --vdev=$dec" ;;
bidir)        v="--vdev=$enc --vdev=$dec" ;;
*)            echo "no mode $mode" >&2; exit 2 ;;
esac
more=
[ "$prog" = cbound ] || more="--vmacs $LAB/vmacs_$m.txt --aux $AUX $CFULL"      # CFULL: e.g. "--qos 0"
# shellcheck disable=SC2086
measure timeout -k 2 58 $RT "$LAB/$prog" -l "$DUT" --in-memory --no-pci --log-level=3 $v -- \
	--mode "$mode" --macs "$(macs "$n")" $more --runs "$runs" --secs "$secs" --burst "$burst" | median
