#!/usr/bin/env bash
# Installs what the servers of this folder need and this machine lacks: Node.js, Python's venv, Go, nginx with nchan.
# What they are built of is installed by their own setup, at their first start. Says and does nothing when all is there.
set -euo pipefail

has() { command -v "$1" >/dev/null; }

# What the machine lacks, as Debian packages.
packages=()
has node || packages+=(nodejs)
has npm || packages+=(npm)
has python3 || packages+=(python3)
python3 -c 'import ensurepip, venv' 2>/dev/null || packages+=(python3-venv)
# Debian 13 or newer: the Go of Debian 12 is older than 1.22, and the build then says so.
has go || packages+=(golang-go)
has nginx || [[ -x /usr/sbin/nginx ]] || packages+=(nginx)
nchan=(/usr/lib/nginx/modules /usr/lib64/nginx/modules /usr/local/libexec/nginx)
[[ -n $(find "${nchan[@]}" -name ngx_nchan_module.so 2>/dev/null) ]] || packages+=(libnginx-mod-nchan)

((${#packages[@]})) || exit 0
here=$(dirname "${BASH_SOURCE[0]}")
"$here/../../clients/install.sh" benches/servers/setup.sh "${packages[@]}"
