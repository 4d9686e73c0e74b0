#!/bin/bash
# Hands a NIC to DPDK (vfio-pci) and gives it back to the driver that it had.
set -euo pipefail

usage() {
  cat <<'USAGE'
usage: scripts/bind-nic.sh [--dry-run] [--no-iommu] bind NIC...
       scripts/bind-nic.sh [--dry-run] restore NIC...
       scripts/bind-nic.sh status

NIC is a PCI address (0000:01:00.0, or 01:00.0) or the name of an interface (eth1).

bind     binds it to vfio-pci. Refused for a NIC that has the default route, an address, or something on top of it (bond, bridge,
         VLAN). The driver that it had is remembered until the next boot, when the kernel binds it anew by itself.
restore  gives it back to the driver that it had. Stop the gateway first.
status   lists the network devices with driver, interfaces, NUMA node and IOMMU group.

  --dry-run   say what would be done, change nothing (needs no privilege)
  --no-iommu  bind without an IOMMU: the device may then write to any memory of this machine
  --help      this text

Exit codes: 0 done, 1 could not be done or refused, 2 bad usage.
USAGE
}

fail() { echo "bind-nic: $1" >&2; exit "${2:-1}"; }

# The root can be moved, so that a test needs no NIC.
root=${BIND_NIC_ROOT:-}
sys=$root/sys
state=${BIND_NIC_STATE:-/run/nvgre-gateway/bind-nic}

dry= unsafe= verb=
names=()
for argument in "$@"; do
  case $argument in
    --dry-run) dry=1 ;;
    --no-iommu) unsafe=1 ;;
    --help|-h) usage; exit 0 ;;
    -*) usage >&2; fail "unknown option '$argument'" 2 ;;
    *) if [ -z "$verb" ]; then verb=$argument; else names+=("$argument"); fi ;;
  esac
done

case $verb in
  bind|restore) [ ${#names[@]} -gt 0 ] || { usage >&2; fail "$verb: which NIC?" 2; } ;;
  status) [ ${#names[@]} = 0 ] || { usage >&2; fail "status takes no NIC" 2; } ;;
  '') usage >&2; exit 2 ;;
  *) usage >&2; fail "unknown command '$verb'" 2 ;;
esac

[ "$verb" = status ] || [ -n "$dry" ] || [ "$(id -u)" = 0 ] || fail "binding a NIC needs root: run it with sudo, or look first with --dry-run"

# The last part of where a link leads, or nothing.
target() { if [ -L "$1" ]; then basename "$(readlink "$1")"; fi; }
driver_of() { target "$sys/bus/pci/devices/$1/driver"; }
group_of() { target "$sys/bus/pci/devices/$1/iommu_group"; }
interfaces_of() { local d; for d in "$sys/bus/pci/devices/$1/net"/* "$sys/bus/pci/devices/$1"/virtio*/net/*; do [ -e "$d" ] && basename "$d"; done; return 0; }
node_of() { local n; n=$(cat "$sys/bus/pci/devices/$1/numa_node" 2>/dev/null || echo -1); if [ "$n" = -1 ]; then echo -; else echo "$n"; fi; }

# The PCI address of a NIC by either name.
resolve() {
  local name=$1 link
  [[ $name =~ ^[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\.[0-7]$ ]] && name=0000:$name
  if [[ $name =~ ^[0-9a-fA-F]{4,8}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\.[0-7]$ ]]; then
    name=${name,,}
    [ -d "$sys/bus/pci/devices/$name" ] || fail "no PCI device $name in this machine; 'scripts/bind-nic.sh status' lists the network devices"
    echo "$name"
    return
  fi
  [ -e "$sys/class/net/$name" ] || fail "'$name' is neither a PCI address nor an interface; a NIC that is bound to vfio-pci has no interface: name it by its PCI address"
  link=$(target "$sys/class/net/$name/device")
  # A virtio NIC's interface belongs to a virtio device whose parent is the PCI device.
  if [[ $link == virtio* ]]; then
    link=$(basename "$(dirname "$(readlink -f "$sys/class/net/$name/device")")")
  fi
  [[ $link =~ ^[0-9a-fA-F]{4,8}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\.[0-7]$ ]] || fail "$name is no PCI device; for an interface of the kernel use a vdev such as net_af_packet0,iface=$name"
  echo "$link"
}

# Ends with a refusal if somebody would miss the interface.
refuse_if_used() {
  local name=$1 upper addresses routes
  # Not through a pipe: grep -q leaves at the first route, and with pipefail whoever writes another then counts as "no route".
  routes=$(ip -4 route show default 2>/dev/null || true; ip -6 route show default 2>/dev/null || true)
  if grep -qE "(^| )dev $name( |$)" <<< "$routes"; then
    fail "$name carries the default route: this machine could not be reached any more"
  fi
  addresses=$(ip -o address show dev "$name" scope global 2>/dev/null | awk '{ print $4 }' | tr '\n' ' ')
  [ -z "$addresses" ] || fail "$name has the address ${addresses% }: somebody uses it; remove it first (ip address flush dev $name)"
  [ ! -e "$sys/class/net/$name/master" ] || fail "$name belongs to $(target "$sys/class/net/$name/master"): take it out first"
  for upper in "$sys/class/net/$name"/upper_*; do
    [ -e "$upper" ] || [ -L "$upper" ] || continue
    fail "${upper##*/upper_} stands on $name: remove it first"
  done
}

check_iommu() {
  local address=$1 group other driver mode=$sys/module/vfio/parameters/enable_unsafe_noiommu_mode
  group=$(group_of "$address")
  if [ -z "$group" ]; then
    if [ -z "$unsafe" ] && [ "$(cat "$mode" 2>/dev/null || echo N)" != Y ]; then
      fail "$address has no IOMMU group, which vfio needs: switch on VT-d or AMD-Vi in the firmware and boot with intel_iommu=on iommu=pt (AMD: iommu=pt). In a virtual machine give it a virtual IOMMU, or accept that the device can write to any memory: --no-iommu"
    fi
    return 0
  fi
  # A group goes to one user as a whole; bridges have no driver that minds.
  for other in "$sys/kernel/iommu_groups/$group/devices"/*; do
    other=$(basename "$other")
    [ "$other" = "$address" ] || [ "$other" = '*' ] && continue
    driver=$(driver_of "$other")
    case $driver in ''|vfio-pci|pcieport|pci-stub) continue ;; esac
    fail "IOMMU group $group also has $other (driver $driver): vfio takes all of a group or none; bind it too, or put the NIC into another slot"
  done
}

# Writes to a file of the kernel.
tell() { echo "$2" > "$1" || fail "writing '$2' to $1 was refused"; }

# Waits a moment until the device has this driver (or none).
settle() {
  local i
  for i in {1..50}; do [ "$(driver_of "$1")" = "$2" ] && return 0; sleep 0.1; done
  return 1
}

rebind() {
  local address=$1 to=$2 dev=$sys/bus/pci/devices/$1
  if [ -L "$dev/driver" ]; then
    tell "$dev/driver/unbind" "$address"
    settle "$address" '' || return 1
  fi
  [ -n "$to" ] || { tell "$dev/driver_override" ''; return 0; }
  tell "$dev/driver_override" "$to"
  tell "$sys/bus/pci/drivers_probe" "$address"
  settle "$address" "$to"
}

bind() {
  local address=$1 former name
  former=$(driver_of "$address")
  case $former in
    vfio-pci) echo "$address: bound to vfio-pci already"; return 0 ;;
    mlx4_core|mlx5_core) echo "$address: DPDK uses it through $former: nothing to bind"; return 0 ;;
  esac
  for name in $(interfaces_of "$address"); do refuse_if_used "$name"; done
  check_iommu "$address"
  if [ -n "$dry" ]; then
    echo "$address: would bind to vfio-pci (now ${former:-no driver})"
    return 0
  fi
  [ -d "$sys/bus/pci/drivers/vfio-pci" ] || modprobe vfio-pci || fail "the kernel module vfio-pci could not be loaded"
  [ -d "$sys/bus/pci/drivers/vfio-pci" ] || fail "this kernel has no driver vfio-pci"
  if [ -z "$(group_of "$address")" ]; then
    tell "$sys/module/vfio/parameters/enable_unsafe_noiommu_mode" Y
  fi
  mkdir -p "$state"
  echo "${former:-none}" > "$state/$address"
  if ! rebind "$address" vfio-pci; then
    rebind "$address" "$former" || true
    rm -f "$state/$address"
    fail "$address did not take vfio-pci and was given back to ${former:-no driver}; the kernel's log tells why (dmesg)"
  fi
  echo "$address: bound to vfio-pci (was ${former:-without a driver})"
}

restore() {
  local address=$1 former
  if [ ! -f "$state/$address" ]; then
    [ "$(driver_of "$address")" = vfio-pci ] || { echo "$address: is with $(driver_of "$address" | grep . || echo no driver): nothing to give back"; return 0; }
    fail "$address: which driver it had is not known ($state/$address is gone); a reboot gives it back"
  fi
  former=$(<"$state/$address")
  [ "$former" != none ] || former=
  if [ -n "$dry" ]; then
    echo "$address: would give it back to ${former:-no driver}"
    return 0
  fi
  rebind "$address" "$former" || fail "$address did not go back to $former: is it in use? Stop the gateway first"
  tell "$sys/bus/pci/devices/$address/driver_override" ''
  rm -f "$state/$address"
  echo "$address: given back to ${former:-no driver}"
}

status() {
  local dev address class format='%-14s %-16s %-16s %-5s %-6s %s\n'
  printf "$format" device driver interfaces node iommu was
  for dev in "$sys/bus/pci/devices"/*; do
    [ -e "$dev/class" ] || continue
    class=$(<"$dev/class")
    [[ $class == 0x02* ]] || continue
    address=$(basename "$dev")
    printf "$format" "$address" "$(driver_of "$address" | grep . || echo -)" "$(interfaces_of "$address" | paste -sd, | grep . || echo -)" \
      "$(node_of "$address")" "$(group_of "$address" | grep . || echo -)" "$(cat "$state/$address" 2>/dev/null || true)"
  done
}

if [ "$verb" = status ]; then
  status
  exit 0
fi

# All of them are looked up before any is touched.
addresses=()
for name in "${names[@]}"; do
  address=$(resolve "$name")
  addresses+=("$address")
done
for address in "${addresses[@]}"; do "$verb" "$address"; done
