/* The input of the target fuzz_epan as frames of a capture: Ethernet, IPv4, TCP, and TLS without encryption.
 *
 * The first octet says on which port the server is, the second is a set of enum option. The others are cut at the
 * octets 0xF6 to 0xFE, which name what follows them: see enum mark. 0xFF makes the octet behind it one like any other.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_EPAN_FRAMES_H
#define MW_EPAN_FRAMES_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum mark {
    FROM_CLIENT = 0xF6, /* a segment with these octets; none: an acknowledgement */
    FROM_SERVER,
    CLIENT_GAP, /* octets missing: what its octets add up to, and one */
    SERVER_GAP,
    AGAIN,   /* the last segment once more, or these octets in its place */
    LATE,    /* as the last segment's side, and it arrives after the segment that follows it */
    CLOSE,   /* both sides end; with octets: a reset */
    SECURED, /* TLS begins, and with the next one segments are what they are again */
    CONNECT, /* another connection */
    ESCAPE,
};

enum option {
    BACKWARDS = 0x01,     /* the second pass begins with the last frame */
    FIRST_TREE = 0x02,    /* the first pass has the tree and the taps as well */
    ANY_ORDER = 0x04,     /* TCP puts segments in order */
    NO_REASSEMBLY = 0x08, /* TCP gives segments as they are */
    HIDE = 0x10,          /* passwords are hidden */
    CUT_SHORT = 0x20,     /* the first octets of each frame are captured */
    SLOW = 0x40,          /* seconds between segments */
    MID_STREAM = 0x80,    /* the capture begins after the connection */
};

struct frame {
    uint8_t *octets; /* a block of captured octets */
    uint32_t captured, length;
    uint64_t time; /* microseconds */
};

struct capture {
    unsigned options;  /* set of enum option */
    GPtrArray *frames; /* of struct frame */
};

/* The line of a TLS key log that makes Wireshark read the records. */
extern const char capture_keys[];

/* The frames that an input stands for. The caller frees them with capture_free. */
struct capture *capture_read(const uint8_t *data, size_t size);

void capture_free(struct capture *capture);

#endif
