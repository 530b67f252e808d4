#!/usr/bin/env bash
# Installs what the tests need and this machine lacks: curl, Chromium, Firefox, nginx, ip, Python's venv, and the clients
# of this folder at the versions of the lock files. Says and does nothing when all of it is there.
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
# In /usr/sbin on Debian, which is not on everybody's PATH.
has nginx || [[ -x /usr/sbin/nginx ]] || packages+=(nginx)
has ip || [[ -x /usr/sbin/ip ]] || packages+=(iproute2)

if ((${#packages[@]})); then ./install.sh clients/setup.sh "${packages[@]}"; fi

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
