#!/bin/sh
# Damaged frames, reloads, switches, kills and hostile clients for a while: scripts/soak.sh SECONDS [SEED]; tests/soak/README.md
set -eu
[ $# -ge 1 ] || { echo "usage: $0 SECONDS [SEED]" >&2; exit 2; }
exec nice -n 10 /usr/bin/python3 "$(dirname "$0")/../tests/soak/soak.py" "$@"
