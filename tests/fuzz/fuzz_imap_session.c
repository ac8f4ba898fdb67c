/* Fuzzes an IMAP session with octets from both sides, plain and deflated, gaps and TLS.
 *
 * The input is cut at the octets 0xF4 to 0xFE, which name what follows them: see enum mark.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <zlib.h>

#include "../unit/arena.h"
#include "fuzz.h"
#include "imap/session.h"

enum mark {
    ZIP_CLIENT = 0xF4, /* as FROM_CLIENT, deflated before it gets to the session */
    ZIP_SERVER,
    CLIENT_UNSEEN, /* the server has acknowledged what the capture lacks */
    SERVER_UNSEEN,
    FROM_CLIENT,
    FROM_SERVER,
    CLIENT_GAP, /* octets missing: what its octets add up to */
    SERVER_GAP,
    CUT_CLIENT, /* as FROM_CLIENT, and the line has no more than this */
    CUT_SERVER,
    SECURED, /* TLS is up */
};

struct talk {
    struct imap_session *session;
    GByteArray *pending[MW_SIDES];
    z_stream deflater[MW_SIDES];
    GPtrArray *elements;
    struct mw_moment now;
};

static void check_kind(const struct imap_element *e)
{
    const struct imap_extra *extra = imap_extra_of(e);
    bool client = e->kind == IMAP_COMMAND_PART || e->kind == IMAP_AUTH_RESPONSE || e->kind == IMAP_DONE;

    FUZZ_CHECK(e->kind >= IMAP_COMMAND_PART && e->kind <= IMAP_TLS_OCTETS);
    FUZZ_CHECK(!client || e->from_client);
    FUZZ_CHECK(e->kind != IMAP_RESPONSE_PART || !e->from_client);
    FUZZ_CHECK(e->kind != IMAP_LITERAL_OCTETS || e->literal);
    FUZZ_CHECK(e->kind != IMAP_AUTH_RESPONSE || extra->sasl);
    bool part = e->kind == IMAP_COMMAND_PART || e->kind == IMAP_RESPONSE_PART;
    FUZZ_CHECK(!part || e->first || extra->parser);
    FUZZ_CHECK(!part || e->ends || extra->literal);
}

static void check_literal(const struct imap_element *e)
{
    if (e->kind != IMAP_LITERAL_OCTETS)
        return;
    const struct mail_body *body = e->literal->body;
    FUZZ_CHECK(e->base.len <= e->literal->octets);
    FUZZ_CHECK(!body || (body->octets <= e->literal->octets && body->missing <= body->octets));
    FUZZ_CHECK(!body || e->index < body->fragments);
    FUZZ_CHECK(!e->ends || !body || (body->ended && body->octets == e->literal->octets));
}

static void check_records(const struct imap_element *e)
{
    unsigned records = 0;
    for (const struct mail_transaction *t = imap_extra_of(e)->record; t; t = t->next) {
        FUZZ_CHECK(t->ended && t->number && ++records < 5000);
        FUZZ_CHECK(t->outcome == MAIL_ACCEPTED || (t->outcome == MAIL_REJECTED && t->action == MAIL_STORED));
        FUZZ_CHECK(t->action != MAIL_RETRIEVED || t->body->ended);
    }
}

static void check_element(const struct imap_element *e, mw_bytes octets)
{
    fuzz_check_issues(imap_extra_of(e)->issues, octets.len);
    check_kind(e);
    check_literal(e);
    check_records(e);
    if (imap_extra_of(e)->parser) {
        struct imap_parser parser;
        struct imap_token token;
        uint32_t at = 0;
        imap_parser_restore(&parser, imap_extra_of(e)->parser);
        while (imap_parser_next(&parser, octets, &at, &token, NULL))
            fuzz_check_slice(token.where, octets.len);
    }
}

static void keep(struct talk *talk, struct imap_element *element, mw_bytes octets)
{
    check_element(element, octets);
    g_ptr_array_add(talk->elements, element);
    const struct imap_inflated *plain = imap_extra_of(element)->plain;
    if (!plain)
        return;
    uint32_t at = 0;
    for (struct mw_element *e = plain->first; e; e = e->next) {
        FUZZ_CHECK(e->len && e->offset == at && e->len <= plain->len - at);
        at += e->len;
        check_element((struct imap_element *)e, mw_bytes_of(plain->data + e->offset, e->len));
        g_ptr_array_add(talk->elements, e);
    }
    FUZZ_CHECK(at <= plain->len && plain->carried <= plain->len); /* what is left waits for the rest of its line */
}

/* Elements from the octets that wait, as stream.c takes them. */
static void take(struct talk *talk, enum mw_side from, bool flush)
{
    GByteArray *pending = talk->pending[from];
    uint32_t at = 0;

    while (at < pending->len) {
        struct imap_element *element = mw_new(struct imap_element);
        uint32_t len = pending->len - at;
        uint8_t *copy = fuzz_copy(pending->data + at, len);
        struct mw_arrival arrival = { .from = from, .flush = flush, .when = talk->now };
        uint32_t used = imap_session_next(talk->session, &arrival, mw_bytes_of(copy, len), &element->base);
        free(copy);
        FUZZ_CHECK(used <= len);
        FUZZ_CHECK(used || !flush);
        if (used == 0)
            break;
        element->base.len = used;
        keep(talk, element, mw_bytes_of(pending->data + at, used));
        at += used;
    }
    g_byte_array_remove_range(pending, 0, at);
}

static void gap(struct talk *talk, enum mw_side from, const uint8_t *data, size_t len)
{
    uint64_t octets = 1;
    for (size_t i = 0; i < len; i++)
        octets += data[i];
    take(talk, from, true);
    struct imap_element *element = mw_new(struct imap_element);
    struct mw_arrival arrival = { .from = from, .flush = true, .when = talk->now };
    imap_session_gap(talk->session, &arrival, octets, &element->base);
    FUZZ_CHECK(element->kind == IMAP_GAP_MARK && imap_extra_of(element)->missing == octets);
    check_records(element);
    g_ptr_array_add(talk->elements, element);
}

static void append_deflated(struct talk *talk, enum mw_side from, const uint8_t *data, size_t len)
{
    z_stream *deflater = &talk->deflater[from];
    uint8_t out[8192];

    if (!deflater->state)
        FUZZ_CHECK(deflateInit2(deflater, 1, Z_DEFLATED, -MAX_WBITS, 1, Z_DEFAULT_STRATEGY) == Z_OK);
    deflater->next_in = (z_const Bytef *)data;
    deflater->avail_in = (uInt)len;
    do {
        deflater->next_out = out;
        deflater->avail_out = sizeof out;
        deflate(deflater, Z_SYNC_FLUSH);
        g_byte_array_append(talk->pending[from], out, (guint)(sizeof out - deflater->avail_out));
    } while (deflater->avail_out == 0);
}

static void step(struct talk *talk, uint8_t mark, const uint8_t *data, size_t len)
{
    bool server = mark == FROM_SERVER || mark == SERVER_GAP || mark == CUT_SERVER || mark == ZIP_SERVER;
    enum mw_side from = server ? MW_SERVER : MW_CLIENT;

    talk->now.frame++;
    talk->now.time += 1000000;
    if (mark == SECURED) {
        imap_session_secured(talk->session);
    } else if (mark == CLIENT_GAP || mark == SERVER_GAP) {
        gap(talk, from, data, len);
    } else if (mark == CLIENT_UNSEEN || mark == SERVER_UNSEEN) {
        imap_session_unseen(talk->session, mark == CLIENT_UNSEEN ? MW_CLIENT : MW_SERVER);
    } else {
        if (mark == ZIP_CLIENT || mark == ZIP_SERVER)
            append_deflated(talk, from, data, len);
        else
            g_byte_array_append(talk->pending[from], data, (guint)len);
        take(talk, from, mark == CUT_CLIENT || mark == CUT_SERVER);
    }
}

/* Each record that is left open is told by one element, under a number of its own. */
static void check_open(const struct talk *talk)
{
    GHashTable *numbers = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < talk->elements->len; i++) {
        const struct mail_transaction *open = imap_session_left_open(g_ptr_array_index(talk->elements, i));
        if (!open)
            continue;
        FUZZ_CHECK(open->number && open->outcome == MAIL_INCOMPLETE);
        FUZZ_CHECK(g_hash_table_add(numbers, GUINT_TO_POINTER(open->number)));
    }
    g_hash_table_unref(numbers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mw_alloc = mw_arena_alloc;
    mail_transactions_reset();
    struct talk talk = { .session = mw_new(struct imap_session), .elements = g_ptr_array_new() };
    imap_session_init(talk.session);
    for (unsigned side = 0; side < MW_SIDES; side++)
        talk.pending[side] = g_byte_array_new();
    uint8_t mark = FROM_SERVER;
    for (size_t at = 0; at < size;) {
        if (data[at] >= ZIP_CLIENT && data[at] <= SECURED)
            mark = data[at++];
        size_t end = at;
        while (end < size && !(data[end] >= ZIP_CLIENT && data[end] <= SECURED))
            end++;
        step(&talk, mark, data + at, end - at);
        at = end;
    }
    for (unsigned side = 0; side < MW_SIDES; side++) {
        take(&talk, side, true);
        g_byte_array_unref(talk.pending[side]);
        if (talk.deflater[side].state)
            deflateEnd(&talk.deflater[side]);
    }
    check_open(&talk);
    g_ptr_array_unref(talk.elements);
    mw_arena_free();
    return 0;
}
