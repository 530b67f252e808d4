#!/usr/bin/env bash
# UNTESTED: written for macOS 13 or newer with Xcode's command line tools, and run on none so far. Makes the release file
# for macOS: one executable for both kinds of processor, and what is started by a double click. Needs Rust by rustup, and
# the built page (`just page`).
#   packaging/macos.sh [DIRECTORY]      where the file goes; without it, target/package
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. packaging/content.sh

if [[ $(uname -s) != Darwin ]]; then
    echo "packaging/macos.sh: the linker and lipo of macOS are needed; run this on a Mac" >&2
    exit 1
fi
targets=(aarch64-apple-darwin x86_64-apple-darwin)
rustup target add "${targets[@]}"
for target in "${targets[@]}"; do build "$target"; done

name=fourways-$(version)-macos
lay_out "$name"
binary=$stage/$name/fourways
built=("${targets[@]/#/target/}")
lipo -create -output "$binary" "${built[@]/%//packaged/fourways}"
# Signed by nobody: without this, processors by Apple refuse to start it at all.
codesign --sign - "$binary"
# Finder opens a .command in Terminal.
install -m 755 packaging/classroom.sh "$stage/$name/Fourways classroom.command"

file=$name.tar.gz
tar --create --gzip --file "$stage/$file" --directory "$stage" "$name"
put "$stage/$file" "${1:-target/package}" shasum -a 256
