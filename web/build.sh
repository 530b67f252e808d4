#!/usr/bin/env bash
# Builds the page into web/dist and the form of a report into web/dist-report, from where they go into the binary. Does
# nothing when nothing has changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if ! command -v npm >/dev/null; then
    echo "web/build.sh: npm is missing, so the page is not built; install Node.js 20 or newer for it" >&2
    exit 0
fi
if ! cmp -s package-lock.json node_modules/.installed; then
    npm ci --loglevel=error
    cp package-lock.json node_modules/.installed
fi
sources=(../lessons .vitepress/config.ts .vitepress/han.ts .vitepress/theme src report lessons.ts vite.report.config.ts package-lock.json ../crates)
if [[ ! -e dist/.built || ! -e dist-report/report.html || -n $(find "${sources[@]}" -path '*/target' -prune -o -type f -newer dist/.built -print -quit) ]]; then
    npm run --silent build
    touch dist/.built
fi
