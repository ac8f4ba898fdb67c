/* ENVELOPE and BODYSTRUCTURE: what a message consists of, as a server tells it. RFC 9051 7.5.2.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "imap/shapes.h"

#include <glib.h>

static const uint8_t address_roles[] = {
    IMAP_ROLE_ADDRESS_NAME,
    IMAP_ROLE_ADDRESS_ROUTE,
    IMAP_ROLE_ADDRESS_MAILBOX,
    IMAP_ROLE_ADDRESS_HOST,
};

/* address = "(" addr-name SP addr-adl SP addr-mailbox SP addr-host ")"; RFC 9051 9. */
static const struct imap_step address =
    IMAP_LIST(ADDRESS, IMAP_ONCE(IMAP_PLAIN(ADDRESS_NAME), IMAP_PLAIN(ADDRESS_ROUTE), IMAP_PLAIN(ADDRESS_MAILBOX),
                                 IMAP_PLAIN(ADDRESS_HOST)));

/* "(" 1*address ")"; a single address without the parentheses around all of them is understood as well. */
static void read_addresses(struct imap_parser *parser, struct imap_list *list, mw_bytes line, struct imap_token *token)
{
    (void)parser;
    (void)line;
    imap_take_step(&address, token);
    if (token->kind != IMAP_OPEN && list->index < G_N_ELEMENTS(address_roles))
        token->role = address_roles[list->index];
}

static const struct imap_shape addresses_shape = { read_addresses };

/* envelope = "(" env-date SP env-subject SP env-from SP env-sender SP env-reply-to SP env-to SP env-cc SP env-bcc SP
 * env-in-reply-to SP env-message-id ")"; RFC 9051 9. */
static void read_envelope(struct imap_parser *parser, struct imap_list *list, mw_bytes line, struct imap_token *token)
{
#define ADDRESSES(of)                                                                                                  \
    {                                                                                                                  \
        IMAP_ROLE_ENVELOPE_##of, IMAP_ROLE_ENVELOPE_##of, &addresses_shape                                             \
    }
    static const struct imap_step fields[] = {
        IMAP_PLAIN(ENVELOPE_DATE),
        IMAP_PLAIN(ENVELOPE_SUBJECT),
        ADDRESSES(FROM),
        ADDRESSES(SENDER),
        ADDRESSES(REPLY_TO),
        ADDRESSES(TO),
        ADDRESSES(CC),
        ADDRESSES(BCC),
        IMAP_PLAIN(ENVELOPE_IN_REPLY_TO),
        IMAP_PLAIN(ENVELOPE_MESSAGE_ID),
    };
#undef ADDRESSES

    (void)parser;
    (void)line;
    token->role = IMAP_ROLE_OTHER;
    if (list->index < G_N_ELEMENTS(fields))
        imap_take_step(&fields[list->index], token);
}

const struct imap_shape imap_shape_envelope = { read_envelope };

/* body-extension = nstring / number / number64 / "(" body-extension *(SP body-extension) ")" */
static void read_extension(struct imap_parser *parser, struct imap_list *list, mw_bytes line, struct imap_token *token)
{
    (void)parser;
    (void)line;
    token->role = IMAP_ROLE_BODY_EXTENSION;
    token->opens = list->shape;
}

static const struct imap_shape extension_shape = { read_extension };

/* Fields of a part in their order. AFTER_OCTETS: what stands there depends on the type and decides what follows. */
enum place {
    BEGINNING,
    SUBTYPE,
    PARAMETERS,
    ID,
    DESCRIPTION,
    ENCODING,
    OCTETS,
    AFTER_OCTETS,
    ENVELOPE,
    MESSAGE_BODY,
    LINES,
    MD5,
    MULTIPART,
    MULTIPART_SUBTYPE,
    MULTIPART_PARAMETERS,
    DISPOSITION,
    LANGUAGE,
    LOCATION,
    EXTENSION,
};

/* What list->item holds of a part beside its place. */
enum {
    PLACE_MASK = 0x1F,
    IS_TEXT = 0x20,
    IS_MESSAGE = 0x40, /* message/rfc822 or message/global, or not yet known to be none */
};

#define PARAMETERS_STEP                                                                                                \
    {                                                                                                                  \
        IMAP_ROLE_BODY_PARAMETERS, IMAP_ROLE_BODY_PARAMETERS,                                                          \
            IMAP_AGAIN(IMAP_PLAIN(BODY_PARAMETER_NAME), IMAP_PLAIN(BODY_PARAMETER_VALUE))                              \
    }

static const struct place_row {
    struct imap_step step;
    uint8_t next; /* enum place */
} place_rows[] = {
    [BEGINNING] = { IMAP_PLAIN(BODY_TYPE), SUBTYPE },
    [SUBTYPE] = { IMAP_PLAIN(BODY_SUBTYPE), PARAMETERS },
    [PARAMETERS] = { PARAMETERS_STEP, ID },
    [ID] = { IMAP_PLAIN(BODY_ID), DESCRIPTION },
    [DESCRIPTION] = { IMAP_PLAIN(BODY_DESCRIPTION), ENCODING },
    [ENCODING] = { IMAP_PLAIN(BODY_ENCODING), OCTETS },
    [OCTETS] = { IMAP_PLAIN(BODY_OCTETS), AFTER_OCTETS },
    [ENVELOPE] = { { IMAP_ROLE_ENVELOPE, IMAP_ROLE_ENVELOPE, &imap_shape_envelope }, MESSAGE_BODY },
    [MESSAGE_BODY] = { { IMAP_ROLE_BODY, IMAP_ROLE_BODY, &imap_shape_body }, LINES },
    [LINES] = { IMAP_PLAIN(BODY_LINES), MD5 },
    [MD5] = { IMAP_PLAIN(BODY_MD5), DISPOSITION },
    [MULTIPART] = { IMAP_LIST(BODY, &imap_shape_body), MULTIPART },
    [MULTIPART_SUBTYPE] = { IMAP_PLAIN(MULTIPART_SUBTYPE), MULTIPART_PARAMETERS },
    [MULTIPART_PARAMETERS] = { PARAMETERS_STEP, DISPOSITION },
    [DISPOSITION] = { { IMAP_ROLE_BODY_DISPOSITION_LIST, IMAP_ROLE_BODY_DISPOSITION_LIST,
                        IMAP_ONCE(IMAP_PLAIN(BODY_DISPOSITION), PARAMETERS_STEP) },
                      LANGUAGE },
    [LANGUAGE] = { { IMAP_ROLE_BODY_LANGUAGE, IMAP_ROLE_BODY_LANGUAGE, IMAP_AGAIN(IMAP_PLAIN(BODY_LANGUAGE)) },
                   LOCATION },
    [LOCATION] = { { IMAP_ROLE_BODY_LOCATION, IMAP_ROLE_BODY_EXTENSION, &extension_shape }, EXTENSION },
    [EXTENSION] = { { IMAP_ROLE_BODY_EXTENSION, IMAP_ROLE_BODY_EXTENSION, &extension_shape }, EXTENSION },
};

/* media-basic, media-message, media-text: of a literal only the octets behind the line could tell. */
static uint8_t kind_by_type(mw_bytes line, const struct imap_token *token)
{
    mw_bytes type = mw_sub(line, token->value);
    if (token->kind == IMAP_LITERAL || mw_equal_nocase(type, "MESSAGE"))
        return IS_MESSAGE;
    return mw_equal_nocase(type, "TEXT") ? IS_TEXT : 0;
}

static uint8_t kind_by_subtype(uint8_t kind, mw_bytes line, const struct imap_token *token)
{
    mw_bytes subtype = mw_sub(line, token->value);
    if (kind != IS_MESSAGE || token->kind == IMAP_LITERAL || mw_equal_nocase(subtype, "RFC822") ||
        mw_equal_nocase(subtype, "GLOBAL"))
        return kind;
    return 0;
}

/* A list in a place that has none. The type alone without a part in front of it is that of a multipart without parts:
 * ("mixed" ("boundary" "x") ...). MD5 and even more are left out in front of a disposition. */
static enum place settle_list(enum place place, uint8_t kind)
{
    switch (place) {
    case BEGINNING:
        return MULTIPART;
    case SUBTYPE:
        return MULTIPART_PARAMETERS;
    case AFTER_OCTETS:
        return kind == IS_MESSAGE ? ENVELOPE : DISPOSITION;
    case LINES:
    case MD5:
        return DISPOSITION;
    default:
        return place;
    }
}

/* A number: octets and lines are the only ones, so that fields left out in front of them do no harm. Servers count the
 * lines of parts that are no text as well, and those of messages whose envelope they do not send. */
static enum place settle_number(enum place place)
{
    if (place >= PARAMETERS && place < OCTETS)
        return OCTETS;
    if (place == AFTER_OCTETS || place == ENVELOPE || place == MESSAGE_BODY || place == MD5 || place == DISPOSITION ||
        place == LANGUAGE)
        return LINES;
    return place == MULTIPART ? MULTIPART_SUBTYPE : place;
}

/* A string or NIL. NIL behind the octets of a text may stand for the lines or for MD5: taken as lines, a disposition
 * that comes next is found in either case. A message without envelope goes on with MD5: Gmail sends that. */
static enum place settle_string(enum place place, uint8_t kind, bool nil)
{
    if (place == MULTIPART)
        return MULTIPART_SUBTYPE;
    if (place == AFTER_OCTETS)
        return nil && kind == IS_TEXT ? LINES : MD5;
    return place == LINES && !nil ? MD5 : place;
}

static enum place settle(enum place place, uint8_t kind, mw_bytes line, const struct imap_token *token)
{
    uint64_t number;
    if (token->kind == IMAP_OPEN)
        return settle_list(place, kind);
    if (token->kind == IMAP_ATOM && mw_parse_number(line, token->value, &number))
        return settle_number(place);
    return settle_string(place, kind, imap_is_nil(line, token));
}

/* body = "(" (body-type-1part / body-type-mpart) ")"; RFC 9051 9:
 *   body-type-1part = (media-basic SP body-fields / media-message SP body-fields SP envelope SP body SP body-fld-lines
 * / media-text SP body-fields SP body-fld-lines) [SP body-ext-1part] body-fields = body-fld-param SP body-fld-id SP
 * body-fld-desc SP body-fld-enc SP body-fld-octets body-type-mpart = 1*body SP media-subtype [SP body-ext-mpart]
 *   body-ext-1part = body-fld-md5 [SP body-fld-dsp [SP body-fld-lang [SP body-fld-loc *(SP body-extension)]]]
 *   body-ext-mpart = body-fld-param [SP body-fld-dsp [SP body-fld-lang [SP body-fld-loc *(SP body-extension)]]] */
static void read_body(struct imap_parser *parser, struct imap_list *list, mw_bytes line, struct imap_token *token)
{
    uint8_t kind = list->item & (IS_TEXT | IS_MESSAGE);
    enum place place = settle(list->item & PLACE_MASK, kind, line, token);

    (void)parser;
    if (place == BEGINNING)
        kind = kind_by_type(line, token);
    else if (place == SUBTYPE)
        kind = kind_by_subtype(kind, line, token);
    imap_take_step(&place_rows[place].step, token);
    if (place == DISPOSITION && token->kind != IMAP_OPEN && !imap_is_nil(line, token))
        token->role = IMAP_ROLE_BODY_DISPOSITION;
    list->item = place_rows[place].next | kind;
}

const struct imap_shape imap_shape_body = { read_body };
