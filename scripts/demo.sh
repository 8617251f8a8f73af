#!/usr/bin/env bash
# The service of `make demo`: demo.sh check PORT | start PORT | stop
set -euo pipefail
cd "$(dirname "$0")/.."

demo=build/demo
portfolio=$demo/portfolio
log=$demo/serve.log
pid_file=$demo/serve.pid
key_file=$demo/home/demo.key
seconds_to_start=120
seconds_to_stop=20

# The process group in the pid file, if it is still a service of ours.
running_group() {
    local group
    [ -f "$pid_file" ] || return 1
    group=$(<"$pid_file")
    kill -0 -- "-$group" 2>/dev/null || return 1
    # After a restart of the machine the number may belong to somebody else.
    if [ -r "/proc/$group/cmdline" ]; then grep -qai credence "/proc/$group/cmdline" || return 1; fi
    echo "$group"
}

stop() {
    local group
    if ! group=$(running_group); then
        rm -f "$pid_file"
        return 0
    fi
    kill -TERM -- "-$group" 2>/dev/null || true
    for _ in $(seq $((seconds_to_stop * 10))); do
        kill -0 -- "-$group" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL -- "-$group" 2>/dev/null || true
    rm -f "$pid_file"
    echo "demo: service stopped"
}

check() {
    if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then
        echo "demo: expected port $1 to be free, found another program listening there; stop it, or: make demo PORT=$(($1 + 1))" >&2
        exit 2
    fi
}

# The key of the demo: made once, readable by its owner alone, made anew where it opens the store no more.
make_key() {
    local key_id=""
    if [ -s "$key_file" ]; then key_id=$(cut -d_ -f2 "$key_file"); fi
    if [ -n "$key_id" ] && CREDENCE_HOME=$demo/home .venv/bin/credence keys list | grep -q "^$key_id  in force"; then
        return 0
    fi
    mkdir -p "$demo/home"
    rm -f "$key_file"
    (umask 077; CREDENCE_HOME=$demo/home .venv/bin/credence keys create --name demo \
        --scope assess --scope ledger --scope order --scope admin >"$key_file" 2>/dev/null)
}

start() {
    local port=$1 address=http://127.0.0.1:$1
    echo "demo: loading the portfolio into the store"
    CREDENCE_HOME=$demo/home .venv/bin/credence load "$portfolio" --history >"$log" 2>&1 || fail
    make_key
    CREDENCE_API_KEY=$(<"$key_file")
    export CREDENCE_API_KEY
    echo "demo: starting the service on port $port (log in $log)"
    # Job control gives the service a process group of its own, which `stop` can end as a whole.
    set -m
    CREDENCE_HOME=$demo/home nohup .venv/bin/credence serve --port "$port" \
        >>"$log" 2>&1 </dev/null &
    local pid=$!
    set +m
    echo "$pid" >"$pid_file"
    .venv/bin/python scripts/call.py "$address" --wait "$seconds_to_start" --pid "$pid" || fail
    .venv/bin/python scripts/call.py "$address" --assess "$portfolio" || fail
    echo "demo: the service answers at $address (make stop ends it); sign in there with this key, also in $key_file:"
    echo "$CREDENCE_API_KEY"
}

fail() {
    echo "demo: the end of $log:" >&2
    tail -n 30 "$log" >&2
    stop >&2
    exit 1
}

case "${1:-}" in
    check) check "$2" ;;
    start) start "$2" ;;
    stop) stop ;;
    *) sed -n 2p "$0" >&2; exit 2 ;;
esac
