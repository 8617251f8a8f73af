#!/usr/bin/env bash
# Install the Debian packages that are missing, starting no service: packages.sh NAME...
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
policy=/usr/sbin/policy-rc.d
made=()
trap 'rm -f "$log" "${made[@]}"' EXIT
# A package's service stays off while this file says so; one that an administrator has put there stays as it is.
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    made+=("$policy")
fi
# PostgreSQL's package would make a database cluster that starts with the machine.
clusters=/etc/postgresql-common/createcluster.conf
case " ${missing[*]} " in
*" postgresql "*)
    mkdir -p "${clusters%/*}"
    [ -e "$clusters" ] || echo "create_main_cluster = false" >"$clusters"
    ;;
esac
export DEBIAN_FRONTEND=noninteractive
# No service that a package brings is started: the tests start a server of their own.
export RUNLEVEL=1
if ! { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 </dev/null; then
    echo "system: apt-get failed:"
    tail -n 5 "$log"
    exit 1
fi
