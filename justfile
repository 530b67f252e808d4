# Every recipe is one command. `just` alone lists them.
set positional-arguments

# Debian keeps nginx in /usr/sbin, which is not on everybody's PATH.
export PATH := env_var("PATH") + ":/usr/sbin"

[private]
default:
    @just --list --unsorted

# Serve one way (or all) and open its lesson: just run sse, just run poll --rate 2
run way="all" *args: page
    cargo run --release --locked -p fourways -- run --open "$@"

# Show a class the four ways: just classroom, just classroom --listen 0.0.0.0:8080
classroom *args: page
    cargo run --release --locked -p fourways -- classroom --open "$@"

# One file to hand to a teacher: the page and everything else in one executable for Linux, unpacked and tried where there is nothing
package: page
    packaging/linux.sh
    cargo test --locked -p contract --features long --test package

# The same for macOS, on a Mac (untested)
package-macos: page
    packaging/macos.sh

# The same for Windows, on Windows (untested)
package-windows: page
    powershell -File packaging/windows.ps1

# Build the page into the binary's reach; needs Node
page:
    web/build.sh

# Everything that must hold before a change lands; installs what it needs
test: setup page lint
    cargo build --locked -p fourways --features http2
    cargo test --locked --workspace --features http2
    cd web && npm run --silent check && npm test --silent
    clients/run.sh
    cd web && npx playwright test
    cd web && node --test --test-reporter=spec tests/firefox.test.mjs

# What takes minutes: thousands of connections against a release build, claims in real browsers, servers in four languages, the long demos of a class, the release file (`class-hour` takes an hour and stands alone)
test-long: setup page && package
    benches/servers/setup.sh
    cargo build --release --locked -p fourways --features http2
    FOURWAYS_BIN="$PWD/target/release/fourways" cargo test --release --locked -p contract --features long --test load -- --nocapture --test-threads 1
    FOURWAYS_BIN="$PWD/target/release/fourways" cargo test --release --locked -p contract --features long --test foreign -- --test-threads 1
    FOURWAYS_BIN="$PWD/target/release/fourways" cargo test --release --locked -p compare --features long,http2 -- --test-threads 1
    cd web && LONG=1 FOURWAYS_BIN="$PWD/../target/release/fourways" npx playwright test --grep @long

# Whether what `compare` measures is true, against the kernel and arithmetic: minutes on a quiet machine; verify-measurements bytes runs some
verify-measurements *names:
    cargo build --release --locked -p fourways
    FOURWAYS_BIN="$PWD/target/release/fourways" cargo test --release --locked -p contract --features long --test verify -- --nocapture --test-threads 1 "$@"

# How fast the parts are (criterion)
bench *args:
    cargo bench --locked -p benches "$@"

# What the page costs its reader, measured in Chromium against its goals
page-cost: page
    cargo build --release --locked -p fourways
    cd web && FOURWAYS_BIN="$PWD/../target/release/fourways" node page-cost.mjs

# What the board of a class costs its browser at 4 x 100 events/s, measured in Chromium on a quiet machine
class-cost: page
    cargo build --release --locked -p fourways
    cd web && FOURWAYS_BIN="$PWD/../target/release/fourways" node class-cost.mjs

# The board of a class for an hour (or so many minutes): whether anything grows, breaks or is lost; just class-hour 10
class-hour minutes="60": page
    cargo build --release --locked -p fourways
    cd web && FOURWAYS_BIN="$PWD/../target/release/fourways" node class-hour.mjs "$1"

# Try the tutorial's claims on this machine: just claims, just claims C02 C05 --lang zh
claims *args:
    cargo run --release --locked -p fourways --features http2,compare/lines -- claims "$@"

# What the tests need beside Rust and Node: two browsers, nginx, Python packages
setup:
    clients/setup.sh

# Form and lints, where this Rust has the tools
lint:
    @if cargo fmt --version >/dev/null 2>&1; then cargo fmt --all --check; else echo "rustfmt is not installed: form not checked"; fi
    @if cargo clippy --version >/dev/null 2>&1; then cargo clippy --locked --workspace --all-targets -- -D warnings && cargo clippy --locked --workspace --all-targets --features http2,compare/long,contract/long -- -D warnings; else echo "clippy is not installed: lints not checked"; fi

# The pictures of the README, from the built binary
screenshots: page
    cargo build --locked -p fourways
    cd web && node screenshots.mjs

# Bring the code into form
fmt:
    cargo fmt --all
    cd web && npm run --silent form

# Write the transcripts anew after the wire has changed on purpose
transcripts:
    WRITE_TRANSCRIPTS=1 cargo test --locked -p contract --test transcripts

# Write the table of browser versions anew, from the pinned MDN package
compat:
    cd web && npm install --silent && node compat.mjs

# Measure the four ways side by side: just compare, just compare connections --ways ws,sse
compare *args:
    cargo run --release --locked -p fourways --features http2 -- compare "$@"
