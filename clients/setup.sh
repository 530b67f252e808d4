#!/usr/bin/env bash
# Installs what the tests of this folder and of the page need and this machine lacks: curl, Chromium, Firefox, Python's
# venv, and the clients themselves at the versions of the lock files. Says and does nothing when all of it is there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

has() { command -v "$1" >/dev/null; }

# What the machine lacks, as Debian packages.
packages=()
has curl || packages+=(curl)
has python3 || packages+=(python3)
python3 -c 'import ensurepip, venv' 2>/dev/null || packages+=(python3-venv)
if [[ -z ${CHROMIUM:-} ]] && ! has chromium && ! has chromium-browser && ! has google-chrome; then
    packages+=(chromium)
fi
if [[ -z ${FIREFOX:-} ]] && ! has firefox-esr && ! has firefox; then
    packages+=(firefox-esr)
fi

if ((${#packages[@]})); then
    as_root=()
    if ((EUID != 0)); then as_root=(sudo); fi
    if ! has apt-get || { ((EUID != 0)) && ! has sudo; }; then
        echo "clients/setup.sh: this machine lacks ${packages[*]} and cannot install them from here;" \
            "install them (as root: apt-get install ${packages[*]}), then run this again" >&2
        exit 1
    fi
    echo "clients/setup.sh: installing ${packages[*]}"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${packages[@]}" >/dev/null
fi

# Each stamp is a copy of the list that was installed, so a changed list is installed anew.
modules=node/node_modules
if ! cmp -s node/package-lock.json "$modules/.installed"; then
    has npm || { echo "clients/setup.sh: npm is missing; install Node.js 20 or newer" >&2; exit 1; }
    (cd node && npm ci --no-audit --no-fund --loglevel=error)
    cp node/package-lock.json "$modules/.installed"
fi

venv=../target/clients-venv
if ! cmp -s python/requirements.txt "$venv/.installed" || ! "$venv/bin/python" -c '' 2>/dev/null; then
    python3 -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r python/requirements.txt
    cp python/requirements.txt "$venv/.installed"
fi
