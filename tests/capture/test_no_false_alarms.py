"""No Warn and no Error on the messages of real software, but for those that deserve one.

SPDX-License-Identifier: GPL-2.0-or-later
"""
import os

import pytest

from conftest import all_captures
from runner import experts, frames

# Warn and Error on messages, by capture: name without prefix -> how many.
KNOWN = {
    "suricata-mime-280-octet-filename.pcap": {"attachment_name": 1},
    "suricata-mime-odd-length-base64.pcap": {"base64": 1},
    "suricata-mime-rfc2231-name-short.pcap": {"attachment_name": 1, "base64": 1},   # "..zip"; "%^@%)(*" in base64
    "suricata-mime-very-small-base64.pcap": {"base64": 1},
    "zeek-smtp-many-rcpt.pcap.gz": {"received_loop": 1},                            # 600 times
}
CAPTURES = all_captures()


def loud(path):
    """Name without prefix -> number of Warn and Error on messages."""
    found = [e.name.replace("mail.expert.", "") for e in experts(path, filter="mail")
             if e.severity in ("warn", "error") and e.name.startswith("mail.")]
    return {name: found.count(name) for name in found}


def test_captures_are_there():
    assert len(CAPTURES) >= 100


@pytest.mark.parametrize("path", CAPTURES, ids=os.path.basename)
def test_messages_of_real_software(path):
    assert loud(path) == KNOWN.get(os.path.basename(path), {})


def test_the_messages_were_looked_at():
    """Silence is not that of records that are absent: these messages are dated long before they were sent."""
    path = next(path for path in CAPTURES if path.endswith("/smtp-plain.pcapng"))
    assert len(frames(path, "mail.expert.date_far")) == 1
