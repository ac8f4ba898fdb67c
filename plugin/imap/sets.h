/* Sets of message numbers or unique ids.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IMAP_SETS_H
#define IMAP_SETS_H

#include "slice.h"

/* "*", the largest number in use: larger than every number, which have 32 bits. */
#define IMAP_STAR UINT64_MAX

/* Numbers that a set is expanded to for the reader; a mailbox of a million messages answers SEARCH ALL with "1:1000000"
 * and nobody reads that as a list. */
#define IMAP_MAX_SET_NUMBERS 1000

/* seq-number / seq-range / seq-last-command, RFC 9051 9. "4:2" is "2:4", "*:4" is "4:*". */
struct imap_range {
    mw_slice where;
    uint64_t low, high; /* 1 to UINT32_MAX, or IMAP_STAR; both 0 for "$" */
    bool saved;         /* "$": what the last SEARCH saved, RFC 9051 6.4.4.1 */
};

/* The next range of a set. *at is where reading goes on, 0 at first.
 * @return false at the end, or, with *at left below set.len, at what the grammar does not allow there */
bool imap_set_next(mw_bytes set, uint32_t *at, struct imap_range *range);

struct imap_set {
    bool valid;      /* a sequence-set; a uid-set, RFC 9051 9, has neither star nor saved besides */
    bool star;       /* holds "*" */
    bool saved;      /* holds "$" */
    uint32_t ranges; /* up to the first error */
    uint64_t count;  /* numbers that they stand for, those named twice counted twice; saturates. Of "4:*" the 4 alone,
                      * of "*" one, of "$" none: at least so many */
};

/* Reads all of a set. An empty one is not valid. */
void imap_set_measure(mw_bytes set, struct imap_set *out);

/* Whether a set is one number, as in UID FETCH 17; *number is unchanged if not. */
bool imap_set_single(mw_bytes set, uint32_t *number);

/* The numbers of a set, one after the other. */
struct imap_numbers {
    mw_bytes set;
    uint32_t at;
    struct imap_range range; /* of the number returned last */
    uint64_t next;           /* in range; above its end: the next range */
    uint32_t left;           /* numbers that may still be returned */
};

/* At most IMAP_MAX_SET_NUMBERS. set must stay in memory. */
void imap_numbers_start(struct imap_numbers *numbers, mw_bytes set);
/* False at the end, at the limit, at "*" or "$", or at what is not valid; numbers of a range ascend. */
bool imap_numbers_next(struct imap_numbers *numbers, uint32_t *number);

#endif
