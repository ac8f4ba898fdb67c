/* Feeds a POP3 session with a script of octets from both sides and says in words what came of it. Marks and rows are
 * those of session_script.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_TEST_POP3_SCRIPT_H
#define MW_TEST_POP3_SCRIPT_H

#include "pop3/session.h"
#include "session_script.h"

struct pop3_played {
    struct pop3_element pop3; /* first member: the session fills it */
    uint32_t frame;
    mw_bytes octets;
    struct pop3_played *next;
};

struct pop3_run {
    struct pop3_session *session;
    GByteArray *pending[MW_SIDES];
    struct mw_moment now;
    struct pop3_played *first, **last;
};

static inline void append(struct pop3_run *run, struct pop3_played *element)
{
    element->frame = run->now.frame;
    *run->last = element;
    run->last = &element->next;
}

static inline void take(struct pop3_run *run, enum mw_side from, bool flush)
{
    GByteArray *pending = run->pending[from];
    uint32_t at = 0;

    while (at < pending->len) {
        struct pop3_played *element = mw_new(struct pop3_played);
        struct mw_arrival arrival = { .from = from, .flush = flush, .when = run->now };
        mw_bytes in = mw_bytes_of(pending->data + at, pending->len - at);
        uint32_t used = pop3_session_next(run->session, &arrival, in, &element->pop3.base);
        g_assert_cmpuint(used, <=, in.len);
        g_assert_true(used || !flush);
        if (used == 0)
            break;
        element->pop3.base.len = used;
        element->octets = mw_bytes_of(mw_keep(mw_sub(in, mw_slice_of(0, used))), used);
        append(run, element);
        at += used;
    }
    g_byte_array_remove_range(pending, 0, at);
}

static inline void step(struct pop3_run *run, char mark, const char *octets, size_t len, bool octet_by_octet)
{
    enum mw_side from = mark == *S || mark == *LOST_S ? MW_SERVER : MW_CLIENT;

    run->now.frame++;
    run->now.time += 1000000;
    if (mark == *SECURED) {
        pop3_session_secured(run->session);
    } else if (mark == *LOST_C || mark == *LOST_S) {
        struct pop3_played *element = mw_new(struct pop3_played);
        take(run, from, true);
        struct mw_arrival arrival = { .from = from, .flush = true, .when = run->now };
        pop3_session_gap(run->session, &arrival, script_number(octets, len), &element->pop3.base);
        append(run, element);
    } else {
        for (size_t at = 0, n; at < len; at += n) {
            n = octet_by_octet ? 1 : len;
            g_byte_array_append(run->pending[from], (const guint8 *)octets + at, (guint)n);
            take(run, from, false);
        }
    }
}

static inline struct pop3_run *play(const char *script, size_t len, bool octet_by_octet)
{
    mw_alloc = mw_arena_alloc;
    mail_transactions_reset();
    struct pop3_run *run = mw_new(struct pop3_run);
    run->last = &run->first;
    run->session = mw_new(struct pop3_session);
    for (unsigned side = 0; side < MW_SIDES; side++)
        run->pending[side] = g_byte_array_new();
    for (size_t at = 0, end; at < len; at = end) {
        char mark = script[at] >= *C && script[at] <= *SECURED ? script[at++] : *C;
        for (end = at; end < len && !(script[end] >= *C && script[end] <= *SECURED); end++)
            ;
        step(run, mark, script + at, end - at, octet_by_octet);
    }
    for (unsigned side = 0; side < MW_SIDES; side++)
        take(run, side, true);
    return run;
}

static inline void free_run(struct pop3_run *run)
{
    for (unsigned side = 0; side < MW_SIDES; side++)
        g_byte_array_unref(run->pending[side]);
    mw_arena_free();
}

static const char *name_of(const struct pop3_exchange *exchange)
{
    if (!exchange)
        return "nobody";
    if (exchange->row == &pop3_auth_response_row)
        return "auth";
    if (exchange->row == &pop3_end_of_text_row)
        return "eot";
    return exchange->row ? exchange->row->name : "?";
}

static inline void say_body(GString *out, const struct mail_body *body)
{
    g_string_append_printf(out, "body(%" G_GUINT64_FORMAT, mail_body_size(body));
    if (body->missing)
        g_string_append_printf(out, " missing %" G_GUINT64_FORMAT, body->missing);
    g_string_append(out, body->ended ? ".)" : ")");
}

static inline void say_element(GString *out, const struct pop3_element *e)
{
    static const char *const statuses[] = { "", "+OK", "-ERR", "+" };
    static const char *const kinds[] = {
        [POP3_TEXT] = "text", [POP3_GAP] = "gap", [POP3_TLS_OCTETS] = "tls", [POP3_DOT] = ".", [POP3_ROW] = "row",
    };
    if (e->kind == POP3_COMMAND)
        g_string_append(out, name_of(e->exchange));
    else if (e->kind == POP3_AUTH_RESPONSE)
        g_string_append(out, "auth");
    else if (e->kind == POP3_REPLY_LINE)
        g_string_append_printf(out, "%s>%s", statuses[e->reply->status],
                               e->reply->greeting ? "greeting" : name_of(e->reply->to));
    else if (e->kind == POP3_BODY)
        say_body(out, e->body);
    else
        g_string_append(out, kinds[e->kind]);
    g_string_append(out, e->cut ? "~ " : " ");
}

/* A word for each element: the verb; the status of a reply and what it answers; row and "."; body(octets of the whole
 * message in the end, "." when it ended) once for neighbouring pieces, as for TLS; other kinds by name. "~": without
 * line ending. */
static inline char *say_elements(const struct pop3_run *run)
{
    GString *out = g_string_new(NULL);
    const struct pop3_element *before = NULL;

    for (const struct pop3_played *element = run->first; element; element = element->next) {
        const struct pop3_element *e = &element->pop3;
        bool same = before && before->kind == e->kind && before->from_client == e->from_client;
        bool once = (e->kind == POP3_BODY && same && before->body == e->body) || (e->kind == POP3_TLS_OCTETS && same);
        if (!once)
            say_element(out, e);
        before = e;
    }
    g_string_truncate(out, out->len ? out->len - 1 : 0);
    return g_string_free(out, FALSE);
}

/* outcome size= user= frames=first-last at=frame */
static inline void say_record(GString *out, const struct mail_transaction *t, uint32_t frame)
{
    static const char *const outcomes[] = { "unknown", "accepted", "rejected", "aborted", "incomplete" };

    g_assert_cmpstr(t->protocol, ==, "POP3");
    g_assert_cmpint(t->action, ==, MAIL_RETRIEVED);
    g_string_append_printf(out, "%s%s", out->len ? "; " : "", outcomes[t->outcome]);
    if (t->body)
        g_string_append_printf(out, " size=%" G_GUINT64_FORMAT, mail_body_size(t->body));
    if (t->username)
        g_string_append_printf(out, " user=%s", t->username);
    g_string_append_printf(out, "%s frames=%u-%u at=%u", t->tls ? " tls" : "", t->first.frame, t->last.frame, frame);
}

/* Those that an element ends, and those that the capture leaves open behind them. */
static inline char *say_records(const struct pop3_run *run)
{
    GString *out = g_string_new(NULL);
    uint32_t number = 0;
    bool in_order = true;

    for (const struct pop3_played *element = run->first; element; element = element->next)
        for (const struct mail_transaction *t = pop3_extra_of(&element->pop3)->record; t; t = t->next) {
            say_record(out, t, element->frame);
            in_order = in_order && t->number == ++number;
        }
    for (const struct pop3_played *element = run->first; element; element = element->next) {
        const struct mail_transaction *open = pop3_session_left_open(run->session, &element->pop3);
        if (!open)
            continue;
        say_record(out, open, element->frame);
        in_order = in_order && open->number == ++number;
    }
    g_assert_true(in_order);
    return g_string_free(out, FALSE);
}

static inline char *say_issues(const struct pop3_run *run)
{
    static const struct {
        const char *severity, *name;
    } rows[] = {
#define MW_ISSUE(id, name, group, severity, text) { #severity, name },
#include "issue.def"
#undef MW_ISSUE
    };
    GString *out = g_string_new(" ");
    for (const struct pop3_played *element = run->first; element; element = element->next) {
        const mw_issues *noted = pop3_extra_of(&element->pop3)->issues;
        for (unsigned i = 0; noted && i < noted->count; i++) {
            const struct mw_issue *issue = &noted->list[i];
            g_assert_cmpint(issue->id, >=, MW_ISSUE_POP_AUTH_CLEARTEXT);
            g_assert_cmpint(issue->id, <=, MW_ISSUE_POP_LIMIT);
            g_assert_cmpuint(mw_slice_end(issue->where), <=, element->pop3.base.len);
            g_string_append_printf(out, "%s %s ", rows[issue->id].severity, strrchr(rows[issue->id].name, '.') + 1);
        }
    }
    return g_string_free(out, FALSE);
}

/* Octets of a message that its elements hold when they are put together as the display does. */
static inline uint64_t shown_octets(const struct pop3_run *run, const struct mail_body *body)
{
    uint64_t octets = 0;

    for (const struct pop3_played *element = run->first; element; element = element->next) {
        const struct smtp_dot *dot = pop3_extra_of(&element->pop3)->dot;
        if (element->pop3.kind != POP3_BODY || element->pop3.body != body)
            continue;
        uint8_t *out = g_malloc(element->octets.len + 1);
        octets += dot ? smtp_dot_unstuff(dot, element->octets, out) : element->octets.len;
        g_free(out);
    }
    return octets - body->trailer;
}

static inline void check_sizes(const struct script_row *row, const struct pop3_run *run)
{
    for (const struct pop3_played *element = run->first; element; element = element->next) {
        const struct mail_body *body = element->pop3.body;
        if (body && element->pop3.ends && !body->missing && shown_octets(run, body) != mail_body_size(body)) {
            g_test_message("%s: the message has another number of octets than its elements", row->name);
            g_test_fail();
        }
    }
}

/* Plays each row in segments and octet by octet: both must give what the row says. */
static inline void test_rows(const struct script_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (int octets = 0; octets < 2; octets++) {
            const char *how = octets ? "octet by octet" : "in segments";
            struct pop3_run *run = play(rows[i].script, strlen(rows[i].script), octets);
            script_expect(&rows[i], how, "elements", say_elements(run), rows[i].elements);
            script_expect(&rows[i], how, "records", say_records(run), rows[i].records);
            script_expect_issues(&rows[i], how, say_issues(run));
            check_sizes(&rows[i], run);
            free_run(run);
        }
}

#endif
