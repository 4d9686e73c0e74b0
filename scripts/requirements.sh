#!/bin/bash
# Lists every row of the specification (tests/requirements.tsv) as proved, or not yet, from the last run of
# scripts/test.sh. A row is proved if every test that carries its id by [Requirement] ran and passed.
#   scripts/requirements.sh [--missing] [--group LETTER]
# Ends with 'N of M rows proved'; fails where a test names a row that does not exist.
set -euo pipefail
. "$(dirname "$0")/common.sh"
need_dotnet
project=tests/NvgreGateway.EndToEnd.Tests
program=$project/bin/Release/net10.0/NvgreGateway.EndToEnd.Tests.dll
[ -f "$program" ] || quietly dotnet build $project -c Release -v q -nologo
exec dotnet "$program" requirements "$@"
