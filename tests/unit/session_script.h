/* Feeds an SMTP session with a script of octets from both sides and says in words what came of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_TEST_SESSION_SCRIPT_H
#define MW_TEST_SESSION_SCRIPT_H

#include "arena.h"
#include "harness.h"
#include "smtp/session.h"

/* What the octets of a script that follow are; each mark begins a step, its number is the frame. Octets that no test
 * sends. */
#define C "\370"       /* a segment of the client */
#define S "\371"       /* a segment of the server */
#define LOST_C "\372"  /* octets of the client are missing: how many, in decimal */
#define LOST_S "\373"  /* octets of the server are missing */
#define SECURED "\374" /* TLS is up; what follows is inside */

struct script_row {
    const char *name;
    const char *script;
    const char *elements; /* see script_elements; NULL: not looked at */
    const char *records;  /* see script_record; NULL: not looked at */
    const char *issues;   /* names of issues with + (there) or - (not there) in front, separated by blanks; -PI_WARN and
                           * -PI_ERROR: none of that severity */
};

struct script_element {
    struct smtp_element smtp; /* first member: the session fills it */
    uint32_t frame;
    mw_bytes octets;
    struct script_element *next;
};

struct script_run {
    struct smtp_session *session;
    GByteArray *pending[MW_SIDES];
    struct mw_moment now;
    struct script_element *first, **last;
};

static inline void script_append(struct script_run *run, struct script_element *element)
{
    element->frame = run->now.frame;
    *run->last = element;
    run->last = &element->next;
}

/* Elements from the octets that wait, as plugin/stream.c takes them. */
static inline void script_take(struct script_run *run, enum mw_side from, bool flush)
{
    GByteArray *pending = run->pending[from];

    while (pending->len) {
        struct script_element *element = mw_new(struct script_element);
        struct mw_arrival arrival = { .from = from, .flush = flush, .when = run->now };
        uint32_t used =
            smtp_session_next(run->session, &arrival, mw_bytes_of(pending->data, pending->len), &element->smtp.base);
        g_assert_cmpuint(used, <=, pending->len);
        g_assert_true(used || !flush);
        if (used == 0)
            break;
        element->smtp.base.len = used;
        element->octets = mw_bytes_of(mw_keep(mw_bytes_of(pending->data, used)), used);
        script_append(run, element);
        g_byte_array_remove_range(pending, 0, used);
    }
}

static inline uint64_t script_number(const char *digits, size_t len)
{
    uint64_t number = 0;
    mw_parse_number(mw_bytes_of(digits, (uint32_t)len), mw_slice_of(0, (uint32_t)len), &number);
    return number;
}

static inline void script_step(struct script_run *run, char mark, const char *octets, size_t len, bool octet_by_octet)
{
    enum mw_side from = mark == *S || mark == *LOST_S ? MW_SERVER : MW_CLIENT;

    run->now.frame++;
    run->now.time += 1000000;
    if (mark == *SECURED) {
        smtp_session_secured(run->session);
    } else if (mark == *LOST_C || mark == *LOST_S) {
        struct script_element *element = mw_new(struct script_element);
        script_take(run, from, true);
        struct mw_arrival arrival = { .from = from, .flush = true, .when = run->now };
        smtp_session_gap(run->session, &arrival, script_number(octets, len), &element->smtp.base);
        script_append(run, element);
    } else {
        for (size_t at = 0, n; at < len; at += n) {
            n = octet_by_octet ? 1 : len;
            g_byte_array_append(run->pending[from], (const guint8 *)octets + at, (guint)n);
            script_take(run, from, false);
        }
    }
}

/* Everything lives until script_free. */
static inline struct script_run *script_play(const char *script, size_t len, bool octet_by_octet)
{
    mw_alloc = mw_arena_alloc;
    mail_transactions_reset();
    smtp_sessions_reset();
    struct script_run *run = mw_new(struct script_run);
    run->last = &run->first;
    run->session = mw_new(struct smtp_session);
    smtp_session_init(run->session);
    for (unsigned side = 0; side < MW_SIDES; side++)
        run->pending[side] = g_byte_array_new();
    for (size_t at = 0, end; at < len; at = end) {
        char mark = script[at] >= *C && script[at] <= *SECURED ? script[at++] : *C;
        for (end = at; end < len && !(script[end] >= *C && script[end] <= *SECURED); end++)
            ;
        script_step(run, mark, script + at, end - at, octet_by_octet);
    }
    for (unsigned side = 0; side < MW_SIDES; side++)
        script_take(run, side, true);
    return run;
}

static inline void script_free(struct script_run *run)
{
    for (unsigned side = 0; side < MW_SIDES; side++)
        g_byte_array_unref(run->pending[side]);
    mw_arena_free();
}

static inline const char *script_exchange_name(const struct smtp_exchange *exchange)
{
    if (!exchange)
        return "nobody";
    if (exchange->row == &smtp_end_of_data_row)
        return "eod";
    if (exchange->row == &smtp_auth_response_row)
        return "auth";
    return exchange->row ? exchange->row->name : "?";
}

static inline void script_reply(GString *out, const struct smtp_reply *reply)
{
    g_string_append_printf(out, "%u>%s", reply->code, reply->greeting ? "greeting" : script_exchange_name(reply->to));
    if (reply->recipient)
        g_string_append_printf(out, "<%s>", reply->recipient);
}

static inline void script_body(GString *out, const struct smtp_element *e, const struct smtp_element *before)
{
    if (before && before->kind == SMTP_BODY && before->body == e->body) {
        g_string_truncate(out, out->len - 1);
        return;
    }
    g_string_append_printf(out, "body(%" G_GUINT64_FORMAT, mail_body_size(e->body));
    if (e->body->missing)
        g_string_append_printf(out, " missing %" G_GUINT64_FORMAT, e->body->missing);
    g_string_append(out, e->body->ended ? ".)" : ")");
}

/* A word for each element: the verb; the code of a reply in its last line and what it answers; body(octets of the whole
 * message in the end, "." when it ended) once for neighbouring pieces; other kinds by name. "~": without line ending.
 */
static inline char *script_elements(const struct script_run *run)
{
    static const char *const kinds[] = { [SMTP_AUTH_RESPONSE] = "auth",
                                         [SMTP_BLOB_OCTETS] = "blob",
                                         [SMTP_TEXT] = "text",
                                         [SMTP_GAP] = "gap",
                                         [SMTP_TLS_OCTETS] = "tls" };
    GString *out = g_string_new(NULL);
    const struct smtp_element *before = NULL;

    for (const struct script_element *element = run->first; element; element = element->next) {
        const struct smtp_element *e = &element->smtp;
        bool same = before && before->kind == e->kind && before->from_client == e->from_client;
        if (e->kind == SMTP_COMMAND)
            g_string_append(out, script_exchange_name(e->exchange));
        else if (e->kind == SMTP_REPLY_LINE && e->ends)
            script_reply(out, e->reply);
        else if (e->kind == SMTP_REPLY_LINE)
            continue;
        else if (e->kind == SMTP_BODY)
            script_body(out, e, before);
        else if (!(same && e->kind == SMTP_TLS_OCTETS))
            g_string_append(out, kinds[e->kind]);
        else
            g_string_truncate(out, out->len - 1);
        g_string_append(out, e->cut ? "~ " : " ");
        before = e;
    }
    g_string_truncate(out, out->len ? out->len - 1 : 0);
    return g_string_free(out, FALSE);
}

/* protocol outcome from=... (to=... | refused=...(reply))... reply=(...) size= frames=first-last at=frame */
static inline void script_record(GString *out, const struct mail_transaction *t, uint32_t frame)
{
    static const char *const outcomes[] = { "unknown", "accepted", "rejected", "aborted", "incomplete" };

    g_string_append_printf(out, "%s%s %s from=%s", out->len ? "; " : "", t->protocol, outcomes[t->outcome], t->from);
    for (const struct mail_recipient *r = t->recipients; r; r = r->next)
        if (r->refused)
            g_string_append_printf(out, " refused=%s(%u %s)", r->address, r->refused_code, r->refused);
        else
            g_string_append_printf(out, " to=%s", r->address);
    if (t->reply)
        g_string_append_printf(out, " reply=(%u %s)", t->reply_code, t->reply);
    if (t->body)
        g_string_append_printf(out, " size=%" G_GUINT64_FORMAT, mail_body_size(t->body));
    if (t->username)
        g_string_append_printf(out, " user=%s", t->username);
    g_string_append_printf(out, "%s frames=%u-%u at=%u", t->tls ? " tls" : "", t->first.frame, t->last.frame, frame);
}

/* Those that an element ends, and the one that the capture leaves open. */
static inline char *script_records(const struct script_run *run)
{
    GString *out = g_string_new(NULL);
    uint32_t number = 0, open_number = 0;

    for (const struct script_element *element = run->first; element; element = element->next) {
        for (const struct mail_transaction *t = smtp_extra_of(&element->smtp)->record; t; t = t->next) {
            script_record(out, t, element->frame);
            g_assert_cmpuint(t->number, ==, ++number);
        }
        const struct mail_transaction *open = smtp_session_left_open(run->session, &element->smtp);
        if (open) {
            script_record(out, open, element->frame);
            open_number = open->number;
        }
    }
    g_assert_true(open_number == 0 || open_number == number + 1);
    return g_string_free(out, FALSE);
}

/* Severities and names of all issues, each between blanks. */
static inline char *script_issues(const struct script_run *run)
{
    static const char *const names[] = {
#define MW_ISSUE(id, name, group, severity, text) &name[sizeof "smtp.expert." - 1],
#include "issue.def"
#undef MW_ISSUE
    };
    static const char *const severities[] = {
#define MW_ISSUE(id, name, group, severity, text) #severity,
#include "issue.def"
#undef MW_ISSUE
    };
    GString *out = g_string_new(" ");
    for (const struct script_element *element = run->first; element; element = element->next) {
        const mw_issues *noted = smtp_extra_of(&element->smtp)->issues;
        for (unsigned i = 0; noted && i < noted->count; i++) {
            const struct mw_issue *issue = &noted->list[i];
            g_string_append_printf(out, "%s %s ", severities[issue->id], names[issue->id]);
            if (mw_slice_end(issue->where) > element->smtp.base.len) {
                g_test_message("issue %s: %u+%u is outside of its element of %u octets", names[issue->id],
                               issue->where.offset, issue->where.len, element->smtp.base.len);
                g_test_fail();
            }
        }
    }
    return g_string_free(out, FALSE);
}

static inline void script_expect(const struct script_row *row, const char *how, const char *what, char *got,
                                 const char *expected)
{
    if (expected && strcmp(got, expected) != 0) {
        g_test_message("%s (%s), %s:\n  expected %s\n  got      %s", row->name, how, what, expected, got);
        g_test_fail();
    }
    g_free(got);
}

static inline void script_expect_issues(const struct script_row *row, const char *how, char *got)
{
    char **words = g_strsplit(row->issues ? row->issues : "", " ", -1);

    for (char **word = words; *word && **word; word++) {
        char *name = g_strdup_printf(" %s ", *word + 1);
        if ((strstr(got, name) != NULL) != (**word == '+')) {
            g_test_message("%s (%s): %s, issues are:%s", row->name, how, *word, got);
            g_test_fail();
        }
        g_free(name);
    }
    g_strfreev(words);
    g_free(got);
}

/* Octets of a message that its elements hold when they are put together as the display does. */
static inline uint64_t script_message_octets(const struct script_run *run, const struct mail_body *body)
{
    uint64_t octets = 0;

    for (const struct script_element *element = run->first; element; element = element->next) {
        const struct smtp_dot *dot = smtp_extra_of(&element->smtp)->dot;
        if (element->smtp.kind != SMTP_BODY || element->smtp.body != body)
            continue;
        uint8_t *out = g_malloc(element->octets.len + 1);
        octets += dot ? smtp_dot_unstuff(dot, element->octets, out) : element->octets.len;
        g_free(out);
    }
    return octets;
}

/* Every whole message has the octets that its body counts. */
static inline void script_expect_sizes(const struct script_row *row, const char *how, const struct script_run *run)
{
    for (const struct script_element *element = run->first; element; element = element->next) {
        const struct mail_body *body = element->smtp.body;
        if (element->smtp.kind != SMTP_BODY || !element->smtp.ends || !body->ended || body->missing || body->broken)
            continue;
        uint64_t octets = script_message_octets(run, body);
        if (octets != mail_body_size(body)) {
            g_test_message("%s (%s): %" G_GUINT64_FORMAT " octets shown, %" G_GUINT64_FORMAT " counted", row->name, how,
                           octets, mail_body_size(body));
            g_test_fail();
        }
    }
}

/* Plays each row in segments and octet by octet: both must give what the row says. */
static inline void script_test(const struct script_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (int octets = 0; octets < 2; octets++) {
            const char *how = octets ? "octet by octet" : "in segments";
            struct script_run *run = script_play(rows[i].script, strlen(rows[i].script), octets);
            script_expect(&rows[i], how, "elements", script_elements(run), rows[i].elements);
            script_expect(&rows[i], how, "records", script_records(run), rows[i].records);
            script_expect_issues(&rows[i], how, script_issues(run));
            script_expect_sizes(&rows[i], how, run);
            script_free(run);
        }
}

static inline void script_survive(mw_bytes in)
{
    struct script_run *run = script_play((const char *)in.data, in.len, false);
    g_free(script_elements(run));
    g_free(script_records(run));
    script_free(run);
}

#endif
