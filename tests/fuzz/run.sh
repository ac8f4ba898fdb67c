#!/usr/bin/env bash
# Builds every fuzz target with clang and runs each one: run.sh [seconds per target] [target ...]
#
# Findings stay in the build folder (FUZZ_BUILD, by default build/fuzz) next to the corpus that grows there; the seeds
# are in tests/fuzz/seeds. FUZZ_SEED is what the random numbers begin with, by default something else in each run. The
# target fuzz_epan needs the headers of Wireshark 4.0, and is left out for others.
#
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu

seconds=${1:-10}
[ $# = 0 ] || shift
targets=" $* "
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${FUZZ_BUILD:-$root/build/fuzz}
cc=${CLANG:-clang}
sanitizers=address,undefined
read -ra flags < <(pkg-config --cflags glib-2.0 gmime-3.0 zlib)
read -ra libs < <(pkg-config --libs glib-2.0 gmime-3.0 zlib)
flags+=(-std=gnu17 -g -O1 -fno-omit-frame-pointer -fno-sanitize-recover=all -I"$root/plugin")
objects=()
failed=0
passed=0

wanted()
{
    [ "$targets" = '  ' ] || [[ $targets = *" $1 "* ]]
}

# sources NAME: the files of a list in CMakeLists.txt
sources()
{
    sed -n "/^set($1/,/^)/s/^ *\(plugin\/.*\.c\)\$/\1/p" "$root/CMakeLists.txt"
}

# Waits until a processor is free.
take_turn()
{
    while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do
        wait -n || true
    done
}

# compile SOURCE...: adds to the objects
compile()
{
    local source object
    for source; do
        object=$build/obj/${source//\//_}.o
        objects+=("$object")
        rm -f "$object"
        take_turn
        "$cc" "${flags[@]}" -fsanitize=fuzzer-no-link,$sanitizers -c "$root/$source" -o "$object" &
    done
    wait
}

# link NAME: the program of a target
link()
{
    "$cc" "${flags[@]}" -fsanitize=fuzzer,$sanitizers "$here/$1.c" "${objects[@]}" "${libs[@]}" -o "$build/$1"
}

# run NAME OPTION...: fuzzes with the seeds and the corpus of a target
run()
{
    local name=$1 corpora=("$build/corpus/$1")
    shift
    mkdir -p "${corpora[0]}"
    [ ! -d "$here/seeds/$name" ] || corpora+=("$here/seeds/$name")
    "$build/$name" -max_total_time="$seconds" -seed="${FUZZ_SEED:-0}" -max_len=4096 -print_final_stats=1 -artifact_prefix="$build/$name-" \
        "$@" "${corpora[@]}" >"$build/$name.log" 2>&1 && touch "$build/$name.passed"
}

# link_and_run NAME OPTION...: beside others; evaluate tells how it went
link_and_run()
{
    rm -f "$build/$1.log" "$build/$1.passed"
    started+=("$1")
    take_turn
    { link "$1" >"$build/$1.log" 2>&1 && run "$@"; } &
}

# All of the plugin, and all dictionaries. Wireshark keeps more from one capture to the next than each check for leaks
# can look at; they are looked for once, at the end.
start_epan()
{
    local more flags=("${flags[@]}") libs=("${libs[@]}") objects=("${objects[@]}")
    case $(pkg-config --modversion wireshark 2>/dev/null) in
    4.0.*) ;;
    *)
        echo "fuzz_epan: not run, it is written for Wireshark 4.0"
        return
        ;;
    esac
    read -ra more < <(pkg-config --cflags wireshark libgcrypt)
    flags+=("${more[@]}" -DMW_VERSION=\"0\")
    read -ra more < <(pkg-config --libs wireshark libgcrypt)
    libs+=("${more[@]}" -lwiretap)
    mapfile -t more < <(sources EPAN_SOURCES)
    compile "${more[@]}" tests/fuzz/epan_frames.c tests/fuzz/epan_taps.c
    sed 's/^"\\x[fF]8/"\\xf6/; s/^"\\x[fF]9/"\\xf7/' "$here"/fuzz_*.dict | sort -u >"$build/fuzz_epan.dict"
    link_and_run fuzz_epan -timeout=30 -rss_limit_mb=2048 -detect_leaks=0 -dict="$build/fuzz_epan.dict"
}

mkdir -p "$build/obj"
mapfile -t pure < <(sources PURE_SOURCES)
compile "${pure[@]}"
started=()
if wanted fuzz_epan; then # first, since compiling waits for all that runs
    start_epan
fi
for harness in "$here"/fuzz_*.c; do
    target=$(basename "$harness" .c)
    if [ "$target" != fuzz_epan ] && wanted "$target"; then
        link_and_run "$target" -timeout=10 -rss_limit_mb=1024 -dict="$here/$target.dict"
    fi
done
wait
for target in "${started[@]}"; do
    if [ -e "$build/$target.passed" ]; then
        passed=$((passed + 1))
        echo "ok: $target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$build/$target.log") runs"
    else
        failed=$((failed + 1))
        tail -n 40 "$build/$target.log"
        echo "FAILED: $target: $build/$target.log"
    fi
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
