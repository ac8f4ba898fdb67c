"""The messages of the POP3 and IMAP recordings and of the live test, with CRLF.

SPDX-License-Identifier: GPL-2.0-or-later
"""
import base64


def letter(name, subject, body, more='Content-Type: text/plain; charset=utf-8\n', sender='Bob <bob@example.org>',
           to='alice@example.org'):
    return ('From: %s\nTo: %s\nSubject: %s\nDate: Mon, 02 Jun 2025 10:00:00 +0000\n'
            'Message-ID: <%s@client.example.org>\nMIME-Version: 1.0\n%s\n%s'
            % (sender, to, subject, name, more, body)).replace('\n', '\r\n').encode()


def wrapped(octets):
    return base64.encodebytes(octets).decode()


def multipart(kind, edge, *parts):
    return ('Content-Type: multipart/%s; boundary="%s"\n' % (kind, edge),
            ''.join('--%s\n%s\n' % (edge, part) for part in parts) + '--%s--\n' % edge)


def nested():
    inner_head, inner_body = multipart('alternative', 'inner', 'Content-Type: text/plain; charset=utf-8\n\nPlain.\n',
                                       'Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: '
                                       'quoted-printable\n\n<p>H=C3=A4ll=C3=B6 <a href=3D"https://example.org/">'
                                       'here</a></p>\n')
    forwarded = letter('forwarded', 'An older one', 'Old text.\n', sender='carol@example.org').decode()
    return multipart('mixed', 'outer', inner_head + '\n' + inner_body,
                     'Content-Type: message/rfc822\n\n' + forwarded.replace('\r\n', '\n'),
                     'Content-Type: application/octet-stream; name="table.bin"\nContent-Transfer-Encoding: base64\n'
                     'Content-Disposition: attachment; filename="table.bin"\n\n' + wrapped(bytes(range(256))),
                     'Content-Type: image/gif\nContent-Transfer-Encoding: base64\nContent-Disposition: inline; '
                     'filename="pixel.gif"\nContent-ID: <pixel@example.org>\n\n' + wrapped(b'GIF89a\1\0\1\0\0\0\0;'))


def pair(name, subject, shape, **options):
    return letter(name, subject, shape[1], more=shape[0], **options)


LIBRARY = {
    'plain': letter('plain', 'Plain text', 'Hello,\nthis is a test message.\n'),
    'dots': letter('dots', 'Dots', '.one dot\n..two dots\n.\n...\ntext. \n.QUIT\n+OK not a reply\n-ERR nor this\n'
                                   'a001 OK nor that\nend.\n'),
    'words': letter('words', '=?utf-8?Q?Gr=C3=BC=C3=9Fe_aus_K=C3=B6ln?=', 'Sch=C3=B6ne Gr=C3=BC=C3=9Fe!\n',
                    more='Cc: "Dave, the second" <dave@example.org>, erin@example.org\n'
                         'In-Reply-To: <plain@client.example.org>\nReferences: <plain@client.example.org>\n'
                         'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n',
                    sender='=?utf-8?Q?J=C3=BCrgen?= <jurgen@example.org>', to='alice@example.org, bob@example.org'),
    'nested': pair('nested', 'Nested parts', nested()),
    'attachments': pair('attachments', 'Two attachments', multipart(
        'mixed', 'edge', 'Content-Type: text/plain; charset=utf-8\n\nTwo files: see below.\n',
        'Content-Type: application/octet-stream; name="table.bin"\nContent-Transfer-Encoding: base64\n'
        'Content-Disposition: attachment; filename="table.bin"\n\n' + wrapped(bytes(range(256)) * 3),
        'Content-Type: text/csv; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n'
        'Content-Disposition: attachment; filename="list.csv"\n\nname;price\ncaf=C3=A9;3\n')),
    'html': letter('html', 'HTML alone', '<p>Read <a href="https://www.example.org/a?b=1">this</a>.</p>\n',
                   more='Content-Type: text/html; charset=utf-8\n'),
    'long': letter('long', 'Many segments', ''.join('.%04d %s\n' % (i, 'x' * (i % 70)) for i in range(160))),
    'eight': letter('eight', 'Eight bits', 'Zażółć gęślą jaźń.\n',
                    more='Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n'),
    'reply': letter('reply', 'Re: Plain text', 'An answer.\n',
                    more='In-Reply-To: <plain@client.example.org>\nReferences: <plain@client.example.org>\n'
                         'Content-Type: text/plain\n', sender='carol@example.org'),
    'small': letter('small', 'Small', 'x\n'),
}
