"""What each capture holds. One function a capture; its decorator says who talks to whom.

SPDX-License-Identifier: GPL-2.0-or-later
"""
import base64
import smtplib
import ssl

from recorder import run
from scenarios import CLIENT, attachment_mail, mail, scenario

FROM_ALICE = 'MAIL FROM:<alice@example.org>'
TO_BOB = 'RCPT TO:<bob@example.org>'


# --- Plain sessions, replies of all kinds ------------------------------------------------------------------------
@scenario('smtp-plain', 'swaks', 'one message, one command at a time', outcomes='accepted')
def plain(bench):
    bench.swaks('--to', 'bob@example.org', '--data', bench.file(mail('plain', 'Plain session')))


@scenario('smtp-attachments', 'swaks', 'multipart message, base64 and quoted-printable attachment', outcomes='accepted')
def attachments(bench):
    bench.swaks('--to', 'bob@example.org', '--data', bench.file(attachment_mail()))


@scenario('smtp-pipeline-mixed-rcpt', 'swaks', 'PIPELINING, four recipients: one refused (550), one greylisted (450)',
          outcomes='accepted')
def pipeline_mixed(bench):
    bench.swaks('--pipeline', '--to', 'bob@example.org,refused@example.org,grey@example.org,carol@example.org',
                '--data', bench.file(mail('mixed', 'Pipelined, recipients refused')), ok=(0, 24))


@scenario('smtp-data-refused', 'wire', 'DATA refused (554); the next commands are commands, not message text',
          outcomes='aborted accepted')
def data_refused(bench):
    c = bench.wire()
    c.ask('EHLO ' + CLIENT)
    c.ask('MAIL FROM:<nodata@example.net>')
    c.ask(TO_BOB)
    c.ask('DATA')
    c.ask('RSET')
    c.ask(FROM_ALICE)
    c.ask(TO_BOB)
    c.ask('DATA')
    c.ask(mail('after-refusal', 'After a refused DATA'))
    c.ask('QUIT')
    c.close()


@scenario('smtp-pipeline-data-refused', 'wire', 'PIPELINING, all recipients refused, so DATA is too (554)',
          outcomes='aborted')
def pipeline_data_refused(bench):
    c = bench.wire()
    c.ask('EHLO ' + CLIENT)
    c.ask(FROM_ALICE, 'RCPT TO:<refused@example.org>', 'RCPT TO:<grey@example.org>', 'DATA', replies=4)
    c.ask('QUIT')
    c.close()


@scenario('smtp-end-of-data-refused', 'swaks', 'message refused after its final dot (550)', outcomes='rejected')
def end_of_data_refused(bench):
    bench.swaks('--from', 'noend@example.net', '--to', 'bob@example.org', '--data',
                bench.file(mail('noend', 'Refused after the dot', sender='noend@example.net')), ok=(0, 26))


@scenario('smtp-rset', 'wire', 'transaction given up by RSET, another by a second EHLO, then a message',
          outcomes='aborted aborted accepted')
def rset(bench):
    c = bench.wire()
    c.ask('HELO ' + CLIENT)
    c.ask('MAIL FROM:<carol@example.org>')
    c.ask('RCPT TO:<dave@example.org>')
    c.ask('RSET')
    c.ask('MAIL FROM:<dave@example.org>')
    c.ask('EHLO ' + CLIENT)
    c.ask(FROM_ALICE)
    c.ask(TO_BOB)
    c.ask('NOOP')
    c.ask('DATA')
    c.ask(mail('rset', 'After RSET'))
    c.ask('QUIT')
    c.close()


@scenario('smtp-null-sender', 'swaks', 'null reverse-path (a bounce)', outcomes='accepted')
def null_sender(bench):
    message = mail('bounce', 'Undelivered Mail Returned to Sender', sender='MAILER-DAEMON@example.net')
    bench.swaks('--from', '<>', '--to', 'bob@example.org', '--data', bench.file(message))


@scenario('smtp-smtputf8', 'wire', 'SMTPUTF8: internationalised recipient and header', outcomes='accepted')
def smtputf8(bench):
    c = bench.wire()
    c.ask('EHLO ' + CLIENT)
    c.ask(FROM_ALICE + ' BODY=8BITMIME SMTPUTF8')
    c.ask('RCPT TO:<jürgen@bücher.example>')
    c.ask('DATA')
    c.ask(mail('utf8', 'Grüße aus Köln', to='jürgen@bücher.example', body='Schöne Grüße!\r\n'))
    c.ask('QUIT')
    c.close()


@scenario('smtp-dsn', 'wire', 'DSN: RET and ENVID, NOTIFY and ORCPT; SIZE', outcomes='accepted')
def dsn(bench):
    message = mail('dsn', 'Delivery notice wanted')
    c = bench.wire()
    c.ask('EHLO ' + CLIENT)
    c.ask(FROM_ALICE + ' SIZE=%d RET=HDRS ENVID=QQ314159' % len(message))
    c.ask(TO_BOB + ' NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;bob@example.org')
    c.ask('RCPT TO:<carol@example.org> NOTIFY=NEVER')
    c.ask('DATA')
    c.ask(message)
    c.ask('QUIT')
    c.close()


@scenario('smtp-vrfy-etrn', 'wire', 'VRFY, EXPN, ETRN, HELP, NOOP and an unknown command; no message', outcomes='')
def vrfy_etrn(bench):
    c = bench.wire()
    c.ask('EHLO ' + CLIENT)
    for line in ('VRFY bob@example.org', 'VRFY nobody@example.org', 'EXPN staff', 'ETRN example.com',
                 'ETRN elsewhere.test', 'HELP', 'NOOP', 'XYZZY plugh', 'RCPT TO:<bob@example.org>', 'QUIT'):
        c.ask(line)
    c.close()


@scenario('smtp-xclient', 'wire', 'XCLIENT, answered by a second greeting', outcomes='accepted', address_changes=True)
def xclient(bench):
    c = bench.wire()
    c.ask('EHLO ' + CLIENT)
    c.ask('XCLIENT NAME=spike.example.com ADDR=192.0.2.7 HELO=spike.example.com')
    c.ask('EHLO spike.example.com')
    c.ask(FROM_ALICE)
    c.ask(TO_BOB)
    c.ask('DATA')
    c.ask(mail('xclient', 'On behalf of another client'))
    c.ask('QUIT')
    c.close()


@scenario('smtp-xforward', 'wire', 'XFORWARD before the transaction', outcomes='accepted')
def xforward(bench):
    c = bench.wire()
    c.ask('EHLO ' + CLIENT)
    c.ask('XFORWARD NAME=spike.example.com ADDR=192.0.2.7 PROTO=ESMTP')
    c.ask('XFORWARD HELO=spike.example.com IDENT=4711')
    c.ask(FROM_ALICE)
    c.ask(TO_BOB)
    c.ask('DATA')
    c.ask(mail('xforward', 'Forwarded attributes'))
    c.ask('QUIT')
    c.close()


@scenario('smtp-port-2525', 'wire', 'a port that Wireshark does not know as SMTP: the greeting tells',
          filt='tcp port 2525', outcomes='accepted')
def other_port(bench):
    c = bench.wire(port=2525)
    c.ask('EHLO ' + CLIENT)
    c.ask(FROM_ALICE)
    c.ask(TO_BOB)
    c.ask('DATA')
    c.ask(mail('port2525', 'On port 2525'))
    c.ask('QUIT')
    c.close()


# --- Octets and segments -----------------------------------------------------------------------------------------
@scenario('smtp-dot-stuffed', 'swaks', 'lines that begin with a dot', outcomes='accepted')
def dot_stuffed(bench):
    body = '.one dot\r\n..two dots\r\n.\r\n...\r\ntext. \r\n.QUIT\r\nend.\r\n'
    bench.swaks('--to', 'bob@example.org', '--data', bench.file(mail('dots', 'Dots', body=body)))


@scenario('smtp-many-segments', 'swaks', 'message of 24 kB over many segments, each line beginning with a dot',
          outcomes='accepted')
def many_segments(bench):
    body = ''.join('.%05d %s\r\n' % (i, 'x' * (i % 90)) for i in range(450))
    bench.swaks('--to', 'bob@example.org', '--data', bench.file(mail('many', 'Many segments', body=body)))


@scenario('smtp-dot-and-quit', 'wire', 'message, final dot and QUIT in one segment', outcomes='accepted')
def dot_and_quit(bench):
    c = bench.wire()
    c.ask('EHLO ' + CLIENT)
    c.ask(FROM_ALICE, TO_BOB, 'DATA', replies=3)
    c.ask(mail('dotquit', 'Dot and QUIT'), 'QUIT', replies=2)
    c.close()


@scenario('smtp-two-messages', 'wire', 'final dot and the next transaction up to DATA in one segment',
          outcomes='accepted accepted')
def two_messages(bench):
    c = bench.wire()
    c.ask('EHLO ' + CLIENT)
    c.ask(FROM_ALICE, TO_BOB, 'DATA', replies=3)
    c.ask(mail('first', 'First of two'), 'MAIL FROM:<carol@example.org>', 'RCPT TO:<dave@example.org>', 'DATA',
          replies=4)
    c.ask(mail('second', 'Second of two', sender='carol@example.org', to='dave@example.org'), 'QUIT', replies=2)
    c.close()


@scenario('smtp-cut-in-data', 'wire', 'the client closes the connection in the middle of the message',
          outcomes='incomplete')
def cut_in_data(bench):
    c = bench.wire()
    c.ask('EHLO ' + CLIENT)
    c.ask(FROM_ALICE, TO_BOB, 'DATA', replies=3)
    c.sock.sendall(mail('cut', 'Cut short')[:150])
    c.close()


@scenario('smtp-bdat-one', 'wire', 'BDAT: the whole message in one chunk; it holds a lone dot and a QUIT line',
          outcomes='accepted')
def bdat_one(bench):
    message = mail('bdat1', 'One chunk', body='A dot:\r\n.\r\n..\r\nQUIT\r\nend\r\n')
    c = bench.wire()
    c.ask('EHLO ' + CLIENT)
    c.ask(FROM_ALICE + ' BODY=8BITMIME')
    c.ask(TO_BOB)
    c.ask(('BDAT %d LAST' % len(message), message, message))
    c.ask('QUIT')
    c.close()


@scenario('smtp-bdat-pipelined', 'wire', 'MAIL, RCPT and three BDAT chunks pipelined; a chunk ends inside a line',
          outcomes='accepted')
def bdat_pipelined(bench):
    message = mail('bdat3', 'Three chunks', body='line of text\r\n' * 20)
    parts = [message[:101], message[101:300], message[300:]]
    c = bench.wire()
    c.ask('EHLO ' + CLIENT)
    c.ask(FROM_ALICE, TO_BOB, ('BDAT 101', parts[0], None), ('BDAT 199', parts[1], None),
          ('BDAT %d LAST' % len(parts[2]), parts[2], message), 'QUIT', replies=6)
    c.close()


@scenario('smtp-bdat-zero-last', 'wire', 'BDAT with all octets, then BDAT 0 LAST; a second message by DATA',
          outcomes='accepted accepted')
def bdat_zero_last(bench):
    message = mail('bdat0', 'Empty last chunk')
    c = bench.wire()
    c.ask('EHLO ' + CLIENT)
    c.ask(FROM_ALICE)
    c.ask(TO_BOB)
    c.ask(('BDAT %d' % len(message), message, None))
    c.ask(('BDAT 0 LAST', b'', message))
    c.ask('MAIL FROM:<carol@example.org>')
    c.ask(TO_BOB)
    c.ask('DATA')
    c.ask(mail('bdat0-data', 'DATA after BDAT', sender='carol@example.org'))
    c.ask('QUIT')
    c.close()


@scenario('smtp-bdat-refused', 'wire', 'recipient and pipelined BDAT refused, its octets dropped; then a good one',
          outcomes='rejected accepted')
def bdat_refused(bench):
    message = mail('bdatno', 'Refused chunk')
    again = mail('bdatyes', 'After a refused chunk')
    c = bench.wire()
    c.ask('EHLO ' + CLIENT)
    c.ask(FROM_ALICE, 'RCPT TO:<refused@example.org>', ('BDAT %d LAST' % len(message), message, None), replies=3)
    c.ask('RSET')
    c.ask(FROM_ALICE, TO_BOB, ('BDAT %d LAST' % len(again), again, again), replies=3)
    c.ask('QUIT')
    c.close()


# --- AUTH --------------------------------------------------------------------------------------------------------
def auth_with_swaks(bench, mechanism, name):
    account = ['--auth', mechanism, '--auth-user', 'alice', '--to', 'bob@example.org']
    file = bench.file(mail(name, 'Sent after AUTH ' + mechanism))
    bench.swaks(*account, '--auth-password', 'wrong', '--data', file, ok=(28,))
    bench.swaks(*account, '--auth-password', 'secret-alice', '--data', file)


for mech in ('PLAIN', 'LOGIN', 'CRAM-MD5', 'DIGEST-MD5'):
    scenario('smtp-auth-' + mech.lower(), 'swaks', 'AUTH %s: wrong password, in a second session the right one'
             % mech, outcomes='accepted')(
        lambda bench, mech=mech: auth_with_swaks(bench, mech, 'auth-' + mech.lower()))


@scenario('smtp-auth-steps', 'wire', 'AUTH: mechanism not offered, PLAIN without initial response, LOGIN with one',
          outcomes='accepted')
def auth_steps(bench):
    def b64(text):
        return base64.b64encode(text.encode()).decode()

    c = bench.wire()
    c.ask('EHLO ' + CLIENT)
    c.ask('AUTH GSSAPI')
    c.ask('AUTH PLAIN')
    c.ask(b64('\0alice\0wrong'))
    c.ask('auth login ' + b64('bob'))
    c.ask(b64('secret-bob'))
    c.ask('MAIL FROM:<bob@example.org> AUTH=bob@example.org')
    c.ask('RCPT TO:<alice@example.org>')
    c.ask('DATA')
    c.ask(mail('auth-steps', 'Sent after AUTH LOGIN', sender='bob@example.org', to='alice@example.org'))
    c.ask('QUIT')
    c.close()


@scenario('smtp-auth-scram-sha-256', 'msmtp', 'AUTH SCRAM-SHA-256: wrong password, in a second session the right one',
          outcomes='accepted')
def auth_scram(bench):
    message = mail('auth-scram', 'Sent after AUTH SCRAM-SHA-256')
    bench.messages.append(message)
    command = ['msmtp', '-C', bench.recorder.path('etc', 'msmtprc')]
    run(command + ['-a', 'bad', 'bob@example.org'], (77,), stdin=message)
    run(command + ['-a', 'good', 'bob@example.org'], stdin=message)


@scenario('smtp-auth-cancelled', 'curl', 'curl begins DIGEST-MD5, cancels it with *, and goes on with CRAM-MD5',
          outcomes='accepted')
def auth_cancelled(bench):
    message = mail('auth-curl', 'Sent after a cancelled AUTH')
    path = bench.recorder.path('work', 'curl.eml')
    with open(path, 'wb') as h:
        h.write(message)
    bench.messages.append(message)
    run(['curl', '-sS', 'smtp://127.0.0.1/' + CLIENT, '--mail-from', 'alice@example.org', '--mail-rcpt',
         'bob@example.org', '-u', 'alice:secret-alice', '-T', path])


# --- TLS ---------------------------------------------------------------------------------------------------------
def starttls(bench, name, highest, port=25, auth=False):
    message = mail(name, 'Inside TLS')
    bench.messages.append(message)
    with smtplib.SMTP('mail.example.org', port, local_hostname=CLIENT, timeout=20) as client:
        client.starttls(context=bench.context(highest))
        if auth:
            client.ehlo()
            client.user, client.password = 'alice', 'secret-alice'
            client.auth('PLAIN', client.auth_plain)
        client.sendmail('alice@example.org', ['bob@example.org'], message)


@scenario('smtp-starttls-tls13', 'smtplib', 'STARTTLS, TLS 1.3 with its secrets in the file, message inside',
          outcomes='accepted')
def starttls_tls13(bench):
    starttls(bench, 'tls13', ssl.TLSVersion.TLSv1_3)


@scenario('smtp-starttls-tls12', 'smtplib', 'STARTTLS, TLS 1.2 with its secrets in the file, message inside',
          outcomes='accepted')
def starttls_tls12(bench):
    starttls(bench, 'tls12', ssl.TLSVersion.TLSv1_2)


@scenario('cs2910-starttls', 'smtplib', 'submission (587): EHLO, STARTTLS, TLS 1.2, AUTH PLAIN and message inside',
          filt='tcp port 587', outcomes='accepted')
def cs2910(bench):
    starttls(bench, 'cs2910', ssl.TLSVersion.TLSv1_2, port=587, auth=True)


@scenario('smtp-submissions-465', 'smtplib', 'implicit TLS 1.3 on 465 with its secrets in the file, AUTH CRAM-MD5',
          filt='tcp port 465', tls=True, outcomes='accepted')
def submissions(bench):
    message = mail('tls465', 'Implicit TLS')
    bench.messages.append(message)
    context = bench.context(ssl.TLSVersion.TLSv1_3)
    with smtplib.SMTP_SSL('mail.example.org', 465, local_hostname=CLIENT, timeout=20, context=context) as client:
        client.login('alice', 'secret-alice')
        client.sendmail('alice@example.org', ['bob@example.org', 'carol@example.org'], message)


@scenario('smtp-starttls-refused', 'wire', 'STARTTLS refused (454); the session goes on in clear text',
          filt='tcp port 25 and host 127.0.0.6', outcomes='accepted')
def starttls_refused(bench):
    c = bench.wire('127.0.0.6')
    c.ask('EHLO ' + CLIENT)
    c.ask('STARTTLS')
    c.ask(FROM_ALICE)
    c.ask(TO_BOB)
    c.ask('DATA')
    c.ask(mail('notls', 'No TLS after all'))
    c.ask('QUIT')
    c.close()


# --- LMTP --------------------------------------------------------------------------------------------------------
@scenario('lmtp-postfix-dovecot', 'postfix', 'LMTP delivery to three recipients, a reply for each', server='dovecot',
          filt='tcp port 24', program='lmtp', protocol='LMTP', outcomes='accepted')
def lmtp_delivery(bench):
    lmtp(bench, 'lmtp3', ['alice', 'bob', 'carol'], 'alice')


@scenario('lmtp-postfix-mixed', 'postfix', 'LMTP: one recipient refused at RCPT, one after the data (over quota)',
          server='dovecot', filt='tcp port 24', program='lmtp', protocol='LMTP', outcomes='accepted')
def lmtp_mixed(bench):
    lmtp(bench, 'lmtpmixed', ['alice', 'full', 'erin'], 'alice', sender='<>')    # nobody to send a bounce to


def lmtp(bench, name, users, reader, sender='frank@example.org'):
    recipients = ','.join(u + '@example.org' for u in users)
    file = bench.file(mail(name, 'Delivered by LMTP'))
    bench.messages.clear()
    bench.swaks('--server', '127.0.0.7', '--from', sender, '--to', recipients, '--data', file)
    bench.wait_log(r'to=<.*status=', len(users))
    bench.wait_log(r'> \S*: QUIT')
    bench.messages.append(bench.delivered(reader, '(Postfix)', '<%s@' % name))


@scenario('lmtp-mixed-replies', 'wire', 'LMTP: RCPT refused, two replies to one message (accepted, over quota); BDAT',
          server='dovecot', filt='tcp port 24', program=None, protocol='LMTP', outcomes='accepted rejected accepted')
def lmtp_mixed_replies(bench):
    again = mail('lmtp-bdat', 'LMTP by BDAT')
    c = bench.wire(port=24)
    c.ask('LHLO ' + CLIENT)
    c.ask('MAIL FROM:<frank@example.org>')
    for user in ('alice', 'nobody', 'erin', 'bob'):
        c.ask('RCPT TO:<%s@example.org>' % user)
    c.ask('DATA')
    c.ask(mail('lmtp-mixed', 'Mixed LMTP replies'), replies=3)
    c.ask('MAIL FROM:<frank@example.org>')
    c.ask('RCPT TO:<erin@example.org>')
    c.ask('DATA')
    c.ask(mail('lmtp-quota', 'Over quota'))
    c.ask('MAIL FROM:<>')
    c.ask('RCPT TO:<alice@example.org>')
    c.ask('RCPT TO:<carol@example.org>')
    c.ask(('BDAT 40', again[:40], None))
    c.ask(('BDAT %d LAST' % (len(again) - 40), again[40:], again), replies=2)
    c.ask('QUIT')
    c.close()


# --- Other servers -----------------------------------------------------------------------------------------------
OTHERS = (('exim', '127.0.0.3', 'example.net', 'by exim.example.net', 'EXIM_ROOT',
           'to Postfix with BDAT pipelined after MAIL and RCPT'),
          ('opensmtpd', '127.0.0.4', 'example.com', 'by opensmtpd.example.com', 'OPENSMTPD_ROOT', 'to Postfix'),
          ('sendmail', '127.0.0.5', 'example.edu', 'by sendmail.example.edu', 'SENDMAIL_ROOT', 'to Postfix'))


def session_with(bench, host, domain):
    c = bench.wire(host, source='127.0.0.9')
    c.ask('EHLO ' + CLIENT)
    c.ask('NOOP')
    c.ask(FROM_ALICE)
    c.ask('RCPT TO:<info@%s>' % domain)
    c.ask('DATA')
    c.ask(mail('to-' + domain, 'Message for another server', to='info@' + domain))
    c.ask('QUIT')
    c.close()


def relay_over(bench, name, host, marker):
    file = bench.file(mail('via-' + name, 'Relayed by ' + name))
    bench.swaks('--server', host, '--to', 'bob@example.org', '--data', file)
    bench.messages.clear()
    bench.wait_log(r'disconnect from')
    bench.messages.append(bench.delivered('bob', marker, '<via-%s@' % name))


for name, host, domain, marker, root, how in OTHERS:
    scenario('smtp-' + name, 'wire', 'its greeting, its replies to EHLO and commands, its queue id', server=name,
             filt='tcp port 25 and host 127.0.0.9', program=None, root=root, outcomes='accepted')(
        lambda bench, host=host, domain=domain: session_with(bench, host, domain))
    scenario('smtp-%s-relay' % name, name, '%s relays a message %s' % (name, how), root=root, outcomes='accepted',
             filt='tcp port 25 and host 127.0.0.7')(
        lambda bench, name=name, host=host, marker=marker: relay_over(bench, name, host, marker))
