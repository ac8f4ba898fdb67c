/* Fuzzes a POP3 session with octets from both sides, gaps and TLS.
 *
 * The input is cut at the octets 0xF8 to 0xFF, which name what follows them: see enum mark.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "../unit/arena.h"
#include "fuzz_tail.h"
#include "pop3/session.h"

enum mark {
    FROM_CLIENT = 0xF8,
    FROM_SERVER,
    CLIENT_GAP, /* octets missing: what its octets add up to */
    SERVER_GAP,
    CUT_CLIENT, /* as FROM_CLIENT, and the line has no more than this */
    CUT_SERVER,
    SECURED, /* TLS is up */
    LATE,    /* octets of the last gap in a message; an odd number of them: not its first */
};

struct talk {
    struct pop3_session *session;
    GByteArray *pending[MW_SIDES];
    GPtrArray *elements;
    struct mw_moment now;
    struct fuzz_hole hole;
};

static void check_element(const struct pop3_element *e, mw_bytes octets)
{
    FUZZ_CHECK(e->kind >= POP3_COMMAND && e->kind <= POP3_TLS_OCTETS);
    fuzz_check_issues(pop3_extra_of(e)->issues, octets.len);
    FUZZ_CHECK(e->kind != POP3_COMMAND || e->exchange);
    FUZZ_CHECK(e->kind != POP3_AUTH_RESPONSE || (e->exchange && pop3_extra_of(e)->sasl));
    FUZZ_CHECK(e->kind != POP3_BODY || (e->body && e->reply));
    bool of_reply = e->kind == POP3_REPLY_LINE || e->kind == POP3_ROW || e->kind == POP3_DOT;
    FUZZ_CHECK(of_reply == (e->reply && e->kind != POP3_BODY));
    unsigned records = 0;
    for (const struct mail_transaction *t = pop3_extra_of(e)->record; t; t = t->next) {
        FUZZ_CHECK(t->number && (t->outcome == MAIL_ACCEPTED || t->outcome == MAIL_INCOMPLETE));
        FUZZ_CHECK(t->ended && ++records < 5000);
        FUZZ_CHECK(!t->body || (t->body->ended && t->body->trailer <= t->body->octets));
        FUZZ_CHECK(t->outcome != MAIL_ACCEPTED || (t->body && !t->body->missing));
    }
    if (pop3_extra_of(e)->dot) {
        uint8_t *out = malloc(octets.len + 1u);
        FUZZ_CHECK(smtp_dot_unstuff(pop3_extra_of(e)->dot, octets, out) <= octets.len + 1);
        free(out);
    }
}

/* Elements from the octets that wait, as stream.c takes them. */
static void take(struct talk *talk, enum mw_side from, bool flush)
{
    GByteArray *pending = talk->pending[from];
    uint32_t at = 0;

    while (at < pending->len) {
        struct pop3_element *element = mw_new(struct pop3_element);
        uint32_t len = pending->len - at;
        uint8_t *copy = fuzz_copy(pending->data + at, len);
        struct mw_arrival arrival = { .from = from, .flush = flush, .when = talk->now };
        uint32_t used = pop3_session_next(talk->session, &arrival, mw_bytes_of(copy, len), &element->base);
        free(copy);
        FUZZ_CHECK(used <= len);
        FUZZ_CHECK(used || !flush);
        if (used == 0)
            break;
        check_element(element, mw_bytes_of(pending->data + at, used));
        g_ptr_array_add(talk->elements, element);
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
    struct pop3_element *element = mw_new(struct pop3_element);
    struct mw_arrival arrival = { .from = from, .flush = true, .when = talk->now };
    talk->hole.octets = octets;
    talk->hole.hole = pop3_session_gap(talk->session, &arrival, octets, &element->base);
    FUZZ_CHECK(element->kind == POP3_GAP && pop3_extra_of(element)->missing == octets);
}

static void late(struct talk *talk, const uint8_t *data, size_t len)
{
    if (!talk->hole.hole || len == 0)
        return;
    fuzz_split_hole(&talk->hole, len);
    struct pop3_element *element = mw_new(struct pop3_element);
    struct mw_arrival arrival = { .from = MW_SERVER, .flush = true, .when = talk->now };
    uint8_t *copy = fuzz_copy(data, len);
    uint32_t used =
        pop3_session_late(talk->session, &arrival, mw_bytes_of(copy, (uint32_t)len), talk->hole.hole, &element->base);
    free(copy);
    FUZZ_CHECK(used <= len && used <= talk->hole.octets);
    talk->hole.octets -= used;
    if (used == 0)
        return;
    check_element(element, mw_bytes_of(data, used));
    g_ptr_array_add(talk->elements, element);
}

static void step(struct talk *talk, uint8_t mark, const uint8_t *data, size_t len)
{
    enum mw_side from = mark == FROM_SERVER || mark == SERVER_GAP || mark == CUT_SERVER ? MW_SERVER : MW_CLIENT;

    talk->now.frame++;
    talk->now.time += 1000000;
    if (mark == SECURED) {
        pop3_session_secured(talk->session);
    } else if (mark == CLIENT_GAP || mark == SERVER_GAP) {
        gap(talk, from, data, len);
    } else if (mark == LATE) {
        late(talk, data, len);
    } else {
        g_byte_array_append(talk->pending[from], data, (guint)len);
        take(talk, from, mark == CUT_CLIENT || mark == CUT_SERVER);
    }
}

/* Each record that is left open is told by one element, under a number of its own. */
static void check_open(const struct talk *talk)
{
    uint32_t last = 0;
    for (guint i = 0; i < talk->elements->len; i++) {
        fuzz_check_tail(((const struct pop3_element *)g_ptr_array_index(talk->elements, i))->body);
        const struct mail_transaction *open =
            pop3_session_left_open(talk->session, g_ptr_array_index(talk->elements, i));
        FUZZ_CHECK(!open || (open->number && open->number != last && open->outcome == MAIL_INCOMPLETE));
        last = open ? open->number : last;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mw_alloc = mw_arena_alloc;
    mail_transactions_reset();
    struct talk talk = { .session = mw_new(struct pop3_session), .elements = g_ptr_array_new() };
    for (unsigned side = 0; side < MW_SIDES; side++)
        talk.pending[side] = g_byte_array_new();
    uint8_t mark = FROM_SERVER;
    for (size_t at = 0; at < size;) {
        if (data[at] >= FROM_CLIENT && data[at] <= LATE)
            mark = data[at++];
        size_t end = at;
        while (end < size && !(data[end] >= FROM_CLIENT && data[end] <= LATE))
            end++;
        step(&talk, mark, data + at, end - at);
        at = end;
    }
    for (unsigned side = 0; side < MW_SIDES; side++) {
        take(&talk, side, true);
        g_byte_array_unref(talk.pending[side]);
    }
    check_open(&talk);
    g_ptr_array_unref(talk.elements);
    mw_arena_free();
    return 0;
}
