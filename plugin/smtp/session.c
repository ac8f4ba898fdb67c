/* The client's side of an SMTP session, and what both sides share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "smtp/session.h"

#include "smtp/params.h"
#include "smtp/state.h"

/* Sessions of this capture, in the order in which they began. */
static struct smtp_session *sessions, **sessions_end = &sessions;

void smtp_sessions_reset(void)
{
    sessions = NULL;
    sessions_end = &sessions;
    mail_transactions_set_numberer(smtp_sessions_number_open);
}

struct smtp_session *smtp_sessions(void)
{
    return sessions;
}

void smtp_session_init(struct smtp_session *session)
{
    *sessions_end = session;
    sessions_end = &session->next;
    session->client = MW_CLIENT;
}

void smtp_session_enter(struct smtp_session *session, enum smtp_state state)
{
    session->state = state;
}

void smtp_session_secured(void *data)
{
    struct smtp_session *session = data;

    session->tls = true;
    session->helo = NULL;
    session->auth = (struct mw_auth){ 0 };
    session->authenticated = session->chunking = session->last_chunk_sent = session->data_refused = false;
    session->unclosed_path = session->resync = false;
    session->offer = (struct smtp_offer){ 0 };
    session->first = NULL;
    session->outstanding = 0;
    session->reply = NULL;
    session->from_start = true;
    smtp_session_enter(session, SMTP_IN_COMMANDS);
}

struct smtp_extra *smtp_need_extra(struct smtp_element *element)
{
    if (!element->extra)
        element->extra = mw_new(struct smtp_extra);
    return element->extra;
}

const struct smtp_extra *smtp_extra_of(const struct smtp_element *element)
{
    static const struct smtp_extra nothing;
    return element->extra ? element->extra : &nothing;
}

void smtp_note(const struct smtp_step *step, mw_issue_id id, mw_slice where)
{
    mw_issue_note(&smtp_need_extra(step->element)->issues, id, where);
}

void smtp_note_order(const struct smtp_step *step, mw_issue_id id, mw_slice where)
{
    if (!step->session->uncertain)
        smtp_note(step, id, where);
}

static void keep_issues(const struct smtp_step *step, const mw_issues *issues)
{
    mw_issue_id silent = step->session->utf8 ? MW_ISSUE_8BIT_COMMAND : MW_ISSUE_UTF8_INVALID;
    for (unsigned i = 0; i < issues->count; i++)
        if (issues->list[i].id != silent)
            smtp_note(step, issues->list[i].id, issues->list[i].where);
}

struct smtp_exchange *smtp_session_expect(const struct smtp_step *step, const struct smtp_verb_row *row)
{
    struct smtp_session *s = step->session;
    struct smtp_exchange *exchange = mw_new(struct smtp_exchange);

    exchange->row = row;
    exchange->pairing.request = *step->now;
    exchange->command_frame = step->now->frame;
    exchange->awaited_from_server = s->seen[MW_SERVER];
    if (s->first)
        s->last->next = exchange;
    else
        s->first = exchange;
    s->last = exchange;
    s->outstanding++;
    step->element->exchange = exchange;
    if (s->outstanding > SMTP_MAX_OUTSTANDING) {
        smtp_note(step, MW_ISSUE_LIMIT, mw_slice_of(0, 0));
        smtp_session_skip_oldest(step);
    }
    return exchange;
}

void smtp_session_drop(struct smtp_session *session)
{
    struct smtp_exchange *oldest = session->first;
    if (!oldest)
        return;
    session->first = oldest->next;
    session->outstanding--;
}

uint32_t smtp_take_line(const struct smtp_step *step, mw_bytes in, bool flush, mw_slice *text)
{
    struct mw_line line;
    if (mw_parse_line(in, &line) == MW_OK) {
        *text = line.text;
        return line.used;
    }
    if (!flush && in.len < SMTP_MAX_LINE_OCTETS)
        return 0;
    if (in.len >= SMTP_MAX_LINE_OCTETS)
        smtp_note(step, MW_ISSUE_LIMIT, mw_slice_of(0, 0));
    step->element->cut = true;
    *text = line.text;
    return in.len;
}

/* ---- messages ---- */

void smtp_session_begin_body(struct smtp_session *session)
{
    smtp_dot_start(&session->dot);
    session->body = mail_body_new();
    session->chunking = false;
    smtp_session_enter(session, SMTP_IN_DATA);
}

/* An element with octets of a message. */
static void show_body(const struct smtp_step *step, struct mail_body *body, bool ends)
{
    step->element->kind = SMTP_BODY;
    step->element->body = body;
    step->element->index = body->fragments++;
    step->element->ends = ends;
    body->last = *step->now;
    if (ends) {
        body->ended = true;
        body->whole_frame = step->now->frame;
    }
}

/* The next octets of the message. */
static void take_body(const struct smtp_step *step, mw_bytes octets, bool ends)
{
    mail_tail_keep(step->session->body, octets, step->now->frame);
    show_body(step, step->session->body, ends);
}

static void expect_end_of_data(const struct smtp_step *step)
{
    struct smtp_exchange *exchange = smtp_session_expect(step, &smtp_end_of_data_row);
    exchange->body = step->session->body;
    exchange->last = true;
}

/* The message that DATA has begun is there. */
static void end_data(const struct smtp_step *step)
{
    struct smtp_session *s = step->session;

    s->body->octets = mail_body_count(s->body, &s->dot);
    expect_end_of_data(step);
    smtp_session_enter(s, SMTP_IN_COMMANDS);
    if (!s->seen[MW_SERVER])
        smtp_session_assume_accepted(step);
}

static void keep_data_issues(const struct smtp_step *step, const mw_issues *issues)
{
    for (unsigned i = 0; i < issues->count; i++)
        if (issues->list[i].id != MW_ISSUE_8BIT_DATA || !step->session->eightbit)
            smtp_note(step, issues->list[i].id, issues->list[i].where);
}

static uint32_t next_data(const struct smtp_step *step, mw_bytes in)
{
    struct smtp_session *s = step->session;
    struct smtp_dot before = s->dot;
    mw_issues issues = { 0 };
    uint32_t used;
    bool ends = smtp_dot_scan(&s->dot, in, &used, &issues);

    take_body(step, mw_sub(in, mw_slice_of(0, used)), ends);
    keep_data_issues(step, &issues);
    if (s->dot.edits) {
        struct smtp_dot *stand = mw_new(struct smtp_dot);
        *stand = before;
        smtp_need_extra(step->element)->dot = stand;
    }
    if (ends)
        end_data(step);
    return used;
}

uint32_t smtp_session_late(void *session, const struct mw_arrival *arrival, mw_bytes in, struct mail_hole *hole,
                           struct mw_element *element)
{
    struct smtp_session *s = session;
    struct mail_body *body = hole->body;
    struct smtp_step step = { s, &arrival->when, (struct smtp_element *)element };
    uint32_t used = body->closed ? 0 : mail_hole_fill(hole, in, arrival->when.frame);

    if (used == 0)
        return 0;
    mail_transactions_forget_open();
    bool ends = s->state == SMTP_IN_DATA && s->body == body && mail_hole_rescan(hole, &s->dot);
    bool completes = mail_tail_completes(body, arrival->when.frame);
    if (completes && body->tail->scanned)
        body->octets = mail_body_count(body, &s->dot);
    step.element->from_client = true;
    step.element->lmtp = s->lmtp;
    show_body(&step, body, ends);
    if (ends)
        end_data(&step);
    step.element->ends = ends || completes;
    return used;
}

/* Counted octets: a chunk of BDAT, whose request ends with them, or what follows the 354 to XEXCH50. */
static uint32_t next_counted(const struct smtp_step *step, mw_bytes in)
{
    struct smtp_session *s = step->session;
    uint32_t used = in.len < s->counted ? in.len : (uint32_t)s->counted;

    s->counted -= used;
    if (s->state == SMTP_IN_BLOB) {
        step->element->kind = SMTP_BLOB_OCTETS;
        if (s->counted == 0) {
            smtp_session_expect(step, smtp_verb_row(SMTP_XEXCH50));
            smtp_session_enter(s, SMTP_IN_COMMANDS);
        }
        return used;
    }
    take_body(step, mw_sub(in, mw_slice_of(0, used)), s->counted == 0 && s->chunk->last);
    s->body->octets += used;
    if (s->counted == 0) {
        step->element->exchange = s->chunk;
        s->chunk->pairing.request = *step->now;
        smtp_session_enter(s, SMTP_IN_COMMANDS);
        if (s->chunk->last && !s->seen[MW_SERVER])
            smtp_session_assume_accepted(step);
    }
    return used;
}

/* ---- commands ---- */

static void begin_chunk(const struct smtp_step *step, const struct smtp_command *command,
                        struct smtp_exchange *exchange)
{
    struct smtp_session *s = step->session;

    exchange->size = command->bdat_size;
    exchange->last = command->bdat_last;
    s->last_chunk_sent = command->bdat_last;
    if (!command->bdat_valid)
        return;
    if (!s->chunking)
        s->body = mail_body_new();
    s->chunking = !command->bdat_last;
    s->chunk = exchange;
    exchange->body = s->body;
    s->counted = command->bdat_size;
    if (s->counted > 0) {
        smtp_session_enter(s, SMTP_IN_BDAT);
    } else if (command->bdat_last) { /* BDAT 0 LAST: the message ends here, without octets */
        step->element->body = s->body;
        step->element->ends = true;
        s->body->ended = true;
        s->body->last = *step->now;
        s->body->whole_frame = step->now->frame;
        if (!s->seen[MW_SERVER])
            smtp_session_assume_accepted(step);
    }
}

/* XEXCH50 <octets> <version>: the octets follow the 354. */
static uint64_t xexch50_size(mw_bytes line, mw_slice args)
{
    uint64_t size = 0;
    mw_parse_number(line, mw_next_word(line, &args), &size);
    return size;
}

static void note_parameters(struct smtp_session *s, mw_bytes line, mw_slice params, uint64_t *declared)
{
    struct smtp_param param;
    s->utf8 = s->eightbit = false;
    while (smtp_next_param(line, &params, &param)) {
        if (!param.row)
            continue;
        if (param.row->kind == SMTP_VALUE_BODY) {
            s->eightbit = !mw_equal_nocase(mw_sub(line, param.value), "7BIT");
        } else if (param.row->kind == SMTP_VALUE_SIZE) {
            mw_parse_number(line, param.value, declared);
        } else if (strcmp(param.row->name, "SMTPUTF8") == 0) {
            s->utf8 = true;
        }
    }
    s->eightbit = s->eightbit || s->utf8;
}

/* What a command changes when it is sent; what its reply changes is in reply.c and transaction.c. */
static void note_command(const struct smtp_step *step, mw_bytes line, const struct smtp_command *command,
                         struct smtp_exchange *exchange)
{
    struct smtp_session *s = step->session;

    switch (command->row->verb) {
    case SMTP_LHLO:
        s->lmtp = true;
        /* fallthrough */
    case SMTP_HELO:
    case SMTP_EHLO:
        exchange->argument = mw_keep(mw_sub(line, command->domain));
        s->chunking = s->last_chunk_sent = false;
        break;
    case SMTP_MAIL:
        exchange->body = s->body; /* of an earlier message: what follows is another */
        note_parameters(s, line, command->params, &exchange->size);
        exchange->utf8 = s->utf8;
        s->chunking = s->last_chunk_sent = false;
        /* fallthrough */
    case SMTP_RCPT:
        exchange->argument = mw_keep(mw_sub(line, command->path.mailbox));
        exchange->relay = command->path.relay;
        break;
    case SMTP_DATA:
        smtp_session_enter(s, SMTP_AFTER_DATA);
        break;
    case SMTP_BDAT:
        begin_chunk(step, command, exchange);
        break;
    case SMTP_BURL:
        exchange->last = mw_find_nocase(line, 0, " LAST") < line.len;
        break;
    case SMTP_AUTH:
    case SMTP_X_EXPS:
        if (command->mechanism.len)
            smtp_auth_begin(step, line, command);
        smtp_session_enter(s, SMTP_AFTER_AUTH);
        break;
    case SMTP_XEXCH50:
        exchange->size = xexch50_size(line, command->args);
        break;
    case SMTP_RSET:
        s->chunking = s->last_chunk_sent = false;
        break;
    case SMTP_QUIT:
        smtp_session_apply_quit(step);
        break;
    default:
        break;
    }
    bool ends = command->row->verb == SMTP_RSET || command->row->verb == SMTP_QUIT;
    if (ends && !s->seen[MW_SERVER])
        smtp_session_assume_accepted(step);
}

static uint32_t next_command(const struct smtp_step *step, mw_bytes in, bool flush)
{
    mw_slice text;
    uint32_t used = smtp_take_line(step, in, flush, &text);
    struct smtp_command command;

    if (used == 0)
        return 0;
    mw_bytes line = mw_bytes_of(in.data, used);
    smtp_parse_command(line, &command);
    step->element->kind = SMTP_COMMAND;
    if (used > 1 && in.data[0] == 0x16 && in.data[1] == 0x03)
        smtp_note(step, MW_ISSUE_CROSS_PROTOCOL, mw_slice_of(0, 2));
    smtp_check_command(step, line, &command);
    struct smtp_exchange *exchange = smtp_session_expect(step, command.row);
    if (command.row)
        note_command(step, line, &command, exchange);
    if (!step->element->cut) /* what is missing may be right */
        keep_issues(step, &command.issues);
    return used;
}

/* ---- where the state alone does not tell what comes ---- */

/* Octets behind DATA before its reply. The reply may be missing from the capture, or the client does not wait for it;
 * what follows a refused DATA, though, is commands (RFC 2920 3.1), and only the octets themselves can tell. */
static bool next_is_message(const struct smtp_session *s, mw_bytes in)
{
    if (!s->seen[MW_SERVER])
        return true;
    return !smtp_is_plain_command(in);
}

static uint32_t next_after_data(const struct smtp_step *step, mw_bytes in, bool flush)
{
    struct smtp_session *s = step->session;
    bool line_is_whole = mw_find(in, 0, '\n') < in.len;

    if (!line_is_whole && !flush && s->seen[MW_SERVER] && in.len < SMTP_LINE_OCTETS)
        return 0;
    if (!next_is_message(s, in)) {
        smtp_session_enter(s, SMTP_IN_COMMANDS);
        return next_command(step, in, flush);
    }
    smtp_session_begin_body(s);
    if (s->first)
        s->last->body = s->body; /* the DATA */
    if (s->seen[MW_SERVER])
        smtp_note_order(step, MW_ISSUE_DATA_BEFORE_354, mw_slice_of(0, 0));
    return next_data(step, in);
}

static uint32_t next_in_unknown(const struct smtp_step *step, mw_bytes in, bool flush);

/* Behind a gap in AUTH, what does not read as a line of base64 may be anything. */
static bool has_left_auth(const struct smtp_session *s, mw_bytes line)
{
    bool lost = s->uncertain && !s->auth.sasl.mechanism;
    return lost && (line.len == 0 || mw_find(line, 0, ' ') < line.len);
}

/* A line while AUTH waits: the response to a challenge, unless it is a command that shows that AUTH is over. */
static uint32_t next_in_auth(const struct smtp_step *step, mw_bytes in, bool flush)
{
    struct smtp_session *s = step->session;
    mw_slice text;
    uint32_t used = smtp_take_line(step, in, flush, &text);

    if (used == 0)
        return 0;
    if (s->state == SMTP_AFTER_AUTH && smtp_is_plain_command(in)) {
        smtp_session_enter(s, SMTP_IN_COMMANDS);
        return next_command(step, in, flush);
    }
    if (has_left_auth(s, mw_sub(in, text))) {
        smtp_session_enter(s, SMTP_IN_UNKNOWN);
        return next_in_unknown(step, in, flush);
    }
    step->element->kind = SMTP_AUTH_RESPONSE;
    smtp_session_expect(step, &smtp_auth_response_row);
    smtp_auth_response(step, mw_sub(in, text));
    smtp_session_enter(s, SMTP_AFTER_AUTH);
    return used;
}

/* After a late start or a gap: text until a line that is a command beyond doubt, or the end of a message. */
static uint32_t next_in_unknown(const struct smtp_step *step, mw_bytes in, bool flush)
{
    struct smtp_session *s = step->session;
    mw_slice text;
    uint32_t used = smtp_take_line(step, in, flush, &text);

    if (used == 0)
        return 0;
    if (smtp_is_plain_command(in)) {
        smtp_session_enter(s, SMTP_IN_COMMANDS);
        return next_command(step, in, flush);
    }
    step->element->kind = SMTP_TEXT;
    if (text.len == 1 && in.data[0] == '.') {
        expect_end_of_data(step);
        step->element->exchange->body = NULL;
        smtp_session_enter(s, SMTP_IN_COMMANDS);
    }
    return used;
}

static uint32_t next_tls(const struct smtp_step *step, mw_bytes in)
{
    smtp_session_enter(step->session, SMTP_IN_TLS);
    step->element->kind = SMTP_TLS_OCTETS;
    return in.len;
}

/* The capture holds no greeting: it shows the client only, or begins late. */
static uint32_t next_of_late_start(const struct smtp_step *step, mw_bytes in, bool flush)
{
    struct smtp_session *s = step->session;
    const struct smtp_verb_row *row = smtp_peek_verb(in);

    if (!flush && mw_find(in, 0, '\n') == in.len && in.len < SMTP_LINE_OCTETS)
        return 0;
    s->from_start = row && (row->verb == SMTP_HELO || row->verb == SMTP_EHLO || row->verb == SMTP_LHLO);
    s->uncertain = !s->from_start;
    if (row)
        return next_command(step, in, flush);
    smtp_session_enter(s, SMTP_IN_UNKNOWN);
    return next_in_unknown(step, in, flush);
}

static uint32_t next_from_client(const struct smtp_step *step, mw_bytes in, bool flush)
{
    struct smtp_session *s = step->session;
    switch (s->state) {
    case SMTP_IN_DATA:
        return next_data(step, in);
    case SMTP_IN_BDAT:
    case SMTP_IN_BLOB:
        return next_counted(step, in);
    case SMTP_AFTER_DATA:
        return next_after_data(step, in, flush);
    case SMTP_AFTER_AUTH:
    case SMTP_IN_AUTH:
        return next_in_auth(step, in, flush);
    case SMTP_IN_UNKNOWN:
        return next_in_unknown(step, in, flush);
    case SMTP_IN_COMMANDS:
    case SMTP_BEFORE_TLS: /* smtp_session_next */
    case SMTP_IN_TLS:
        break;
    }
    if (!s->seen[MW_CLIENT] && !s->greeted)
        return next_of_late_start(step, in, flush);
    return next_command(step, in, flush);
}

static uint32_t next_from_server(const struct smtp_step *step, mw_bytes in, bool flush)
{
    struct smtp_session *s = step->session;
    uint32_t used = smtp_session_server_line(step, in, flush);
    const struct smtp_reply *reply = step->element->kind == SMTP_REPLY_LINE ? step->element->reply : NULL;

    /* a challenge without AUTH: the command is missing from the capture, and the response is what comes next */
    if (reply && reply->code == 334 && !reply->to && s->unseen[MW_CLIENT] && s->state == SMTP_IN_COMMANDS)
        smtp_session_enter(s, SMTP_IN_AUTH);
    return used;
}

uint32_t smtp_session_next(void *session, const struct mw_arrival *arrival, mw_bytes in, struct mw_element *element)
{
    struct smtp_session *s = session;
    struct smtp_step step = { s, &arrival->when, (struct smtp_element *)element };
    enum mw_side side = arrival->from == s->client ? MW_CLIENT : MW_SERVER;
    bool flush = arrival->flush;

    mail_transactions_forget_open();
    step.element->from_client = side == MW_CLIENT;
    s->unseen[side] = false;
    if (s->state == SMTP_IN_TLS)
        return next_tls(&step, in);
    if (s->state == SMTP_BEFORE_TLS && mw_is_tls_record(in))
        return next_tls(&step, in);
    bool no_tls = s->state == SMTP_BEFORE_TLS;
    if (no_tls)
        smtp_session_enter(s, SMTP_IN_COMMANDS);
    uint32_t used = side == MW_CLIENT ? next_from_client(&step, in, flush) : next_from_server(&step, in, flush);
    if (used)
        s->seen[side] = true;
    if (arrival->crowded && step.element->cut)
        smtp_note(&step, MW_ISSUE_LIMIT, mw_slice_of(0, 0));
    if (no_tls && used)
        smtp_note(&step, side == MW_CLIENT ? MW_ISSUE_STARTTLS_NOT_FOLLOWED : MW_ISSUE_STARTTLS_RESPONSE_INJECTION,
                  mw_slice_of(0, 0));
    else if (no_tls)
        smtp_session_enter(s, SMTP_BEFORE_TLS); /* the line goes on in another segment */
    step.element->lmtp = s->lmtp;
    return used;
}
