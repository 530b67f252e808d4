#!/usr/bin/env bash
# Installs Debian packages: install.sh WHO PACKAGE... WHO is named in what is said. Services that the packages bring are
# neither started nor started at boot: tests and measurements start nginx themselves, where and when they need it.
set -euo pipefail

who=$1
shift
as_root=()
if ((EUID != 0)); then as_root=(sudo); fi
if ! command -v apt-get >/dev/null || { ((EUID != 0)) && ! command -v sudo >/dev/null; }; then
    echo "$who: this machine lacks $* and cannot install them from here;" \
        "install them (as root: apt-get install $*), then run this again" >&2
    exit 1
fi

# Debian asks this file before it starts a service, and 101 says no. One that is there already is the machine's own word.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
    trap '"${as_root[@]}" rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod 755 "$policy"
fi

echo "$who: installing $*"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null
if [[ " $* " == *" nginx "* ]] && [[ -d /run/systemd/system ]]; then
    "${as_root[@]}" systemctl disable --quiet nginx
fi
