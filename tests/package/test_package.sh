#!/usr/bin/env bash
# The packages, the manual page, the versions and `cmake --install`: what is in them, and does it work?
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: test_package.sh [ROOT]
#
# Builds the packages from the tree, in a temporary folder, and runs tshark with what they hold. With ROOT, and run by
# root, the Debian package is also installed in the system in that folder and removed again; where there is none,
# debootstrap makes one of this system's release (from $MW_MIRROR), which stays there for the next time.
# MW_BUILD names a build folder to use in place of a new one.
# Debian packages: those of install.sh, dpkg-dev file groff-base; where they are there, mandoc, lintian and rpm have
# their say.
#
# Prints "ok: ..." and "FAILED: ..." lines and at last "N passed, M failed".
# shellcheck disable=SC2016 # expanded by inner shells
set -u
umask 022
export LC_ALL=C.UTF-8
unset WIRESHARK_CONFIG_DIR WIRESHARK_DATA_DIR XDG_CONFIG_HOME XDG_DATA_HOME SOURCE_DATE_EPOCH

tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 1
root=${1:-}
capture=lab-3.4.3-figure6.pcapng
row='192.168.254.254	1	ccna1@example.com	Lab 3.4.3'
fields=(-T fields -e ip.src -e mail.outcome -e mail.envelope.from -e mail.subject)
passed=0
failed=0

# check NAME COMMAND...: silent when it succeeds; else what it says is shown. Returns whether it did.
check()
{
    local name=$1
    shift
    if "$@" >"$scratch/log" 2>&1; then
        passed=$((passed + 1))
        echo "ok: $name"
    else
        tail -n 40 "$scratch/log"
        failed=$((failed + 1))
        echo "FAILED: $name"
        return 1
    fi
}

# As a user: Wireshark that is run by root looks into the system's plugin folder only.
as_user()
{
    "${user[@]}" "$@"
}

silent()
{
    "$@" 2>&1 | tee /dev/stderr | { ! grep -q .; }
}

finish()
{
    [ "$proc_mounted" = no ] || umount "$root/proc"
    rm -rf "$scratch"
    echo "$passed passed, $failed failed"
    [ $failed = 0 ] && exit 0
    exit 1
}

stop()
{
    failed=$((failed + 1))
    echo "FAILED: $*"
    exit 1
}

cached()
{
    sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"
}

# ---- versions ----

changelog_release()
{
    grep -m 1 '^## \[[0-9]' "$tree/CHANGELOG.md"
}

changelog_has_version()
{
    changelog_release
    changelog_release | grep -Eqx "## \[${version//./\\.}\] - [0-9]{4}-[0-9]{2}-[0-9]{2}" &&
        date --date "$(changelog_release | sed 's/.* - //')"
}

# ---- manual page ----

manual_is_filled_in()
{
    grep -Fq "\"mailwire $version\"" "$manual" && ! grep -n '@[A-Za-z_]*@' "$manual"
}

render()
{
    groff -man -Tutf8 -P-cbou -rLL=200n "$1"
}

# The commands of the examples as a reader sees them, each example in a file of its own: FOLDER/1, FOLDER/2, ...
extract_examples()
{
    render "$manual" | awk -v folder="$1" '
        /^[A-Z]/ { inside = $0 ~ /^EXAMPLES/; next }
        inside && /^          / {
            if (!within) number++
            within = 1
            sub(/^ +(\$ )?/, "")
            print >(folder "/" number)
            next
        }
        { within = 0 }'
}

run_example()
{
    local folder=$scratch/example
    rm -rf "$folder" && mkdir -m 777 "$folder" && cp "$tree/pcaps/$2" "$folder/mail.pcapng" || return 1
    (cd "$folder" && as_user sh -e "$1") >"$scratch/output" 2>"$scratch/errors" &&
        grep -Pq -- "$3" "$scratch/output" && return 0
    cat "$1" "$scratch/output" "$scratch/errors"
    return 1
}

test_examples()
{
    local number=0 name pattern
    mkdir "$scratch/examples"
    extract_examples "$scratch/examples"
    sed -n 's/^\.\\" with //p' "$manual" >"$scratch/captures"
    while IFS=: read -r name pattern; do
        number=$((number + 1))
        check "example $number: $(head -n 1 "$scratch/examples/$number" 2>&1)" \
            run_example "$scratch/examples/$number" "$name" "${pattern# }"
    done <"$scratch/captures"
    check "each example has a capture" test "$number" != 0 -a "$number" = "$(find "$scratch/examples" -type f | wc -l)"
}

test_manual()
{
    check "the manual page is filled in" manual_is_filled_in
    if command -v man >/dev/null; then
        check "man --warnings" silent sh -c 'man --warnings --local-file "$1" 2>&1 >/dev/null' sh "$manual"
    fi
    if command -v mandoc >/dev/null; then
        # mandoc's own list of pages may be missing: that is about other pages.
        check "mandoc -T lint" silent sh -c 'mandoc -T lint "$1" | grep -v "mandoc.db"' sh "$manual"
    fi
    test_examples
}

# ---- packages ----

# What a package holds: folders that are not of this project, but on the way, are left out.
expected_files()
{
    local file
    echo "$plugins/epan/mailwire.so"
    for file in README.md FIELDS.md copyright changelog.gz "$@"; do
        echo "$prefix/share/doc/mailwire/$file"
    done
    echo "$prefix/share/man/man4/mailwire.4.gz"
    (cd "$tree" && find profiles -mindepth 2 -type f) | sed "s|^|$prefix/share/wireshark/|"
}

same_lists()
{
    diff <(sort "$1") <(sort "$2")
}

deb_files()
{
    dpkg-deb --fsys-tarfile "$deb" | tar -t | sed -n 's/^\.//; /[^/]$/p'
}

deb_has_files()
{
    expected_files changelog.Debian.gz >"$scratch/expected"
    deb_files >"$scratch/found"
    same_lists "$scratch/expected" "$scratch/found"
}

# The interface number of libwireshark is part of its package's name; the plugin folder goes with the minor version.
deb_depends()
{
    local depends package='libwireshark[0-9a-z]+' minor=${plugins##*/} next
    next=${minor%.*}.$((${minor#*.} + 1))
    depends=$(dpkg-deb --field "$deb" Depends)
    echo "$depends"
    echo "$depends" | grep -Eq "$package \(>= $minor\), $package \(<< $next~\)" &&
        echo "$depends" | grep -q libgmime && echo "$depends" | grep -q libglib
}

belongs_to_root()
{
    dpkg-deb --contents "$deb" | grep -Ev '^(d|-)rw(x|-)r-(x|-)r-(x|-) root/root '
    [ "${PIPESTATUS[1]}" = 1 ]
}

# decodes COMMAND...: with further options, prints the one record of the capture
decodes()
{
    local rows
    rows=$("$@" -Y mail "${fields[@]}") || return 1
    [ "$rows" = "$row" ] && return 0
    echo "$rows"
    return 1
}

plugin_has_version()
{
    as_user tshark -G plugins | tee /dev/stderr | grep -Eq "^mailwire\.so *	${version//./\\.}	"
}

test_deb()
{
    check "cpack -G DEB" sh -c 'cd "$1" && cpack -G DEB -B "$2"' sh "$build" "$scratch/deb" || return
    deb=$(echo "$scratch"/deb/mailwire_"$version"-*.deb)
    check "files of the Debian package" deb_has_files
    check "it depends on this Wireshark" deb_depends
    check "its files belong to root, and all can read them" belongs_to_root
    check "it has the version of the project" \
        sh -c 'case $(dpkg-deb --field "$1" Version) in "$2"-*) ;; *) exit 1 ;; esac' sh "$deb" "$version"
    dpkg-deb --extract "$deb" "$scratch/extracted" && dpkg-deb --control "$deb" "$scratch/control"
    check "its checksums" sh -c 'cd "$1" && md5sum --check --strict --quiet "$2"' sh \
        "$scratch/extracted" "$scratch/control/md5sums"
    check "its change log is the project's" \
        sh -c 'gzip -dc "$1" | cmp - "$2"' sh \
        "$scratch/extracted$prefix/share/doc/mailwire/changelog.gz" "$tree/CHANGELOG.md"
    if command -v lintian >/dev/null; then
        # The maintainer's address is that of who builds.
        check "lintian" lintian --allow-root --fail-on error,warning \
            --suppress-tags bogus-mail-host,bogus-mail-host-in-debian-changelog "$deb"
    fi
}

test_extracted()
{
    check "without the plugin there is no field mail" \
        as_user sh -c '! tshark -r "$1" -Y mail' sh "$scratch/$capture"
    export WIRESHARK_PLUGIN_DIR=$scratch/extracted${plugins%/*}
    check "tshark loads the plugin of the package" plugin_has_version
    check "it decodes" decodes as_user tshark -r "$scratch/$capture"
    check "its profile is one" decodes as_user env WIRESHARK_CONFIG_DIR="$scratch/extracted$prefix/share/wireshark" \
        tshark -C mail-batch -r "$scratch/$capture"
}

rpm_has_files()
{
    expected_files >"$scratch/expected"
    rpm --query --list --package "$1" 2>/dev/null | while read -r file; do
        case $file in
        */share/doc/mailwire | */share/wireshark/profiles/*[!/]) [ -d "$scratch/extracted$file" ] || echo "$file" ;;
        *) echo "$file" ;;
        esac
    done >"$scratch/found"
    same_lists "$scratch/expected" "$scratch/found" &&
        rpm --query --requires --package "$1" 2>/dev/null | grep '^libwireshark\.so\.'
}

test_rpm()
{
    command -v rpmbuild >/dev/null || return 0
    check "cpack -G RPM" sh -c 'cd "$1" && cpack -G RPM -B "$2"' sh "$build" "$scratch/rpm" || return
    check "files of the RPM package, and its need of libwireshark" \
        rpm_has_files "$(echo "$scratch"/rpm/mailwire-"$version"-*.rpm)"
}

# ---- cmake --install, install.sh --uninstall ----

# What `cmake --install` puts below a folder, as root or as a user whose home is $2, and no more.
installed_files()
{
    local to_plugins=$plugins to_share=$prefix/share to_profiles=$prefix/share/wireshark
    if [ "$(id -u)" != 0 ]; then
        to_plugins=$1/.local/lib/wireshark/plugins/${plugins##*/}
        to_share=$1/.local/share
        to_profiles=$1/.config/wireshark
    fi
    echo "$to_plugins/epan/mailwire.so"
    echo "$to_share/man/man4/mailwire.4"
    (cd "$tree" && find profiles -mindepth 2 -type f) | sed "s|^|$to_profiles/|"
}

installs()
{
    HOME=/home/reader DESTDIR=$scratch/stage cmake --install "$build" || return 1
    installed_files /home/reader >"$scratch/expected"
    (cd "$scratch/stage" && find . -type f) | sed 's/^\.//' >"$scratch/found"
    same_lists "$scratch/expected" "$scratch/found"
}

# Where the system has a copy, install.sh would remove that too.
uninstalls()
{
    mkdir "$scratch/reader"
    HOME=$scratch/reader cmake --install "$build" && HOME=$scratch/reader "$tree/install.sh" --uninstall || return 1
    [ -z "$(find "$scratch/reader" -mindepth 1 | tee /dev/stderr)" ]
}

test_install()
{
    check "cmake --install" installs
    if [ "$(id -u)" != 0 ] && [ ! -e "$plugins/epan/mailwire.so" ]; then
        check "install.sh --uninstall leaves nothing in a home" uninstalls
    fi
}

# ---- the bare root ----

in_root()
{
    chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
        HOME=/root "$@"
}

as_reader()
{
    chroot --userspec=nobody:nogroup "$root" env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 HOME=/tmp/mailwire/home "$@"
}

make_root()
{
    local mirror codename
    [ ! -e "$root/usr/bin/apt-get" ] || return 0
    # shellcheck disable=SC1091
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    mirror=${MW_MIRROR:-http://deb.debian.org/debian}
    command -v debootstrap >/dev/null || return 1
    debootstrap --variant=minbase "$codename" "$root" "$mirror"
}

# Lists what is there, but for what apt and dpkg write about themselves.
list_root()
{
    find "$root" -xdev \( -path "$root/proc" -o -path "$root/tmp" -o -path "$root/var/cache" -o -path "$root/var/log" \
        -o -path "$root/var/lib/apt" -o -name '*-old' \) -prune -o -print | sort
}

nothing_left()
{
    list_root >"$scratch/after"
    diff "$scratch/before" "$scratch/after" && ! in_root dpkg-query --show mailwire
}

root_uninstalls()
{
    DESTDIR=$root cmake --install "$build" && decodes as_reader tshark -r "/tmp/$capture" || return 1
    in_root /tmp/mailwire/install.sh --uninstall && nothing_left
}

package_is_left_alone()
{
    in_root /tmp/mailwire/install.sh --uninstall && decodes as_reader tshark -r "/tmp/$capture"
}

test_in_root()
{
    local package gmime
    package=$(basename "$deb")
    check "a bare root" make_root || return
    [ -e "$root/proc/self" ] || { mount -t proc proc "$root/proc" && proc_mounted=yes; }
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    cp "$tree/pcaps/$capture" "$deb" "$root/tmp"
    chmod 644 "$root/tmp/$capture" "$root/tmp/$package"
    mkdir -p "$root/tmp/mailwire/home" && chmod 777 "$root/tmp/mailwire/home"
    cp -a "$tree/install.sh" "$tree/profiles" "$root/tmp/mailwire"
    # What a test that was broken off has left.
    in_root dpkg --purge mailwire >/dev/null 2>&1
    in_root /tmp/mailwire/install.sh --uninstall >/dev/null
    check "apt-get update" in_root apt-get update || return
    # Its libraries bring other packages along, which apt would leave as no longer needed.
    gmime=$(dpkg-deb --field "$deb" Depends | grep -o 'libgmime[^ ]*')
    check "tshark and $gmime are installed" in_root apt-get install -y --no-install-recommends tshark "$gmime" || return
    check "it does not know the field mail" sh -c '! chroot "$1" tshark -r "/tmp/$2" -Y mail' sh "$root" "$capture"
    list_root >"$scratch/before"
    check "cmake --install and install.sh --uninstall" root_uninstalls
    check "apt-get install ./$package tshark" \
        in_root apt-get install -y --no-install-recommends "/tmp/$package" tshark || return
    check "tshark decodes" decodes as_reader tshark -r "/tmp/$capture"
    check "with its profile, too" decodes as_reader tshark -C mail-batch -r "/tmp/$capture"
    check "install.sh --uninstall leaves the package alone" package_is_left_alone
    check "apt-get purge" in_root apt-get purge -y mailwire
    check "nothing is left of it" nothing_left
    rm -rf "$root/tmp/mailwire" "$root/tmp/$package" "$root/tmp/$capture"
}

scratch=$(mktemp -d) || exit 1
chmod 755 "$scratch"
proc_mounted=no
trap finish EXIT
trap 'exit 1' INT TERM
user=()
[ "$(id -u)" != 0 ] || user=(setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups --)
mkdir -m 777 "$scratch/home"
cp "$tree/pcaps/$capture" "$scratch"
export HOME=$scratch/home
for program in cmake cpack dpkg-deb dpkg-shlibdeps file groff tshark; do
    command -v "$program" >/dev/null || stop "$program is missing"
done

build=${MW_BUILD:-$scratch/build}
check "build" sh -c 'cmake -S "$1" -B "$2" && cmake --build "$2" --parallel "$(nproc)" --target mailwire' \
    sh "$tree" "$build" || exit 1
version=$(cached CMAKE_PROJECT_VERSION)
prefix=$(sed -n 's/.*set(system_share "\(.*\)\/share").*/\1/p' "$build/cmake_install.cmake")
plugins=$(sed -n 's/.*set(system_plugins "\(.*\)\/epan").*/\1/p' "$build/cmake_install.cmake")
manual=$build/mailwire.4

check "CHANGELOG.md begins with version $version" changelog_has_version
test_deb
test_extracted
test_manual
test_rpm
test_install
if [ -n "$root" ]; then
    [ "$(id -u)" = 0 ] || stop "$root: this needs root"
    test_in_root
fi
