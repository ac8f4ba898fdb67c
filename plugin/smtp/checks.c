/* Order of commands and replies, extensions, and signs of abuse. Notes them, and remembers what was offered.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <strings.h>

#include "smtp/params.h"
#include "smtp/state.h"

/* Recipients that every server must take. RFC 5321 4.5.3.1.8 */
#define MANY_RECIPIENTS 100
/* In one session: enough to tell a guesser from a typing error. */
#define MANY_REFUSED_RCPT 5
#define MANY_ERRORS 10
#define SECOND ((int64_t)1000000000)

static const mw_slice nowhere = { 0, 0 };

/* ---- what was offered ---- */

static bool offered(const struct smtp_offer *offer, const char *keyword)
{
    size_t count;
    const struct smtp_capability_row *rows = smtp_capability_rows(&count);
    const struct smtp_capability_row *row = smtp_capability_find(mw_bytes_str(keyword));
    return row && (offer->keywords[(row - rows) / 64] >> ((row - rows) % 64) & 1);
}

static const char *needed_keyword(enum smtp_verb verb)
{
    static const struct {
        enum smtp_verb verb;
        const char *keyword;
    } needs[] = {
        { SMTP_AUTH, "AUTH" }, { SMTP_BDAT, "CHUNKING" },     { SMTP_BURL, "BURL" },
        { SMTP_ETRN, "ETRN" }, { SMTP_STARTTLS, "STARTTLS" },
    };
    for (unsigned i = 0; i < sizeof needs / sizeof needs[0]; i++)
        if (needs[i].verb == verb)
            return needs[i].keyword;
    return NULL;
}

static bool knows_offer(const struct smtp_session *s)
{
    return s->offer.known && !s->uncertain;
}

static void check_extension(const struct smtp_step *step, const struct smtp_command *command)
{
    const struct smtp_offer *offer = &step->session->offer;
    const char *keyword = needed_keyword(command->row->verb);

    if (!keyword || !knows_offer(step->session) || offered(offer, keyword))
        return;
    if (command->row->verb == SMTP_AUTH && offered(offer, "AUTH="))
        return;
    smtp_note(step, MW_ISSUE_EXTENSION_NOT_OFFERED, command->verb);
    if (command->row->verb == SMTP_STARTTLS && !step->session->tls)
        smtp_note(step, MW_ISSUE_STARTTLS_STRIPPED, command->verb);
}

/* ---- parameters of MAIL and RCPT ---- */

static bool named_before(mw_bytes line, mw_slice params, const struct smtp_param *last)
{
    struct smtp_param param;
    mw_bytes name = mw_sub(line, last->name);
    while (smtp_next_param(line, &params, &param) && param.whole.offset < last->whole.offset) {
        mw_bytes other = mw_sub(line, param.name);
        if (other.len == name.len && name.len &&
            strncasecmp((const char *)other.data, (const char *)name.data, name.len) == 0)
            return true;
    }
    return false;
}

static void check_parameter(const struct smtp_step *step, mw_bytes line, mw_slice params,
                            const struct smtp_param *param)
{
    const struct smtp_session *s = step->session;
    const char *keyword = smtp_param_capability(line, param);
    uint64_t size;

    for (unsigned i = 0; i < param->issues.count; i++)
        smtp_note(step, param->issues.list[i].id, param->issues.list[i].where);
    if (named_before(line, params, param))
        smtp_note(step, MW_ISSUE_PARAMETER_DUPLICATE, param->whole);
    if (knows_offer(s) && keyword && !offered(&s->offer, keyword))
        smtp_note(step, MW_ISSUE_EXTENSION_NOT_OFFERED, param->whole);
    if (!param->row)
        return;
    if (param->row->kind == SMTP_VALUE_SIZE && mw_parse_number(line, param->value, &size) && s->offer.size &&
        size > s->offer.size)
        smtp_note(step, MW_ISSUE_SIZE_OVER_LIMIT, param->value);
    if (!s->tls && strcmp(param->row->name, "REQUIRETLS") == 0)
        smtp_note(step, MW_ISSUE_REQUIRETLS_CLEARTEXT, param->whole);
}

static void check_parameters(const struct smtp_step *step, mw_bytes line, const struct smtp_command *command)
{
    struct smtp_param param;
    mw_slice rest = command->params;
    unsigned limit = 64; /* the check for duplicates is quadratic; no extension set is near this */
    while (limit-- && smtp_next_param(line, &rest, &param))
        check_parameter(step, line, command->params, &param);
}

/* ---- order ---- */

static bool is_outstanding(const struct smtp_session *s, enum smtp_verb verb)
{
    for (const struct smtp_exchange *e = s->first; e; e = e->next)
        if (smtp_exchange_is(e, verb))
            return true;
    return false;
}

/* Looks no further than the oldest commands: a peer that sends thousands at once must not make this quadratic. */
static bool may_be_in_transaction(const struct smtp_session *s)
{
    return s->transaction || s->outstanding > 64 || is_outstanding(s, SMTP_MAIL);
}

static void check_sequence(const struct smtp_step *step, const struct smtp_command *command)
{
    const struct smtp_session *s = step->session;
    bool bad = false;

    switch (command->row->verb) {
    case SMTP_RCPT:
        bad = !may_be_in_transaction(s);
        break;
    case SMTP_DATA:
        bad = !may_be_in_transaction(s) || s->chunking;
        break;
    case SMTP_BDAT:
        bad = !may_be_in_transaction(s) || s->last_chunk_sent;
        break;
    case SMTP_MAIL:
        bad = (s->transaction && !s->first) || (s->tls && !s->helo && !s->first);
        if (!s->helo && !s->first && s->from_start)
            smtp_note_order(step, MW_ISSUE_HELO_MISSING, command->verb);
        break;
    case SMTP_AUTH:
        bad = s->transaction || s->authenticated;
        break;
    default:
        break;
    }
    if (bad && s->seen[MW_SERVER])
        smtp_note_order(step, MW_ISSUE_BAD_SEQUENCE, command->verb);
    bool leaves = command->row->verb == SMTP_RSET || command->row->verb == SMTP_MAIL || command->row->verb == SMTP_QUIT;
    if (leaves && s->chunking)
        smtp_note_order(step, MW_ISSUE_BDAT_NO_LAST, command->verb);
}

static void check_pipelining(const struct smtp_step *step, const struct smtp_command *command)
{
    const struct smtp_session *s = step->session;

    if (!s->first || !s->seen[MW_SERVER])
        return;
    if (smtp_exchange_is(s->last, SMTP_STARTTLS)) {
        smtp_note(step, MW_ISSUE_STARTTLS_INJECTION, command->text);
        return;
    }
    if (!s->offer.pipelining)
        smtp_note_order(step, MW_ISSUE_PIPELINING, command->verb);
    else if (s->last->row && s->last->row->last_in_group)
        smtp_note_order(step, MW_ISSUE_PIPELINING_ORDER, command->verb);
    if (s->unclosed_path && command->row &&
        (command->row->verb == SMTP_MAIL || command->row->verb == SMTP_RCPT || command->row->verb == SMTP_DATA))
        smtp_note(step, MW_ISSUE_COMMAND_INJECTION, command->text);
}

static void check_security(const struct smtp_step *step, const struct smtp_command *command)
{
    const struct smtp_session *s = step->session;
    enum smtp_verb verb = command->row->verb;

    if (verb == SMTP_VRFY || verb == SMTP_EXPN)
        smtp_note(step, MW_ISSUE_VRFY_EXPN, command->verb);
    if (s->tls) {
        if (verb == SMTP_STARTTLS)
            smtp_note(step, MW_ISSUE_STARTTLS_UNDER_TLS, command->verb);
        return;
    }
    if (verb == SMTP_MAIL && s->offer.starttls)
        smtp_note(step, MW_ISSUE_STARTTLS_NOT_USED, command->verb);
    if (s->starttls_refused && (verb == SMTP_MAIL || verb == SMTP_AUTH))
        smtp_note(step, MW_ISSUE_STARTTLS_REFUSED, command->verb);
}

static void check_length(const struct smtp_step *step, const struct smtp_command *command)
{
    const struct smtp_offer *offer = &step->session->offer;
    enum smtp_verb verb = command->row ? command->row->verb : SMTP_UNKNOWN;
    uint32_t limit = SMTP_LINE_OCTETS;

    if (verb == SMTP_AUTH)
        limit = SMTP_AUTH_LINE_OCTETS;
    else if (verb == SMTP_MAIL)
        limit += offer->extra_mail;
    else if (verb == SMTP_RCPT)
        limit += offer->extra_rcpt;
    if (command->used > limit)
        smtp_note(step, MW_ISSUE_COMMAND_TOO_LONG, command->text);
}

static void check_helo(const struct smtp_step *step, mw_bytes line, const struct smtp_command *command)
{
    const struct smtp_session *s = step->session;
    if (command->domain.len == 0 || !s->greeting_text || s->same_host)
        return;
    mw_bytes name = mw_sub(line, command->domain), greeting = mw_bytes_str(s->greeting_text);
    mw_slice rest = { 0, greeting.len };
    mw_bytes domain = mw_sub(greeting, mw_next_word(greeting, &rest));
    if (domain.len == name.len && strncasecmp((const char *)domain.data, (const char *)name.data, name.len) == 0)
        smtp_note(step, MW_ISSUE_HELO_IS_SERVER, command->domain);
}

static void check_recipient(const struct smtp_step *step, const struct smtp_command *command)
{
    const struct smtp_session *s = step->session;
    if (!s->transaction)
        return;
    if (s->recipients == MANY_RECIPIENTS)
        smtp_note(step, MW_ISSUE_MANY_RECIPIENTS, command->verb);
    if (s->recipients == 1 && s->transaction->from && !*s->transaction->from)
        smtp_note(step, MW_ISSUE_NULL_SENDER_MANY, command->verb);
}

/* RFC 2920 3.1: the client that did not wait may send the end of data alone; text is a message that nobody wants. */
static void check_after_refused_data(const struct smtp_step *step, const struct smtp_command *command)
{
    struct smtp_session *s = step->session;
    if (s->data_refused && !command->row && command->text.len > 1)
        smtp_note_order(step, MW_ISSUE_DATA_REFUSED_SENT, command->text);
    s->data_refused = false;
}

void smtp_check_command(const struct smtp_step *step, mw_bytes line, const struct smtp_command *command)
{
    if (step->session->tls_port && !step->session->tls && !step->session->seen[MW_CLIENT])
        smtp_note(step, MW_ISSUE_CLEARTEXT_ON_TLS_PORT, nowhere);
    check_length(step, command);
    check_pipelining(step, command);
    step->session->unclosed_path = command->path.unclosed;
    check_after_refused_data(step, command);
    if (!command->row)
        return;
    check_extension(step, command);
    check_sequence(step, command);
    check_security(step, command);
    if (command->row->verb == SMTP_MAIL || command->row->verb == SMTP_RCPT)
        check_parameters(step, line, command);
    if (command->row->verb == SMTP_RCPT)
        check_recipient(step, command);
    check_helo(step, line, command);
}

/* ---- EHLO replies ---- */

static uint16_t hash_of(mw_bytes octets)
{
    uint32_t hash = 5381;
    for (uint32_t i = 0; i < octets.len; i++)
        hash = hash * 33 + (octets.data[i] & 0xDF); /* letters in any case */
    return (uint16_t)(hash ^ hash >> 16);
}

/* A keyword that is given again must be given with the same parameters. */
static void remember_keyword(const struct smtp_step *step, const struct smtp_capability_row *row, mw_bytes text,
                             mw_slice where)
{
    struct smtp_offer *offer = &step->session->offer;
    size_t count;
    size_t at = (size_t)(row - smtp_capability_rows(&count));
    uint64_t bit = (uint64_t)1 << at % 64;

    if (at / 64 >= sizeof offer->keywords / sizeof offer->keywords[0])
        return;
    if (!offer->hashes)
        offer->hashes = mw_alloc(count * sizeof *offer->hashes);
    uint16_t hash = hash_of(text);
    if (offer->keywords[at / 64] & bit && offer->hashes[at] != hash)
        smtp_note(step, MW_ISSUE_KEYWORD_DUPLICATE, where);
    offer->hashes[at] = hash;
    offer->keywords[at / 64] |= bit;
}

static void check_auth_offer(const struct smtp_step *step, mw_bytes line, mw_slice rest)
{
    mw_slice word;
    while ((word = mw_next_word(line, &rest)).len) {
        mw_bytes name = mw_sub(line, word);
        if (mw_equal_nocase(name, "PLAIN") || mw_equal_nocase(name, "LOGIN"))
            smtp_note(step, MW_ISSUE_AUTH_OFFERED_CLEARTEXT, word);
    }
}

void smtp_check_capability(const struct smtp_step *step, mw_bytes line, mw_slice text, bool first)
{
    struct smtp_session *s = step->session;
    mw_slice rest = text;
    mw_slice word = mw_next_word(line, &rest);
    const struct smtp_capability_row *row = smtp_capability_find(mw_sub(line, word));
    bool bare = mw_slice_trim(line, rest).len == 0;

    if (first) {
        if (row && bare)
            smtp_note(step, MW_ISSUE_EHLO_FIRST_LINE, word);
        return;
    }
    if (smtp_is_masked(mw_sub(line, word))) {
        s->offer.masked = true;
        smtp_note(step, MW_ISSUE_EHLO_MASKED, word);
    }
    if (!row)
        return;
    remember_keyword(step, row, mw_sub(line, text), word);
    smtp_session_note_offer(&s->offer, row, line, rest);
    if (s->tls && strcmp(row->keyword, "STARTTLS") == 0)
        smtp_note(step, MW_ISSUE_STARTTLS_UNDER_TLS, word);
    if (!s->tls && strcmp(row->keyword, "REQUIRETLS") == 0)
        smtp_note(step, MW_ISSUE_REQUIRETLS_CLEARTEXT, word);
    if (!s->tls && strcmp(row->keyword, "AUTH") == 0)
        check_auth_offer(step, line, rest);
}

/* ---- replies ---- */

/* Client timeouts of RFC 5321 4.5.3.2, seconds. */
static int64_t timeout_of(const struct smtp_reply *reply)
{
    if (!reply->to || !reply->to->row)
        return 300;
    if (reply->to->row == &smtp_end_of_data_row)
        return 600;
    return reply->to->row->verb == SMTP_DATA ? 120 : 300;
}

static void check_time(const struct smtp_step *step, const struct smtp_reply *reply)
{
    if (!reply->to || !reply->to->pairing.request.frame)
        return;
    int64_t waited = reply->first.time - reply->to->pairing.request.time;
    if (waited > timeout_of(reply) * SECOND)
        smtp_note(step, MW_ISSUE_TIMEOUT_EXCEEDED, nowhere);
    else if (waited > mw_slow_reply_seconds * SECOND)
        smtp_note(step, MW_ISSUE_SLOW_REPLY, nowhere);
}

static void check_failure(const struct smtp_step *step, const struct smtp_reply *reply)
{
    struct smtp_session *s = step->session;
    bool permanent = reply->code / 100 == 5;

    if (reply->code < 400)
        return;
    smtp_note(step, permanent ? MW_ISSUE_PERMANENT_FAILURE : MW_ISSUE_TEMPORARY_FAILURE, nowhere);
    if (permanent && ++s->errors == MANY_ERRORS)
        smtp_note(step, MW_ISSUE_MANY_ERRORS, nowhere);
    bool probe = smtp_exchange_is(reply->to, SMTP_RCPT) || smtp_exchange_is(reply->to, SMTP_VRFY) ||
                 smtp_exchange_is(reply->to, SMTP_EXPN);
    bool no_such_user = reply->code == 550 || reply->code == 551 || reply->code == 553;
    if (probe && no_such_user && ++s->refused_rcpt == MANY_REFUSED_RCPT)
        smtp_note(step, MW_ISSUE_USER_ENUMERATION, nowhere);
    bool auth = smtp_exchange_is(reply->to, SMTP_AUTH) || smtp_exchange_is(reply->to, SMTP_X_EXPS) ||
                (reply->to && reply->to->row == &smtp_auth_response_row);
    if (auth && permanent) {
        smtp_note(step, MW_ISSUE_AUTH_FAILED, nowhere);
        mw_auth_result(&s->auth, false);
        if (mw_history_counts_failure(s->client_history) || s->auth.failed == MW_MANY_FAILED_AUTH)
            smtp_note(step, MW_ISSUE_AUTH_BRUTEFORCE, nowhere);
    }
}

/* RFC 1870 5: the declared size is what the client knows; a message far from it was not the one it meant. */
static void check_size(const struct smtp_step *step, const struct smtp_exchange *to)
{
    const struct smtp_session *s = step->session;
    const struct mail_body *body = to->body;
    if (!body || !body->ended || body->missing || body->broken || !to->last || !s->declared_size || !s->transaction)
        return;
    uint64_t size = mail_body_size(body);
    if (size > s->declared_size || size < s->declared_size / 2)
        smtp_note(step, MW_ISSUE_SIZE_MISMATCH, nowhere);
    if (s->offer.size && size > s->offer.size)
        smtp_note(step, MW_ISSUE_SIZE_OVER_LIMIT, nowhere);
}

static void check_answered(const struct smtp_step *step, const struct smtp_reply *reply)
{
    struct smtp_session *s = step->session;
    const struct smtp_exchange *to = reply->to;

    if (!smtp_reply_code_expected(to->row, reply->code))
        smtp_note_order(step, MW_ISSUE_REPLY_CODE_FOR_COMMAND, mw_slice_of(0, 3));
    if (smtp_exchange_is(to, SMTP_DATA) && reply->code == 354 && s->recipients == 0)
        smtp_note_order(step, MW_ISSUE_NO_VALID_RCPT, nowhere);
    if (smtp_exchange_is(to, SMTP_STARTTLS))
        s->starttls_refused = reply->code >= 400;
    if (smtp_exchange_is(to, SMTP_RCPT) && reply->code / 100 == 2 && to->relay && !s->authenticated)
        smtp_note(step, MW_ISSUE_RELAY_PROBE, nowhere);
    check_size(step, to);
    s->after_message = to->row == &smtp_end_of_data_row && smtp_dot_saw_lookalike(&s->dot);
}

void smtp_check_status(const struct smtp_step *step, struct smtp_reply *reply, mw_bytes line, mw_slice status)
{
    bool first = reply->lines == 1;
    if (first)
        reply->status = status.len ? mw_keep(mw_sub(line, status)) : NULL;
    else if (status.len ? !reply->status || !mw_equal_nocase(mw_sub(line, status), reply->status)
                        : reply->status != NULL)
        smtp_note(step, MW_ISSUE_STATUS_DIFFERS, status);
}

/* What a middle box has overwritten: the text of the greeting, or the offer of STARTTLS. */
static void check_masks(const struct smtp_step *step, const struct smtp_reply *reply)
{
    const struct smtp_session *s = step->session;
    if (reply->greeting && s->greeting_text && strspn(s->greeting_text, "* ") > 3)
        smtp_note(step, MW_ISSUE_EHLO_MASKED, nowhere);
    if (reply->ehlo && !s->tls && mw_history_misses_tls(s->server, s->offer.starttls, s->offer.masked))
        smtp_note(step, MW_ISSUE_STARTTLS_STRIPPED, nowhere);
}

void smtp_check_reply(const struct smtp_step *step, const struct smtp_reply *reply)
{
    struct smtp_session *s = step->session;

    check_time(step, reply);
    check_failure(step, reply);
    if (reply->code == 421)
        smtp_note(step, MW_ISSUE_CLOSED_BY_SERVER, nowhere);
    check_masks(step, reply);
    if (reply->greeting && reply->code != 220)
        smtp_note(step, MW_ISSUE_GREETING_REFUSED, nowhere);
    if (reply->greeting && !reply->to && s->seen[MW_CLIENT])
        smtp_note_order(step, MW_ISSUE_EARLY_TALKER, nowhere);
    if (reply->to)
        check_answered(step, reply);
    else if (reply->unmatched && s->after_message)
        smtp_note(step, MW_ISSUE_EOD_SPLIT_REPLY, nowhere);
    else if (reply->unmatched && s->seen[MW_CLIENT])
        smtp_note_order(step, MW_ISSUE_REPLY_UNMATCHED, nowhere);
}
