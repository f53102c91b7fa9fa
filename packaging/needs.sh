#!/usr/bin/env bash
# Names what `make dist` needs and is not here, with the command that brings it.
set -euo pipefail
. "$(dirname "$0")/toolchain.sh"
missing=0

need() {
    [ -n "$1" ] || { echo "needs $2, as in $3" >&2; missing=1; }
}

has() {
    command -v "$1" || true
}

need "$(has python3)" "Python 3" "apt-get install python3 python3-pip"
need "$(zig version 2>/dev/null || true)" "zig" "pip install ziglang"
need "$(has cargo-zigbuild)" "cargo-zigbuild" "pip install cargo-zigbuild"
need "$(has readelf)" "readelf" "apt-get install binutils"
need "$(has faketime)" "faketime" "apt-get install faketime"
for machine in x86_64 aarch64 arm; do
    need "$(has "qemu-$machine")" "qemu-$machine" "apt-get install qemu-user"
    [ "$(uname -m)" = "$machine" ] ||
        need "$(has "qemu-$machine-static")" "qemu-$machine-static" "apt-get install qemu-user-static"
done
exit "$missing"
