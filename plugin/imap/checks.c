/* Order of commands and responses, capabilities, and signs of abuse in an IMAP session.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>

#include "history.h"
#include "imap/state.h"

/* Literals above this are suspicious whoever sends them. CVE-2025-43857 */
#define HUGE_LITERAL ((uint64_t)1024 * 1024 * 1024)
/* ... and above this before authentication: names and passwords are shorter. */
#define HUGE_EARLY_LITERAL 65536
/* RFC 7888 5 */
#define LITERAL_MINUS 4096
/* RFC 7162 4 */
#define LONG_COMMAND 8192
/* RFC 2177 */
#define IDLE_MINUTES 29
#define SECOND ((int64_t)1000000000)

static const mw_slice nowhere = { 0, 0 };

/* ---- commands ---- */

static void check_login(const struct imap_turn *turn, const struct imap_exchange *exchange)
{
    const struct imap_session *s = turn->session;
    bool login = imap_exchange_is(exchange, IMAP_VERB_LOGIN);

    if (login && !s->tls)
        imap_note(turn, MW_ISSUE_IMAP_AUTH_CLEARTEXT, nowhere);
    if (login && imap_offered(s, "LOGINDISABLED"))
        imap_note(turn, MW_ISSUE_IMAP_LOGIN_DISABLED, nowhere);
    if ((login || imap_exchange_is(exchange, IMAP_VERB_AUTHENTICATE)) && !s->tls) {
        if (s->starttls_refused)
            imap_note(turn, MW_ISSUE_IMAP_STARTTLS_REFUSED, nowhere);
        else if (imap_offered(s, "STARTTLS"))
            imap_note(turn, MW_ISSUE_IMAP_STARTTLS_NOT_USED, nowhere);
    }
}

static void check_starttls(const struct imap_turn *turn)
{
    const struct imap_session *s = turn->session;
    if (s->tls)
        imap_note(turn, MW_ISSUE_IMAP_STARTTLS_UNDER_TLS, nowhere);
    else if (s->offer.known && !imap_offered(s, "STARTTLS"))
        imap_note_order(turn, MW_ISSUE_IMAP_STARTTLS_STRIPPED, nowhere);
}

/* The state may change with a response that is still to come: then nothing is said. */
static void check_state(const struct imap_turn *turn, const struct imap_exchange *exchange)
{
    const struct imap_session *s = turn->session;
    bool alone = s->oldest == exchange;
    if (s->phase && alone && exchange->row && !(exchange->row->states & s->phase))
        imap_note_order(turn, MW_ISSUE_IMAP_BAD_STATE, nowhere);
}

static void check_capability(const struct imap_turn *turn, const struct imap_exchange *exchange)
{
    const struct imap_session *s = turn->session;
    bool expunge = imap_exchange_is(exchange, IMAP_VERB_EXPUNGE) && exchange->by_uid;
    const char *needed = expunge ? "UIDPLUS IMAP4REV2" : exchange->row ? exchange->row->capability : "";
    if (*needed && s->offer.known && !imap_offered(s, needed) && !imap_exchange_is(exchange, IMAP_VERB_STARTTLS))
        imap_note_order(turn, MW_ISSUE_IMAP_CAPABILITY_MISSING, nowhere);
}

/* A tagged command behind STARTTLS, before its response, and not TLS. RFC 9051 6.2.1 */
static void check_injection(const struct imap_turn *turn, const struct imap_exchange *exchange)
{
    const struct imap_exchange *starttls = imap_find_verb(turn->session, IMAP_VERB_STARTTLS);
    if (starttls && starttls != exchange)
        imap_note(turn, MW_ISSUE_IMAP_STARTTLS_INJECTION, nowhere);
}

void imap_check_command(const struct imap_turn *turn, const struct imap_exchange *exchange)
{
    check_injection(turn, exchange);
    check_state(turn, exchange);
    check_capability(turn, exchange);
    check_login(turn, exchange);
    if (imap_exchange_is(exchange, IMAP_VERB_STARTTLS))
        check_starttls(turn);
}

static bool is_cleartext(mw_bytes mechanism)
{
    const struct sasl_mechanism *row = sasl_find(mechanism);
    return row && row->cleartext;
}

void imap_check_argument(const struct imap_turn *turn, mw_bytes line, const struct imap_token *token)
{
    mw_bytes value = mw_sub(line, token->value);

    if (token->role == IMAP_ROLE_MECHANISM && !turn->session->tls && is_cleartext(value))
        imap_note(turn, MW_ISSUE_IMAP_AUTH_CLEARTEXT, token->where);
    if (turn->element->first && token->role == IMAP_ROLE_TAG && line.len > LONG_COMMAND)
        imap_note(turn, MW_ISSUE_IMAP_COMMAND_TOO_LONG, nowhere);
}

/* ---- literals ---- */

static void check_non_sync(const struct imap_turn *turn, const struct imap_token *token)
{
    const struct imap_session *s = turn->session;
    if (!s->offer.known || imap_offered(s, "LITERAL+"))
        return;
    if (!imap_offered(s, "LITERAL- IMAP4REV2"))
        imap_note_order(turn, MW_ISSUE_IMAP_LITERAL_PLUS, token->where);
    else if (token->octets > LITERAL_MINUS)
        imap_note_order(turn, MW_ISSUE_IMAP_LITERAL_MINUS, token->where);
}

void imap_check_literal(const struct imap_turn *turn, const struct imap_token *token)
{
    const struct imap_session *s = turn->session;
    bool append = token->role == IMAP_ROLE_APPEND_MESSAGE;
    bool above_limit = append && s->offer.append_limit && token->octets > s->offer.append_limit;
    bool early = s->phase == IMAP_NOT_AUTHENTICATED && token->octets > HUGE_EARLY_LITERAL;

    if (token->octets > HUGE_LITERAL || above_limit || early)
        imap_note(turn, MW_ISSUE_IMAP_LITERAL_HUGE, token->where);
    if (token->non_sync && turn->from_client)
        check_non_sync(turn, token);
    else if (token->non_sync)
        imap_note(turn, MW_ISSUE_IMAP_LITERAL_SERVER_PLUS, token->where);
}

/* ---- responses ---- */

void imap_check_offer(const struct imap_turn *turn)
{
    struct imap_session *s = turn->session;
    bool offers = imap_offered(s, "STARTTLS");
    if (s->offer.with_login) /* it is for the time behind it, where nobody offers STARTTLS */
        return;
    if (s->tls && offers)
        imap_note(turn, MW_ISSUE_IMAP_STARTTLS_UNDER_TLS, nowhere);
    if (!s->tls && s->phase == IMAP_NOT_AUTHENTICATED && mw_history_misses_tls(s->server, offers, false))
        imap_note_order(turn, MW_ISSUE_IMAP_STARTTLS_STRIPPED, nowhere);
}

static void check_alert(const struct imap_turn *turn, mw_bytes code, mw_slice where)
{
    bool alert = mw_equal_nocase(code, "ALERT") || mw_equal_nocase(code, "REFERRAL");
    if (alert && !turn->session->tls && turn->session->phase == IMAP_NOT_AUTHENTICATED)
        imap_note(turn, MW_ISSUE_IMAP_ALERT_CLEARTEXT, where);
}

/* What an earlier session of the same user with this server said of the mailbox. RFC 9051 2.3.1.1 */
static void check_uidvalidity(const struct imap_turn *turn, mw_bytes value, mw_slice where)
{
    const struct imap_session *s = turn->session;
    const struct imap_exchange *select = imap_find_verb(s, IMAP_VERB_SELECT);
    uint64_t number;

    if (!select)
        select = imap_find_verb(s, IMAP_VERB_EXAMINE);
    if (!select || !select->mailbox || !s->server || !mw_parse_number(value, mw_slice_of(0, value.len), &number))
        return;
    if (!mw_history_keeps(s->server, s->auth.username, select->mailbox, number))
        imap_note(turn, MW_ISSUE_IMAP_UIDVALIDITY_CHANGED, where);
}

void imap_check_code(const struct imap_turn *turn, mw_bytes code, mw_slice where, mw_bytes value)
{
    check_alert(turn, code, where);
    if (mw_equal_nocase(code, "UIDVALIDITY"))
        check_uidvalidity(turn, value, where);
}

static uint64_t number_in(mw_bytes line)
{
    mw_slice rest = mw_slice_of(0, line.len);
    uint64_t number = 0;
    mw_next_word(line, &rest);
    mw_parse_number(line, mw_next_word(line, &rest), &number);
    return number;
}

static void check_exists(const struct imap_turn *turn, uint64_t exists)
{
    struct imap_session *s = turn->session;
    bool selecting = imap_find_verb(s, IMAP_VERB_SELECT) || imap_find_verb(s, IMAP_VERB_EXAMINE);
    if (s->exists_known && !selecting && exists < s->exists)
        imap_note_order(turn, MW_ISSUE_IMAP_EXISTS_SHRINKS, nowhere);
    s->exists = exists > UINT32_MAX ? UINT32_MAX : (uint32_t)exists;
    s->exists_known = true;
}

/* RFC 9051 7.5.1: allowed when a command that does not number messages is under way, or nothing but UID commands. */
static void check_expunge(const struct imap_turn *turn)
{
    struct imap_session *s = turn->session;
    bool all_numbering = s->oldest != NULL;
    unsigned limit = 16;

    for (const struct imap_exchange *e = s->oldest; e && limit; e = e->next, limit--) {
        bool numbering = imap_exchange_is(e, IMAP_VERB_FETCH) || imap_exchange_is(e, IMAP_VERB_STORE) ||
                         imap_exchange_is(e, IMAP_VERB_SEARCH);
        all_numbering = all_numbering && numbering && !e->by_uid;
    }
    if (all_numbering)
        imap_note_order(turn, MW_ISSUE_IMAP_EXPUNGE_FORBIDDEN, nowhere);
    if (s->exists)
        s->exists--;
}

static void check_bye(const struct imap_turn *turn)
{
    if (turn->session->greeted && !turn->element->greeting && !imap_find_verb(turn->session, IMAP_VERB_LOGOUT))
        imap_note_order(turn, MW_ISSUE_IMAP_BYE, nowhere);
}

void imap_check_untagged(const struct imap_turn *turn, mw_bytes line)
{
    struct imap_session *s = turn->session;
    const struct imap_response_row *row = turn->flow->parser.response;

    if (!s->tls && imap_find_verb(s, IMAP_VERB_STARTTLS))
        imap_note(turn, MW_ISSUE_IMAP_STARTTLS_UNTAGGED, nowhere);
    switch (row ? row->kind : IMAP_OTHER_KIND) {
    case IMAP_KIND_EXISTS:
        check_exists(turn, number_in(line));
        break;
    case IMAP_KIND_EXPUNGE:
        check_expunge(turn);
        break;
    case IMAP_KIND_VANISHED:
        s->exists_known = false;
        break;
    case IMAP_KIND_BAD:
        imap_note(turn, MW_ISSUE_IMAP_BAD_RESPONSE, nowhere);
        break;
    case IMAP_KIND_BYE:
        check_bye(turn);
        break;
    default:
        break;
    }
}

static void check_time(const struct imap_turn *turn, const struct imap_exchange *exchange)
{
    int64_t waited = turn->now->time - exchange->pairing.request.time;
    bool idle = imap_exchange_is(exchange, IMAP_VERB_IDLE);

    if (idle && waited > IDLE_MINUTES * 60 * SECOND)
        imap_note(turn, MW_ISSUE_IMAP_IDLE_TIMEOUT, nowhere);
    else if (!idle && waited > mw_slow_reply_seconds * SECOND)
        imap_note(turn, MW_ISSUE_IMAP_SLOW_REPLY, nowhere);
}

void imap_check_result(const struct imap_turn *turn, const struct imap_exchange *exchange)
{
    struct imap_session *s = turn->session;
    bool login = imap_exchange_is(exchange, IMAP_VERB_LOGIN) || imap_exchange_is(exchange, IMAP_VERB_AUTHENTICATE);

    check_time(turn, exchange);
    if (exchange->status == IMAP_KIND_BAD)
        imap_note(turn, MW_ISSUE_IMAP_BAD_RESPONSE, nowhere);
    if (login && exchange->status == IMAP_KIND_NO) {
        imap_note(turn, MW_ISSUE_IMAP_AUTH_FAILED, nowhere);
        if (mw_history_counts_failure(s->client) || s->auth.failed + 1 == MW_MANY_FAILED_AUTH)
            imap_note(turn, MW_ISSUE_IMAP_AUTH_BRUTEFORCE, nowhere);
    }
    if (imap_exchange_is(exchange, IMAP_VERB_SELECT) || imap_exchange_is(exchange, IMAP_VERB_CLOSE) ||
        imap_exchange_is(exchange, IMAP_VERB_UNSELECT))
        s->exists_known = s->exists_known && imap_exchange_is(exchange, IMAP_VERB_SELECT);
}
