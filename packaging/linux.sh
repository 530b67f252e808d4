#!/usr/bin/env bash
# Makes the release file for Linux: one executable that needs nothing of the machine it runs on (linked with musl, all of
# it static), with what is started by a double click and a page to read. Needs Rust, and the built page (`just page`).
#   packaging/linux.sh [DIRECTORY]      where the file goes; without it, target/package
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. packaging/content.sh

arch=$(uname -m)
target=$arch-unknown-linux-musl
if [[ ! -d $(rustc --print target-libdir --target "$target") ]] && ! rustup target add "$target"; then
    echo "packaging/linux.sh: this Rust cannot build for $target; install Rust by https://rustup.rs, or the target" \
        "by the means of your system, and run this again" >&2
    exit 1
fi

build "$target"
binary=target/$target/packaged/fourways
if readelf --program-headers "$binary" | grep -q INTERP; then
    echo "packaging/linux.sh: $binary is not static: it would need libraries of the machine it runs on" >&2
    exit 1
fi

name=fourways-$(version)-$arch-linux
lay_out "$name"
install -m 755 "$binary" "$stage/$name/fourways"
install -m 755 packaging/classroom.sh "$stage/$name/classroom.sh"
install -m 755 packaging/classroom.desktop "$stage/$name/Fourways classroom.desktop"

# Nothing of who packs it and when goes in.
file=$name.tar.gz
tar --create --directory "$stage" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$(committed)" "$name" |
    gzip --no-name --best >"$stage/$file"
put "$stage/$file" "${1:-target/package}" sha256sum
bytes "$binary"
