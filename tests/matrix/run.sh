#!/usr/bin/env bash
# Builds the plugin and runs its tests on several versions of Wireshark, each in a bare Debian of its own.
#
#   tests/matrix/run.sh [FOLDER [SUITE[:ARCHITECTURE]...]]
#
# FOLDER keeps the Debians, by default /var/tmp/mailwire-roots; one that is there is used again, one that has become too
# old can be deleted. Without a list: bookworm (Wireshark 4.0), trixie (4.4), sid (4.6) and 32 bits, bookworm:i386.
# Needs root, debootstrap and the network. Each version prints one line, and its log stays in FOLDER; the last line is
# "N passed, M failed".
#
#   MIRROR           where Debian comes from (http://deb.debian.org/debian)
#   STAGES           stages of tests/run.sh (gcc)
#   PYTEST_ADDOPTS   options for pytest, such as '-k test_facts'
#
# SPDX-License-Identifier: GPL-2.0-or-later
set -u
umask 022
export LC_ALL=C.UTF-8
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

mirror=${MIRROR:-http://deb.debian.org/debian}
export STAGES=${STAGES:-gcc}
peers=../shared/peers
passed=0
failed=0

die()
{
    echo "matrix: $*" >&2
    exit 1
}

# make_root SUITE ARCHITECTURE ROOT: a root is complete or not there. The lists of a mirror that stands still are
# taken even when their date has passed.
make_root()
{
    [ ! -x "$3/usr/bin/apt-get" ] || return 0
    rm -rf --one-file-system "$3.part" &&
        debootstrap --variant=minbase --arch="$2" "$1" "$3.part" "$mirror" >"$3.debootstrap.log" 2>&1 &&
        echo 'Acquire::Check-Valid-Until "false";' >"$3.part/etc/apt/apt.conf.d/90mirror" && mv "$3.part" "$3"
}

# copy_project ROOT: what is in the working tree, committed or not, and the captures of other projects where they are.
# It goes into a folder that only we use, since what was there is removed.
copy_project()
{
    local to=$1/srv/mailwire
    rm -rf --one-file-system "$to" &&
        mkdir -p "$to/main" "$to/shared" &&
        tar -c --exclude='./build*' --exclude=./.git . | tar -x -C "$to/main" || return
    [ ! -d $peers ] || cp -a $peers "$to/shared" || return
    cp -L /etc/resolv.conf "$1/etc/resolv.conf"
}

# Runs tests/run.sh in a root. A 32-bit userland has to see a 32-bit machine.
run_tests()
{
    local root=$1 personality=()
    [ "$(chroot "$root" dpkg --print-architecture)" != i386 ] || personality=(setarch i386)
    "${personality[@]}" chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root STAGES="$STAGES" \
        PYTEST_ADDOPTS="${PYTEST_ADDOPTS:-}" http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" \
        /srv/mailwire/main/tests/run.sh
}

# test_version SUITE[:ARCHITECTURE]: one line on it, and what failed
test_version()
{
    local suite=${1%%:*} architecture=native name=${1/:/-} root counts version
    [ "$suite" = "$1" ] || architecture=${1#*:}
    [ "$architecture" != native ] || architecture=$(dpkg --print-architecture)
    root=$folder/$name
    if ! make_root "$suite" "$architecture" "$root" || ! copy_project "$root"; then
        failed=$((failed + 1))
        echo "$name: no Debian, see $root.debootstrap.log"
        return
    fi
    run_tests "$root" >"$root.log" 2>&1 </dev/null
    version=$(chroot "$root" tshark -v 2>/dev/null | sed -n '1s/^[^0-9]*\([0-9.]*[0-9]\).*/\1/p')
    counts=$(tail -n 1 "$root.log" | sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p')
    [ "$counts" != '0 0' ] || counts='' # a run without a test says nothing
    counts=${counts:-0 1}
    passed=$((passed + ${counts% *}))
    failed=$((failed + ${counts#* }))
    echo "$name ($architecture), Wireshark ${version:-missing}: ${counts% *} passed, ${counts#* } failed"
    [ "${counts#* }" = 0 ] || grep -E '^(FAILED|ERROR)|^not ok' "$root.log" || echo "see $root.log"
}

[ "$(id -u)" = 0 ] || die "needs root, for chroot"
command -v debootstrap >/dev/null || die "needs debootstrap"
folder=${1:-/var/tmp/mailwire-roots}
[ $# = 0 ] || shift
[ $# != 0 ] || set -- bookworm trixie sid bookworm:i386
mkdir -p "$folder" || die "no folder $folder"
folder=$(cd "$folder" && pwd)
for version; do
    test_version "$version"
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
