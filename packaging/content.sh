# What the release files of all systems have in common; read by linux.sh and macos.sh, which stand at the root of the
# repository then.

# Builds the binary for a target, with no directory of this machine in it: the names of source files are in every panic.
build() {
    local embedded
    for embedded in web/dist/en/index.html web/dist-report/report.html; do
        if [[ ! -e $embedded ]]; then
            echo "packaging: there is no $embedded, so the file would have no page; install Node.js 20 or newer and" \
                "run \`just page\`" >&2
            exit 1
        fi
    done
    local cargo=${CARGO_HOME:-$HOME/.cargo}
    CARGO_ENCODED_RUSTFLAGS="--remap-path-prefix=$cargo=cargo"$'\x1f'"--remap-path-prefix=$PWD=." \
        cargo build --locked --profile packaged -p fourways --target "$1"
}

version() {
    local id
    id=$(cargo pkgid --locked -p fourways)
    echo "${id##*[#@]}"
}

# When the commit was made, in seconds; outside a repository (an unpacked archive of it), now.
committed() {
    git log -1 --format=%ct 2>/dev/null || date +%s
}

# A directory `stage` that is removed at the end, and in it one called $1 with what everybody may read.
lay_out() {
    stage=$(mktemp -d)
    trap 'rm -rf "$stage"' EXIT
    mkdir "$stage/$1"
    install -m 644 packaging/README.txt LICENSE-APACHE LICENSE-MIT "$stage/$1"
}

# Puts the file $1 into the directory $2 beside its SHA-256, which the command that follows computes.
put() {
    local file=$1 directory=$2 name
    shift 2
    name=$(basename "$file")
    mkdir -p "$directory"
    mv "$file" "$directory/$name"
    (cd "$directory" && "$@" "$name" >"$name.sha256")
    bytes "$directory/$name"
    cat "$directory/$name.sha256"
}

bytes() {
    echo "$1: $(wc -c <"$1" | tr -d ' ') bytes"
}
