#!/usr/bin/env bash
# Holds a program to what is promised of it: TARGET PROGRAM STD, and in DEMO the tenant to talk to.
set -euo pipefail
target=$1 program=$(readlink -f "$2") std=$3
here=$(dirname "$(readlink -f "$0")")
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$here/../Cargo.toml" | head -1)

fail() {
    echo "$target: $*" >&2
    exit 1
}

# Bytes at the most, with std from source and with rustup's; docs/design.md has the reasons.
case $target in
    x86_64-*) budgets=(1750000 2100000) machine=x86_64 cpu=(-cpu qemu64) ;;
    aarch64-*) budgets=(1500000 1800000) machine=aarch64 cpu=() ;;
    armv7-*) budgets=(1250000 1500000) machine=arm cpu=(-cpu cortex-a7) ;;
    arm-*) budgets=(1500000 1800000) machine=arm cpu=(-cpu arm1176) ;;
    *) fail "is no target with a budget" ;;
esac
[ "$std" = source ] && budget=${budgets[0]} || budget=${budgets[1]}
size=$(stat -c %s "$program")
[ "$size" -le "$budget" ] || fail "$size bytes are more than the budget of $budget"

headers=$(readelf --wide --program-headers "$program")
! grep -qE '^ +(INTERP|DYNAMIC) ' <<<"$headers" || fail "is not static"
sections=$(readelf --wide --sections "$program")
! grep -qE ' \.(symtab|debug)' <<<"$sections" || fail "is not stripped"
! grep -qaF -e "$HOME/." -e "$(dirname "$here")/" "$program" || fail "holds a path of this machine"

emulator=("qemu-$machine" "${cpu[@]}")
folder=$(mktemp -d)
tenant=
trap '[ -z "$tenant" ] || kill "$tenant"; rm -rf "$folder"' EXIT
[ "$("${emulator[@]}" "$program" --version)" = "mgd $version" ] || fail "is not of version $version"

# The quickstart over TLS, with a cache: the second run finds the token of the first.
"$DEMO" - "$folder" --keep >"$folder/tenant.log" &
tenant=$!
for _ in $(seq 100); do
    [ -s "$folder/parameters.json" ] && [ -s "$folder/ca.pem" ] && break
    sleep 0.1
done
grep -q '"endpoint": "https://' "$folder/parameters.json" || fail "no tenant with TLS came up"
listed() {
    local count
    count=$("$@" "$folder/parameters.json" -o jsonl | wc -l) || fail "$*: failed"
    [ "$count" = 250 ] || fail "$*: listed $count users of 250"
}
listed env -i "$(command -v "${emulator[0]}")" "${emulator[@]:1}" "$program"

# After 2038, where 32 bits of seconds end; only the emulator's clock is another.
later() {
    env -i PATH="$PATH" faketime '2040-06-01 12:00:00' "${emulator[@]}" "$program" "$@"
}
if [ "$std" = rustup ] && [ "$machine" = arm ]; then
    echo "$target: NOT checked after 2038, where it panics: rustup's std has 32 bits of time"
else
    rm -rf "$folder/cache"
    listed later
    later "$folder/parameters.json" cache list | grep -q '2040-06-01' ||
        fail "keeps no right time after 2038"
fi

# In a root with nothing but the program, its parameters and the tenant's certificate.
enter=(python3 "$here/empty_root.py" "$program" "$folder")
[ "$(uname -m)" = "$machine" ] || enter=(python3 "$here/empty_root.py" --with
    "$(command -v "qemu-$machine-static") ${cpu[*]}" "$program" "$folder")
[ "$(id -u)" = 0 ] || enter=(unshare --map-root-user "${enter[@]}")
"${enter[@]}" || fail "does not work in an empty root"
echo "$target: $size bytes of $budget, std from $std"
