# Shared by the scripts here; not run by itself.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DEBIAN_FRONTEND=noninteractive

# A build leaves no process behind that would hold files, locks or a terminal.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0

# The SDK runs without ICU too, if it is told so.
grep -q libicuuc <<< "$(ldconfig -p)" || export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1

# What the gateway is built with and needs to run. dpdk brings the drivers, libdpdk-dev the headers.
BUILD_PACKAGES=(gcc make cmake pkg-config libc6-dev libdpdk-dev dpdk)

die() { echo "$(basename "$0"): $*" >&2; exit 1; }

# Start again as root: packages, network namespaces and packet sockets need it.
need_root() {
  [ "$(id -u)" = 0 ] && return
  command -v sudo >/dev/null || die "must be run as root"
  exec sudo env "PATH=$PATH" "CI=${CI:-}" "scripts/$(basename "$0")" "$@"
}

need_dotnet() {
  local d
  command -v dotnet >/dev/null || for d in /usr/share/dotnet /usr/lib/dotnet /usr/local/share/dotnet "$HOME/.dotnet"; do
    [ -x "$d/dotnet" ] && { PATH="$PATH:$d"; export PATH; break; }
  done
  command -v dotnet >/dev/null || die "the .NET 10 SDK is needed (the command 'dotnet' was not found)"
  local sdks
  sdks=$(dotnet --list-sdks)
  grep -q '^1[0-9]\.' <<< "$sdks" || die "the .NET 10 SDK is needed, found: ${sdks//$'\n'/ }"
}

is_installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# Install those of these Debian packages that are missing; the package lists are fetched only if they are needed.
install_packages() {
  local p missing=() made=0
  for p; do is_installed "$p" || missing+=("$p"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  echo "installing Debian packages: ${missing[*]}"
  for p in "${missing[@]}"; do
    [ -n "$(apt-cache policy "$p" 2>/dev/null | sed -n 's/^ *Candidate: *//p' | grep -v none)" ] || { apt_quietly update; break; }
  done
  # Daemons that come with a package (Open vSwitch, Prometheus) are started by whoever uses them, not by installing them.
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d; made=1
  fi
  local rc=0
  apt_install "${missing[@]}" || { apt_quietly update && apt_install "${missing[@]}"; } || rc=1
  [ $made = 0 ] || rm -f /usr/sbin/policy-rc.d
  [ $rc = 0 ] || die "could not install: ${missing[*]}"
}

apt_quietly() { quietly apt-get -qq -o Dpkg::Use-Pty=0 -o APT::Sandbox::User=root "$@"; }
apt_install() {
  apt_quietly -y --no-install-recommends -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold install "$@"
}

# Run a command whose output matters only if it fails.
quietly() {
  local log; log=$(mktemp)
  if "$@" > "$log" 2>&1 < /dev/null; then rm -f "$log"; else local rc=$?; cat "$log"; rm -f "$log"; return $rc; fi
}
