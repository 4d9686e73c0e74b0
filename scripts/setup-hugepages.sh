#!/bin/bash
# Reserves huge pages of 2 MB for DPDK, spread over the NUMA nodes, and mounts hugetlbfs. Only ever raises what is there.
set -euo pipefail

usage() {
  cat <<'USAGE'
usage: scripts/setup-hugepages.sh [--dry-run] [PAGES]

Reserves PAGES huge pages of 2 MB (default 512, that is 1 GB) and mounts /dev/hugepages if it is not mounted.
Pages that are already reserved count; a higher number is left as it is. With several NUMA nodes, each gets its share.
The reservation lasts until the next boot; to keep it, put vm.nr_hugepages=PAGES into /etc/sysctl.d/.

  --dry-run  say what would be done, change nothing (needs no privilege)
  --help     this text

Exit codes: 0 done, 1 could not be done, 2 bad usage.
USAGE
}

fail() { echo "setup-hugepages: $1" >&2; exit "${2:-1}"; }

pages=512 dry= number_given=
for argument in "$@"; do
  case $argument in
    --dry-run) dry=1 ;;
    --help|-h) usage; exit 0 ;;
    -*) usage >&2; fail "unknown option '$argument'" 2 ;;
    *)
      [ -z "$number_given" ] || fail "more than one number of pages: '$argument'" 2
      [[ $argument =~ ^[1-9][0-9]{0,8}$ ]] || fail "'$argument' is no number of pages: 1 to 999999999 is allowed" 2
      pages=$argument number_given=1 ;;
  esac
done

# The roots can be moved, so that a test needs no machine with several nodes.
nodes_root=${HUGEPAGES_NODES_ROOT:-/sys/devices/system/node}
mount_point=${HUGEPAGES_MOUNT:-/dev/hugepages}

[ -n "$dry" ] || [ "$(id -u)" = 0 ] || fail "reserving huge pages needs root: run it with sudo, or look first with --dry-run"

pools=()
for pool in "$nodes_root"/node[0-9]*/hugepages/hugepages-2048kB; do
  [ -d "$pool" ] && pools+=("$pool")
done
# Without NUMA in the kernel there is one pool for the machine.
if [ ${#pools[@]} = 0 ] && [ -d /sys/kernel/mm/hugepages/hugepages-2048kB ]; then
  pools=(/sys/kernel/mm/hugepages/hugepages-2048kB)
fi
[ ${#pools[@]} -gt 0 ] || fail "this kernel has no huge pages of 2 MB (CONFIG_HUGETLBFS)"

name_of() { if [[ $1 =~ /(node[0-9]+)/ ]]; then echo "${BASH_REMATCH[1]}"; else echo "this machine"; fi; }

# Raises one pool to at least $2 pages.
raise() {
  local pool=$1 wanted=$2 name have got
  name=$(name_of "$pool")
  have=$(<"$pool/nr_hugepages")
  if [ "$have" -ge "$wanted" ]; then
    echo "$name: $have pages reserved ($(<"$pool/free_hugepages") free), $wanted wanted: nothing to do"
    return 0
  fi
  if [ -n "$dry" ]; then
    echo "$name: would raise $have pages to $wanted"
    return 0
  fi
  echo "$wanted" > "$pool/nr_hugepages" || fail "$name: writing $pool/nr_hugepages was refused (in a container it may be read-only)"
  got=$(<"$pool/nr_hugepages")
  # Memory in use is most often enough but scattered: have the kernel move it together, and ask again.
  if [ "$got" -lt "$wanted" ] && [ -w /proc/sys/vm/compact_memory ]; then
    echo 1 > /proc/sys/vm/compact_memory
    echo "$wanted" > "$pool/nr_hugepages"
    got=$(<"$pool/nr_hugepages")
  fi
  echo "$name: raised $have pages to $got ($(<"$pool/free_hugepages") free)"
  if [ "$got" -lt "$wanted" ]; then
    short=1
    echo "setup-hugepages: $name: $wanted pages wanted, the kernel gave $got: memory is short or fragmented; free some, or do it right after boot" >&2
  fi
}

short=
count=${#pools[@]}
for i in "${!pools[@]}"; do
  # The first nodes get one more where the number does not divide.
  raise "${pools[$i]}" $(( pages / count + (i < pages % count ? 1 : 0) ))
done

if grep -qs " $mount_point hugetlbfs " /proc/mounts; then
  echo "$mount_point: mounted"
elif [ -n "$dry" ]; then
  echo "$mount_point: would mount hugetlbfs"
else
  mkdir -p "$mount_point"
  mount -t hugetlbfs -o pagesize=2M nodev "$mount_point" || fail "mounting hugetlbfs on $mount_point was refused"
  echo "$mount_point: mounted hugetlbfs"
fi

[ -z "$short" ]
