# Which compiler builds a target, with whose standard library, and how. Sourced.

STD=${STD:-auto}
PANIC=${PANIC:-silent}
targets=(
    x86_64-unknown-linux-musl
    aarch64-unknown-linux-musl
    armv7-unknown-linux-musleabihf
    arm-unknown-linux-musleabihf
)

# The zig that cargo-zigbuild takes: Python's before that of PATH.
zig() {
    if python3 -m ziglang version >/dev/null 2>&1; then
        python3 -m ziglang "$@"
    else
        command zig "$@"
    fi
}

# The folder of its libraries, with the licences of the C library.
zig_lib() {
    zig env | sed -n 's/.*lib_dir"\{0,1\} *[=:] *"\(.*\)".*/\1/p'
}

# Sets rustc, cargo and std (rustup or source) for a target.
toolchain() {
    local target=$1 order candidate sysroot
    case $STD:$target in
        # What rustup has for 32 bits counts seconds up to 2038 and panics after that.
        auto:arm*) order=source ;;
        auto:*) order="rustup source" ;;
        rustup:* | source:*) order=$STD ;;
        *) echo "STD=$STD: is not auto, rustup or source" >&2; return 1 ;;
    esac
    for std in $order; do
        for candidate in "$(command -v rustc || true)" /usr/bin/rustc; do
            [ -x "$candidate" ] || continue
            rustc=$candidate cargo=$(dirname "$candidate")/cargo
            sysroot=$("$rustc" --print sysroot)
            case $std in
                rustup) [ -d "$sysroot/lib/rustlib/$target/lib" ] && return ;;
                source) [ -f "$sysroot/lib/rustlib/src/rust/library/Cargo.lock" ] && return ;;
            esac
        done
    done
    {
        echo "needs the standard library for $target, ready-made or as source; one of"
        [ "$order" = source ] || echo "    rustup target add $target"
        [ "$order" = rustup ] || echo "    rustup component add rust-src"
        [ "$order" = rustup ] || echo "    apt-get install rustc-web cargo-web rust-web-src"
    } >&2
    return 1
}

# Compiles packaging/libc.c for a target.
small_libc() {
    local machine
    case $1 in
        armv7-*) machine=(-target arm-linux-musleabihf -mcpu=cortex_a7) ;;
        arm-*) machine=(-target arm-linux-musleabihf -mcpu=arm1176jzf_s) ;;
        *) machine=(-target "${1/-unknown/}") ;;
    esac
    zig cc "${machine[@]}" -Oz -fno-asynchronous-unwind-tables -fno-unwind-tables \
        -c packaging/libc.c -o "$2"
}

# Builds the program for a target into a folder; needs the outcome of toolchain.
build() {
    local target=$1 folder=$2 sysroot flags=() options=()
    sysroot=$("$rustc" --print sysroot)
    # No path of this machine gets into the program, so that it is the same on every one.
    flags+=(
        "--remap-path-prefix=$PWD=/mgd"
        "--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo"
        "--remap-path-prefix=$(readlink -f "$sysroot/lib/rustlib/src/rust")=/rust"
        "--remap-path-prefix=$sysroot=/rust"
    )
    # A panic ends the program: nobody unwinds, and without symbols nobody reads a backtrace.
    flags+=(-Cforce-unwind-tables=no)
    # AES here opens a key with a passphrase, a few blocks a run; TLS has ring's.
    flags+=(--cfg 'aes_backend="soft"' --cfg 'aes_backend_soft="compact"')
    # Every ARMv7 has Thumb-2, whose code is a quarter denser.
    case $target in armv7-*) flags+=(-Ctarget-feature=+thumb-mode) ;; esac
    mkdir -p "$folder"
    small_libc "$target" "$folder/libc.o"
    flags+=("-Clink-arg=$folder/libc.o")
    # ARMv6 has no dense code; instructions that repeat become functions, which saves 60 kB.
    case $target in arm-*) flags+=(-Cllvm-args=-enable-machine-outliner=always) ;; esac
    options=(--release --locked --bin mgd --target "$target")
    if [ "$std" = source ]; then
        flags+=(-Clink-self-contained=no)
        # A bug ends the program at once (SIGILL) and without a word: 114 kB of words. No message
        # holds more of a value's {:?} than the name of its variant: 33 kB of fields.
        [ "$PANIC" = text ] ||
            flags+=(-Zunstable-options -Cpanic=immediate-abort -Zfmt-debug=shallow)
        options+=(-Zbuild-std=std,panic_abort -Zbuild-std-features=optimize_for_size)
        # 64 bits of time on 32-bit machines; a later libc has it under the second name.
        export RUST_LIBC_UNSTABLE_MUSL_V1_2_3=1 RUST_LIBC_UNSTABLE_MUSL_V1_2=1
        export RUSTC_BOOTSTRAP=1
    else
        unset RUST_LIBC_UNSTABLE_MUSL_V1_2_3 RUST_LIBC_UNSTABLE_MUSL_V1_2 RUSTC_BOOTSTRAP
    fi
    # cargo-zigbuild asks for `rustc` by name. The folder of the compiler would also bring
    # another python3, and so another zig or none: PATH gets these two programs alone.
    mkdir -p "$folder/compiler"
    ln -sf "$rustc" "$folder/compiler/rustc"
    ln -sf "$cargo" "$folder/compiler/cargo"
    env -u CARGO_ENCODED_RUSTFLAGS -u CARGO_BUILD_TARGET \
        PATH="$folder/compiler:$PATH" RUSTC="$rustc" CARGO="$cargo" \
        RUSTFLAGS="${flags[*]}" \
        CFLAGS="-fno-asynchronous-unwind-tables -fno-unwind-tables -ffile-prefix-map=$PWD=/mgd" \
        CARGO_TARGET_DIR="$folder" CARGO_INCREMENTAL=0 CARGO_TERM_COLOR=never \
        cargo-zigbuild zigbuild --quiet "${options[@]}"
}
