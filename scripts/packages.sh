#!/usr/bin/env bash
# Install the Debian packages that are missing: packages.sh NAME...
# Exit 0 when all are there in the end, 1 otherwise.
set -euo pipefail

missing=()
for package in "$@"; do
    status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
    [ "$status" = "install ok installed" ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    echo "system: missing ${missing[*]}; install them as root with the package manager of this machine"
    exit 1
fi

echo "system: installing ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
# No service that a package brings is started: the tests start a server of their own.
export RUNLEVEL=1
if ! { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 </dev/null; then
    echo "system: apt-get failed:"
    tail -n 5 "$log"
    exit 1
fi
