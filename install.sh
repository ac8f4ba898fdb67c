#!/usr/bin/env bash
# Builds and installs mailwire, a mail plugin for Wireshark, on Debian and Ubuntu, then shows it at work.
#
#   ./install.sh               as root: for all users; as a user: for that user, with sudo for missing packages only
#   ./install.sh --uninstall   removes the plugin, its profiles and its manual page; the packages stay
#   ./install.sh --packages [MORE...]   only installs the packages that building needs, and MORE
#
# Running it again upgrades. SPDX-License-Identifier: GPL-2.0-or-later
set -u
export LC_ALL=C.UTF-8
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

packages=(gcc libc6-dev make cmake pkgconf wireshark-dev libglib2.0-dev libgmime-3.0-dev libgcrypt20-dev zlib1g-dev
    tshark)
capture=pcaps/lab-3.4.3-figure6.pcapng
fields=(frame.number mail.protocol mail.outcome mail.envelope.from mail.envelope.to mail.subject mail.size mail.reply)
# Every version's folder: a plugin built for an earlier Wireshark stays behind when Wireshark is upgraded.
system_plugins='/usr/lib/wireshark/plugins/*/epan/mailwire.so /usr/lib/*/wireshark/plugins/*/epan/mailwire.so'
personal_plugins='.local/lib/wireshark/plugins/*/epan/mailwire.so'
system_share=/usr/share
system_manual=$system_share/man/man4/mailwire.4
personal_manual=.local/share/man/man4/mailwire.4
configuration=${XDG_CONFIG_HOME:-${HOME:-}/.config}

die()
{
    echo "install.sh: $*" >&2
    exit 1
}

is_root()
{
    [ "$(id -u)" = 0 ]
}

as_root()
{
    if is_root; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "this needs root and there is no sudo: $*"
    fi
}

# Existing files that match the patterns, one per line.
existing()
{
    local file
    for file in "$@"; do
        [ ! -e "$file" ] || echo "$file"
    done
}

# Whether dpkg installed a file, and has to remove it.
is_packaged()
{
    dpkg-query --search "$1" >/dev/null 2>&1
}

# The profiles of the project in a folder, one per line.
profiles_in()
{
    local profile
    for profile in profiles/*/; do
        existing "$1/$(basename "$profile")"
    done
}

# The packages among the arguments that are not installed.
missing_packages()
{
    local package
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
    done
}

check_wireshark_version()
{
    if dpkg --compare-versions "$1" lt 4.0; then
        die "Wireshark $1 is too old: mailwire needs 4.0 or newer"
    fi
}

apt_get()
{
    as_root env DEBIAN_FRONTEND=noninteractive apt-get "$@" >"$work/apt.log" 2>&1 </dev/null
}

install_packages()
{
    local missing package candidate
    command -v apt-get >/dev/null || die "no apt-get here: install by hand what these Debian packages hold: $*"
    missing=$(missing_packages "$@" | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    is_root || command -v sudo >/dev/null || die "packages are missing and there is no sudo; as root: apt-get install $missing"

    echo "Installing packages: $missing"
    apt_get update || echo "install.sh: warning: apt-get update failed, going on with the old lists" >&2
    for package in $missing; do
        candidate=$(apt-cache policy "$package" | sed -n 's/^ *Candidate: //p')
        case $candidate in
        '' | '(none)') die "package $package is missing and apt does not know it (on Ubuntu, enable universe)" ;;
        esac
        [ "$package" != wireshark-dev ] || check_wireshark_version "$candidate"
    done
    # shellcheck disable=SC2086 # a list of words
    apt_get install -y --no-install-recommends $missing ||
        die "packages cannot be installed ($missing): $(grep -m 1 '^E:' "$work/apt.log" || tail -n 1 "$work/apt.log")"
}

# Runs a command silently; a failure shows what it said.
quietly()
{
    "$@" >"$work/log" 2>&1 && return 0
    cat "$work/log" >&2
    return 1
}

build()
{
    check_wireshark_version "$(pkg-config --modversion wireshark)"
    echo "Building for Wireshark $(pkg-config --modversion wireshark)"
    quietly cmake -S . -B "$work/build" -DCMAKE_BUILD_TYPE=Release || die "cmake failed, see above"
    quietly cmake --build "$work/build" --parallel "$(nproc)" --target mailwire || die "the build failed, see above"
}

# A copy for all users is upgraded where it is, and the user's own goes: Wireshark takes one of two, and warns.
install_plugin()
{
    local run='' file
    # shellcheck disable=SC2086 # patterns
    for file in $(existing $system_plugins); do
        ! is_packaged "$file" || die "the package mailwire is installed: first, apt-get remove mailwire"
    done
    # shellcheck disable=SC2086 # patterns
    if ! is_root && [ -n "$(existing $system_plugins)" ]; then
        command -v sudo >/dev/null || die "mailwire is installed for all users: run as root, there is no sudo"
        run=as_root
        (cd && rm -f $personal_plugins)
    fi
    $run cmake --install "$work/build" >"$work/log" 2>&1 || die "not installed: $(tail -n 1 "$work/log")"
    sed -n 's/^-- Wireshark finds/Installed: Wireshark finds/p' "$work/log"
}

show_mail_log()
{
    local arguments=() field
    tshark -G plugins 2>/dev/null | grep -q '^mailwire\.so' ||
        die "$(tshark --version 2>/dev/null | sed q) does not load the plugin, built for $(pkg-config --modversion wireshark)"
    for field in "${fields[@]}"; do
        arguments+=(-e "$field")
    done
    echo "tshark -r $capture -Y mail -T fields -E header=y ${arguments[*]}"
    tshark -r "$capture" -Y mail -T fields -E header=y "${arguments[@]}" >"$work/mail" 2>"$work/log" ||
        die "tshark failed: $(tail -n 1 "$work/log")"
    cat "$work/mail"
    [ "$(wc -l <"$work/mail")" -gt 1 ] || die "the plugin is installed but finds no mail in $capture"
}

# Removes the folder of a user's file that is gone, and those above it, as far as they are empty.
remove_empty_folders()
{
    local top=$configuration folder
    folder=$(dirname "$1")
    case $folder in
    "$HOME"/*) top=$HOME ;;
    esac
    (cd "$top" && rmdir --parents --ignore-fail-on-non-empty "${folder#"$top"/}")
}

remove()
{
    local files=() file
    # shellcheck disable=SC2086 # patterns
    {
        existing $system_plugins "$system_manual"
        profiles_in "$system_share/wireshark/profiles"
        is_root || existing "$HOME"/$personal_plugins "$HOME/$personal_manual"
        is_root || profiles_in "$configuration/wireshark/profiles"
    } >"$work/files"
    mapfile -t files <"$work/files"
    [ ${#files[@]} != 0 ] || echo "mailwire is not installed"
    for file in "${files[@]}"; do
        if is_packaged "$file"; then
            echo "$file belongs to the package: apt-get remove mailwire"
            continue
        fi
        if [ -w "$(dirname "$file")" ]; then
            rm -rf "$file"
        else
            as_root rm -rf "$file"
        fi || die "cannot remove $file"
        echo "Removed $file"
        case $file in
        "$system_share"/* | /usr/lib/*) ;;
        *) remove_empty_folders "$file" ;;
        esac
    done
}

# Root leaves users' homes alone, but says what would get in the way.
warn_of_personal_copy()
{
    local home file
    is_root && [ -n "${SUDO_USER:-}" ] || return 0
    home=$(getent passwd "$SUDO_USER" | cut -d : -f 6)
    # shellcheck disable=SC2086 # patterns
    for file in $(existing $home/$personal_plugins); do
        echo "install.sh: warning: $SUDO_USER also has $file, which Wireshark will report as a duplicate" >&2
    done
}

work=$(mktemp -d) || die "no room for temporary files"
trap 'rm -rf "$work"' EXIT

case ${1:-} in
'')
    install_packages "${packages[@]}"
    build
    install_plugin
    warn_of_personal_copy
    show_mail_log
    ;;
--uninstall)
    remove
    warn_of_personal_copy
    ;;
--packages)
    shift
    install_packages "${packages[@]}" "$@"
    ;;
*)
    die "usage: ./install.sh [--uninstall | --packages [MORE...]]"
    ;;
esac
