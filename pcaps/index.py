"""Writes index.md, which says what each capture of this folder shows.

SPDX-License-Identifier: GPL-2.0-or-later

    python3 pcaps/index.py

The classroom captures are described here, the others by their facts in tests/capture/facts. Packets are counted.
"""

import json
import pathlib
import struct

HERE = pathlib.Path(__file__).resolve().parent
FACTS = HERE.parent / "tests" / "capture" / "facts"
PACKET_BLOCKS = (3, 6)      # pcapng: Simple and Enhanced Packet Block

# capture, worksheet, made by, what it shows, what is special
LABS = [
    ("lab-3.4.3-figure6", "cisco-3.4.3-smtp", "`make.py`",
     "Cisco CCNA Exploration 1, Lab 3.4.3, Figure 6: Thunderbird sends a mail to Sendmail 8.13.1",
     "times, sequence and acknowledgement numbers and lengths are those of the figure; message text, extensions and "
     "queue id are chosen to fill the lengths it prints"),
    ("lab-3.4.3-telnet", "cisco-3.4.3-telnet", "`make.py`",
     "the telnet transcript of the same lab",
     "a packet for each key; addresses without brackets; a message without header; replies with and without enhanced "
     "status codes"),
    ("lab-3.4.3-imap", "cisco-3.4.3-reading", "`record_labs.sh`, Dovecot",
     "the same mail read by IMAP, user ccna1",
     "three connections: LOGIN with atoms, with quoted strings, with literals; times moved to the day of the lab"),
    ("lab-3.4.3-pop3", "cisco-3.4.3-reading", "`record_labs.sh`, Dovecot",
     "the same mail read by POP3, user ccna2: USER, PASS, STAT, LIST, UIDL, RETR, DELE, QUIT",
     "the message is deleted at QUIT; times moved to the day of the lab"),
    ("lab-06-smtp-pop3", "packet-tracer-06", "`record_labs.sh`, Postfix and Dovecot",
     "the network of the Packet Tracer lab: client1 sends to client2 by SMTP, who fetches by POP3",
     "the DNS look-ups of mail.com; two records of one message, with two Received lines in the second"),
    ("cs2910-starttls-nokeys", "cs2910-starttls", "`record_labs.sh`, of the next",
     "submission on port 587 with STARTTLS, as captured",
     "no keys: nothing can be read after STARTTLS"),
    ("cs2910-starttls", "cs2910-starttls", "`record_smtp.sh`, Postfix",
     "the same packets",
     "TLS 1.2 with its secrets in the file: AUTH PLAIN and the message can be read"),
    ("wikiversity-helo", "wikiversity-helo", "`make.py`",
     "the steps of Wikiversity's Wireshark/SMTP page: `helo` without argument, and `quit`",
     "a packet for each key; first connection answered 250 and ended by `quit`, second answered 501 and closed by the "
     "server"),
]

HEAD = """# Captures

Written by `python3 pcaps/index.py`.

## For the classroom

`labs` has the worksheets. `python3 pcaps/make.py` writes its captures again, octet for octet the same: they were not
taken from a network, but built from a published text with the tools in `tests/capture/wire.py`.
`tests/live/record_labs.sh` records its captures again, with real servers at the addresses of the labs (ports, ids and
times differ then, and with them some answers of the worksheets).

| capture | packets | shows | special | worksheet | made by |
|---|---|---|---|---|---|
"""

REST = """
## Recorded from real servers and clients

Recorded on loopback by `tests/live/record_smtp.sh` and `tests/live/record_access.sh`, which can make them again (ids,
times and TLS keys differ then). Names and passwords are invented. What each holds, and what the servers logged, is in
`tests/capture/facts/NAME.json`.

| capture | packets | shows | server | client |
|---|---|---|---|---|
"""


def packets(path):
    """Number of packets of a little-endian pcapng file."""
    octets, at, count = path.read_bytes(), 0, 0
    while at < len(octets):
        kind, size = struct.unpack_from("<II", octets, at)
        count += kind in PACKET_BLOCKS
        at += size
    return count


def lab_row(name, sheet, made, shows, special):
    """Row of a classroom capture."""
    return "| `%s.pcapng` | %d | %s | %s | [%s](labs/%s.md) | %s |\n" % (
        name, packets(HERE / (name + ".pcapng")), shows, special, sheet, sheet, made)


def other_row(path):
    """Row of another capture, from its facts."""
    stated = json.loads((FACTS / (path.stem + ".json")).read_text(encoding="utf-8"))
    return "| `%s` | %d | %s | %s | %s |\n" % (
        path.name, packets(path), stated["shows"], stated["server"], stated["client"])


def text():
    """What index.md has to say."""
    labs = {row[0] for row in LABS}
    others = sorted(path for path in HERE.glob("*.pcapng") if path.stem not in labs)
    return HEAD + "".join(lab_row(*row) for row in LABS) + REST + "".join(map(other_row, others))


if __name__ == "__main__":
    (HERE / "index.md").write_text(text(), encoding="utf-8")
