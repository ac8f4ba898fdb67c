/* Putting the octets of a message together and handing the whole of it on.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAIL_BODY_H
#define MAIL_BODY_H

#include "connection.h"
#include "mail/transaction.h"
#include "smtp/dot.h"

/* How a protocol shows fragments. */
struct mail_body_fields {
    const fragment_items *items;
    const char *source; /* name of the data source */
};

/* What an element has of a message. */
struct mail_fragment {
    struct mail_body *body;
    tvbuff_t *tvb; /* octets of the message, framing removed; looked at on the first pass only */
    int offset;
    uint32_t octets;
    uint32_t at;  /* where the element stands in the view's tvb */
    uint32_t id;  /* set by dissect_mail_fragment */
    bool ends;    /* the message ends here */
    bool partial; /* what is put together is no whole message: shown, but not handed to imf */
};

/* Whether the whole message is shown in this frame, too. */
bool mail_body_is_whole_here(const struct mw_view *view, const struct mail_body *body);
/* Puts fragments together, whoever looks, and shows the whole message where it ends. */
void dissect_mail_fragment(const struct mw_view *view, const struct mail_body_fields *fields,
                           const struct mail_fragment *fragment);
/* Gives a fragment the octets of an element without dot-stuffing: on the first pass, which alone looks at them.
 * @param before  where the scanner stood; NULL: the octets are the message's as they stand */
void mail_unstuff_fragment(const struct mw_view *view, const struct mw_element *element, const struct smtp_dot *before,
                           struct mail_fragment *fragment);
/* Hands a message, or the header of one, to Wireshark's imf dissector. */
void dissect_mail_message(const struct mw_view *view, tvbuff_t *message);

void mail_register_body(void);
void mail_handoff_body(void);

#endif
