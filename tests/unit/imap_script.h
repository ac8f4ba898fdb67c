/* Feeds an IMAP session with a script of octets from both sides and says in words what came of it. Marks and rows are
 * those of session_script.h, and two more.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_TEST_IMAP_SCRIPT_H
#define MW_TEST_IMAP_SCRIPT_H

#include <zlib.h>

#include "imap/session.h"
#include "session_script.h"

#define ZC "\375" /* a segment of the client, which the script has in plain and the session gets deflated */
#define ZS "\376" /* ... of the server */

struct imap_played {
    struct imap_element imap;         /* first member: the session fills it */
    const struct imap_element *shown; /* imap, or one that was inflated in it */
    uint32_t frame;
    mw_bytes octets;
    struct imap_played *next;
};

/* How the segments of a script reach the session. */
struct imap_cut {
    bool octet_by_octet;
    size_t at; /* in two pieces, cut here; 0: whole */
};

struct imap_run {
    struct imap_session *session;
    GByteArray *pending[MW_SIDES];
    z_stream deflater[MW_SIDES];
    struct imap_cut cut;
    struct mw_moment now;
    struct imap_played *first, **last;
};

static inline void append(struct imap_run *run, struct imap_played *played, const struct imap_element *shown)
{
    played->shown = shown;
    played->frame = run->now.frame;
    *run->last = played;
    run->last = &played->next;
}

static inline void append_inflated(struct imap_run *run, const struct imap_inflated *plain)
{
    uint32_t at = 0;
    for (const struct mw_element *e = plain->first; e; e = e->next) {
        struct imap_played *played = mw_new(struct imap_played);
        g_assert_cmpuint(e->offset, ==, at);
        at += e->len;
        g_assert_cmpuint(at, <=, plain->len);
        played->octets = mw_sub(mw_bytes_of(plain->data, plain->len), mw_slice_of(e->offset, e->len));
        append(run, played, (const struct imap_element *)e);
    }
    g_assert_cmpuint(at, <=, plain->len);
}

/* Elements from the octets that wait, as plugin/stream.c takes them. */
static inline void take(struct imap_run *run, enum mw_side from, bool flush)
{
    GByteArray *pending = run->pending[from];
    uint32_t at = 0;

    while (at < pending->len) {
        struct imap_played *played = mw_new(struct imap_played);
        struct mw_arrival arrival = { .from = from, .flush = flush, .when = run->now };
        mw_bytes in = mw_bytes_of(pending->data + at, pending->len - at);
        uint32_t used = imap_session_next(run->session, &arrival, in, &played->imap.base);
        g_assert_cmpuint(used, <=, in.len);
        g_assert_true(used || !flush);
        if (used == 0)
            break;
        played->imap.base.len = used;
        played->octets = mw_bytes_of(mw_keep(mw_sub(in, mw_slice_of(0, used))), used);
        append(run, played, &played->imap);
        if (imap_extra_of(&played->imap)->plain)
            append_inflated(run, imap_extra_of(&played->imap)->plain);
        at += used;
    }
    g_byte_array_remove_range(pending, 0, at);
}

static inline void send_octets(struct imap_run *run, enum mw_side from, const uint8_t *octets, size_t len)
{
    for (size_t at = 0, n; at < len; at += n) {
        n = run->cut.octet_by_octet ? 1 : at < run->cut.at ? MIN(run->cut.at, len) - at : len - at;
        g_byte_array_append(run->pending[from], octets + at, (guint)n);
        take(run, from, false);
    }
}

/* As RFC 4978 3 asks: flushed at the end of each segment. The caller frees it with g_free. */
static inline uint8_t *deflated(z_stream *deflater, const char *octets, size_t len, size_t *out_len)
{
    size_t room = len + len / 100 + 1024;
    uint8_t *out = g_malloc(room);
    if (!deflater->state)
        g_assert_cmpint(deflateInit2(deflater, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), ==, Z_OK);
    deflater->next_in = (z_const Bytef *)octets;
    deflater->avail_in = (uInt)len;
    deflater->next_out = out;
    deflater->avail_out = (uInt)room;
    int status = deflate(deflater, Z_SYNC_FLUSH);
    g_assert_true(status == Z_OK || status == Z_BUF_ERROR);
    *out_len = room - deflater->avail_out;
    return out;
}

static inline void send_deflated(struct imap_run *run, enum mw_side from, const char *octets, size_t len)
{
    size_t out_len;
    uint8_t *out = deflated(&run->deflater[from], octets, len, &out_len);
    send_octets(run, from, out, out_len);
    g_free(out);
}

static inline void lose(struct imap_run *run, enum mw_side from, uint64_t octets)
{
    struct imap_played *played = mw_new(struct imap_played);
    take(run, from, true);
    struct mw_arrival arrival = { .from = from, .flush = true, .when = run->now };
    imap_session_gap(run->session, &arrival, octets, &played->imap.base);
    append(run, played, &played->imap);
}

static inline void step(struct imap_run *run, char mark, const char *octets, size_t len)
{
    enum mw_side from = mark == *S || mark == *LOST_S || mark == *ZS ? MW_SERVER : MW_CLIENT;

    run->now.frame++;
    run->now.time += 1000000;
    if (mark == *SECURED)
        imap_session_secured(run->session);
    else if (mark == *LOST_C || mark == *LOST_S)
        lose(run, from, script_number(octets, len));
    else if (mark == *ZC || mark == *ZS)
        send_deflated(run, from, octets, len);
    else
        send_octets(run, from, (const uint8_t *)octets, len);
}

static inline bool is_mark(char c)
{
    return c >= *C && c <= *ZS;
}

/* Everything lives until free_run. */
static inline struct imap_run *play(const char *script, size_t len, struct imap_cut cut)
{
    mw_alloc = mw_arena_alloc;
    mail_transactions_reset();
    struct imap_run *run = mw_new(struct imap_run);
    run->cut = cut;
    run->last = &run->first;
    run->session = mw_new(struct imap_session);
    imap_session_init(run->session);
    for (unsigned side = 0; side < MW_SIDES; side++)
        run->pending[side] = g_byte_array_new();
    for (size_t at = 0, end; at < len; at = end) {
        char mark = is_mark(script[at]) ? script[at++] : *C;
        for (end = at; end < len && !is_mark(script[end]); end++)
            ;
        step(run, mark, script + at, end - at);
    }
    for (unsigned side = 0; side < MW_SIDES; side++)
        take(run, side, true);
    return run;
}

static inline void free_run(struct imap_run *run)
{
    for (unsigned side = 0; side < MW_SIDES; side++) {
        g_byte_array_unref(run->pending[side]);
        if (run->deflater[side].state)
            deflateEnd(&run->deflater[side]);
    }
    mw_arena_free();
}

/* ---- in words ---- */

/* The literal that an element has octets of, or lacks them. */
static const struct imap_literal *literal_of(const struct imap_element *e)
{
    return e->kind == IMAP_LITERAL_OCTETS || e->kind == IMAP_GAP_MARK ? e->literal : NULL;
}

static inline void say_literal(GString *out, const struct imap_run *run, const struct imap_literal *literal)
{
    uint64_t octets = 0, missing = 0;
    bool ends = false;

    for (const struct imap_played *p = run->first; p; p = p->next) {
        if (literal_of(p->shown) != literal)
            continue;
        octets += p->shown->base.len + imap_extra_of(p->shown)->missing;
        missing += imap_extra_of(p->shown)->missing;
        g_assert_false(ends);
        ends = p->shown->ends;
    }
    g_assert_cmpuint(octets, <=, literal->octets);
    g_assert_true(!ends || octets == literal->octets);
    if (literal->body) {
        g_assert_cmpuint(literal->body->octets, ==, octets);
        g_assert_cmpuint(literal->body->missing, ==, missing);
        g_assert_true(literal->body->ended == ends);
    }
    g_string_append_printf(out, "{%" G_GUINT64_FORMAT, octets);
    if (missing)
        g_string_append_printf(out, " missing %" G_GUINT64_FORMAT, missing);
    g_string_append(out, ends ? ".}" : "}");
}

static inline void say_response(GString *out, const struct imap_played *p)
{
    static const char *const statuses[] = { [IMAP_KIND_OK] = "OK", [IMAP_KIND_NO] = "NO", [IMAP_KIND_BAD] = "BAD" };
    const struct imap_element *e = p->shown;
    mw_slice rest = mw_slice_of(0, p->octets.len);
    mw_bytes word = mw_sub(p->octets, mw_next_word(p->octets, &rest));
    bool continues = word.len && word.data[0] == '+';

    if (!e->first)
        g_string_append(out, "..");
    if (e->greeting)
        g_string_append(out, "greeting");
    else if (e->exchange && continues)
        g_string_append_printf(out, "+%s", e->exchange->tag);
    else if (e->exchange)
        g_string_append_printf(out, "%s=%s", e->exchange->tag, statuses[e->exchange->status]);
    else if (!e->first || continues)
        g_string_append(out, e->first ? "+" : "*");
    else
        g_string_append_printf(out, "%.*s", (int)word.len, (const char *)word.data);
}

static inline void say_element(GString *out, const struct imap_run *run, const struct imap_played *p)
{
    static const char *const kinds[] = {
        [IMAP_AUTH_RESPONSE] = "auth", [IMAP_DONE] = "DONE",      [IMAP_TEXT] = "text",
        [IMAP_GAP_MARK] = "gap",       [IMAP_TLS_OCTETS] = "tls",
    };
    const struct imap_element *e = p->shown;

    if (e->kind == IMAP_COMMAND_PART)
        g_string_append_printf(out, "%s%s:%s", e->first ? "" : "..", e->exchange ? e->exchange->tag : "?",
                               e->exchange && e->exchange->verb ? e->exchange->verb : "?");
    else if (e->kind == IMAP_RESPONSE_PART)
        say_response(out, p);
    else if (e->kind == IMAP_LITERAL_OCTETS)
        say_literal(out, run, e->literal);
    else
        g_string_append(out, kinds[e->kind]);
    if ((e->kind == IMAP_COMMAND_PART || e->kind == IMAP_RESPONSE_PART) && !e->ends)
        g_string_append(out, "..");
    g_string_append(out, e->cut ? "~ " : " ");
}

/* A word for each element: tag:VERB; "greeting", "*", tag=status, +tag of who is to go on; ".." in front of a part that
 * is not the first, and behind one that is not the last; {octets of the literal, missing ones included, "." when it
 * ended} once for neighbouring pieces, as for TLS; other kinds by name. "~": without line ending. */
static inline char *say_elements(const struct imap_run *run)
{
    GString *out = g_string_new(NULL);
    const struct imap_element *before = NULL;

    for (const struct imap_played *p = run->first; p; p = p->next) {
        const struct imap_element *e = p->shown;
        if (e->kind == IMAP_DEFLATED)
            continue;
        bool same = before && before->kind == e->kind && before->from_client == e->from_client;
        bool once =
            same && (e->kind == IMAP_TLS_OCTETS || (e->kind == IMAP_LITERAL_OCTETS && before->literal == e->literal));
        if (!once)
            say_element(out, run, p);
        before = e;
    }
    g_string_truncate(out, out->len ? out->len - 1 : 0);
    return g_string_free(out, FALSE);
}

/* action outcome size= missing= user= mailbox= uid= frames=first-last at=frame */
static inline void say_record(GString *out, const struct mail_transaction *t, uint32_t frame)
{
    static const char *const outcomes[] = { "unknown", "accepted", "rejected", "aborted", "incomplete" };
    static const char *const actions[] = { "?", "sent", "retrieved", "stored" };

    g_assert_cmpstr(t->protocol, ==, "IMAP");
    g_string_append_printf(out, "%s%s %s", out->len ? "; " : "", actions[t->action], outcomes[t->outcome]);
    if (t->body)
        g_string_append_printf(out, " size=%" G_GUINT64_FORMAT, mail_body_size(t->body));
    if (t->body && t->body->missing)
        g_string_append_printf(out, " missing=%" G_GUINT64_FORMAT, t->body->missing);
    if (t->username)
        g_string_append_printf(out, " user=%s", t->username);
    if (t->mailbox)
        g_string_append_printf(out, " mailbox=%s", t->mailbox);
    if (t->uid)
        g_string_append_printf(out, " uid=%u", t->uid);
    g_string_append_printf(out, "%s frames=%u-%u at=%u", t->tls ? " tls" : "", t->first.frame, t->last.frame, frame);
}

/* Those that an element ends, and those that the capture leaves open behind them: no number is left out. */
static inline char *say_records(const struct imap_run *run)
{
    GString *out = g_string_new(NULL);
    uint32_t number = 0;
    bool in_order = true;

    for (const struct imap_played *p = run->first; p; p = p->next)
        for (const struct mail_transaction *t = imap_extra_of(p->shown)->record; t; t = t->next) {
            say_record(out, t, p->frame);
            in_order = in_order && t->number == ++number;
        }
    for (const struct imap_played *p = run->first; p; p = p->next) {
        const struct mail_transaction *open = imap_session_left_open(p->shown);
        if (!open)
            continue;
        say_record(out, open, p->frame);
        in_order = in_order && open->number == ++number;
    }
    g_assert_true(in_order);
    return g_string_free(out, FALSE);
}

static inline char *say_issues(const struct imap_run *run)
{
    static const struct {
        const char *severity, *name;
    } rows[] = {
#define MW_ISSUE(id, name, group, severity, text) { #severity, name },
#include "issue.def"
#undef MW_ISSUE
    };
    GString *out = g_string_new(" ");
    for (const struct imap_played *p = run->first; p; p = p->next) {
        const mw_issues *noted = imap_extra_of(p->shown)->issues;
        for (unsigned i = 0; noted && i < noted->count; i++) {
            const struct mw_issue *issue = &noted->list[i];
            g_assert_cmpint(issue->id, >=, MW_ISSUE_IMAP_AUTH_CLEARTEXT);
            g_assert_cmpint(issue->id, <=, MW_ISSUE_IMAP_TOO_DEEP);
            g_assert_cmpuint(mw_slice_end(issue->where), <=, p->shown->base.len);
            g_string_append_printf(out, "%s %s ", rows[issue->id].severity, strrchr(rows[issue->id].name, '.') + 1);
        }
    }
    return g_string_free(out, FALSE);
}

/* Pieces of each literal that is put together are counted from 0. */
static inline void check_pieces(const struct imap_run *run)
{
    for (const struct imap_played *p = run->first; p; p = p->next) {
        if (p->shown->kind != IMAP_LITERAL_OCTETS || !p->shown->literal->body || p->shown->index)
            continue;
        uint32_t pieces = 0;
        for (const struct imap_played *q = p; q; q = q->next)
            if (q->shown->kind == IMAP_LITERAL_OCTETS && q->shown->literal == p->shown->literal)
                g_assert_cmpuint(q->shown->index, ==, pieces++);
        g_assert_cmpuint(p->shown->literal->body->fragments, ==, pieces);
    }
}

static inline void test_row(const struct script_row *row, const char *how, struct imap_cut cut)
{
    struct imap_run *run = play(row->script, strlen(row->script), cut);
    check_pieces(run);
    script_expect(row, how, "elements", say_elements(run), row->elements);
    script_expect(row, how, "records", say_records(run), row->records);
    script_expect_issues(row, how, say_issues(run));
    free_run(run);
}

/* Longest segment of a script. */
static inline size_t longest_segment(const char *script)
{
    size_t longest = 0, len = 0;
    for (; *script; script++) {
        len = is_mark(*script) ? 0 : len + 1;
        longest = MAX(longest, len);
    }
    return longest;
}

/* Plays each row in segments, octet by octet, and with every segment cut in two at each place: all must give what the
 * row says. */
static inline void test_rows(const struct script_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        test_row(&rows[i], "in segments", (struct imap_cut){ 0 });
        test_row(&rows[i], "octet by octet", (struct imap_cut){ .octet_by_octet = true });
        for (size_t at = 1; at < longest_segment(rows[i].script) && !g_test_failed(); at++) {
            char *how = g_strdup_printf("cut at %zu", at);
            test_row(&rows[i], how, (struct imap_cut){ .at = at });
            g_free(how);
        }
    }
}

#endif
