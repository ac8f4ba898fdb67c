"""Messages of every MIME shape for the round trip, made from a seed: their octets, and what is attached to them.

SPDX-License-Identifier: GPL-2.0-or-later
"""
import base64
import collections
import random
import urllib.parse

from access_messages import LIBRARY

# name: as the plugin tells it; octets: after transfer decoding
Attachment = collections.namedtuple('Attachment', 'name octets')
# head: lines without their ends; attached: in the order in which the parts begin
Part = collections.namedtuple('Part', 'head body attached')
# key: the value of its field X-Number, or None without one; attached is the same after delivery
Message = collections.namedtuple('Message', 'key octets attached shape')

CRLF = b'\r\n'
LONGEST = 998    # octets of a line, RFC 5322 2.1.1
LARGEST = 60000  # octets of an attachment
WORDS = ('mail', 'window', 'Köln', 'ζωή', 'простой', '日本語', 'a', 'the', 'naïve', '=3D', 'From', '%41', '-- ',
         '"', '🎈')
ASCII_WORDS = [word for word in WORDS if word.isascii()]
# The edges of base64 quanta, of its lines of 76 characters, and of decoders that work in pieces.
SIZES = (0, 1, 2, 3, 4, 56, 57, 58, 113, 114, 1000, 12287, 12288, 12289, 16384, 40000, LARGEST)
TYPES = (('application/octet-stream', 'bin'), ('application/pdf', 'pdf'), ('image/png', 'png'), ('image/jpeg', 'jpg'),
         ('application/zip', 'zip'), ('audio/mpeg', 'mp3'), ('text/csv; charset=utf-8', 'csv'),
         ('application/vnd.oasis.opendocument.text', 'odt'), ('APPLICATION/X-Tar', 'tar'), ('text/calendar', 'ics'))


def lines(*texts):
    return b''.join(text.encode() + CRLF for text in texts)


# --- Contents -----------------------------------------------------------------------------------------------------
def text(rng, words=WORDS, count=None):
    """Lines, some of which start with dots or look like something else."""
    found = []
    for _ in range(rng.randrange(1, 40) if count is None else count):
        line = ' '.join(rng.choice(words) for _ in range(rng.randrange(12)))
        line = rng.choice(('', '', '', '.', '..', 'From ', '. ', '--')) + line
        found.append(rng.choice(('.', '..', '', '>From x', 'QUIT', '+OK', '* 1 FETCH', ')', 'a1 OK'))
                     if rng.random() < 0.1 else line)
    return lines(*found)


def octets(rng):
    size = rng.choice(SIZES) if rng.random() < 0.3 else int(rng.paretovariate(0.6) * 100) % 9000
    return rng.randbytes(size)


def base64_of(content, width=76):
    encoded = base64.b64encode(content)
    return CRLF.join(encoded[i:i + width] for i in range(0, len(encoded), width))


def quoted(content, keep_lines):
    """Quoted-printable, RFC 2045 6.7; keep_lines: CRLF is that of text, not octets of its own.

    Octets end with a soft line break, so that a line end behind them is none of theirs."""
    found = []
    for line in content.split(CRLF) if keep_lines else [content]:
        current = b''
        for i, octet in enumerate(line):
            plain = 33 <= octet <= 126 and octet != 61 or octet in b' \t' and i + 1 < len(line)
            unit = bytes([octet]) if plain else b'=%02X' % octet
            if len(current) + len(unit) > 75:
                found.append(current + b'=')
                current = b''
            current += unit
        found.append(current)
    return CRLF.join(found) + (b'' if keep_lines else b'=' + CRLF)


# --- Header fields ------------------------------------------------------------------------------------------------
def encoded_word(rng, value):
    charset = rng.choice(('utf-8', 'UTF-8', 'utf-16be', 'gb18030'))
    raw = value.encode(charset)
    if rng.random() < 0.5:
        return '=?%s?%s?%s?=' % (charset, rng.choice('Bb'), base64.b64encode(raw).decode())
    return '=?%s?%s?%s?=' % (charset, rng.choice('Qq'), ''.join('=%02X' % octet for octet in raw))


def subject(rng):
    kind = rng.randrange(7)
    if kind == 0:
        return 'Subject: ' + ' '.join(rng.choice(ASCII_WORDS) for _ in range(rng.randrange(8)))
    if kind == 1:
        return 'Subject: ' + '\r\n '.join(encoded_word(rng, rng.choice(WORDS)) for _ in range(rng.randrange(1, 6)))
    if kind == 2:
        return 'Subject: ' + ' '.join(rng.choice(WORDS) for _ in range(6))    # 8 bits, not encoded
    if kind == 3:
        return 'Subject: ' + rng.choice(('../../etc/passwd', 'CON', 'a' * 300, 'x\u202egpj.exe', '~', '-rf', '?*|'))
    if kind == 4:
        return 'Subject: =?utf-8?B?%s?=' % base64.b64encode(b'cut \xc3').decode()
    return 'Subject:' if kind == 5 else 'X-No-Subject: 1'


def file_name(rng, extension):
    return '%s %d.%s' % (rng.choice(('report', 'Übersicht', 'отчёт', '写真', "a'b", 'semi;colon', 'x' * 120)),
                         rng.randrange(1000), extension)


def parameter(rng, attribute, value):
    """A parameter in one of the forms of RFC 2045 and RFC 2231, or as mail programs write it in spite of them."""
    escaped = urllib.parse.quote(value, safe='')
    kind = rng.randrange(5)
    if kind == 0:
        return ";\r\n %s*=utf-8'en'%s" % (attribute, escaped)
    if kind == 1:
        pieces, step = ["utf-8''"], rng.randrange(3, 30) * 3
        units = [c.encode() for c in value]
        for unit in units:
            if len(pieces[-1]) > step:
                pieces.append('')
            pieces[-1] += urllib.parse.quote(unit, safe='')
        return ''.join(';\r\n %s*%d*=%s' % (attribute, i, piece) for i, piece in enumerate(pieces))
    if kind == 2 and value.isascii():
        half = rng.randrange(1, len(value))
        return '; %s*0="%s"; %s*1="%s"' % (attribute, value[:half], attribute, value[half:])
    if kind == 3:
        return '; %s="=?utf-8?B?%s?="' % (attribute, base64.b64encode(value.encode()).decode())
    return '; %s="%s"' % (attribute, value)


# --- Parts --------------------------------------------------------------------------------------------------------
def text_part(rng, subtype='plain'):
    encoding = rng.choice(('7bit', '8bit', 'quoted-printable', 'base64', None))
    content = text(rng, ASCII_WORDS if encoding in ('7bit', None) else WORDS)
    head = ['Content-Type: text/%s; charset=utf-8' % subtype] if rng.random() < 0.9 else []
    if encoding:
        head.append('Content-Transfer-Encoding: ' + rng.choice((encoding, encoding.upper())))
    if encoding == 'quoted-printable':
        content = quoted(content, True)
    if encoding == 'base64':
        content = base64_of(content)
    return Part(head, content, [])


def attachment(rng, kind=None, name=None):
    media, extension = kind or rng.choice(TYPES)
    name = name or file_name(rng, extension)
    encoding = rng.choice(('base64', 'base64', 'base64', 'quoted-printable', 'text', '8bit'))
    if encoding == 'base64':
        content = octets(rng)
        body = base64_of(content, rng.choice((76, 76, 76, 60, 4, 72, 996)))
    elif encoding == 'quoted-printable':
        content = octets(rng)[:20000]
        body = quoted(content, False)
    elif encoding == 'text':
        content = text(rng)
        body, encoding = quoted(content, True), 'Quoted-Printable'
    else:
        body = content = text(rng)
    disposition = rng.choice(('attachment', 'inline', 'ATTACHMENT'))
    head = ['Content-Type: ' + media, 'Content-Transfer-Encoding: ' + encoding]
    if rng.random() < 0.8:
        head.append('Content-Disposition: ' + disposition + parameter(rng, 'filename', name))
    else:
        head[0] += parameter(rng, 'name', name)
    return Part(head, body, [Attachment(name, content)])


def multipart(rng, kind, parts, more='', name=None):
    edge = rng.choice(('edge', "=_a'b+c", '----=_NextPart_000', 'b:?=/ .b')) + str(rng.randrange(10 ** 6))
    padding = rng.choice((b'', b'', b'', b' \t'))
    body = lines('A preamble', '--' + edge + 'x') if rng.random() < 0.3 else b''
    for part in parts:
        body += b'--' + edge.encode() + padding + CRLF + lines(*part.head) + CRLF + part.body + CRLF
    if parts[-1].attached or rng.random() < 0.9:
        body += b'--' + edge.encode() + b'--' + padding + CRLF
        body += lines('An epilogue') if rng.random() < 0.2 else b''
    attached = [one for part in parts for one in part.attached]
    head = 'Content-Type: multipart/%s;\r\n\tboundary="%s"%s' % (kind, edge, more)
    if name:
        return Part([head + '; name="%s"' % name], body, [Attachment(name, body)] + attached)
    return Part([head], body, attached)


def nested(rng, name=None):
    inner = rng.choice((text_part, attachment, mixed, alternative))(rng)
    body = lines('From: carol@example.org', subject(rng), 'MIME-Version: 1.0', *inner.head) + CRLF + inner.body
    own = [Attachment(name, body)] if name else []
    more = parameter(rng, 'name', name) if name else ''
    return Part(['Content-Type: message/rfc822' + more], body, own + inner.attached)


def mixed(rng):
    return multipart(rng, 'mixed', [text_part(rng)] + [attachment(rng) for _ in range(rng.randrange(4))])


def alternative(rng):
    return multipart(rng, 'alternative', [text_part(rng), text_part(rng, 'html')])


def related(rng):
    return multipart(rng, 'related', [text_part(rng, 'html'), attachment(rng, ('image/gif', 'gif'))],
                     '; type="text/html"')


def everything(rng):
    return multipart(rng, 'mixed', [multipart(rng, 'related', [alternative(rng), attachment(rng)]), nested(rng),
                                    attachment(rng)])


def signed(rng):
    signature = b'-----BEGIN PGP SIGNATURE-----\r\n\r\n' + base64_of(rng.randbytes(200)) + CRLF
    part = Part(['Content-Type: application/pgp-signature; name="signature.asc"'], signature,
                [Attachment('signature.asc', signature)])
    return multipart(rng, 'signed', [mixed(rng), part],
                     ';\r\n micalg=pgp-sha256; protocol="application/pgp-signature"')


def report(rng):
    status = Part(['Content-Type: message/delivery-status'],
                  lines('Reporting-MTA: dns; mail.example.org', '', 'Action: failed', 'Status: 5.1.1'), [])
    returned = nested(rng) if rng.random() < 0.5 else Part(['Content-Type: text/rfc822-headers'],
                                                           lines('From: a@example.org', 'Subject: cut'), [])
    return multipart(rng, 'report', [text_part(rng), status, returned], '; report-type=delivery-status')


def digest(rng):
    return multipart(rng, 'digest', [Part([], one.body, one.attached) for one in (nested(rng), nested(rng))])


def forwarded(rng):
    return multipart(rng, 'mixed', [text_part(rng), nested(rng, 'forwarded.eml'), nested(rng)])


def deep(rng):
    part = attachment(rng)
    for _ in range(rng.randrange(5, 12)):
        part = multipart(rng, 'mixed', [part, text_part(rng)])
    return part


def tnef(rng):
    return multipart(rng, 'mixed', [text_part(rng), attachment(rng, ('application/ms-tnef', 'dat'), 'winmail.dat')])


def cut_tnef(rng):
    """Too short for the signature: Wireshark's own dissector breaks off, and what is behind it must not be lost."""
    part = Part(['Content-Type: application/ms-tnef; name="winmail.dat"'], b'x', [Attachment('winmail.dat', b'x')])
    return multipart(rng, 'mixed', [text_part(rng), part])


def named_multipart(rng):
    return multipart(rng, 'mixed', [multipart(rng, 'mixed', [text_part(rng), attachment(rng)], name='folder.mim'),
                                    text_part(rng)])


def hostile_names(rng):
    names = ('../../../etc/passwd', 'C:/windows/x.exe', 'CON', 'y' * 300 + '.txt', 'x\u202egpj.exe', '-rf', '.profile',
             'same.bin', 'same.bin', 'SAME.BIN')
    return multipart(rng, 'mixed', [attachment(rng, name=name) for name in names])


def empty(rng):
    return Part(['Content-Type: text/plain'], b'', [])


def long_lines(rng):
    found = [rng.choice((LONGEST, LONGEST - 1, 990, 512)) for _ in range(rng.randrange(2, 20))]
    return Part(['Content-Type: text/plain'], b''.join(rng.choice((b'x', b'.')) * n + CRLF for n in found), [])


def many_fields(rng):
    head = ['X-Field-%d: %s' % (i, 'v' * rng.randrange(300)) for i in range(rng.randrange(100, 250))]
    head += ['X-Long: ' + 'l' * (LONGEST - 8), 'X-Folded: ' + '\r\n\t'.join('part %d' % i for i in range(100))]
    return Part(head + ['References: ' + '\r\n '.join('<%d@example.org>' % i for i in range(80))], text(rng), [])


def dots(rng):
    return Part(['Content-Type: text/plain'], b''.join(b'.' * rng.randrange(5) + CRLF for _ in range(300)), [])


SHAPES = (text_part, attachment, mixed, mixed, alternative, related, everything, signed, report, digest, forwarded,
          deep, tnef, cut_tnef, named_multipart, hostile_names, empty, long_lines, many_fields, dots, nested)
WITHOUT_HEADER = (b'\r\nBehind an empty line.\r\n', b'No field at all.\r\nSecond line.\r\n', b'\r\n',
                  b'\r\n.\r\n..\r\n\r\n')


def message(rng, number, shape):
    part = shape(rng)
    sender = rng.choice(('Bob <bob@example.org>', '=?utf-8?Q?B=C3=B6b?= <bob@example.org>', 'bob@example.org'))
    head = ['From: ' + sender,
            'To: alice@example.org', 'Message-ID: <%d@client.example.org>' % number, 'X-Number: %d' % number,
            'Date: Mon, 02 Jun 2025 10:00:00 +0000', 'MIME-Version: 1.0', subject(rng)]
    body = part.body
    if body and not body.endswith(CRLF):
        body += CRLF
    return Message(str(number), lines(*head, *part.head) + CRLF + body, part.attached, shape.__name__)


def messages(count, seed):
    """At least one of each shape, of each one without a header, and those of the library; the same for a seed."""
    rng = random.Random(seed)
    found = [Message(None, octets, [], 'without header') for octets in WITHOUT_HEADER]
    found += [Message(None, LIBRARY[name], [], name) for name in ('plain', 'dots', 'words', 'html', 'eight', 'long')]
    found.append(Message(None, b'Subject: only a header\r\n', [], 'header alone'))
    found += [message(rng, number, SHAPES[number % len(SHAPES)]) for number in range(count - len(found))]
    rng.shuffle(found)
    return found
