#!/bin/bash
# Installs what is missing, builds everything and runs every test; the last line is 'N passed, N failed, N skipped'.
#   scripts/test.sh [--no-e2e] [--filter EXPRESSION] [--no-install] [--no-build]
# --filter is that of dotnet test. With CI=true a skipped test is a failure. Results: artifacts/test-results/*.trx,
# logs and captures of the end-to-end tests: artifacts/e2e/. See also scripts/requirements.sh.
set -euo pipefail
. "$(dirname "$0")/common.sh"

e2e=1 filter='' install=1 build=1
original=("$@")
while [ $# -gt 0 ]; do case $1 in
  --no-e2e) e2e=0;; --filter) filter=${2:?}; shift;; --no-install) install=0;; --no-build) build=0;;
  *) sed -n '2,5s/^# \?//p' "$0"; exit 2;;
esac; shift; done
need_root "${original[@]}"
need_dotnet

# gateway and build; lab: peers, hosts, captures; emulated guest
TEST_PACKAGES=(iproute2 iputils-ping ethtool iperf3 tcpdump tshark curl procps kmod python3 python3-scapy
  openvswitch-switch openvswitch-switch-dpdk prometheus
  qemu-system-x86 busybox-static dash cpio)
if [ $install = 1 ]; then install_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}"; fi
# the guest's kernel comes from apt by name, so the lists must be there even when nothing was missing
if [ $e2e = 1 ] && [ $install = 1 ] && [ -z "$(apt-cache depends linux-image-amd64 2>/dev/null)" ]; then apt_quietly update; fi

if [ $build = 1 ]; then echo "building"; scripts/build.sh --all; fi

results=artifacts/test-results
rm -rf "$results"; mkdir -p "$results"
failed=0
token=$(cat /proc/sys/kernel/random/uuid)
# A test host that was killed could not take its lab down: whatever carries this run's token is ended here.
end_leftovers() {
  local environ
  for environ in $(grep -ls "NVGRE_GATEWAY_TEST_RUN=$token" /proc/[0-9]*/environ); do
    environ=${environ#/proc/}; echo "left behind by a test: process ${environ%%/*}"; kill -9 "${environ%%/*}" 2>/dev/null || true
  done
}
trap end_leftovers EXIT
run() { # project: unit tests first, the lab alone and last
  local project=$1 name started=$SECONDS rc=0; name=$(basename "$project")
  NVGRE_GATEWAY_TEST_RUN=$token dotnet test "$project" -c Release --no-build --nologo -v q --logger "trx;LogFileName=$name.trx" --results-directory "$results" \
    --blame-hang-timeout 12m --blame-hang-dump-type none ${filter:+--filter "$filter"} > "artifacts/$name.log" 2>&1 < /dev/null || rc=$?
  [ $rc = 0 ] || { failed=1; end_leftovers; }
  [ -f "$results/$name.trx" ] || [ -n "$filter" ] || { echo "no results from $name:"; tail -n 30 "artifacts/$name.log"; failed=1; }
  echo "$name: $((SECONDS - started)) s, exit code $rc"
}
for project in tests/*.Tests; do
  [[ $project == *EndToEnd* ]] || run "$project"
done
if [ $e2e = 1 ]; then
  # Peers on DPDK want 2 MiB pages; everything else does without.
  [ ! -x scripts/setup-hugepages.sh ] || quietly scripts/setup-hugepages.sh || echo "no hugepages could be reserved: the peer on OVS-DPDK is left out"
  run tests/NvgreGateway.EndToEnd.Tests
fi

report=(dotnet tests/NvgreGateway.EndToEnd.Tests/bin/Release/net10.0/NvgreGateway.EndToEnd.Tests.dll)
"${report[@]}" requirements > artifacts/requirements.txt || { failed=1; grep 'which is no row' artifacts/requirements.txt || true; }
tail -n 1 artifacts/requirements.txt
totals=$("${report[@]}" summary) || failed=1
if [ "${CI:-}" = true ] && ! tail -n 1 <<< "$totals" | grep -q ' 0 skipped$'; then echo "with CI=true no test may be skipped"; failed=1; fi
echo "$totals"
exit $failed
