/* The client's side of an IMAP session: commands, their parts, SASL responses, DONE.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>

#include "imap/sets.h"
#include "imap/state.h"
#include "imap/utf7.h"

/* ---- outstanding commands ---- */

/* Looks no further than this: a peer that sends thousands at once must not make it quadratic. */
#define LOOK_BACK 64

struct imap_exchange *imap_find_verb(const struct imap_session *session, enum imap_verb verb)
{
    unsigned limit = LOOK_BACK;
    for (struct imap_exchange *e = session->oldest; e && limit; e = e->next, limit--)
        if (imap_exchange_is(e, verb))
            return e;
    return NULL;
}

static uint32_t hash_of(mw_bytes tag)
{
    uint32_t hash = 5381;
    for (uint32_t i = 0; i < tag.len; i++)
        hash = hash * 33 + (uint8_t)g_ascii_tolower((char)tag.data[i]);
    return hash;
}

struct imap_exchange *imap_find_tag(const struct imap_session *session, mw_bytes tag)
{
    struct imap_exchange *similar = NULL;
    uint32_t hash = hash_of(tag);
    for (struct imap_exchange *e = session->oldest; e; e = e->next) {
        if (e->tag_len != tag.len || e->tag_hash != hash || !mw_equal_nocase(tag, e->tag))
            continue;
        if (memcmp(e->tag, tag.data, tag.len) == 0)
            return e;
        similar = similar ? similar : e; /* no RFC allows it, servers do it */
    }
    return similar;
}

void imap_session_drop(struct imap_session *session, const struct imap_exchange *exchange)
{
    struct imap_exchange **at = &session->oldest, *before = NULL;
    while (*at && *at != exchange) {
        before = *at;
        at = &(*at)->next;
    }
    if (!*at)
        return;
    if (session->newest == *at)
        session->newest = before;
    *at = (*at)->next;
    session->outstanding--;
}

static struct imap_exchange *expect(const struct imap_turn *turn, mw_bytes tag)
{
    struct imap_session *s = turn->session;
    struct imap_exchange *exchange = mw_new(struct imap_exchange);

    exchange->pairing.request = *turn->now;
    exchange->command_frame = turn->now->frame;
    exchange->awaited_from_server = s->flow[MW_SERVER].seen;
    exchange->tag = mw_keep(tag);
    exchange->tag_len = tag.len;
    exchange->tag_hash = hash_of(tag);
    if (s->outstanding == IMAP_MAX_OUTSTANDING) {
        imap_note(turn, MW_ISSUE_IMAP_LIMIT, mw_slice_of(0, 0));
        imap_session_drop(s, s->oldest);
    }
    if (s->newest)
        s->newest->next = exchange;
    else
        s->oldest = exchange;
    s->newest = exchange;
    s->outstanding++;
    return exchange;
}

/* ---- the tokens of a command ---- */

static bool is_outstanding(const struct imap_session *session, mw_bytes tag)
{
    const struct imap_exchange *e = imap_find_tag(session, tag);
    return e && memcmp(e->tag, tag.data, tag.len) == 0;
}

const char *imap_keep_mailbox(mw_bytes octets)
{
    char *name = imap_mailbox_decode(octets, NULL);
    const char *kept = mw_keep_string(name);
    g_free(name);
    return kept;
}

static const char *keep_unescaped(mw_bytes octets, const char *(*keep)(mw_bytes octets))
{
    uint32_t len;
    char *plain = imap_unescape(octets, &len);
    const char *kept = keep(mw_bytes_of(plain, len));
    g_free(plain);
    return kept;
}

static const char *keep_name(mw_bytes octets)
{
    return mw_keep(octets);
}

static const char *keep_upper(mw_bytes word)
{
    char *kept = mw_keep(word);
    for (char *c = kept; *c; c++)
        *c = g_ascii_toupper(*c);
    return kept;
}

static void begin_sasl(const struct imap_turn *turn, mw_bytes name)
{
    mw_auth_begin(&turn->session->auth, name);
    imap_keep_stand(turn);
}

static void read_sasl(const struct imap_turn *turn, mw_bytes line, mw_slice base64)
{
    if (!mw_auth_line(&turn->session->auth, mw_sub(line, base64), true))
        imap_note(turn, MW_ISSUE_IMAP_AUTH_MALFORMED, base64);
}

void imap_keep_stand(const struct imap_turn *turn)
{
    imap_need_extra(turn->element)->sasl = mw_auth_stand(&turn->session->auth);
}

static void note_verb(const struct imap_turn *turn, mw_bytes line, const struct imap_token *token)
{
    struct imap_exchange *exchange = turn->flow->exchange;
    exchange->row = turn->flow->parser.command;
    exchange->verb = exchange->row ? exchange->row->name : keep_upper(mw_sub(line, token->value));
    exchange->by_uid = turn->flow->parser.uid;
}

static void note_token(const struct imap_turn *turn, mw_bytes line, const struct imap_token *token)
{
    struct imap_exchange *exchange = turn->flow->exchange;

    imap_check_argument(turn, line, token);
    switch (token->role) {
    case IMAP_ROLE_TAG:
        if (is_outstanding(turn->session, mw_sub(line, token->value)))
            imap_note_order(turn, MW_ISSUE_IMAP_TAG_REUSED, token->where);
        turn->flow->exchange = expect(turn, mw_sub(line, token->value));
        break;
    case IMAP_ROLE_VERB:
        note_verb(turn, line, token);
        imap_check_command(turn, exchange);
        break;
    case IMAP_ROLE_MAILBOX:
        if (!exchange->mailbox && token->kind != IMAP_LITERAL)
            exchange->mailbox = keep_unescaped(mw_sub(line, token->value), imap_keep_mailbox);
        break;
    case IMAP_ROLE_SEQUENCE_SET:
        if (exchange->by_uid)
            imap_set_single(mw_sub(line, token->value), &exchange->uid);
        break;
    case IMAP_ROLE_USERNAME:
        if (token->kind != IMAP_LITERAL)
            imap_note_username(turn->session, exchange, keep_unescaped(mw_sub(line, token->value), keep_name));
        break;
    case IMAP_ROLE_MECHANISM:
        begin_sasl(turn, mw_sub(line, token->value));
        break;
    case IMAP_ROLE_INITIAL_RESPONSE:
        read_sasl(turn, line, token->value);
        break;
    default:
        break;
    }
}

void imap_note_username(struct imap_session *session, struct imap_exchange *exchange, const char *name)
{
    session->auth.claimed = exchange->username = name;
}

/* ---- lines ---- */

/* The last part is there: the server may answer now. */
static void end_command(const struct imap_turn *turn)
{
    struct imap_exchange *exchange = turn->flow->exchange;
    bool auth = imap_exchange_is(exchange, IMAP_VERB_AUTHENTICATE), idle = imap_exchange_is(exchange, IMAP_VERB_IDLE);

    turn->element->ends = true;
    turn->flow->asked = false;
    if (exchange)
        exchange->pairing.request = *turn->now;
    imap_session_enter(turn->flow, auth ? IMAP_IN_AUTH : idle ? IMAP_IN_IDLE : IMAP_IN_LINES);
}

/* A line that ends inside a quoted string: whoever put the argument in let a line end through. */
static void check_open_quote(const struct imap_turn *turn, const struct imap_token *last)
{
    struct imap_session *s = turn->session;
    s->open_quote = last->kind == IMAP_QUOTED && last->where.len != last->value.len + 2 && !turn->element->cut;
    if (s->open_quote)
        imap_note(turn, MW_ISSUE_IMAP_QUOTED_NEWLINE, last->where);
}

static void read_part(const struct imap_turn *turn, mw_bytes line)
{
    struct imap_token token = { 0 };
    uint32_t at = 0;

    turn->element->kind = IMAP_COMMAND_PART;
    turn->element->exchange = turn->flow->exchange;
    while (imap_parser_next(&turn->flow->parser, line, &at, &token, NULL)) {
        if (turn->flow->exchange || token.role == IMAP_ROLE_TAG)
            note_token(turn, line, &token);
        turn->element->exchange = turn->flow->exchange;
    }
    if (token.kind == IMAP_LITERAL && !turn->element->cut) {
        imap_literal_begin(turn, &token, turn->flow->exchange);
        return;
    }
    check_open_quote(turn, &token);
    end_command(turn);
}

static void begin_command(const struct imap_turn *turn, mw_bytes line)
{
    if (turn->session->open_quote && imap_is_command(line))
        imap_note(turn, MW_ISSUE_IMAP_INJECTED_COMMAND, mw_slice_of(0, line.len));
    imap_parser_start(&turn->flow->parser, true);
    turn->flow->exchange = NULL;
    turn->element->first = true;
    read_part(turn, line);
}

static void read_response(const struct imap_turn *turn, mw_bytes line)
{
    struct imap_session *s = turn->session;
    turn->element->kind = IMAP_AUTH_RESPONSE;
    turn->element->exchange = turn->flow->exchange;
    turn->flow->asked = false;
    if (turn->flow->exchange)
        turn->flow->exchange->pairing.request = *turn->now;
    imap_keep_stand(turn);
    if (sasl_is_cancel(line))
        imap_note(turn, MW_ISSUE_IMAP_AUTH_CANCELLED, mw_slice_of(0, line.len));
    else
        read_sasl(turn, line, mw_slice_of(0, line.len));
    if (!s->flow[MW_SERVER].seen && s->auth.claimed && !s->auth.username)
        mw_auth_result(&s->auth, true); /* nobody will tell */
}

static void read_idle(const struct imap_turn *turn, mw_bytes line)
{
    if (mw_equal_nocase(line, "DONE")) {
        turn->element->kind = IMAP_DONE;
        turn->element->exchange = turn->flow->exchange;
        imap_session_enter(turn->flow, IMAP_IN_LINES);
        return;
    }
    imap_note_order(turn, MW_ISSUE_IMAP_IDLE_COMMAND, mw_slice_of(0, 0));
    begin_command(turn, line);
}

bool imap_is_command(mw_bytes line)
{
    struct imap_parser parser;
    struct imap_token token;
    uint32_t at = 0;

    imap_parser_start(&parser, true);
    while (imap_parser_next(&parser, line, &at, &token, NULL))
        if (token.role == IMAP_ROLE_VERB)
            return parser.command != NULL;
        else if (token.role != IMAP_ROLE_TAG && token.role != IMAP_ROLE_UID_PREFIX)
            return false;
    return false;
}

void imap_client_line(const struct imap_turn *turn, mw_bytes line)
{
    switch (turn->flow->state) {
    case IMAP_IN_PART:
        imap_need_extra(turn->element)->parser = imap_parser_keep(&turn->flow->parser);
        read_part(turn, line);
        break;
    case IMAP_IN_AUTH:
        /* no base64: the initial response was all, and the client does not wait for the server's */
        if (!turn->flow->asked && mw_find(line, 0, ' ') < line.len && imap_is_command(line))
            begin_command(turn, line);
        else
            read_response(turn, line);
        break;
    case IMAP_IN_IDLE:
        read_idle(turn, line);
        break;
    default:
        if (line.len == 0)
            turn->element->kind = IMAP_TEXT; /* an empty line: telnet users, and clients behind a literal */
        else if (mw_equal_nocase(line, "DONE"))
            turn->element->kind = IMAP_DONE; /* the server has ended IDLE at the same time */
        else
            begin_command(turn, line);
        break;
    }
}
