#!/usr/bin/env bash
# Makes packages of the static programs that `make dist` built: a .deb of each Debian architecture,
# checked by lintian, installed, run and removed; an OCI image with the program and nothing else.
#
# usage: package.sh DIST FOLDER [TARGET…]
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
dist=$(readlink -f "$1") folder=$(mkdir -p "$2" && readlink -f "$2")
shift 2
# ARMv6 is below Debian's armhf, so that one stays a tarball.
targets=(x86_64-unknown-linux-musl aarch64-unknown-linux-musl armv7-unknown-linux-musleabihf)
[ $# = 0 ] || targets=("$@")
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
maintainer=${MAINTAINER:-$(git log -1 --format='%an <%ae>')}
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH LC_ALL=C
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT

fail() {
    echo "package: $*" >&2
    exit 1
}

architecture() {
    case $1 in
        x86_64-*) deb=amd64 oci=amd64 ;;
        aarch64-*) deb=arm64 oci=arm64 ;;
        armv7-*) deb=armhf oci=arm ;;
        *) fail "$1: no package for this target" ;;
    esac
}

# The notices as they go into a file of Debian's, which has the Apache License elsewhere.
debian_notices() {
    python3 - "$1" <<'EOF'
import sys
rule, line = "\n" + "=" * 80 + "\n", "\n" + "-" * 80 + "\n"
for section in open(sys.argv[1], encoding="utf-8").read().split(rule):
    names, _, text = section.partition(line)
    if "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION" in text:
        text = "Apache License 2.0, as in /usr/share/common-licenses/Apache-2.0"
    for row in f"{names}\n\n{text}\n".splitlines():
        print(" " + (row if row.strip() else "."))
EOF
}

# Lays out the files of a package below a folder.
lay_out() {
    local root=$1 archive=$2 doc=$1/usr/share/doc/mgd
    install -D -m 755 "$archive/mgd" "$root/usr/bin/mgd"
    install -D -m 644 "$here/mgd.1" "$root/usr/share/man/man1/mgd.1"
    install -D -m 644 "$here/../src/cli/completion/mgd.bash" "$root/usr/share/bash-completion/completions/mgd"
    install -D -m 644 "$here/../src/cli/completion/_mgd" "$root/usr/share/zsh/vendor-completions/_mgd"
    install -D -m 644 "$here/../src/cli/completion/mgd.fish" "$root/usr/share/fish/vendor_completions.d/mgd.fish"
    install -D -m 644 -t "$root/usr/lib/systemd/system" "$here"/systemd/mgd-*@.service "$here"/systemd/mgd-*@.timer
    install -D -m 644 "$here/systemd/mgd.tmpfiles" "$root/usr/lib/tmpfiles.d/mgd.conf"
    install -D -m 644 -t "$doc" README.md
    install -D -m 644 -t "$doc/examples" parameters.example.json "$here"/kubernetes/*.yaml
    install -D -m 644 CHANGELOG.md "$doc/changelog"
    {
        printf 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n'
        printf 'Upstream-Name: mgd\n\nFiles: *\nCopyright: the authors of mgd\nLicense: MIT or Apache-2.0\n'
        printf ' On Debian systems the Apache License is /usr/share/common-licenses/Apache-2.0.\n .\n'
        sed 's/^$/./; s/^/ /' LICENSE-MIT
        printf '\nComment:\n'
        debian_notices "$archive/THIRD-PARTY-NOTICES"
    } >"$doc/copyright"
    # It is static on purpose: it has no dependency, and runs in an empty container.
    install -d "$root/usr/share/lintian/overrides"
    echo 'mgd: statically-linked-binary [usr/bin/mgd]' >"$root/usr/share/lintian/overrides/mgd"
    cat >"$doc/changelog.Debian" <<EOF
mgd ($version-1) unstable; urgency=medium

  * See changelog.gz for what has changed.

 -- $maintainer  $(date --utc --date="@$SOURCE_DATE_EPOCH" --rfc-email)
EOF
    chmod 644 "$doc/changelog.Debian"
    gzip --no-name --best "$root/usr/share/man/man1/mgd.1" "$doc/changelog" "$doc/changelog.Debian"
}

debian() {
    local root=$room/$deb file=$folder/mgd_${version}-1_$deb.deb
    lay_out "$root" "$1"
    install -d "$root/DEBIAN"
    cat >"$root/DEBIAN/control" <<EOF
Package: mgd
Version: $version-1
Architecture: $deb
Maintainer: $maintainer
Installed-Size: $(du --summarize --apparent-size --block-size=1024 "$root" | cut -f1)
Section: net
Priority: optional
Suggests: jq
Homepage: https://learn.microsoft.com/graph/
Description: Microsoft Graph for daemons and shell scripts
 mgd proves an application's own identity to Microsoft Entra ID (client secret,
 certificate, federated token or managed identity), calls Microsoft Graph,
 follows every page and writes JSON.
 .
 It is a static program without dependencies, for cron, systemd timers,
 containers and scripts that pipe into jq.
EOF
    find "$root" -type d -exec chmod 755 {} +
    find "$root" -newermt "@$SOURCE_DATE_EPOCH" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
    (cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
    dpkg-deb --root-owner-group --build "$root" "$file" >/dev/null
    lintian --fail-on error "$file" || fail "$file: lintian"
    if [ "$(dpkg --print-architecture)" = "$deb" ]; then
        installed "$file"
    fi
    echo "$file"
}

# Installs a package into an empty root, runs it and removes it again.
installed() {
    local root=$room/installed left
    install -d "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates"
    touch "$root/var/lib/dpkg/status"
    dpkg --root="$root" --force-not-root --force-script-chrootless --install "$1" >/dev/null
    [ "$("$root/usr/bin/mgd" --version)" = "mgd $version" ] || fail "$1: does not run when installed"
    dpkg --root="$root" --force-not-root --force-script-chrootless --purge mgd >/dev/null
    left=$(find "$root" -path "$root/var/lib/dpkg" -prune -o -type f -print)
    [ -z "$left" ] || fail "$1: left behind: $left"
}

# One image for all architectures needs a registry; here each has its own OCI layout in a tar.
image() {
    local bundle=$room/oci-$deb layout=$room/layout-$deb file=$folder/mgd-$version-oci-$oci.tar
    umoci init --layout "$layout"
    umoci new --image "$layout:$version"
    umoci unpack --rootless --image "$layout:$version" "$bundle" >/dev/null
    install -m 755 "$1/mgd" "$bundle/rootfs/mgd"
    install -D -m 644 "$1/THIRD-PARTY-NOTICES" "$bundle/rootfs/licenses/THIRD-PARTY-NOTICES"
    install -m 644 LICENSE-MIT LICENSE-APACHE "$bundle/rootfs/licenses"
    find "$bundle/rootfs" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
    umoci repack --image "$layout:$version" "$bundle" >/dev/null
    umoci config --image "$layout:$version" --clear=config.env --config.user 65532:65532 \
        --config.entrypoint /mgd --config.workingdir / --os linux --architecture "$oci" \
        --config.label org.opencontainers.image.title=mgd \
        --config.label org.opencontainers.image.version="$version" \
        --config.label org.opencontainers.image.licenses="MIT OR Apache-2.0" \
        --created "$(date --utc --date="@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)"
    umoci gc --layout "$layout"
    tar --create --directory "$layout" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 \
        --numeric-owner --file "$file" .
    inspected "$file" "$bundle"
    echo "$file"
}

# What another tool says of the image.
inspected() {
    local config
    config=$(skopeo inspect --config "oci-archive:$1:$version")
    jq --exit-status --arg arch "$oci" '.os == "linux" and .architecture == $arch
        and .config.User == "65532:65532" and .config.Entrypoint == ["/mgd"]' <<<"$config" >/dev/null ||
        fail "$1: is not what it should be: $config"
    [ "$(cd "$2/rootfs" && find . -type f | sort | tr '\n' ' ')" = \
        "./licenses/LICENSE-APACHE ./licenses/LICENSE-MIT ./licenses/THIRD-PARTY-NOTICES ./mgd " ] ||
        fail "$1: holds other files than the program and its licences"
}

for target in "${targets[@]}"; do
    architecture "$target"
    archive=$dist/mgd-$version-$target.tar.gz
    [ -f "$archive" ] || fail "$archive: not there; make dist TARGETS=$target builds it"
    tar --extract --file "$archive" --directory "$room"
    debian "$room/mgd-$version-$target"
    image "$room/mgd-$version-$target"
done
cd "$folder"
sha256sum mgd* >SHA256SUMS
