"""One sharkd process that opens many captures does not grow: what the plugin keeps goes when its capture is closed.

SPDX-License-Identifier: GPL-2.0-or-later

The first loads fill caches that stay (charsets, GMime, malloc's arenas), so growth counts from the third on. sharkd
4.0 itself loses some 120 octets per frame with each load, and the list of what dissectors keep with a frame (one node
of 16 octets for each frame with mail). So stock Wireshark is measured too, and the first capture has its messages in
few frames: there a single octet per message would be seen.
"""
import glob

import pytest

from imap_talk import fetched, octets
from pop_talk import reply
from runner import Sharkd
from smtp_talk import PCAPS
from wire import Capture, Conversation

LOADS = 50
WARM = 3            # loads before growth counts
SESSIONS = 10       # of each protocol in the capture
MESSAGES = 100      # in each session
SEGMENT = 16000     # octets of payload of a frame
FRAMES = 20         # shown after each load
# malloc of glibc gives back what is free at once: what stays is used
MALLOC = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536",
          "MALLOC_TOP_PAD_": "0"}
SMALL = 1024        # KiB that a process may grow by from the third load to the last, above stock Wireshark
MESSAGE = (b"From: =?utf-8?q?Al=C3=AF?= <alice@example.org>\r\nTo: Bob <bob@example.net>\r\n"
           b"Subject: =?iso-8859-15?q?Lunch_=A4?=\r\nMessage-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n"
           b"Content-Type: multipart/mixed; boundary=f\r\n\r\n"
           b"--f\r\n\r\nSee http://www.example.org/menu.\r\n"
           b"--f\r\nContent-Type: text/plain; charset=koi8-r; name*=utf-8''caf%C3%A9.txt\r\n"
           b"Content-Transfer-Encoding: base64\r\n\r\nSGVsbG8sIEJvYi4=\r\n--f--\r\n")


def smtp():
    """What each side says in a session of pipelined messages by BDAT."""
    one = b"MAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@example.net>\r\nBDAT %d LAST\r\n%s" % (len(MESSAGE), MESSAGE)
    return (octets("EHLO client.example.org"),
            octets("220 mx.example.net ESMTP", "250-mx.example.net", "250-CHUNKING", "250 PIPELINING"),
            one * MESSAGES, octets("250 Ok", "250 Ok", "250 2.0.0 Ok: queued as 4F2A91C0DE") * MESSAGES)


def pop():
    """What each side says in a session of pipelined RETR."""
    return (octets("USER bob", "PASS s3cret"), octets("+OK ready", "+OK", "+OK"),
            octets("RETR 1") * MESSAGES, reply(MESSAGE) * MESSAGES)


def imap():
    """What each side says in a session that fetches a mailbox."""
    return (octets("a1 LOGIN bob s3cret", "a2 SELECT INBOX"), octets("* OK ready", "a1 OK Hi", "a2 OK Selected"),
            octets("a3 FETCH 1:* (UID BODY[])"), fetched(MESSAGE) * MESSAGES + octets("a3 OK Done"))


def mail_capture(path):
    """SESSIONS sessions of each protocol, every second one cut off in the middle of a message."""
    capture = Capture()
    for port, said in ((25, smtp()), (110, pop()), (143, imap())):
        for number in range(SESSIONS):
            talk = Conversation(capture, port=port, client_port=40000 + number)
            talk.handshake()
            for turn, data in enumerate(said):
                end = len(data) - 100 if turn == 3 and number % 2 else len(data)
                talk.send("CS"[turn % 2], data[:end], cut=SEGMENT)
            talk.close()
    return capture.save(path)


def resident(sharkd):
    """VmRSS of a process, in KiB."""
    with open("/proc/%d/status" % sharkd.process.pid) as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


def sizes(paths, plugin):
    """VmRSS after each load of these captures, FRAMES frames of each of which are shown."""
    found = []
    with Sharkd(plugin=plugin) as sharkd:
        for path in paths:
            sharkd.load(path)
            count = sharkd.count()
            for number in range(1, count + 1, count // FRAMES + 1):
                sharkd.frame(number)
            found.append(resident(sharkd))
    return found


def check_growth(paths, warm):
    """Fails where the process grows from the load `warm` to the last one by more than stock Wireshark's and SMALL."""
    found = {plugin: sizes(paths, plugin) for plugin in (True, False)}
    grown = {plugin: found[plugin][-1] - found[plugin][warm - 1] for plugin in found}
    print("KiB from load %d to %d: plugin %d, stock %d" % (warm, len(paths), grown[True], grown[False]))
    assert grown[True] <= max(grown[False], 0) + SMALL, found


@pytest.fixture(autouse=True)
def tidy_malloc(monkeypatch):
    """No noise from pages that malloc keeps."""
    for name, value in MALLOC.items():
        monkeypatch.setenv(name, value)


@pytest.mark.no_sanitize
def test_one_capture_many_times(pcap):
    check_growth([mail_capture(pcap())] * LOADS, WARM)


@pytest.mark.no_sanitize
def test_many_captures():
    """Captures of pcaps/, each twice: the second round needs no more than the first."""
    paths = (sorted(glob.glob(str(PCAPS / "*.pcap*"))) * LOADS)[:LOADS // 2]
    check_growth(paths * 2, len(paths))
