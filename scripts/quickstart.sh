#!/bin/bash
# The gateway's main job on one machine, with nothing but virtual wires:
#
#   host A --- VLAN 100 --- gateway 1 === NVGRE over IPv4 === gateway 2 --- VLAN 100 --- host B
#
# Installs what is missing, builds, runs it, shows it and removes everything again. Needs no hugepages, no NIC and no
# 802.1Q in the kernel: the hosts send untagged frames, which belong to VLAN 100 by `nativeVlan`.
#   scripts/quickstart.sh [--no-install] [--no-build] [--seconds N]
set -euo pipefail
. "$(dirname "$0")/common.sh"

install=1 build=1 seconds=3
original=("$@")
while [ $# -gt 0 ]; do case $1 in
  --no-install) install=0;; --no-build) build=0;; --seconds) seconds=${2:?}; shift;;
  *) sed -n '2,8s/^# \?//p' "$0"; exit 2;;
esac; shift; done
need_root "${original[@]}"
need_dotnet
trap '[ $? = 0 ] || echo "QUICK START: FAILED"' EXIT

step() { printf '\n\033[1m== %s\033[0m\n' "$*" | { [ -t 1 ] && cat || sed 's/\x1b\[[0-9;]*m//g'; }; }
show() { echo "\$ $*"; "$@"; }

if [ $install = 1 ]; then
  step "1. Debian packages"
  install_packages "${BUILD_PACKAGES[@]}" iproute2 iputils-ping ethtool iperf3 tcpdump tshark
  echo "all there"
fi
if [ $build = 1 ]; then
  step "2. Build"
  scripts/build.sh
  echo "built: src/NvgreGateway/bin/Release/net10.0/nvgre-gateway.dll, started by ./nvgre-gateway"
fi

# One at a time: the names of the wires are fixed.
exec 9> /run/nvgre-quickstart.lock
flock -n 9 || die "another quick start is running"
work=$(mktemp -d /tmp/nvgre-quickstart.XXXXXX)
pids=()

remove_network() {
  ip netns del qs-host-a 2>/dev/null || true; ip netns del qs-host-b 2>/dev/null || true
  local i; for i in qs-access-1 qs-access-2 qs-underlay-1; do ip link del "$i" 2>/dev/null || true; done
}
stop_pid() { # TERM, then KILL after 10 s
  local n
  kill "$1" 2>/dev/null || return 0
  for n in $(seq 100); do kill -0 "$1" 2>/dev/null || return 0; sleep 0.1; done
  kill -9 "$1" 2>/dev/null || true
}
finish() {
  local rc=$? pid
  trap - EXIT INT TERM
  set +e
  for pid in "${pids[@]}"; do stop_pid "$pid"; done
  wait 2>/dev/null
  remove_network
  rm -rf /run/nvgre-gateway/quickstart-1 /run/nvgre-gateway/quickstart-2
  if [ $rc = 0 ]; then
    rm -rf "$work"
    printf '\nEverything is removed again.\nQUICK START: SUCCESS - two gateways carried a VLAN over NVGRE.\n'
  elif [ $rc = 130 ] || [ $rc = 143 ]; then
    rm -rf "$work"
    printf '\nEverything is removed again.\nQUICK START: STOPPED\n'
  else
    printf '\nEverything is removed again; logs are in %s.\nQUICK START: FAILED\n' "$work"
  fi
  exit $rc
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

step "3. Virtual wires and two hosts"
remove_network
# The kernel leaves checksums to a veth's hardware, which is not there: TCP would stall behind a packet socket.
plain() { "${@:2}" ethtool -K "$1" tx off txvlan off > /dev/null; }
for host in a b; do
  [ $host = a ] && n=1 || n=2
  ip netns add qs-host-$host
  ip link add qs-access-$n type veth peer name eth0 netns qs-host-$host
  ip -n qs-host-$host link set lo up
  # 42 bytes of outer headers must fit the underlay's 1600, so the hosts keep the usual 1500
  ip -n qs-host-$host link set eth0 mtu 1500 up
  ip -n qs-host-$host addr add 10.1.0.1$n/24 dev eth0
  plain eth0 ip netns exec qs-host-$host; plain qs-access-$n
done
ip link add qs-underlay-1 mtu 1600 type veth peer name qs-underlay-2 mtu 1600
plain qs-underlay-1; plain qs-underlay-2
for i in qs-access-1 qs-access-2 qs-underlay-1 qs-underlay-2; do
  # these ends belong to the gateways: the kernel shall not speak on them
  echo 1 > /proc/sys/net/ipv6/conf/$i/disable_ipv6 2>/dev/null || true
  ip link set $i up promisc on
done
echo "host A 10.1.0.11 and host B 10.1.0.12, each on its gateway's access port; the underlay between the gateways"

step "4. Two gateways, each with one small configuration"
for n in 1 2; do
  [ $n = 1 ] && peer=2 || peer=1
  cat > "$work/gateway-$n.json" <<X
{
  "name": "quickstart-$n",
  "ports": [
    { "name": "access0",   "role": "access",   "device": "net_af_packet0,iface=qs-access-$n", "mtu": 1500, "nativeVlan": 100 },
    { "name": "underlay0", "role": "underlay", "device": "net_af_packet1,iface=qs-underlay-$n", "mtu": 1600,
      "mac": "02:00:00:00:aa:0$n", "addresses": ["192.0.2.$n/24"] }
  ],
  "segments": [
    { "name": "blue", "vsid": 5001,
      "attachments": [ { "port": "access0", "vlan": 100 } ],
      "peers": [ "192.0.2.$peer" ] }
  ],
  "memory": { "hugepages": "off" },
  "workers": { "cores": [0], "idle": "sleep" },
  "metrics": { "listen": "127.0.0.1:1947$n" }
}
X
done
show cat "$work/gateway-1.json"
for n in 1 2; do
  show ./nvgre-gateway validate --config "$work/gateway-$n.json"
  ./nvgre-gateway run --config "$work/gateway-$n.json" > "$work/gateway-$n.log" 2>&1 9>&- &
  pids+=($!)
done
for n in 1 2; do
  for _ in $(seq 300); do
    ./nvgre-gateway show ports --name quickstart-$n > "$work/ports" 2>&1 && ready=1 && break
    ready=0
    kill -0 "${pids[n - 1]}" 2>/dev/null || break
    sleep 0.2
  done
  [ $ready = 1 ] || { cat "$work/gateway-$n.log"; die "gateway $n did not start"; }
done
echo "both run"

step "5. Host A pings host B; the underlay is recorded"
# Each gateway's end shows what came in from the other; both together are the whole conversation.
captures=()
for n in 1 2; do
  tcpdump -i qs-underlay-$n -Q in -w "$work/in-$n.pcap" -U --immediate-mode -Z root 2> "$work/tcpdump-$n.log" 9>&- &
  captures+=($!); pids+=($!)
  for _ in $(seq 100); do grep -q 'listening on' "$work/tcpdump-$n.log" && break; sleep 0.1; done
done
show ip netns exec qs-host-a ping -c 5 -i 0.3 -W 2 10.1.0.12
for pid in "${captures[@]}"; do stop_pid "$pid"; wait "$pid" 2>/dev/null || true; done
mergecap -w "$work/underlay.pcap" "$work/in-1.pcap" "$work/in-2.pcap"

step "6. What was on the wire, as tshark reads it"
echo "\$ tshark -r underlay.pcap"
tshark -r "$work/underlay.pcap" 2>/dev/null | sed -n '1,12p'
echo
echo "One of them in full. The GRE key is the 24 bits of the VSID and the 8 bits of the FlowID:"
tshark -r "$work/underlay.pcap" -Y 'gre.proto == 0x6558 && icmp' -O gre -V 2>/dev/null | awk '/^Frame /{ n++ } n == 1 && NF'
key=$(tshark -r "$work/underlay.pcap" -Y 'gre.proto == 0x6558 && icmp' -T fields -e gre.key 2>/dev/null | sed -n 1p)
printf 'key 0x%08x = VSID %d, FlowID 0x%02x\n' "$key" $((key >> 8)) $((key & 255))
nvgre=$(tshark -r "$work/underlay.pcap" -Y "icmp && gre.proto == 0x6558 && gre.flags_and_version == 0x2000 && gre.key >= $((5001 << 8)) && gre.key < $((5002 << 8))" \
  -T fields -e frame.number 2>/dev/null | wc -l)
[ "$nvgre" -ge 10 ] || die "only $nvgre NVGRE packets of VSID 5001 with ICMP inside were seen, 10 expected"
step "7. TCP across: iperf3, $seconds seconds each way"
for reverse in '' -R; do
  ip netns exec qs-host-b iperf3 -s -1 --forceflush > "$work/iperf3.log" 2>&1 9>&- &
  server=$!; pids+=("$server")
  for _ in $(seq 50); do grep -q listening "$work/iperf3.log" && break; sleep 0.1; done
  [ -z "$reverse" ] && echo "from A to B:" || echo "from B to A:"
  ip netns exec qs-host-a iperf3 -c 10.1.0.12 -t "$seconds" --connect-timeout 5000 $reverse > "$work/iperf3-client.log" || { cat "$work/iperf3-client.log"; die "iperf3 failed"; }
  grep -E 'sender|receiver' "$work/iperf3-client.log"
  stop_pid "$server"
done

step "8. What gateway 1 knows and counted"
for what in segments peers fdb neighbors ports drops; do
  show ./nvgre-gateway show $what --name quickstart-1
  echo
done
