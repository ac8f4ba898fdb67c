# shellcheck shell=bash
# Dovecot (IMAP, POP3, LMTP) and Postfix for the POP3 and IMAP recordings and the live test. To be sourced, in
# network, host name, mount and process namespaces of its own.
#
# SPDX-License-Identifier: GPL-2.0-or-later

access_users='alice bob'
# access_pop3_connections: how many POP3 sessions a user may have at a time (default: 1, so that [IN-USE] can be had)

# access_programs PROGRAM...: names the programs that are missing, and fails if any is
access_programs() {
    local missing=0 program
    for program in dovecot postfix postconf openssl ip ethtool unshare python3 "$@"; do
        command -v "$program" >/dev/null || { echo "missing: $program"; missing=1; }
    done
    for program in imap pop3 lmtp; do
        [ -x /usr/lib/dovecot/$program ] || { echo "missing: dovecot's $program"; missing=1; }
    done
    return $missing
}

# access_network SCRATCH: loopback with segments as on Ethernet, a host name, and a certificate for it. From now on all
# runs on one processor: where two carry loopback, segments overtake each other.
access_network() {
    local T=$1
    taskset --cpu-list --pid "$(taskset --cpu-list --pid $$ | sed 's/.*: *\([0-9]*\).*/\1/')" $$ >/dev/null
    echo mail.example.org > /proc/sys/kernel/hostname
    ip link set lo mtu 1500
    ip link set lo up
    ethtool -K lo tso off gso off gro off >/dev/null
    mkdir -p "$T"/{etc/postfix,lib/postfix,spool/postfix/{pid,private,public},dovecot/{run,state}}
    mkdir -p "$T"/{tls,log,raw,mail,work,keys}
    echo '127.0.0.1 mail.example.org localhost' > "$T/etc/hosts"
    mount --bind "$T/etc/hosts" /etc/hosts
    if [ ! -f "$T/tls/cert.pem" ]; then
        openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=mail.example.org \
            -addext subjectAltName=DNS:mail.example.org -keyout "$T/tls/key.pem" -out "$T/tls/cert.pem" 2>/dev/null
    fi
    : > "$T/log/postfix.log"
    : > "$T/log/dovecot.log"
}

access_dovecot() {
    local T=$1 u
    : > "$T/dovecot/users"
    for u in $access_users; do
        echo "$u:{PLAIN}secret-$u::::::" >> "$T/dovecot/users"
        mkdir -p "$T/mail/$u"
        chown mail:mail "$T/mail/$u"
    done
    echo 'homeless:{PLAIN}secret-homeless::::::userdb_mail=maildir:/proc/homeless' >> "$T/dovecot/users"
    cat > "$T/dovecot/dovecot.conf" <<D
base_dir = $T/dovecot/run
state_dir = $T/dovecot/state
instance_name = live
log_path = $T/log/dovecot.log
protocols = imap pop3 lmtp
listen = 127.0.0.1
hostname = mail.example.org
postmaster_address = postmaster@example.org
ssl = yes
ssl_cert = <$T/tls/cert.pem
ssl_key = <$T/tls/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login cram-md5 digest-md5 scram-sha-1 scram-sha-256 apop
auth_failure_delay = 1 secs
auth_username_format = %Ln
auth_cache_size = 0
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
namespace inbox {
  inbox = yes
  separator = /
  mailbox Drafts {
    special_use = \\Drafts
    auto = create
  }
  mailbox Sent {
    special_use = \\Sent
    auto = create
  }
}
mail_plugins = quota acl
mail_attribute_dict = file:%h/dovecot-attributes
mail_max_userip_connections = 20
mailbox_idle_check_interval = 1 secs
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
protocol imap {
  mail_plugins = \$mail_plugins imap_quota imap_acl imap_zlib
  imap_metadata = yes
}
protocol pop3 {
  mail_max_userip_connections = ${access_pop3_connections:-1}
}
plugin {
  quota = maildir:User quota
  quota_rule = *:storage=1G:messages=1000
  acl = vfile
}
D
    dovecot -c "$T/dovecot/dovecot.conf"
}

access_postfix() {
    local T=$1 u
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
myhostname = mail.example.org
mydomain = example.org
smtpd_banner = \$myhostname ESMTP \$mail_name
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
alias_maps =
alias_database =
virtual_mailbox_domains = example.org
virtual_mailbox_maps = texthash:$T/etc/postfix/users
virtual_transport = lmtp:inet:127.0.0.1:24
smtp_dns_support_level = disabled
smtp_host_lookup = native
lmtp_host_lookup = native
smtputf8_enable = yes
smtpd_client_connection_rate_limit = 0
P
    for u in $access_users; do echo "$u@example.org $u/"; done > "$T/etc/postfix/users"
    cat > "$T/etc/postfix/master.cf" <<'P'
smtp       inet  n - n - - smtpd
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
    postfix -c "$T/etc/postfix" set-permissions >/dev/null 2>&1 || true
    postfix -c "$T/etc/postfix" start 2>/dev/null
}

# access_stop SCRATCH: ends what access_dovecot and access_postfix started
access_stop() {
    [ ! -f "$1/etc/postfix/main.cf" ] || timeout 10 postfix -c "$1/etc/postfix" stop 2>/dev/null || true
    timeout 10 doveadm -c "$1/dovecot/dovecot.conf" stop || true
}
