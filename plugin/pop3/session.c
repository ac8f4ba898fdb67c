/* The client's side of a POP3 session, and what both sides share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "pop3/session.h"

#include "pop3/state.h"

void pop3_session_enter(struct pop3_session *session, enum pop3_state state)
{
    session->state = state;
}

void pop3_session_secured(void *data)
{
    struct pop3_session *session = data;

    session->tls = true;
    session->user = NULL;
    session->auth = (struct mw_auth){ 0 };
    session->authenticated = session->quit = session->resync = session->lost = session->uncertain = false;
    session->offer = (struct pop3_offer){ 0 };
    session->first = NULL;
    session->outstanding = session->logins = 0;
    session->reply = session->unasked = NULL;
    session->transaction = NULL;
    session->from_start = true;
    pop3_session_enter(session, POP3_IN_COMMANDS);
}

struct pop3_extra *pop3_need_extra(struct pop3_element *element)
{
    if (!element->extra)
        element->extra = mw_new(struct pop3_extra);
    return element->extra;
}

const struct pop3_extra *pop3_extra_of(const struct pop3_element *element)
{
    static const struct pop3_extra nothing;
    return element->extra ? element->extra : &nothing;
}

void pop3_note(const struct pop3_step *step, mw_issue_id id, mw_slice where)
{
    mw_issue_note(&pop3_need_extra(step->element)->issues, id, where);
}

void pop3_note_order(const struct pop3_step *step, mw_issue_id id, mw_slice where)
{
    if (!step->session->uncertain)
        pop3_note(step, id, where);
}

bool pop3_exchange_is_auth(const struct pop3_exchange *exchange)
{
    return exchange && (exchange->row == &pop3_auth_response_row ||
                        (pop3_exchange_is(exchange, POP3_AUTH) && exchange->content == POP3_NO_CONTENT));
}

struct pop3_exchange *pop3_session_expect(const struct pop3_step *step, const struct pop3_verb_row *row)
{
    struct pop3_session *s = step->session;
    struct pop3_exchange *exchange = mw_new(struct pop3_exchange);

    exchange->row = row;
    exchange->pairing.request = *step->now;
    exchange->awaited_from_server = s->seen[MW_SERVER];
    if (s->first)
        s->last->next = exchange;
    else
        s->first = exchange;
    s->last = exchange;
    s->outstanding++;
    s->logins += row && row->login;
    step->element->exchange = exchange;
    if (s->outstanding > POP3_MAX_OUTSTANDING) {
        pop3_note(step, MW_ISSUE_POP_LIMIT, mw_slice_of(0, 0));
        pop3_session_skip_oldest(step);
    }
    return exchange;
}

void pop3_session_drop(struct pop3_session *session)
{
    struct pop3_exchange *oldest = session->first;
    if (!oldest)
        return;
    session->first = oldest->next;
    session->outstanding--;
    session->logins -= oldest->row && oldest->row->login;
}

uint32_t pop3_take_line(const struct pop3_step *step, mw_bytes in, bool flush, mw_slice *text)
{
    struct mw_line line;
    mw_status status = mw_parse_line(in, &line);

    *text = line.text;
    if (status == MW_OK)
        return line.used;
    if (!flush && in.len < POP3_MAX_LINE_OCTETS)
        return 0;
    if (in.len >= POP3_MAX_LINE_OCTETS)
        pop3_note(step, MW_ISSUE_POP_LIMIT, mw_slice_of(0, 0));
    step->element->cut = true;
    return in.len;
}

/* ---- commands ---- */

static const char *keep_slice(mw_bytes line, mw_slice where)
{
    return where.len ? mw_keep(mw_sub(line, where)) : NULL;
}

/* What a command changes when it is sent; what its reply changes is in reply.c. */
static void note_command(const struct pop3_step *step, mw_bytes line, const struct pop3_command *command,
                         struct pop3_exchange *exchange)
{
    struct pop3_session *s = step->session;
    mw_slice rest = command->args;

    switch (command->row->verb) {
    case POP3_USER:
        exchange->argument = s->user = keep_slice(line, command->name);
        break;
    case POP3_APOP:
        exchange->argument = keep_slice(line, command->name);
        break;
    case POP3_PASS:
    case POP3_RPOP:
        exchange->argument = s->user;
        s->user = NULL;
        break;
    case POP3_AUTH:
        if (command->mechanism.len == 0)
            break;
        pop3_auth_begin(step, line, command);
        pop3_session_enter(s, POP3_AFTER_AUTH);
        break;
    case POP3_RETR:
        exchange->record = pop3_record_new(s, step->now);
        break;
    case POP3_XTND:
        exchange->submits = mw_equal_nocase(mw_sub(line, mw_next_word(line, &rest)), "XMIT");
        break;
    case POP3_QUIT:
        s->quit = true;
        break;
    default:
        break;
    }
}

static uint32_t next_command(const struct pop3_step *step, mw_bytes in, bool flush)
{
    struct pop3_session *s = step->session;
    struct pop3_command command;
    mw_slice text;
    uint32_t used = pop3_take_line(step, in, flush, &text);

    if (used == 0)
        return 0;
    mw_bytes line = mw_bytes_of(in.data, used);
    pop3_parse_command(line, &command);
    step->element->kind = POP3_COMMAND;
    if (!s->seen[MW_SERVER] && s->first && s->last->pairing.request.frame != step->now->frame)
        pop3_session_assume_accepted(step);
    pop3_check_command(step, &command);
    struct pop3_exchange *exchange = pop3_session_expect(step, command.row);
    exchange->content = (uint8_t)pop3_content_of(line, &command);
    exchange->number = command.number;
    if (command.row)
        note_command(step, line, &command, exchange);
    for (unsigned i = 0; i < command.issues.count && !step->element->cut; i++) /* what is missing may be right */
        pop3_note(step, command.issues.list[i].id, command.issues.list[i].where);
    s->spoke = true;
    return used;
}

static uint32_t next_in_unknown(const struct pop3_step *step, mw_bytes in, bool flush);

/* Behind a gap in AUTH, what does not read as a line of base64 may be anything. */
static bool has_left_auth(const struct pop3_session *s, mw_bytes line)
{
    bool lost = s->uncertain && !s->auth.sasl.mechanism;
    return lost && (line.len == 0 || mw_find(line, 0, ' ') < line.len);
}

/* A line while AUTH waits: the response to a challenge, unless it is a command that shows that AUTH is over. */
static uint32_t next_in_auth(const struct pop3_step *step, mw_bytes in, bool flush)
{
    struct pop3_session *s = step->session;
    mw_slice text;
    uint32_t used = pop3_take_line(step, in, flush, &text);

    if (used == 0)
        return 0;
    if (s->state == POP3_AFTER_AUTH && pop3_is_plain_command(mw_bytes_of(in.data, used))) {
        pop3_session_enter(s, POP3_IN_COMMANDS);
        return next_command(step, in, flush);
    }
    if (has_left_auth(s, mw_sub(in, text))) {
        pop3_session_enter(s, POP3_IN_UNKNOWN);
        return next_in_unknown(step, in, flush);
    }
    step->element->kind = POP3_AUTH_RESPONSE;
    pop3_session_expect(step, &pop3_auth_response_row);
    pop3_auth_response(step, mw_sub(in, text));
    pop3_session_enter(s, POP3_AFTER_AUTH);
    s->spoke = true;
    return used;
}

/* The text that XTND XMIT submits, up to a dot. */
static uint32_t next_in_text(const struct pop3_step *step, mw_bytes in, bool flush)
{
    struct pop3_session *s = step->session;
    mw_slice text;
    uint32_t used = pop3_take_line(step, in, flush, &text);

    step->element->kind = POP3_TEXT;
    if (used && text.len == 1 && in.data[0] == '.') {
        pop3_session_expect(step, &pop3_end_of_text_row);
        pop3_session_enter(s, POP3_IN_COMMANDS);
        s->spoke = true;
    }
    return used;
}

/* After a late start or a gap: text until a line that is a command beyond doubt. */
static uint32_t next_in_unknown(const struct pop3_step *step, mw_bytes in, bool flush)
{
    mw_slice text;
    uint32_t used = pop3_take_line(step, in, flush, &text);

    if (used == 0)
        return 0;
    if (pop3_is_plain_command(mw_bytes_of(in.data, used))) {
        pop3_session_enter(step->session, POP3_IN_COMMANDS);
        return next_command(step, in, flush);
    }
    step->element->kind = POP3_TEXT;
    return used;
}

static uint32_t next_tls(const struct pop3_step *step, mw_bytes in)
{
    step->element->kind = POP3_TLS_OCTETS;
    return in.len;
}

/* The capture holds no greeting: it shows the client only, or begins late. */
static uint32_t next_of_late_start(const struct pop3_step *step, mw_bytes in, bool flush)
{
    struct pop3_session *s = step->session;
    struct pop3_command command;

    if (!flush && mw_find(in, 0, '\n') == in.len && in.len < POP3_COMMAND_OCTETS)
        return 0;
    pop3_parse_command(in, &command);
    bool plain = pop3_is_plain_command(in);
    /* nobody is known to be in the TRANSACTION state before one of these */
    s->uncertain = !plain || command.row->states != POP3_AUTHORIZATION;
    pop3_session_enter(s, plain ? POP3_IN_COMMANDS : POP3_IN_UNKNOWN);
    return plain ? next_command(step, in, flush) : next_in_unknown(step, in, flush);
}

static uint32_t next_from_client(const struct pop3_step *step, mw_bytes in, bool flush)
{
    struct pop3_session *s = step->session;

    if (pop3_exchange_is(s->first, POP3_STLS) && mw_is_tls_record(in)) {
        if (!s->seen[MW_SERVER] || s->unseen[MW_SERVER] || s->resync) /* the reply is not in the capture */
            pop3_session_enter(s, POP3_IN_TLS);
        return next_tls(step, in);
    }
    switch (s->state) {
    case POP3_AFTER_AUTH:
    case POP3_IN_AUTH:
        return next_in_auth(step, in, flush);
    case POP3_IN_TEXT:
        return next_in_text(step, in, flush);
    case POP3_IN_UNKNOWN:
        return next_in_unknown(step, in, flush);
    default:
        break;
    }
    if (!s->seen[MW_CLIENT] && !s->greeted)
        return next_of_late_start(step, in, flush);
    return next_command(step, in, flush);
}

uint32_t pop3_session_next(void *session, const struct mw_arrival *arrival, mw_bytes in, struct mw_element *element)
{
    struct pop3_session *s = session;
    struct pop3_step step = { s, &arrival->when, (struct pop3_element *)element };
    bool from_client = arrival->from == MW_CLIENT;
    bool begins = !s->seen[MW_CLIENT] && !s->seen[MW_SERVER];

    mail_transactions_forget_open();
    step.element->from_client = from_client;
    s->unseen[arrival->from] = false;
    if (s->state == POP3_BEFORE_TLS && mw_is_tls_record(in))
        pop3_session_enter(s, POP3_IN_TLS);
    if (s->state == POP3_IN_TLS)
        return next_tls(&step, in);
    bool no_tls = s->state == POP3_BEFORE_TLS;
    if (no_tls)
        pop3_session_enter(s, POP3_IN_COMMANDS);
    uint32_t used = from_client ? next_from_client(&step, in, arrival->flush)
                                : pop3_session_server_octets(&step, in, arrival->flush);
    if (used == 0) {
        if (no_tls)
            pop3_session_enter(s, POP3_BEFORE_TLS); /* the line goes on in another segment */
        return 0;
    }
    s->seen[arrival->from] = true;
    if (arrival->crowded && step.element->cut)
        pop3_note(&step, MW_ISSUE_POP_LIMIT, mw_slice_of(0, 0));
    if (!from_client)
        s->spoke = false;
    if (no_tls)
        pop3_note(&step, from_client ? MW_ISSUE_POP_STLS_NOT_FOLLOWED : MW_ISSUE_POP_STLS_RESPONSE_INJECTION,
                  mw_slice_of(0, 0));
    if (begins && s->tls_port && !s->tls)
        pop3_note(&step, MW_ISSUE_POP_CLEARTEXT_ON_TLS_PORT, mw_slice_of(0, 0));
    return used;
}

/* ---- gaps ---- */

static void lose_track(struct pop3_session *s)
{
    s->uncertain = true;
    s->from_start = false;
}

void pop3_session_unseen(void *session, enum mw_side from)
{
    struct pop3_session *s = session;
    s->unseen[from] = true;
    lose_track(s);
}

static void client_gap(struct pop3_session *s)
{
    switch (s->state) {
    case POP3_BEFORE_TLS:
    case POP3_IN_TLS:
        break;
    case POP3_AFTER_AUTH:
    case POP3_IN_AUTH:
        /* which message of the exchange comes next is not known any more: it may hold a secret */
        sasl_start(&s->auth.sasl, (mw_bytes){ 0 });
        pop3_session_enter(s, POP3_AFTER_AUTH);
        break;
    default:
        pop3_session_enter(s, POP3_IN_UNKNOWN);
        break;
    }
}

/* Returns the hole in a message. */
static struct mail_hole *server_gap(struct pop3_session *s, uint64_t octets)
{
    s->unasked = NULL;
    if (!s->reply) {
        s->resync = s->lost = true;
        return NULL;
    }
    s->reply->broken = true;
    if (s->reply->content != POP3_MESSAGE)
        return NULL;
    struct mail_hole *hole = mail_hole_begin(s->body, octets, &s->dot);
    smtp_dot_lost(&s->dot);
    return hole;
}

struct mail_hole *pop3_session_gap(void *session, const struct mw_arrival *arrival, uint64_t octets,
                                   struct mw_element *element)
{
    struct pop3_session *s = session;
    struct pop3_element *gap = (struct pop3_element *)element;

    gap->kind = POP3_GAP;
    gap->from_client = arrival->from == MW_CLIENT;
    pop3_need_extra(gap)->missing = octets;
    s->unseen[arrival->from] = false;
    lose_track(s);
    if (!gap->from_client)
        return server_gap(s, octets);
    client_gap(s);
    return NULL;
}
