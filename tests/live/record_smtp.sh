#!/bin/bash
# Records captures of real SMTP and LMTP servers and clients, and writes the facts that their logs state.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: record_smtp.sh SCRATCH CAPTURES FACTS [NAME...]
#
# SCRATCH   a folder for configuration, queues, logs and key logs; every user must be able to enter it (mode 755
#           all the way down, so not a folder made by mktemp -d)
# CAPTURES  where NAME.pcapng goes
# FACTS     where NAME.json goes
# NAME      only these captures (default: all)
#
# Run as root. Needs, and does not install: postfix, dovecot (core and lmtpd), swaks with its SASL and TLS modules,
# msmtp, curl, tcpdump, editcap, openssl, ip, ethtool, unshare, python3. On Debian:
#   postfix dovecot-core dovecot-lmtpd swaks libnet-ssleay-perl libio-socket-ssl-perl libdigest-hmac-perl
#   libauthen-sasl-perl msmtp curl tcpdump wireshark-common openssl iproute2 ethtool python3-minimal
# Put a /usr/sbin/policy-rc.d there that exits 101 before installing them, so that nothing starts.
#
# exim, OpenSMTPD and sendmail exclude Postfix as packages. They are used when the variables EXIM_ROOT,
# OPENSMTPD_ROOT and SENDMAIL_ROOT name a root made by debootstrap --variant=minbase with exim4-daemon-light, with
# opensmtpd, and with sendmail-bin and m4 installed in it (mount /proc in it for that); else their captures are left
# out. Their configuration is written into those roots.
#
# All servers listen on loopback in a network namespace of their own, which ends with this script, and they with it.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
if [ $# -lt 3 ]; then
    sed -n '2,12s/^# \{0,1\}//p' "$0"
    exit 2
fi

need() {
    local missing=0
    for tool in postfix postconf dovecot swaks msmtp curl tcpdump editcap openssl ip ethtool unshare python3; do
        command -v "$tool" >/dev/null || { echo "missing: $tool"; missing=1; }
    done
    [ -x /usr/lib/dovecot/lmtp ] || { echo "missing: dovecot's lmtp"; missing=1; }
    [ "$(id -u)" = 0 ] || { echo "run as root"; missing=1; }
    return $missing
}

if [ "${MAILWIRE_IN_NAMESPACE:-}" != 1 ]; then
    need || exit 1
    mkdir -p "$1" "$2" "$3"
    export MAILWIRE_IN_NAMESPACE=1
    exec unshare --net --uts --mount --pid --fork --kill-child --mount-proc "$here/record_smtp.sh" "$@"
fi

T=$(cd "$1" && pwd)
captures=$(cd "$2" && pwd)
facts=$(cd "$3" && pwd)
shift 3

echo mail.example.org > /proc/sys/kernel/hostname
ip link set lo mtu 1500
ip link set lo up
ethtool -K lo tso off gso off gro off >/dev/null
rm -rf "$T/mail"
mkdir -p "$T"/{etc/postfix,lib/postfix,spool/postfix/{pid,private,public},dovecot/{run,state}}
mkdir -p "$T"/{tls,log,raw,mail,work,keys}
cat > "$T/etc/hosts" <<HOSTS
127.0.0.1 mail.example.org localhost
127.0.0.3 exim.example.net
127.0.0.4 opensmtpd.example.com
127.0.0.5 sendmail.example.edu
127.0.0.9 client.example.org
HOSTS
: > "$T/etc/resolv.conf"
mount --bind "$T/etc/hosts" /etc/hosts
mount --bind "$T/etc/resolv.conf" "$(readlink -f /etc/resolv.conf)"

if [ ! -f "$T/tls/cert.pem" ]; then
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=mail.example.org \
        -addext subjectAltName=DNS:mail.example.org -keyout "$T/tls/key.pem" -out "$T/tls/cert.pem" 2>/dev/null
fi

users="alice bob carol dave erin frank"

# --- Postfix -----------------------------------------------------------------------------------------------------
cat > "$T/etc/postfix/main.cf" <<P
compatibility_level = 3.6
queue_directory = $T/spool/postfix
command_directory = $(postconf -d -h command_directory)
daemon_directory = $(postconf -d -h daemon_directory)
data_directory = $T/lib/postfix
mail_owner = postfix
setgid_group = postdrop
maillog_file = $T/log/postfix.log
maillog_file_prefixes = $T/log
debug_peer_list = 127.0.0.0/8
debug_peer_level = 1
myhostname = mail.example.org
mydomain = example.org
smtpd_banner = \$myhostname ESMTP \$mail_name
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
alias_maps =
alias_database =
virtual_mailbox_domains = example.org, bücher.example
virtual_mailbox_maps = texthash:$T/etc/postfix/users
virtual_transport = lmtp:inet:127.0.0.1:24
relay_domains = example.net, example.com, example.edu
transport_maps = texthash:$T/etc/postfix/transport
smtp_dns_support_level = disabled
smtp_host_lookup = native
lmtp_host_lookup = native
disable_vrfy_command = no
smtputf8_enable = yes
fast_flush_domains = \$relay_domains
message_size_limit = 52428800
smtpd_tls_cert_file = $T/tls/cert.pem
smtpd_tls_key_file = $T/tls/key.pem
smtpd_tls_security_level = may
smtpd_tls_loglevel = 1
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_sasl_security_options = noanonymous
smtpd_authorized_xclient_hosts = 127.0.0.0/8
smtpd_authorized_xforward_hosts = 127.0.0.0/8
smtpd_client_connection_rate_limit = 0
smtpd_soft_error_limit = 50
smtpd_hard_error_limit = 60
smtpd_recipient_restrictions = check_recipient_access texthash:$T/etc/postfix/rcpt_access,
  permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
smtpd_data_restrictions = check_sender_access texthash:$T/etc/postfix/data_access
smtpd_end_of_data_restrictions = check_sender_access texthash:$T/etc/postfix/eod_access
strict_rfc821_envelopes = no
P
cat > "$T/etc/postfix/rcpt_access" <<P
refused@example.org 550 5.7.1 Recipient refused by policy
grey@example.org 450 4.2.0 Greylisted, try again in 300 seconds
P
echo 'nodata@example.net 554 5.7.0 No data from you today' > "$T/etc/postfix/data_access"
echo 'noend@example.net 550 5.7.1 Message content rejected' > "$T/etc/postfix/eod_access"
# full@ is known to Postfix but not to the LMTP server
for u in $users full; do echo "$u@example.org $u/"; done > "$T/etc/postfix/users"
echo 'jürgen@bücher.example jurgen/' >> "$T/etc/postfix/users"
cat > "$T/etc/postfix/transport" <<P
example.net smtp:[127.0.0.3]:25
example.com smtp:[127.0.0.4]:25
example.edu smtp:[127.0.0.5]:25
P
cat > "$T/etc/postfix/master.cf" <<P
smtp       inet  n - n - - smtpd
submission inet  n - n - - smtpd -o smtpd_tls_auth_only=no
smtps      inet  n - n - - smtpd -o smtpd_tls_wrappermode=yes
127.0.0.6:25 inet n - n - - smtpd -o smtpd_tls_cert_file=$T/tls/missing.pem -o smtpd_tls_key_file=$T/tls/missing.pem
127.0.0.1:2525 inet n - n - - smtpd
127.0.0.7:25 inet n - n - - smtpd -o smtpd_tls_security_level=none
pickup     unix  n - n 60 1 pickup
cleanup    unix  n - n - 0 cleanup
qmgr       unix  n - n 300 1 qmgr
tlsmgr     unix  - - n 1000? 1 tlsmgr
rewrite    unix  - - n - - trivial-rewrite
bounce     unix  - - n - 0 bounce
defer      unix  - - n - 0 bounce
trace      unix  - - n - 0 bounce
verify     unix  - - n - 1 verify
flush      unix  n - n 1000? 0 flush
proxymap   unix  - - n - - proxymap
smtp       unix  - - n - - smtp
relay      unix  - - n - - smtp
showq      unix  n - n - - showq
error      unix  - - n - - error
retry      unix  - - n - - error
discard    unix  - - n - - discard
lmtp       unix  - - n - - lmtp
anvil      unix  - - n - 1 anvil
scache     unix  - - n - 1 scache
postlog    unix-dgram n - n - 1 postlogd
P

# --- Dovecot: LMTP, and SASL for Postfix -------------------------------------------------------------------------
: > "$T/dovecot/users"
for u in $users jurgen; do
    echo "$u:{PLAIN}secret-$u::::::$([ "$u" = erin ] && echo 'userdb_quota_rule=*:bytes=100')" >> "$T/dovecot/users"
    mkdir -p "$T/mail/$u"
    chown mail:mail "$T/mail/$u"
done
cat > "$T/dovecot/dovecot.conf" <<D
base_dir = $T/dovecot/run
state_dir = $T/dovecot/state
instance_name = live
log_path = $T/log/dovecot.log
protocols = lmtp
listen = 127.0.0.1
hostname = mail.example.org
postmaster_address = postmaster@example.org
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login cram-md5 digest-md5 scram-sha-1 scram-sha-256
auth_failure_delay = 1 secs
auth_username_format = %Ln
auth_cache_size = 0
auth_verbose = yes
first_valid_uid = 1
passdb {
  driver = passwd-file
  args = $T/dovecot/users
}
userdb {
  driver = passwd-file
  args = $T/dovecot/users
  override_fields = uid=mail gid=mail home=$T/mail/%n
}
mail_location = maildir:~/Maildir
mail_plugins = quota
plugin {
  quota = maildir:User quota
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service auth {
  unix_listener $T/spool/postfix/private/auth {
    mode = 0666
  }
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = 24
  }
}
D

cat > "$T/etc/msmtprc" <<M
defaults
host 127.0.0.1
port 25
domain client.example.org
from alice@example.org
tls off
account good
auth scram-sha-256
user alice
password secret-alice
account bad
auth scram-sha-256
user alice
password wrong
M
chmod 600 "$T/etc/msmtprc"

# --- The other servers, each in its root -------------------------------------------------------------------------
chroot_ready() {
    cp "$T/etc/hosts" "$1/etc/hosts"
    mount -t proc proc "$1/proc"
}

config_exim() {
    cat > "$1/etc/exim4/live.conf" <<X
primary_hostname = exim.example.net
local_interfaces = 127.0.0.3
daemon_smtp_ports = 25
chunking_advertise_hosts = *
pipelining_advertise_hosts = *
tls_advertise_hosts =
host_lookup =
acl_smtp_rcpt = accept
acl_smtp_data = accept
log_file_path = /var/log/exim4/%slog
log_selector = +all
begin routers
relay:
  driver = manualroute
  domains = example.org
  route_list = * 127.0.0.7
  self = send
  transport = remote
sink:
  driver = accept
  transport = sink
begin transports
remote:
  driver = smtp
  hosts_avoid_tls = *
sink:
  driver = appendfile
  file = /dev/null
  user = mail
begin retry
X
}

config_opensmtpd() {
    cat > "$1/etc/live-smtpd.conf" <<X
table sink { "@" = "nobody" }
listen on 127.0.0.4 port 25 hostname opensmtpd.example.com
action "out" relay host smtp+notls://127.0.0.7:25 helo opensmtpd.example.com
action "sink" mda "cat >/dev/null" virtual <sink>
match from any for domain "example.org" action "out"
match from any for domain "example.com" action "sink"
X
}

config_sendmail() {
    cat > "$1/etc/mail/live.mc" <<'X'
include(`/usr/share/sendmail/cf/m4/cf.m4')
VERSIONID(`live')
OSTYPE(`debian')dnl
DOMAIN(`debian-mta')dnl
undefine(`confDIRECT_SUBMISSION_MODIFIERS')dnl
define(`confDOMAIN_NAME', `sendmail.example.edu')dnl
define(`confPRIVACY_FLAGS', `')dnl
define(`confSERVICE_SWITCH_FILE', `/etc/mail/service.switch-nodns')dnl
define(`confTO_IDENT', `0')dnl
FEATURE(`no_default_msa')dnl
FEATURE(`mailertable', `hash -o /etc/mail/mailertable.db')dnl
FEATURE(`promiscuous_relay')dnl
FEATURE(`nocanonify')dnl
FEATURE(`accept_unresolvable_domains')dnl
DAEMON_OPTIONS(`Family=inet, Name=MTA, Port=smtp, Addr=127.0.0.5')dnl
MAILER_DEFINITIONS
MAILER(`smtp')dnl
Msink, P=/usr/bin/tee, F=lsDFMq, U=mail:mail, A=tee /dev/null
X
    printf 'example.org esmtp:[127.0.0.7]\nexample.edu sink:x\n' > "$1/etc/mail/mailertable"
    printf 'hosts files\naliases files\n' > "$1/etc/mail/service.switch-nodns"
    chroot "$1" sh -c 'cd /etc/mail && m4 live.mc > live.cf 2>/dev/null && makemap hash mailertable < mailertable &&
        : > aliases && newaliases -C/etc/mail/live.cf' >/dev/null 2>&1 || true
}

pids=()
if [ -d "${EXIM_ROOT:-/nonexistent}" ]; then
    chroot_ready "$EXIM_ROOT"
    config_exim "$EXIM_ROOT"
    chroot "$EXIM_ROOT" exim4 -C /etc/exim4/live.conf -bdf -q1m >"$T/log/exim.out" 2>&1 &
    pids+=($!)
fi
if [ -d "${OPENSMTPD_ROOT:-/nonexistent}" ]; then
    chroot_ready "$OPENSMTPD_ROOT"
    config_opensmtpd "$OPENSMTPD_ROOT"
    mkdir -p "$OPENSMTPD_ROOT/run"
    chroot "$OPENSMTPD_ROOT" smtpd -d -f /etc/live-smtpd.conf >"$T/log/opensmtpd.log" 2>&1 &
    pids+=($!)
fi
if [ -d "${SENDMAIL_ROOT:-/nonexistent}" ]; then
    chroot_ready "$SENDMAIL_ROOT"
    config_sendmail "$SENDMAIL_ROOT"
    chroot "$SENDMAIL_ROOT" sh -c 'mkdir -p /run/sendmail/mta; exec sendmail-mta -C/etc/mail/live.cf -bD -q1m' \
        >"$T/log/sendmail.out" 2>&1 &
    pids+=($!)
fi

: > "$T/log/postfix.log"
: > "$T/log/dovecot.log"
postfix -c "$T/etc/postfix" set-permissions >/dev/null 2>&1 || true
dovecot -c "$T/dovecot/dovecot.conf"
postfix -c "$T/etc/postfix" start 2>/dev/null
stop() {
    postfix -c "$T/etc/postfix" stop 2>/dev/null || true
    doveadm -c "$T/dovecot/dovecot.conf" stop || true
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
}
trap stop EXIT
python3 "$here/scenarios.py" "$T" "$captures" "$facts" "$@"
