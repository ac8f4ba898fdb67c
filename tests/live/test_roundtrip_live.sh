#!/bin/bash
# Round trip, live: 300 messages of every MIME shape by SMTP to Postfix, by LMTP to Dovecot, and back by POP3 and IMAP,
# recorded on loopback; then what tshark with the plugin exports has to be, octet for octet, what was sent and stored.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: test_roundtrip_live.sh TSHARK [COUNT [SEED]]
#
# TSHARK with the plugin; run as nobody, with MW_HOME as its home if that is set (tests/capture/runner.py has more of
# such variables; MW_USER=root when TSHARK itself changes the user). Needs root, for a network namespace; where that
# cannot be had, it says so and exits 77. Debian packages: dovecot-imapd dovecot-pop3d dovecot-lmtpd postfix
# wireshark-common openssl iproute2 ethtool python3.
# MAILWIRE_KEEP=FOLDER keeps the capture, what is exported and the mailboxes there.
#
# Prints "ok: ..." and "FAILED: ..." lines and at last "N passed, M failed"; takes at most 75 seconds.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
. "$here/access_servers.sh"
limit=70 # seconds
spaces=(--net --uts --mount --pid --fork --kill-child --mount-proc)

if [ $# = 0 ]; then
    sed -n '6,13s/^# \{0,1\}//p' "$0"
    exit 2
fi

if [ "${MAILWIRE_IN_NAMESPACE:-}" != 1 ]; then
    if [ "$(id -u)" != 0 ] || ! unshare "${spaces[@]}" true 2>/dev/null; then
        echo "skipped: the round trip needs root and network namespaces"
        exit 77
    fi
    if ! access_programs dumpcap; then
        echo "FAILED: programs are missing"
        echo "0 passed, 1 failed"
        exit 1
    fi
    scratch=$(mktemp -d)
    chmod 755 "$scratch"
    trap 'rm -rf "$scratch"' EXIT
    status=0
    MAILWIRE_IN_NAMESPACE=1 MAILWIRE_SCRATCH=$scratch timeout --kill-after=5 $limit \
        unshare "${spaces[@]}" "$here/test_roundtrip_live.sh" "$@" || status=$?
    [ -z "${MAILWIRE_KEEP:-}" ] || cp -a "$scratch/." "$MAILWIRE_KEEP"
    if [ $status -ge 124 ]; then
        echo "FAILED: the round trip ended early, with status $status"
        echo "0 passed, 1 failed"
    fi
    exit $status
fi

trap 'access_stop "$MAILWIRE_SCRATCH"' EXIT
access_network "$MAILWIRE_SCRATCH"
access_dovecot "$MAILWIRE_SCRATCH"
access_postfix "$MAILWIRE_SCRATCH"
# Postfix must not wait for deliveries before it takes the next message.
postconf -c "$MAILWIRE_SCRATCH/etc/postfix" -e in_flow_delay=0
MW_TSHARK=$1 timeout 62 python3 "$here/access_roundtrip.py" "$MAILWIRE_SCRATCH" "${@:2}"
