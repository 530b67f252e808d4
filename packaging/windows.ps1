# UNTESTED: written for Windows 10 or newer, and run on none so far. Makes the release file for Windows: one executable
# that needs no further library, and what is started by a double click. Needs Rust by rustup with the build tools of
# Visual Studio, and the built page (`just page`).
#   powershell -File packaging/windows.ps1 [DIRECTORY]      where the file goes; without it, target/package
param([string]$Directory = "target/package")
$ErrorActionPreference = "Stop"
Set-Location (Join-Path $PSScriptRoot "..")

foreach ($page in "web/dist/en/index.html", "web/dist-report/report.html") {
    if (-not (Test-Path $page)) {
        throw "packaging: there is no $page, so the file would have no page; install Node.js 20 or newer and run ``just page``"
    }
}
$target = "x86_64-pc-windows-msvc"
rustup target add $target
if ($LASTEXITCODE -ne 0) { throw "packaging: this Rust cannot build for $target" }

# The C library inside, and no directory of this machine: the names of source files are in every panic.
$cargo = if ($env:CARGO_HOME) { $env:CARGO_HOME } else { Join-Path $HOME ".cargo" }
$flags = "-Ctarget-feature=+crt-static", "--remap-path-prefix=$cargo=cargo", "--remap-path-prefix=$PWD=."
$env:CARGO_ENCODED_RUSTFLAGS = $flags -join [char]0x1f
cargo build --locked --profile packaged -p fourways --target $target
if ($LASTEXITCODE -ne 0) { throw "packaging: the build has failed, as is said above" }

$version = ((cargo pkgid --locked -p fourways) -split "[#@]")[-1]
$name = "fourways-$version-x86_64-windows"
$stage = Join-Path ([System.IO.Path]::GetTempPath()) ([System.Guid]::NewGuid())
try {
    $into = New-Item -ItemType Directory (Join-Path $stage $name)
    Copy-Item "target/$target/packaged/fourways.exe", "LICENSE-APACHE", "LICENSE-MIT", "packaging/README.txt" $into
    Copy-Item "packaging/classroom.bat" (Join-Path $into "Fourways classroom.bat")
    $null = New-Item -ItemType Directory -Force $Directory
    $file = Join-Path $Directory "$name.zip"
    Compress-Archive -Force -Path $into -DestinationPath $file
    $sum = (Get-FileHash -Algorithm SHA256 $file).Hash.ToLower()
    Set-Content -NoNewline -Encoding ascii "$file.sha256" "$sum  $name.zip`n"
    Write-Output "${file}: $((Get-Item $file).Length) bytes" "$sum  $name.zip"
} finally {
    Remove-Item -Recurse -Force $stage
}
