#!/bin/bash
# OVS-DPDK as VLAN <-> NVGRE gateway, all in its own network namespace, with its own database and sockets.
#   ovs.sh up ACCESS_DEVARGS UNDERLAY_DEVARGS RULES MACS_FILE
#       RULES: flow   OpenFlow rules by destination MAC, both ways; VSID 5001, FlowID 0; decap: known PA (tun_src)
#              full   flow, FlowID = hash of the inner 5-tuple, the source MAC must be where it should be (VLAN side, or
#                     behind its PA), tos=inherit: the work of the gateway, but that sources are static rules
#       A device unix:PATH is a vhost-user client of a guest's socket; ACCESS2 in the environment is a second VLAN-side port, 3,
#       to which frames to ACCESS2_MAC go as they are; TSO=true is userspace-tso-enable
#   ovs.sh tune [emc=N] [smc=true]       (before or after traffic)
#   ovs.sh down        ovs.sh app|of ...  a tool against it
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
export OVS_RUNDIR=$LAB/ovs.run OVS_DBDIR=$LAB/ovs.run OVS_LOGDIR=$LAB/ovs.run OVS_SYSCONFDIR=$LAB/ovs.run
RUN=$LAB/ovs.run
NS=${OVS_NS:-nvgre-perf-ovs}
VSW=${OVS_VSWITCHD:-$(update-alternatives --list ovs-vswitchd 2>/dev/null | grep -m1 dpdk)}
[ -x "$VSW" ] || VSW=$(command -v ovs-vswitchd)
SCHEMA=${OVS_SCHEMA:-$(dpkg -L openvswitch-switch openvswitch-common 2>/dev/null | grep -m1 'vswitch\.ovsschema$')}
DB=unix:$RUN/db.sock
vsctl() { ovs-vsctl --db="$DB" --timeout=30 "$@"; }
app() { ovs-appctl -t "$RUN/ovs-vswitchd.ctl" "$@"; }
of() { ovs-ofctl -O OpenFlow13 "$1" "unix:$RUN/$2.mgmt" "${@:3}"; }
KEY=0x138900 LOCAL=172.31.0.1            # VSID 5001, FlowID 0

down() {
	local p pid
	for p in ovs-vswitchd ovsdb-server; do
		[ -s "$RUN/$p.pid" ] || continue
		pid=$(cat "$RUN/$p.pid")
		grep -q "$p" "/proc/$pid/comm" 2>/dev/null || continue
		kill "$pid"
		for _ in $(seq 60); do [ -d "/proc/$pid" ] || break; sleep 0.1; done
		[ -d "/proc/$pid" ] && kill -9 "$pid"
	done
	ip netns del "$NS" 2>/dev/null
	rm -rf "$RUN"
}
port() {                                 # port BRIDGE NAME DEVICE NUMBER
	local kind="type=dpdk options:dpdk-devargs=$3"
	case $3 in unix:*) kind="type=dpdkvhostuserclient options:vhost-server-path=${3#unix:}" ;; esac
	# shellcheck disable=SC2086
	vsctl add-port "$1" "$2" -- set Interface "$2" $kind ofport_request="$4" mtu_request=1600
}
add_access() { port br-int vlan0 "$acc" 1; [ -z "$ACCESS2" ] || port br-int vlan1 "$ACCESS2" 3; }
add_underlay() { port br-phy phy0 "$und" 1; }
up() {
	local acc=$1 und=$2 rules=$3 macs=$4 fid= inherit=
	down; hugepages
	mkdir -p "$RUN"
	ip netns add "$NS"; ip -n "$NS" link set lo up
	ovsdb-tool create "$RUN/conf.db" "$SCHEMA"
	taskset -c "$AUX" ovsdb-server "$RUN/conf.db" --remote="p$DB" --pidfile --detach --log-file --no-chdir -vconsole:off
	vsctl --no-wait init -- set Open_vSwitch . other_config:dpdk-init=true other_config:dpdk-lcore-mask=$((1 << AUX)) \
		other_config:pmd-cpu-mask=$((1 << DUT)) other_config:dpdk-extra="--in-memory --no-pci $DPDK_EXTRA" \
		other_config:flow-limit=400000 other_config:max-idle=600000 \
		other_config:userspace-tso-enable="${TSO:-false}" other_config:n-handler-threads=1 other_config:n-revalidator-threads=1
	taskset -c "$AUX" ip netns exec "$NS" "$VSW" "$DB" --pidfile="$RUN/ovs-vswitchd.pid" \
		--unixctl="$RUN/ovs-vswitchd.ctl" --log-file="$RUN/ovs-vswitchd.log" --detach --no-chdir -vconsole:off
	vsctl add-br br-phy -- set Bridge br-phy datapath_type=netdev fail_mode=secure other_config:hwaddr=02:00:00:00:aa:01 \
		-- add-br br-int -- set Bridge br-int datapath_type=netdev fail_mode=secure
	ip -n "$NS" addr add $LOCAL/24 dev br-phy
	ip -n "$NS" link set br-phy up
	of add-flows br-phy - <<-X
		in_port=LOCAL actions=output:1
		in_port=1 actions=LOCAL
	X
	while read -r _ ip mac; do app tnl/neigh/set br-phy "$ip" "$mac" >/dev/null; done < <(awk '!s[$2]++' "$macs")
	if [ "$rules" = full ]; then
		fid="multipath(symmetric_l4,0,modulo_n,256,0,NXM_NX_TUN_ID[0..7]),"
		inherit=options:tos=inherit
	fi
	# shellcheck disable=SC2086
	vsctl add-port br-int gre0 -- set Interface gre0 type=gre ofport_request=2 \
		options:local_ip=$LOCAL options:remote_ip=flow options:key=flow $inherit
	# table 0: port, VLAN or VSID, sender; table 1: destination MAC
	{
		[ -z "$ACCESS2" ] || echo "table=1,in_port=1,dl_vlan=100,dl_dst=$ACCESS2_MAC actions=output:3"
		[ "$rules" = full ] || echo "in_port=1,dl_vlan=100 actions=goto_table:1"
		awk -v k=$KEY -v fid="$fid" '
			FNR == NR { if (fid) print "in_port=1,dl_vlan=100,dl_src=" $1 " actions=goto_table:1"
				print "table=1,in_port=2,dl_dst=" $1 " actions=push_vlan:0x8100,set_field:4196->vlan_vid,output:1"; next }
			{ printf "table=1,in_port=1,dl_vlan=100,dl_dst=%s actions=pop_vlan,set_field:%s->tun_dst,set_field:%s->tun_id,%soutput:2\n", $1, $2, k, fid
			  who = fid ? ",dl_src=" $1 : ""
			  if (fid || !pa[$2]++) printf "in_port=2,tun_id=%s/0xffffff00,tun_src=%s%s actions=goto_table:1\n", k, $2, who }' \
			"${macs/macs_/vmacs_}" "$macs"
	} | of add-flows br-int -
	# shellcheck disable=SC2086
	[ -z "$TUNE" ] || tune $TUNE
	# the traffic source last (LAST=decap: that is the underlay port)
	if [ "$LAST" = decap ]; then add_access; add_underlay; else add_underlay; add_access; fi
}
tune() {
	local kv
	for kv; do case $kv in
		emc=*) vsctl set Open_vSwitch . other_config:emc-insert-inv-prob="${kv#*=}" ;;
		smc=*) vsctl set Open_vSwitch . other_config:smc-enable="${kv#*=}" ;;
	esac; done
}
if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	cmd=$1; shift
	case $cmd in up|down|tune|app|of) "$cmd" "$@" ;; *) echo "usage: see the head of $0" >&2; exit 2 ;; esac
fi
