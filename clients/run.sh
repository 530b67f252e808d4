#!/usr/bin/env bash
# Drives the built server with clients that others wrote. Fails when any test does, or when a process is left behind.
#   cargo build -p fourways && cargo build -p wire --example weather && clients/setup.sh && clients/run.sh
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

FOURWAYS_BIN=$(realpath -m "${FOURWAYS_BIN:-../target/debug/fourways}")
python=$PWD/../target/clients-venv/bin/python
if [[ ! -x $FOURWAYS_BIN ]]; then
    echo "clients/run.sh: there is no $FOURWAYS_BIN; run \`cargo build -p fourways\`, or set FOURWAYS_BIN" >&2
    exit 1
fi
if [[ ! -d node/node_modules || ! -x $python ]]; then
    echo "clients/run.sh: the clients are not installed; run clients/setup.sh" >&2
    exit 1
fi

# Whatever the tests start inherits this, and is known by it.
FOURWAYS_CLIENTS_RUN=$$.$RANDOM
export FOURWAYS_BIN FOURWAYS_CLIENTS_RUN

left() {
    env -u FOURWAYS_CLIENTS_RUN grep -lzsx "FOURWAYS_CLIENTS_RUN=$FOURWAYS_CLIENTS_RUN" /proc/[0-9]*/environ | cut -d/ -f3
}

# Nothing may outlive this script. A browser's processes end a moment after it was closed, so each gets ten seconds.
sweep() {
    local status=$? pid
    for pid in $(left); do
        if ! timeout 10 tail --pid="$pid" -s 0.1 -f /dev/null; then
            echo "clients/run.sh: left behind and killed: $pid $(tr '\0' ' ' <"/proc/$pid/cmdline")" >&2
            kill -KILL "$pid"
            status=1
        fi
    done
    exit "$status"
}
trap sweep EXIT

status=0
(cd node && node --test --test-reporter=spec) || status=1
(cd python && "$python" -B -m unittest -v) || status=1
exit "$status"
