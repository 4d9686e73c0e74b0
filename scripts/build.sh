#!/bin/bash
# Builds the native library and the gateway (and with --all the tests): scripts/build.sh [--all]
# Needs the Debian packages gcc make cmake pkg-config libdpdk-dev dpdk, and the .NET 10 SDK.
set -euo pipefail
. "$(dirname "$0")/common.sh"
need_dotnet
command -v cmake >/dev/null && pkg-config --exists libdpdk || die "install first: apt-get install ${BUILD_PACKAGES[*]}"
quietly cmake -S . -B build -DCMAKE_BUILD_TYPE=Release
quietly cmake --build build --parallel
what=src/NvgreGateway/NvgreGateway.csproj
[ "${1:-}" != --all ] || what=NvgreGateway.sln
quietly dotnet build "$what" -c Release -v q -nologo
