#!/usr/bin/env bash
# Builds, checks and packs the static programs.
#
# usage: dist.sh FOLDER [TARGET…]       a tar.gz of each target, with SHA256SUMS
#        dist.sh --again FOLDER [TARGET…]   builds them anew elsewhere and compares every byte
set -euo pipefail
. "$(dirname "$0")/toolchain.sh"
[ "${1-}" = --again ] && { again=yes; shift; } || again=
folder=$(mkdir -p "$1" && readlink -f "$1")
shift
[ $# = 0 ] || targets=("$@")
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH LC_ALL=C

# Puts a program and what belongs to it into a tar.gz without a trace of when and by whom.
pack() {
    local target=$1 program=$2 into=$3 name=mgd-$version-$1 room
    room=$(mktemp -d)
    install -d "$room/$name"
    install -m 755 "$program" "$room/$name/mgd"
    install -m 644 README.md CHANGELOG.md LICENSE-APACHE LICENSE-MIT parameters.example.json \
        "$room/$name"
    python3 -B packaging/sbom.py "$target" "$std" "$rustc" "$cargo" "$(zig version)" \
        >"$room/$name/mgd.cdx.json"
    python3 -B packaging/notices.py "$target" "$cargo" "$(zig_lib)/libc/musl/COPYRIGHT" \
        >"$room/$name/THIRD-PARTY-NOTICES"
    chmod 644 "$room/$name/mgd.cdx.json" "$room/$name/THIRD-PARTY-NOTICES"
    tar --create --directory "$room" --format=ustar --sort=name --mtime="@$SOURCE_DATE_EPOCH" \
        --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX "$name" |
        gzip --no-name --best >"$into/$name.tar.gz"
    rm -r "$room"
}

if [ -z "$again" ]; then
    for target in "${targets[@]}"; do
        toolchain "$target"
        echo "$target: std from $std, $("$rustc" --version)"
        build "$target" "$folder/build"
        program=$folder/build/$target/release/mgd
        packaging/check.sh "$target" "$program" "$std"
        pack "$target" "$program" "$folder"
    done
    cd "$folder"
    sha256sum mgd-"$version"-*.tar.gz | tee SHA256SUMS
    exit
fi

# Another place with a longer name, and nothing that was built before.
elsewhere=$(mktemp -d)/a-place-with-a-longer-name
trap 'rm -rf "$(dirname "$elsewhere")"' EXIT
mkdir "$elsewhere"
tar --create --exclude=./target --exclude=./.git . | tar --extract --directory "$elsewhere"
cd "$elsewhere"
for target in "${targets[@]}"; do
    toolchain "$target"
    build "$target" "$elsewhere/built"
    pack "$target" "$elsewhere/built/$target/release/mgd" "$elsewhere"
    name=mgd-$version-$target.tar.gz
    cmp "$folder/$name" "$elsewhere/$name"
    echo "$target: the same bytes when built in another folder"
done
