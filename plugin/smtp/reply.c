/* The server's side of an SMTP session: replies, and which command each answers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "smtp/state.h"

/* ---- which command does it answer ---- */

/* Commands that are looked through for the one that a reply can only answer: more than fit into the burst of a client.
 */
#define MAX_AHEAD 64

static bool takes_code(const struct smtp_exchange *exchange, uint16_t code)
{
    switch (code) {
    case 354:
        return smtp_exchange_is(exchange, SMTP_DATA) || smtp_exchange_is(exchange, SMTP_XEXCH50);
    case 221:
        return smtp_exchange_is(exchange, SMTP_QUIT);
    case 235:
    case 334:
        return smtp_exchange_is(exchange, SMTP_AUTH) || smtp_exchange_is(exchange, SMTP_X_EXPS) ||
               exchange->row == &smtp_auth_response_row;
    default:
        return true;
    }
}

void smtp_session_skip_oldest(const struct smtp_step *step)
{
    struct smtp_session *s = step->session;
    struct smtp_exchange *oldest = s->first;
    s->uncertain = true;
    oldest->unseen = true;
    smtp_session_drop(s);
    smtp_session_apply(step, oldest, NULL, (mw_bytes){ 0 });
}

/* The oldest outstanding command, unless the code can only answer a later one: then replies in between are missing.
 * After a gap, a client that waits for each reply has had all but the last of its replies. */
static struct smtp_exchange *match(const struct smtp_step *step, uint16_t code)
{
    struct smtp_session *s = step->session;
    struct smtp_exchange *target = s->first;

    for (unsigned ahead = 0; target && !takes_code(target, code); ahead++)
        target = ahead < MAX_AHEAD ? target->next : NULL;
    if (target && target != s->first)
        while (s->first != target)
            smtp_session_skip_oldest(step);
    if (s->resync)
        while (s->first && s->first->pairing.request.frame != s->last->pairing.request.frame)
            smtp_session_skip_oldest(step);
    s->resync = false;
    return s->first;
}

static bool greets(const struct smtp_session *s, uint16_t code)
{
    if (s->greeted)
        return false;
    bool awaited = smtp_exchange_is(s->first, SMTP_STARTTLS) || smtp_exchange_is(s->first, SMTP_XCLIENT);
    if (code == 220)
        return !awaited;
    return !s->first && code >= 400 && !s->seen[MW_CLIENT];
}

static struct smtp_reply *begin_reply(const struct smtp_step *step, mw_bytes in, const struct smtp_reply_line *line)
{
    struct smtp_session *s = step->session;
    struct smtp_reply *reply = mw_new(struct smtp_reply);

    reply->first = *step->now;
    reply->code = line->code;
    reply->greeting = greets(s, line->code);
    if (!reply->greeting) {
        reply->to = match(step, line->code);
        reply->greeting = smtp_exchange_is(reply->to, SMTP_XCLIENT) && line->code == 220;
        /* a capture that holds the server's side only shows the capabilities by their place behind the greeting */
        bool only_server = !s->seen[MW_CLIENT] && !reply->to && !line->last && line->code == 250;
        reply->ehlo = line->code == 250 &&
                      (only_server || smtp_exchange_is(reply->to, SMTP_EHLO) || smtp_exchange_is(reply->to, SMTP_LHLO));
        if (!reply->to && (!s->greeted || !s->seen[MW_CLIENT]))
            s->uncertain = true;
    }
    if (reply->greeting) {
        mw_bytes text = mw_sub(in, line->text);
        s->greeting_text = mw_keep(text);
        s->lmtp = s->lmtp || mw_find_nocase(text, 0, "LMTP") < text.len;
        s->uncertain = false;
        s->from_start = true;
    }
    if (reply->ehlo)
        s->offer = (struct smtp_offer){ .known = true };
    s->greeted = true;
    s->reply_text_len = 0;
    return reply;
}

/* ---- its lines ---- */

/* Room for the text of a usual EHLO reply. */
#define SMALL_REPLY_TEXT 192

static void append_text(struct smtp_session *s, mw_bytes text)
{
    uint32_t needed = s->reply_text_len + 1 + text.len + 1; /* with a space and a NUL */
    if (needed > SMTP_MAX_REPLY_TEXT)
        return;
    if (needed > s->reply_text_room) {
        uint32_t room = needed < SMALL_REPLY_TEXT ? SMALL_REPLY_TEXT : needed * 2;
        char *larger = mw_alloc(room);
        if (s->reply_text_len)
            memcpy(larger, s->reply_text, s->reply_text_len);
        s->reply_text = larger;
        s->reply_text_room = room;
    }
    if (s->reply_text_len)
        s->reply_text[s->reply_text_len++] = ' ';
    if (text.len)
        memcpy(s->reply_text + s->reply_text_len, text.data, text.len);
    s->reply_text_len += text.len;
}

void smtp_session_note_offer(struct smtp_offer *offer, const struct smtp_capability_row *row, mw_bytes line,
                             mw_slice rest)
{
    offer->extra_mail += row->adds_mail;
    offer->extra_rcpt += row->adds_rcpt;
    offer->pipelining |= strcmp(row->keyword, "PIPELINING") == 0;
    offer->starttls |= strcmp(row->keyword, "STARTTLS") == 0;
    if (strcmp(row->keyword, "SIZE") == 0)
        mw_parse_number(line, mw_next_word(line, &rest), &offer->size);
}

/* ---- what it changes ---- */

static void after_data_reply(const struct smtp_step *step, const struct smtp_exchange *to, uint16_t code)
{
    struct smtp_session *s = step->session;
    if (code == 354) {
        if (s->state == SMTP_IN_DATA || to->body)
            return;
        bool late = s->state != SMTP_AFTER_DATA;
        smtp_session_begin_body(s);
        s->body->broken = late; /* some of it was taken for commands */
    } else if (s->state == SMTP_AFTER_DATA) {
        s->data_refused = true;
        smtp_session_enter(s, SMTP_IN_COMMANDS);
    } else if (s->state == SMTP_IN_DATA) {
        smtp_note_order(step, MW_ISSUE_DATA_REFUSED_SENT, mw_slice_of(0, 0));
    }
}

static void after_auth_reply(const struct smtp_step *step, const struct smtp_reply *reply, mw_bytes text)
{
    struct smtp_session *s = step->session;
    bool waiting = s->state == SMTP_AFTER_AUTH || s->state == SMTP_IN_AUTH || s->state == SMTP_IN_UNKNOWN;
    if (reply->code == 334)
        smtp_auth_challenge(step, text);
    else
        smtp_auth_result(step, reply);
    if (waiting)
        smtp_session_enter(s, reply->code == 334 ? SMTP_IN_AUTH : SMTP_IN_COMMANDS);
}

/* The sides change places: RFC 2645 4, RFC 821 3.8. */
static void turn_round(struct smtp_session *s)
{
    s->client = s->client == MW_CLIENT ? MW_SERVER : MW_CLIENT;
    s->greeted = false;
    s->seen[MW_CLIENT] = false;
    smtp_session_enter(s, SMTP_IN_COMMANDS);
}

static void change_state(const struct smtp_step *step, const struct smtp_reply *reply, mw_bytes text)
{
    struct smtp_session *s = step->session;
    const struct smtp_exchange *to = reply->to;
    bool positive = reply->code / 100 == 2;

    if (to->row == &smtp_auth_response_row) {
        after_auth_reply(step, reply, text);
        return;
    }
    switch (to->row ? to->row->verb : SMTP_UNKNOWN) {
    case SMTP_DATA:
        after_data_reply(step, to, reply->code);
        break;
    case SMTP_AUTH:
    case SMTP_X_EXPS:
        after_auth_reply(step, reply, text);
        break;
    case SMTP_STARTTLS:
    case SMTP_X_ANONYMOUSTLS:
        if (reply->code == 220)
            smtp_session_enter(s, SMTP_BEFORE_TLS);
        break;
    case SMTP_XEXCH50:
        if (reply->code == 354 && to->size) {
            s->counted = to->size;
            smtp_session_enter(s, SMTP_IN_BLOB);
        }
        break;
    case SMTP_ATRN:
    case SMTP_TURN:
        if (positive)
            turn_round(s);
        break;
    case SMTP_HELO:
        if (positive)
            s->offer = (struct smtp_offer){ .known = true };
        break;
    case SMTP_XCLIENT:
        if (reply->code == 220)
            s->offer = (struct smtp_offer){ 0 };
        break;
    default:
        break;
    }
}

/* A final reply that nobody asked for while a message is under way: its end was lost, or the server took something else
 * for it. */
static void end_message_unseen(const struct smtp_step *step, struct smtp_reply *reply)
{
    struct smtp_session *s = step->session;
    bool accepted = s->dot.lookalike_octets > 0;
    bool lost = s->unseen[MW_CLIENT];
    if (reply->to || reply->code == 354 || s->state != SMTP_IN_DATA)
        return;
    if (!accepted && !lost && !s->body->missing && !s->body->broken)
        return;
    reply->to = smtp_session_expect(step, &smtp_end_of_data_row);
    step->element->reply = reply;
    reply->to->body = s->body;
    reply->to->last = true;
    reply->to->pairing.request = s->body->last;
    step->element->body = s->body;
    if (accepted) {
        s->body->trailer = s->dot.lookalike_octets;
        s->body->octets = mail_body_count(s->body, &s->dot);
        s->body->ended = true;
        s->body->whole_frame = step->now->frame;
    }
    smtp_session_enter(s, accepted ? SMTP_IN_COMMANDS : SMTP_IN_UNKNOWN);
}

/* A 354 without DATA: the command is missing from the capture, and the message is what comes next. */
static void begin_message_unseen(const struct smtp_step *step, const struct smtp_reply *reply)
{
    struct smtp_session *s = step->session;
    if (reply->code == 354 && !reply->to && s->unseen[MW_CLIENT])
        smtp_session_begin_body(s);
}

static void settle(const struct smtp_step *step, struct smtp_reply *reply, mw_bytes text)
{
    struct smtp_session *s = step->session;
    struct smtp_exchange *to = reply->to;

    if (!to->pairing.reply_frame)
        to->pairing.reply_frame = reply->end_frame;
    change_state(step, reply, text);
    if (to->answers)
        to->answers->came++;
    smtp_session_apply(step, to, reply, text);
    bool whole = !to->answers || to->answers->came >= to->answers->awaited;
    if (whole && s->first == to)
        smtp_session_drop(s);
    if (smtp_exchange_is(s->first, SMTP_QUIT))
        smtp_session_apply_quit(step);
    bool known = to->row && (to->row == &smtp_end_of_data_row || to->row->verb == SMTP_RSET || reply->ehlo);
    if (known)
        s->uncertain = false;
}

static void end_reply(const struct smtp_step *step, struct smtp_reply *reply, mw_bytes text)
{
    struct smtp_session *s = step->session;

    reply->end_frame = step->now->frame;
    step->element->ends = true;
    s->reply = NULL;
    if (reply->lines > 1 && s->reply_text) { /* NULL: each line is longer than what is kept */
        s->reply_text[s->reply_text_len] = '\0';
        reply->text = s->reply_text;
        text = mw_bytes_str(reply->text);
        s->reply_text = NULL;
        s->reply_text_room = 0;
    }
    if (!reply->greeting)
        end_message_unseen(step, reply);
    begin_message_unseen(step, reply);
    reply->unmatched = !reply->to && !reply->greeting && reply->code != 421;
    smtp_check_reply(step, reply);
    if (reply->to)
        settle(step, reply, text);
}

uint32_t smtp_session_server_line(const struct smtp_step *step, mw_bytes in, bool flush)
{
    struct smtp_session *s = step->session;
    struct smtp_reply_line line;
    mw_slice text;
    uint32_t used = smtp_take_line(step, in, flush, &text);

    if (used == 0)
        return 0;
    in.len = used;
    smtp_parse_reply_line(in, &line);
    step->element->kind = line.code ? SMTP_REPLY_LINE : SMTP_TEXT;
    for (unsigned i = 0; i < line.issues.count; i++)
        if (line.code || !s->uncertain)
            smtp_note(step, line.issues.list[i].id, line.issues.list[i].where);
    if (line.code == 0) {
        if (!s->greeted && !s->uncertain)
            smtp_note(step, MW_ISSUE_NOT_PROTOCOL, mw_slice_of(0, 0));
        if (s->reply)
            smtp_note(step, MW_ISSUE_REPLY_UNTERMINATED, mw_slice_of(0, 0));
        s->reply = NULL;
        return used;
    }
    if (!s->reply)
        s->reply = begin_reply(step, in, &line);
    struct smtp_reply *reply = s->reply;
    step->element->reply = reply;
    step->element->index = reply->lines++;
    mw_bytes textstring = mw_sub(in, line.text);
    if (!line.last || reply->lines > 1) {
        append_text(s, textstring);
        smtp_check_status(step, reply, in, line.status);
    }
    if (reply->ehlo)
        smtp_check_capability(step, in, line.text, reply->lines == 1);
    if (line.last)
        end_reply(step, reply, textstring);
    return used;
}
