"""What each IMAP capture holds. One function a capture; its decorator says who talks to whom.

SPDX-License-Identifier: GPL-2.0-or-later
"""
import hmac
import imaplib
import os
import re
import ssl
import subprocess
import time
import base64

from access_messages import LIBRARY
from access_pop_sessions import b64, scram
from access_scenarios import PORTS, scenario
from recorder import run

SMALL, PLAIN = LIBRARY['small'], LIBRARY['plain']


def leave(c):
    c.ask('LOGOUT')
    c.finish()


# --- Logging in ------------------------------------------------------------------------------------------------------
@scenario('imap-login', 'wire', 'LOGIN with atoms, quoted strings (with escapes) and literals; wrong '
          'passwords; unknown and malformed commands (BAD)', ('small',))
def login(bench):
    c = bench.imap()
    c.ask('CAPABILITY')
    c.ask('LOGIN ccna1 cisco')
    c.ask('login "alice" "quote \\" and backslash \\\\"')
    c.ask('LOGIN {5}', 'alice {8}', 'a b(c)"d')
    c.ask('SELECT INBOX')
    c.ask('LOGIN {5}', 'alice {12}', 'secret-alice')
    c.ask('XYZZY plugh')
    c.ask('FETCH 1 FLAGS')
    c.ask('RENAME INBOX')
    leave(c)


@scenario('imap-login-literal-plus', 'wire', 'LOGIN with non-synchronising literals, SELECT with one, in one segment '
          'with the next command', ('small',))
def login_plus(bench):
    c = bench.imap()
    c.ask(b'LOGIN {5+}\r\nalice {12+}\r\nsecret-alice\r\n')
    c.ask(b'SELECT {5+}\r\nINBOX\r\na003 STATUS {6+}\r\nDrafts (MESSAGES UIDNEXT)\r\na004 NOOP\r\n')
    c.until('a003')
    c.until('a004')
    c.number = 4
    leave(c)


@scenario('imap-auth-plain', 'wire', 'AUTHENTICATE PLAIN with initial response (wrong password), and without; '
          'AUTHENTICATE of an unknown mechanism and one cancelled with *', ('small',))
def auth_plain(bench):
    c = bench.imap()
    c.ask('AUTHENTICATE GSSAPI')
    c.ask('AUTHENTICATE PLAIN ' + b64('\0alice\0wrong'))
    c.ask('AUTHENTICATE PLAIN', '*')
    c.ask('AUTHENTICATE PLAIN', b64('\0alice\0secret-alice'))
    c.ask('STATUS INBOX (MESSAGES)')
    leave(c)


@scenario('imap-auth-login', 'wire', 'AUTHENTICATE LOGIN', ('small',))
def auth_login(bench):
    c = bench.imap()
    c.ask('AUTHENTICATE LOGIN', b64('alice'), b64('secret-alice'))
    leave(c)


@scenario('imap-auth-cram-md5', 'wire', 'AUTHENTICATE CRAM-MD5: wrong digest, then the right one', ('small',))
def auth_cram(bench):
    c = bench.imap()
    for password in (b'wrong', b'secret-alice'):
        tag = c.begin('AUTHENTICATE CRAM-MD5')
        challenge = base64.b64decode(c.response()[2:])
        c.send(b64('alice ' + hmac.new(password, challenge, 'md5').hexdigest()))
        c.until(tag)
    leave(c)


@scenario('imap-auth-scram-sha-256', 'wire', 'AUTHENTICATE SCRAM-SHA-256 with initial response', ('small',))
def auth_scram(bench):
    def ask(line):
        c.send(line)
        return c.response()[2:]

    c = bench.imap()
    scram(ask, 'a001 AUTHENTICATE SCRAM-SHA-256 ')
    c.number = 1
    c.send('')
    c.until('a001')
    leave(c)


# --- TLS -------------------------------------------------------------------------------------------------------------
@scenario('imap-starttls', 'wire', 'STARTTLS, TLS 1.3 with its secrets in the file, LOGIN and FETCH inside', ('plain',),
          records=1)
def starttls(bench):
    context = bench.context()
    c = bench.imap()
    c.ask('CAPABILITY')
    c.ask('STARTTLS')
    c.start_tls(context)
    c.ask('CAPABILITY')
    c.ask('LOGIN alice secret-alice')
    c.ask('SELECT INBOX')
    c.ask('UID FETCH 1:* (UID FLAGS BODY.PEEK[])')
    leave(c)


@scenario('imaps-tls12', 'wire', 'implicit TLS 1.2 on 993 with its secrets in the file: FETCH, APPEND', ('dots',),
          records=2, service='imaps')
def imaps(bench):
    c = bench.imap(port=PORTS['imaps'], tls=bench.context(ssl.TLSVersion.TLSv1_2))
    c.ask('AUTHENTICATE PLAIN ' + b64('\0alice\0secret-alice'))
    c.ask('SELECT INBOX')
    c.ask('FETCH 1 (UID RFC822.SIZE BODY[])')
    c.ask('APPEND Sent (\\Seen) {%d}' % len(SMALL), SMALL.decode())
    leave(c)


@scenario('imap-preauth', 'wire', 'PREAUTH greeting: no login; SELECT and FETCH', ('plain',), server='socat', records=1)
def preauth(bench):
    imap = 'doveadm -c %s exec imap -u alice' % bench.path('dovecot', 'dovecot.conf')
    relay = subprocess.Popen(['socat', 'TCP-LISTEN:143,bind=127.0.0.8', 'EXEC:' + imap + ',pipes'])
    try:
        time.sleep(0.5)
        c = bench.imap(host='127.0.0.8')
        c.ask('SELECT INBOX')
        c.ask('FETCH 1 (UID BODY[])')
        leave(c)
    finally:
        relay.terminate()
        relay.wait(10)


# --- FETCH -----------------------------------------------------------------------------------------------------------
@scenario('imap-fetch-structure', 'wire', 'FETCH of ENVELOPE, BODY, BODYSTRUCTURE (nested multiparts, a message in a '
          'message), ALL, FULL, FAST', ('nested', 'words', 'attachments'))
def fetch_structure(bench):
    c = bench.login()
    c.ask('SELECT INBOX')
    c.ask('FETCH 1:* (UID ENVELOPE)')
    c.ask('FETCH 1:* BODYSTRUCTURE')
    c.ask('FETCH 1 BODY')
    c.ask('FETCH 2 ALL')
    c.ask('FETCH 2 FULL')
    c.ask('FETCH 3 FAST')
    leave(c)


@scenario('imap-fetch-envelope', 'wire', 'ENVELOPE alone: encoded words, several addresses, In-Reply-To',
          ('plain', 'words', 'reply'))
def fetch_envelope(bench):
    c = bench.login()
    c.ask('SELECT INBOX')
    c.ask('UID FETCH 1:3 (UID ENVELOPE INTERNALDATE RFC822.SIZE)')
    leave(c)


@scenario('imap-fetch-sections', 'wire', 'FETCH of BODY[HEADER], HEADER.FIELDS, TEXT, parts, MIME, partial ones, '
          'RFC822.HEADER and .TEXT: none of them a whole message', ('nested', 'plain'))
def fetch_sections(bench):
    c = bench.login()
    c.ask('SELECT INBOX')
    for items in ('BODY.PEEK[HEADER]', 'BODY.PEEK[HEADER.FIELDS (From To Subject)]',
                  'BODY.PEEK[HEADER.FIELDS.NOT (Received)]', 'BODY.PEEK[1.MIME]', 'BODY.PEEK[1.1]', 'BODY.PEEK[1.2]',
                  'BODY.PEEK[2.HEADER]', 'BODY.PEEK[2.TEXT]', 'BODY.PEEK[]<0.100>', 'BODY.PEEK[]<100.10000>',
                  'BODY.PEEK[TEXT]<5.20>', 'RFC822.HEADER', 'RFC822.SIZE'):
        c.ask('FETCH 1 ' + items)
    c.ask('FETCH 2 RFC822.TEXT')
    c.ask('UID FETCH 2 (FLAGS BODY.PEEK[HEADER.FIELDS (Message-ID)] BODY.PEEK[TEXT])')
    c.ask('FETCH 2 BODY.PEEK[9]')
    leave(c)


@scenario('imap-fetch-messages', 'wire', 'FETCH of whole messages: BODY[], BODY.PEEK[], RFC822, several in one reply, '
          'from two mailboxes', ('plain', 'dots', 'eight'), records=6)
def fetch_messages(bench):
    c = bench.login()
    c.ask('EXAMINE INBOX')
    c.ask('FETCH 1 (UID BODY[])')
    c.ask('UID FETCH 1:3 (FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])')
    c.ask('COPY 2 Drafts')
    c.ask('SELECT Drafts')
    c.ask('FETCH 1 (RFC822 UID)')
    c.ask('FETCH 1 (UID RFC822.SIZE BODY.PEEK[] BODY.PEEK[HEADER.FIELDS (Subject)])')
    leave(c)


@scenario('imap-fetch-many-segments', 'wire', 'FETCH of a message over several segments, lines in it like responses',
          ('long', 'dots'), records=2)
def fetch_many(bench):
    c = bench.login()
    c.ask('SELECT INBOX')
    c.ask('UID FETCH 1:2 (UID BODY.PEEK[])')
    leave(c)


@scenario('imap-fetch-binary', 'wire', 'BINARY: BINARY.PEEK, BINARY.SIZE, literal8 in the reply', ('attachments',))
def fetch_binary(bench):
    c = bench.login()
    c.ask('SELECT INBOX')
    c.ask('FETCH 1 BINARY.SIZE[2]')
    c.ask('FETCH 1 BINARY.PEEK[2]')
    c.ask('FETCH 1 BINARY.PEEK[3]<0.10>')
    leave(c)


@scenario('imap-fetch-preview', 'wire', 'PREVIEW, SNIPPET, SAVEDATE, MODSEQ and Dovecot\'s X-GUID', ('words', 'html'))
def fetch_preview(bench):
    c = bench.login()
    c.ask('SELECT INBOX')
    c.ask('FETCH 1:* (UID PREVIEW)')
    c.ask('FETCH 1 (SNIPPET (FUZZY))')
    c.ask('FETCH 1:* (SAVEDATE MODSEQ INTERNALDATE)')
    c.ask('FETCH 1 X-GUID')
    leave(c)


# --- STORE, COPY, MOVE, EXPUNGE --------------------------------------------------------------------------------------
@scenario('imap-store-expunge', 'wire', 'STORE (with keywords, .SILENT, UNCHANGEDSINCE), EXPUNGE, UID EXPUNGE, CLOSE, '
          'UNSELECT, CHECK', ('plain', 'dots', 'html', 'small', 'eight'))
def store(bench):
    c = bench.login()
    c.ask('SELECT INBOX')
    c.ask('STORE 1 +FLAGS (\\Seen $Forwarded urgent)')
    c.ask('STORE 1:2 -FLAGS.SILENT (\\Seen)')
    c.ask('UID STORE 2,4 FLAGS \\Flagged \\Deleted')
    c.ask('STORE 3 (UNCHANGEDSINCE 1) FLAGS (\\Answered)')
    c.ask('UID EXPUNGE 4')
    c.ask('EXPUNGE')
    c.ask('CHECK')
    c.ask('STORE 1 +FLAGS (\\Deleted)')
    c.ask('CLOSE')
    c.ask('SELECT INBOX')
    c.ask('UNSELECT')
    leave(c)


@scenario('imap-copy-move', 'wire', 'COPY and MOVE with UID and without: COPYUID, TRYCREATE', ('plain', 'dots', 'html'))
def copy_move(bench):
    c = bench.login()
    c.ask('SELECT INBOX')
    c.ask('COPY 1:2 Drafts')
    c.ask('UID COPY 3 "Sent"')
    c.ask('COPY 1 Missing')
    c.ask('MOVE 1 Sent')
    c.ask('UID MOVE 2:3 Drafts')
    c.ask('STATUS Drafts (MESSAGES UIDNEXT UIDVALIDITY)')
    leave(c)


# --- CONDSTORE, QRESYNC, ENABLE --------------------------------------------------------------------------------------
@scenario('imap-condstore-qresync', 'wire', 'ENABLE, SELECT with CONDSTORE and with QRESYNC (VANISHED EARLIER), FETCH '
          'with CHANGEDSINCE, VANISHED instead of EXPUNGE', ('plain', 'dots', 'html', 'small'))
def qresync(bench):
    c = bench.login()
    got = b''.join(c.ask('SELECT INBOX (CONDSTORE)'))
    validity = re.search(rb'UIDVALIDITY (\d+)', got).group(1).decode()
    c.ask('UID STORE 2 +FLAGS (\\Deleted)')
    c.ask('EXPUNGE')
    c.ask('STORE 1 +FLAGS (\\Flagged)')
    c.ask('FETCH 1:* (FLAGS) (CHANGEDSINCE 1)')
    c.ask('UNSELECT')
    c.ask('ENABLE QRESYNC X-NONE')
    c.ask('SELECT INBOX (QRESYNC (%s 1 1:4))' % validity)
    c.ask('UID FETCH 1:* (FLAGS) (CHANGEDSINCE 1 VANISHED)')
    c.ask('UID STORE 3 +FLAGS (\\Deleted)')
    c.ask('UID EXPUNGE 3')
    leave(c)


# --- SEARCH ----------------------------------------------------------------------------------------------------------
@scenario('imap-search', 'wire', 'SEARCH, UID SEARCH, CHARSET and literal, keys of many kinds, BADCHARSET',
          ('plain', 'words', 'html', 'small', 'eight'))
def search(bench):
    c = bench.login()
    c.ask('SELECT INBOX')
    c.ask('SEARCH ALL')
    c.ask('UID SEARCH UID 2:4 NOT FROM carol')
    c.ask('SEARCH CHARSET UTF-8 SUBJECT {7}', 'Grüße')
    c.ask('SEARCH OR (SUBJECT "small" SMALLER 5000) SUBJECT HTML')
    c.ask('SEARCH SINCE 1-Jan-2025 BEFORE 1-Jan-2030 UNSEEN 1,3:4')
    c.ask('SEARCH SUBJECT nowhere')
    c.ask('SEARCH MODSEQ 1')
    c.ask('SEARCH CHARSET X-NONE SUBJECT x')
    leave(c)


@scenario('imap-esearch', 'wire', 'SEARCH RETURN (MIN MAX ALL COUNT), SEARCHRES: SAVE, then $ in FETCH and STORE',
          ('plain', 'dots', 'html', 'small', 'eight', 'reply'))
def esearch(bench):
    c = bench.login()
    c.ask('SELECT INBOX')
    c.ask('SEARCH RETURN (MIN MAX COUNT) ALL')
    c.ask('UID SEARCH RETURN (ALL) SUBJECT text')
    c.ask('SEARCH RETURN () NOT SUBJECT Small')
    c.ask('SEARCH RETURN (SAVE) FROM carol')
    c.ask('FETCH $ (UID FLAGS)')
    c.ask('UID STORE $ +FLAGS.SILENT (\\Flagged)')
    c.ask('SEARCH RETURN (COUNT) SUBJECT nowhere')
    leave(c)


@scenario('imap-search-context', 'wire', 'CONTEXT=SEARCH: RETURN (UPDATE ALL), ADDTO and REMOVEFROM, CANCELUPDATE, '
          'RETURN (PARTIAL)', ('plain', 'dots', 'html', 'small'))
def search_context(bench):
    c = bench.login()
    c.ask('SELECT INBOX')
    c.ask('UID SEARCH RETURN (UPDATE ALL) FLAGGED')
    c.ask('STORE 2 +FLAGS (\\Flagged)')
    c.ask('NOOP')
    c.ask('STORE 2 -FLAGS (\\Flagged)')
    c.ask('NOOP')
    c.ask('CANCELUPDATE "a003"')
    c.ask('UID SEARCH RETURN (PARTIAL 1:2) ALL')
    leave(c)


@scenario('imap-sort-thread', 'wire', 'SORT, UID SORT, SORT with RETURN, THREAD=REFERENCES, =ORDEREDSUBJECT, =REFS',
          ('plain', 'words', 'reply', 'small'))
def sort_thread(bench):
    c = bench.login()
    c.ask('SELECT INBOX')
    c.ask('SORT (REVERSE SUBJECT) UTF-8 ALL')
    c.ask('UID SORT (FROM DATE) US-ASCII NOT SUBJECT small')
    c.ask('SORT RETURN (MIN ALL) (SIZE) UTF-8 ALL')
    c.ask('THREAD REFERENCES UTF-8 ALL')
    c.ask('UID THREAD ORDEREDSUBJECT UTF-8 ALL')
    c.ask('THREAD REFS US-ASCII ALL')
    leave(c)


# --- IDLE, NOTIFY ----------------------------------------------------------------------------------------------------
@scenario('imap-idle-dovecot', 'wire', 'IDLE: a message is delivered meanwhile (EXISTS), DONE, then it is fetched',
          ('plain',), records=1)
def idle(bench):
    c = bench.login()
    c.ask('SELECT INBOX')
    tag = c.begin('IDLE')
    c.until('+')
    bench.deliver(SMALL)
    while b'EXISTS' not in c.response():
        pass
    c.response()    # RECENT
    c.send('DONE')
    c.until(tag)
    c.ask('FETCH 2 (UID BODY[])')
    tag = c.begin('IDLE')
    c.until('+')
    c.send('done')
    c.until(tag)
    leave(c)


@scenario('imap-notify', 'wire', 'NOTIFY SET: STATUS of a mailbox to which a message is delivered; FETCH of a new '
          'message in the selected one; NOTIFY NONE', ('plain',))
def notify(bench):
    c = bench.login()
    c.ask('NOTIFY SET STATUS (PERSONAL (MessageNew MessageExpunge))')
    bench.deliver(SMALL)
    c.until('* STATUS INBOX')
    c.ask('NOTIFY SET (SELECTED (MessageNew (UID FLAGS BODY.PEEK[HEADER.FIELDS (Subject)]) MessageExpunge)) '
          '(SUBTREE Drafts (MailboxName))')
    c.ask('SELECT INBOX')
    bench.deliver(PLAIN)
    while b'EXISTS' not in b''.join(c.ask('NOOP')):
        time.sleep(0.3)
    c.ask('NOTIFY NONE')
    leave(c)


# --- Mailboxes -------------------------------------------------------------------------------------------------------
@scenario('imap-list', 'wire', 'NAMESPACE, LIST, LSUB, SPECIAL-USE, LIST-EXTENDED, LIST-STATUS, SUBSCRIBE', ('plain',))
def list_(bench):
    c = bench.login()
    c.ask('NAMESPACE')
    c.ask('CREATE Archive/2025')
    c.ask('SUBSCRIBE Archive/2025')
    c.ask('SUBSCRIBE INBOX')
    c.ask('LIST "" "*"')
    c.ask('LIST "" %')
    c.ask('LIST "" ""')
    c.ask('LSUB "" "*"')
    c.ask('LIST (SPECIAL-USE) "" "*"')
    c.ask('LIST (SUBSCRIBED RECURSIVEMATCH) "" "%" RETURN (CHILDREN)')
    c.ask('LIST "" ("INBOX" "Archive/%") RETURN (SUBSCRIBED STATUS (MESSAGES UIDNEXT SIZE))')
    c.ask('UNSUBSCRIBE INBOX')
    leave(c)


@scenario('imap-mailboxes', 'wire', 'mailbox names in modified UTF-7 and with spaces: CREATE, RENAME, SELECT, STATUS, '
          'DELETE', ('plain',))
def mailboxes(bench):
    c = bench.login()
    c.ask('CREATE "Entw&APw-rfe"')
    c.ask('CREATE "two words"')
    c.ask('CREATE &ZeVnLIqe-')
    c.ask('RENAME "two words" "R&-D {draft}"')
    c.ask('SELECT "Entw&APw-rfe"')
    c.ask('EXAMINE {10}', '&ZeVnLIqe-')
    c.ask('STATUS INBOX (MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN HIGHESTMODSEQ SIZE)')
    c.ask('STATUS "R&-D {draft}" (MESSAGES)')
    c.ask('DELETE "Entw&APw-rfe"')
    c.ask('DELETE Missing')
    c.ask('SELECT Missing')
    leave(c)


@scenario('imap-id', 'wire', 'ID with a list and with NIL', ('plain',))
def id_(bench):
    c = bench.imap()
    c.ask('ID ("name" "mailtest" "version" "1.0" "os" NIL)')
    c.ask('LOGIN alice secret-alice')
    c.ask('ID NIL')
    leave(c)


@scenario('imap-quota', 'wire', 'GETQUOTAROOT, GETQUOTA, SETQUOTA refused', ('plain', 'long'))
def quota(bench):
    c = bench.login()
    c.ask('GETQUOTAROOT INBOX')
    c.ask('GETQUOTA "User quota"')
    c.ask('GETQUOTA missing')
    c.ask('SETQUOTA "User quota" (STORAGE 512)')
    leave(c)


@scenario('imap-acl', 'wire', 'MYRIGHTS, SETACL, GETACL, LISTRIGHTS, DELETEACL', ('plain',))
def acl(bench):
    c = bench.login()
    c.ask('MYRIGHTS INBOX')
    c.ask('SETACL Drafts bob lrs')
    c.ask('GETACL Drafts')
    c.ask('LISTRIGHTS Drafts bob')
    c.ask('DELETEACL Drafts bob')
    c.ask('GETACL "Drafts"')
    leave(c)


@scenario('imap-metadata', 'wire', 'SETMETADATA and GETMETADATA of a mailbox and of the server, values as literals, '
          'DEPTH and MAXSIZE', ('plain',))
def metadata(bench):
    c = bench.login()
    c.ask('SETMETADATA INBOX (/private/comment "My inbox")')
    c.ask('SETMETADATA Drafts (/private/comment {10}', 'two\r\nlines)')
    c.ask('GETMETADATA INBOX /private/comment')
    c.ask('GETMETADATA (DEPTH infinity) INBOX (/private)')
    c.ask('GETMETADATA (MAXSIZE 4) INBOX /private/comment')
    c.ask('GETMETADATA "" /shared/comment')
    c.ask('SETMETADATA INBOX (/private/comment NIL)')
    leave(c)


# --- APPEND ----------------------------------------------------------------------------------------------------------
@scenario('imap-append', 'wire', 'APPEND: synchronising literal, LITERAL+, with flags and date; content that looks '
          'like commands', (), records=3)
def append(bench):
    dots = LIBRARY['dots']
    c = bench.login()
    c.ask('APPEND INBOX {%d}' % len(PLAIN), PLAIN.decode())
    c.ask(b'APPEND Sent (\\Seen \\Flagged) " 2-Jun-2025 10:00:00 +0200" {%d+}\r\n%s\r\n' % (len(SMALL), SMALL))
    c.ask('APPEND "Drafts" (\\Draft) {%d}' % len(dots), dots.decode())
    c.ask('STATUS Sent (MESSAGES)')
    leave(c)


@scenario('imap-append-refused', 'wire', 'APPEND to a mailbox that is missing: refused at once, the literal never '
          'comes; then a good one', (), records=1)
def append_refused(bench):
    c = bench.login()
    c.ask('APPEND Missing {%d}' % len(PLAIN))
    c.ask('NOOP')
    c.ask('APPEND INBOX {%d}' % len(SMALL), SMALL.decode())
    leave(c)


@scenario('imap-multiappend', 'wire', 'MULTIAPPEND: three messages in one command, one reply', (), records=3)
def multiappend(bench):
    sizes = [len(LIBRARY[name]) for name in ('plain', 'small', 'html')]
    c = bench.login()
    c.ask('APPEND INBOX (\\Seen) {%d}' % sizes[0], PLAIN + b' {%d}\r\n' % sizes[1],
          SMALL + b' (\\Flagged) " 2-Jun-2025 10:00:00 +0200" {%d}\r\n' % sizes[2], LIBRARY['html'] + b'\r\n')
    c.ask('STATUS INBOX (MESSAGES)')
    leave(c)


@scenario('imap-append-literal8', 'wire', 'APPEND of a binary literal (literal8) with NUL octets', (), records=1,
          converted=True)
def append_literal8(bench):
    message = (b'From: bob@example.org\r\nTo: alice@example.org\r\nSubject: Binary\r\nMIME-Version: 1.0\r\n'
               b'Content-Type: application/octet-stream; name="nul.bin"\r\nContent-Transfer-Encoding: binary\r\n\r\n'
               b'\x00\x01\x02 {7}\xc3\xa9\r\n')
    c = bench.login()
    c.ask('APPEND INBOX ~{%d}' % len(message), message + b'\r\n')
    leave(c)


@scenario('imap-catenate', 'wire', 'CATENATE: a message put together from a text and a part of another; BADURL',
          ('attachments',))
def catenate(bench):
    head = (b'From: alice@example.org\r\nSubject: Put together\r\nMIME-Version: 1.0\r\n'
            b'Content-Type: text/plain\r\n\r\nSee:\r\n')
    c = bench.login()
    validity = re.search(rb'UIDVALIDITY (\d+)', b''.join(c.ask('STATUS INBOX (UIDVALIDITY)'))).group(1).decode()
    c.ask('APPEND Drafts (\\Draft) CATENATE (TEXT {%d}' % len(head),
          head + b' URL "/INBOX;UIDVALIDITY=' + validity.encode() + b'/;UID=1/;SECTION=1")\r\n')
    c.ask('APPEND Drafts CATENATE (URL "/INBOX;UIDVALIDITY=1/;UID=1")')
    leave(c)


# --- COMPRESS --------------------------------------------------------------------------------------------------------
@scenario('imap-compress', 'wire', 'COMPRESS DEFLATE: FETCH and APPEND inside; a second COMPRESS is refused',
          ('plain', 'long'), records=3)
def compress(bench):
    c = bench.login()
    c.ask('COMPRESS DEFLATE')
    c.start_compression()
    c.ask('SELECT INBOX')
    c.ask('UID FETCH 1:2 (UID BODY.PEEK[])')
    c.ask('APPEND Sent {%d}' % len(SMALL), SMALL.decode())
    c.ask('COMPRESS DEFLATE')
    leave(c)


# --- Clients ---------------------------------------------------------------------------------------------------------
@scenario('imap-imaplib', 'imaplib', 'login, select, search, fetch, store, append, expunge of imaplib',
          ('plain', 'nested'), records=3)
def python_imaplib(bench):
    c = imaplib.IMAP4('127.0.0.1', timeout=20)
    c.login('alice', 'secret-alice')
    c.select()
    c.search(None, 'ALL')
    c.fetch('1:2', '(UID RFC822)')
    c.store('1', '+FLAGS', '\\Deleted')
    c.append('Sent', '(\\Seen)', None, SMALL)
    c.expunge()
    c.close()
    c.logout()


@scenario('imap-curl', 'curl', 'four runs: list, search, one message by UID, one appended; DIGEST-MD5 cancelled with '
          '*, then CRAM-MD5', ('plain', 'html'), records=2)
def curl(bench):
    base, user = ['curl', '-sS', '-u', 'alice:secret-alice'], 'imap://127.0.0.1/'
    path = bench.path('work', 'append.eml')
    with open(path, 'wb') as h:
        h.write(SMALL)
    run(base + [user])
    run(base + [user + 'INBOX?SUBJECT%20HTML'])
    run(base + [user + 'INBOX;UID=2'])
    run(base + ['-T', path, user + 'Sent'])


def mbsync(bench, more=''):
    local, rc = bench.path('work', 'mbsync'), bench.path('work', 'mbsyncrc')
    subprocess.run(['rm', '-rf', local], check=True)
    os.makedirs(local)
    with open(rc, 'w') as h:
        h.write('IMAPAccount live\nHost 127.0.0.1\nUser alice\nPass secret-alice\nSSLType None\nAuthMechs LOGIN\n' +
                more + '\nIMAPStore far\nAccount live\n\nMaildirStore near\nPath %s/\nInbox %s/INBOX\n'
                'SubFolders Verbatim\n\nChannel all\nFar :far:\nNear :near:\nPatterns INBOX Sent\n'
                'Create Near\nExpunge None\nSyncState *\n'
                % (local, local))
    run(['mbsync', '-c', rc, '-a'], env={'HOME': bench.path('work')})


@scenario('imap-mbsync', 'mbsync', 'two messages fetched, pipelined commands', ('plain', 'nested'), records=2)
def mbsync_plain(bench):
    mbsync(bench, 'DisableExtension COMPRESS=DEFLATE\n')


@scenario('imap-mbsync-compress', 'mbsync', 'COMPRESS DEFLATE, two messages fetched inside', ('plain', 'attachments'),
          records=2)
def mbsync_compress(bench):
    mbsync(bench)


@scenario('imap-fetchmail', 'fetchmail', 'header and text fetched apart: no whole message', ('plain', 'dots'))
def fetchmail(bench):
    rc = bench.path('work', 'fetchmailrc')
    with open(rc, 'w') as h:
        h.write('poll 127.0.0.1 protocol imap user alice password "secret-alice" sslproto "" keep fetchall\n'
                'mda "/bin/cat >/dev/null"\n')
    os.chmod(rc, 0o600)
    run(['fetchmail', '-f', rc, '--pidfile', bench.path('work', 'fetchmail.pid'), '-i', bench.path('work', 'ids')],
        env={'HOME': bench.path('work'), 'FETCHMAILHOME': bench.path('work')})
