#!/usr/bin/env bash
# Checks what goes into packages beside the program: the man page, the units, the manifests.
#
# usage: lint.sh MGD, the program that the units would start
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
program=$(readlink -f "$1")
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT

# Whether other pages exist on this machine is not the page's fault.
found=$(mandoc -Tlint -Wstyle "$here/mgd.1" 2>&1 | grep -v 'mandoc.db' || true)
[ -z "$found" ] || { printf 'lint: mgd.1 is not clean\n%s\n' "$found" >&2; exit 1; }

# The most that a unit may be exposed, in tenths.
most=15
for unit in "$here"/systemd/*@.service; do
    name=$(basename "$unit" @.service)
    instance=$room/$name@users.service
    sed "s|/usr/bin/mgd|$program|" "$unit" >"$instance"
    cp "$here/systemd/$name@.timer" "$room/$name@users.timer"
    systemd-analyze verify --man=no "$instance" "$room/$name@users.timer"
    exposure=$(systemd-analyze security --offline=true --no-pager "$instance" |
        sed -n 's/.*exposure level for .*: \([0-9]*\)\.\([0-9]\).*/\1\2/p')
    [ "$exposure" -le "$most" ] || { echo "lint: $name: exposure $exposure tenths, more than $most" >&2; exit 1; }
done

for manifest in "$here"/kubernetes/*.yaml; do
    kubernetes-validate --strict "$manifest" >/dev/null
done
