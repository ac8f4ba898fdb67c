/* The server's side of a POP3 session: replies, and which command each answers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "banner.h"
#include "pop3/state.h"

/* ---- which command does it answer ---- */

/* Commands that are looked through for the one that a challenge can only answer: more than fit into the burst of a
 * client. */
#define MAX_AHEAD 64

/* From now on mail can be read. */
static void log_in(struct pop3_session *s)
{
    s->authenticated = true;
    mw_auth_result(&s->auth, true);
}

/* What a reply changes; what its content changes is in content.c.
 * @param reply  NULL: it will not be seen, and the command counts as accepted */
static void apply(const struct pop3_step *step, struct pop3_exchange *to, const struct pop3_reply *reply)
{
    struct pop3_session *s = step->session;
    bool ok = !reply || reply->status == POP3_OK;

    if (!ok) {
        if (pop3_exchange_is(to, POP3_USER) && s->user == to->argument)
            s->user = NULL;
        pop3_record_refuse(to);
        return;
    }
    if (pop3_exchange_is_auth(to)) {
        log_in(s);
        return;
    }
    switch (to->row ? to->row->verb : POP3_UNKNOWN) {
    case POP3_APOP:
    case POP3_PASS:
    case POP3_RPOP:
        s->auth.claimed = to->argument;
        log_in(s);
        break;
    case POP3_DELE:
        s->messages -= s->messages > 0;
        s->marked = to;
        break;
    case POP3_RSET:
        s->counted = false;
        s->marked = NULL;
        break;
    case POP3_RETR:
        if (!reply)
            pop3_record_unseen(step, to);
        break;
    case POP3_STLS:
        if (reply)
            pop3_session_enter(s, POP3_BEFORE_TLS);
        break;
    case POP3_XTND:
        if (to->submits && s->state == POP3_IN_COMMANDS)
            pop3_session_enter(s, POP3_IN_TEXT);
        break;
    default:
        break;
    }
}

void pop3_session_skip_oldest(const struct pop3_step *step)
{
    struct pop3_session *s = step->session;
    struct pop3_exchange *oldest = s->first;
    s->uncertain = true;
    oldest->unseen = true;
    pop3_session_drop(s);
    apply(step, oldest, NULL);
}

void pop3_session_assume_accepted(const struct pop3_step *step)
{
    while (step->session->first) {
        struct pop3_exchange *oldest = step->session->first;
        pop3_session_drop(step->session);
        apply(step, oldest, NULL);
    }
}

/* After a gap, a client that waits for each reply has had all but the last of its replies. */
static void skip_lost(const struct pop3_step *step)
{
    struct pop3_session *s = step->session;
    if (s->resync)
        while (s->outstanding > 1 && s->first->pairing.request.frame != s->last->pairing.request.frame)
            pop3_session_skip_oldest(step);
    s->resync = false;
}

/* The oldest outstanding command. A challenge only answers AUTH: when commands stand before it, their replies are
 * missing. */
static struct pop3_exchange *match(const struct pop3_step *step, enum pop3_status status)
{
    struct pop3_session *s = step->session;
    struct pop3_exchange *target = s->first;

    if (status == POP3_CONTINUE) {
        for (unsigned ahead = 0; target && !pop3_exchange_is_auth(target); ahead++)
            target = ahead < MAX_AHEAD ? target->next : NULL;
        while (target && s->first != target)
            pop3_session_skip_oldest(step);
        return target;
    }
    skip_lost(step);
    return s->first;
}

/* The first line of the server is a greeting, unless the client has asked before or it has the numbers of another
 * reply: then the capture begins late. */
static bool greets(const struct pop3_session *s, mw_bytes in, const struct pop3_status_line *line)
{
    mw_bytes text = mw_sub(in, line->text);

    if (s->greeted || line->status == POP3_CONTINUE)
        return false;
    if (s->seen[MW_CLIENT])
        return !pop3_exchange_is(s->first, POP3_STLS) && mw_is_pop_greeting(in);
    return text.len == 0 || !mw_is(text.data[0], MW_DIGIT);
}

static void take_greeting(struct pop3_session *s, mw_bytes text)
{
    mw_slice timestamp;
    bool valid;
    s->timestamp_bad = mw_find_apop_timestamp(text, &timestamp, &valid) && !valid;
    s->greeting_text = mw_keep(text);
    s->uncertain = false;
    s->from_start = true;
}

static struct pop3_reply *begin_reply(const struct pop3_step *step, mw_bytes in, const struct pop3_status_line *line)
{
    struct pop3_session *s = step->session;
    struct pop3_reply *reply = mw_new(struct pop3_reply);
    mw_bytes text = mw_sub(in, line->text);
    mw_slice digits;

    reply->first = *step->now;
    reply->status = (uint8_t)line->status;
    reply->greeting = greets(s, in, line);
    reply->sized = line->status == POP3_OK && pop3_parse_octets(text, &digits, &reply->octets);
    reply->excerpt = mw_find_nocase(text, 0, "header") < text.len || mw_find_nocase(text, 0, "top") < text.len;
    if (reply->greeting)
        take_greeting(s, text);
    else
        reply->to = match(step, line->status);
    if (!reply->to && !reply->greeting && (!s->greeted || !s->seen[MW_CLIENT]))
        s->uncertain = true;
    /* a server that closes for its own reasons says so without being asked */
    reply->unmatched = !reply->to && !reply->greeting && line->status != POP3_ERR;
    s->unasked = !reply->to && line->status == POP3_OK ? reply : NULL;
    s->greeted = true;
    s->lost = false;
    return reply;
}

/* ---- what it changes ---- */

static void after_auth_reply(const struct pop3_step *step, const struct pop3_reply *reply, mw_bytes text)
{
    struct pop3_session *s = step->session;
    bool waiting = s->state == POP3_AFTER_AUTH || s->state == POP3_IN_AUTH || s->state == POP3_IN_UNKNOWN;
    bool goes_on = reply->status == POP3_CONTINUE;

    if (goes_on)
        pop3_auth_challenge(step, text);
    if (waiting)
        pop3_session_enter(s, goes_on ? POP3_IN_AUTH : POP3_IN_COMMANDS);
}

/* A command that is only taken in one state shows that state; after a gap, too, when no other reply could be meant. */
static void learn_state(struct pop3_session *s, const struct pop3_exchange *to)
{
    uint8_t states = to->row ? to->row->states : POP3_AUTHORIZATION | POP3_TRANSACTION;

    if (states == (POP3_AUTHORIZATION | POP3_TRANSACTION))
        return;
    s->authenticated = states == POP3_TRANSACTION || (to->row->login && to->content == POP3_NO_CONTENT);
    if (s->outstanding == 1 && !s->unseen[MW_CLIENT] && !s->unseen[MW_SERVER])
        s->uncertain = false;
}

static void settle(const struct pop3_step *step, struct pop3_reply *reply, mw_bytes text)
{
    struct pop3_session *s = step->session;
    struct pop3_exchange *to = reply->to;

    to->pairing.reply_frame = step->now->frame;
    if (pop3_exchange_is_auth(to))
        after_auth_reply(step, reply, text);
    if (reply->status != POP3_CONTINUE)
        apply(step, to, reply);
    if (reply->status == POP3_OK)
        learn_state(s, to);
    if (reply->status == POP3_OK && to->content) {
        reply->content = to->content;
        pop3_content_begin(step, reply);
        return;
    }
    pop3_check_listing(step, reply, text);
    pop3_session_drop(s);
}

static void take_reply(const struct pop3_step *step, mw_bytes in, const struct pop3_status_line *line)
{
    struct pop3_session *s = step->session;
    struct pop3_reply *reply = begin_reply(step, in, line);

    step->element->kind = POP3_REPLY_LINE;
    step->element->reply = reply;
    for (unsigned i = 0; i < line->issues.count; i++)
        pop3_note(step, line->issues.list[i].id, line->issues.list[i].where);
    pop3_check_reply(step, reply);
    if (reply->to)
        settle(step, reply, mw_sub(in, line->text));
    if (s->reply != reply) {
        reply->end_frame = step->now->frame;
        step->element->ends = true;
    }
}

/* ---- lines without a status ---- */

/* The first lines of a reply are in a gap: what comes belongs to the command that waits for it. */
static struct pop3_reply *resume(const struct pop3_step *step)
{
    struct pop3_session *s = step->session;

    if (!s->lost)
        return NULL;
    skip_lost(step);
    if (!s->first || !s->first->content)
        return NULL;
    struct pop3_reply *reply = mw_new(struct pop3_reply);
    reply->to = s->first;
    reply->first = *step->now;
    reply->status = POP3_OK;
    reply->content = s->first->content;
    reply->broken = true;
    return reply;
}

static enum pop3_content guess_content(mw_bytes line)
{
    struct pop3_row row;
    struct pop3_listing listing;
    struct pop3_unique_id unique_id;

    pop3_parse_row(line, &row);
    if (row.ends)
        return POP3_LINES;
    pop3_parse_listing(line, row.text, &listing);
    if (listing.alone)
        return POP3_SCAN_LISTING;
    pop3_parse_unique_id(line, row.text, &unique_id);
    if (unique_id.number && unique_id.valid)
        return POP3_UNIQUE_IDS;
    mw_slice rest = row.text;
    mw_bytes word = mw_sub(line, mw_next_word(line, &rest));
    if (pop3_capability_find(word))
        return POP3_CAPABILITIES;
    return rest.len == 0 && sasl_find(word) ? POP3_MECHANISMS : POP3_MESSAGE;
}

/* The command is missing from the capture, often with all of the client's octets: only what follows the +OK tells what
 * it was. */
static struct pop3_reply *guess(const struct pop3_step *step, mw_bytes line)
{
    struct pop3_session *s = step->session;
    struct pop3_reply *reply = s->unasked;

    if (!reply || (s->seen[MW_CLIENT] && !s->uncertain))
        return NULL;
    enum pop3_content content = guess_content(line);
    if (reply->greeting && content == POP3_MESSAGE)
        return NULL;
    reply->guessed = true;
    reply->content = (uint8_t)content;
    return reply;
}

static void take_text(const struct pop3_step *step, const struct pop3_status_line *line)
{
    struct pop3_session *s = step->session;

    step->element->kind = POP3_TEXT;
    if (!s->greeted) { /* another protocol, or the capture begins in the middle of something */
        pop3_note_order(step, MW_ISSUE_POP_NOT_PROTOCOL, mw_slice_of(0, 0));
        s->uncertain = true;
        return;
    }
    for (unsigned i = 0; i < line->issues.count; i++)
        pop3_note_order(step, line->issues.list[i].id, line->issues.list[i].where);
}

uint32_t pop3_session_server_octets(const struct pop3_step *step, mw_bytes in, bool flush)
{
    struct pop3_session *s = step->session;
    struct pop3_status_line line;
    mw_slice text;

    if (s->reply && !pop3_content_is_over(s, in))
        return !flush && pop3_content_may_be_over(s, in) ? 0 : pop3_content_next(step, in, flush);
    uint32_t used = pop3_take_line(step, in, flush, &text);
    if (used == 0)
        return 0;
    if (s->reply)
        pop3_content_break_off(step);
    mw_bytes whole = mw_bytes_of(in.data, used);
    pop3_parse_status_line(whole, &line);
    if (line.status != POP3_NO_STATUS) {
        take_reply(step, whole, &line);
        return used;
    }
    struct pop3_reply *reply = resume(step);
    if (!reply)
        reply = guess(step, whole);
    if (!reply) {
        take_text(step, &line);
        return used;
    }
    step->element->cut = false;
    pop3_content_begin(step, reply);
    return pop3_content_next(step, in, flush);
}
