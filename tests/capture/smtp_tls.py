"""TLS records that follow STARTTLS in the tests: correct in form, their ciphertext arbitrary.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import struct


def record(kind, octets, version=0x0303):
    """TLS record (RFC 8446 5.1)."""
    return struct.pack("!BHH", kind, version, len(octets)) + octets


def handshake(kind, octets):
    """Handshake message (RFC 8446 4)."""
    return struct.pack("!B", kind) + len(octets).to_bytes(3, "big") + octets


RANDOM = bytes(range(32))
CLIENT_HELLO = record(22, handshake(1, b"\x03\x03" + RANDOM + b"\0" + b"\0\2\xc0\x2f" + b"\1\0"), 0x0301)
SERVER_HELLO = record(22, handshake(2, b"\x03\x03" + RANDOM + b"\0" + b"\xc0\x2f" + b"\0"))
CLIENT_DATA = record(23, bytes(40))
SERVER_DATA = record(23, bytes(50))
