/* What both sides of an IMAP session share: cutting octets into lines and literals, gaps, TLS.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "imap/session.h"

#include <stddef.h>

#include "imap/state.h"

void imap_session_init(struct imap_session *session)
{
    session->phase = IMAP_NOT_AUTHENTICATED;
}

void imap_session_enter(struct imap_flow *flow, enum imap_state state)
{
    flow->state = state;
}

void imap_session_secured(void *data)
{
    struct imap_session *session = data;
    struct imap_flow *client = &session->flow[MW_CLIENT], *server = &session->flow[MW_SERVER];

    session->tls = true;
    session->auth = (struct mw_auth){ 0 };
    session->phase = IMAP_NOT_AUTHENTICATED;
    session->oldest = session->newest = NULL;
    session->outstanding = 0;
    imap_offer_begin(session);
    session->offer.known = false;
    imap_session_enter(client, IMAP_IN_LINES);
    imap_session_enter(server, IMAP_IN_LINES);
}

struct imap_extra *imap_need_extra(struct imap_element *element)
{
    if (!element->extra)
        element->extra = mw_new(struct imap_extra);
    return element->extra;
}

const struct imap_extra *imap_extra_of(const struct imap_element *element)
{
    static const struct imap_extra nothing;
    return element->extra ? element->extra : &nothing;
}

void imap_note(const struct imap_turn *turn, mw_issue_id id, mw_slice where)
{
    mw_issue_note(&imap_need_extra(turn->element)->issues, id, where);
}

void imap_note_order(const struct imap_turn *turn, mw_issue_id id, mw_slice where)
{
    if (!turn->session->uncertain)
        imap_note(turn, id, where);
}

/* ---- parsers between parts ---- */

static size_t parser_octets(const struct imap_parser *parser)
{
    return offsetof(struct imap_parser, lists) + ((size_t)parser->depth + 1) * sizeof parser->lists[0];
}

const struct imap_parser *imap_parser_keep(const struct imap_parser *parser)
{
    void *copy = mw_alloc(parser_octets(parser));
    memcpy(copy, parser, parser_octets(parser));
    return copy;
}

void imap_parser_restore(struct imap_parser *parser, const struct imap_parser *kept)
{
    memcpy(parser, kept, parser_octets(kept));
}

/* ---- lines ---- */

uint32_t imap_take_line(const struct imap_turn *turn, mw_bytes in, mw_slice *text)
{
    struct mw_line line;
    if (mw_parse_line(in, &line) == MW_OK) {
        *text = line.text;
        if (line.bare_lf)
            imap_note_order(turn, MW_ISSUE_IMAP_BARE_LF, mw_slice_of(line.used - 1, 1));
        return line.used;
    }
    bool too_long = in.len >= IMAP_MAX_LINE_OCTETS;
    if (!turn->flush && !too_long)
        return 0;
    if (too_long)
        imap_note(turn, MW_ISSUE_IMAP_LIMIT, mw_slice_of(0, 0));
    turn->element->cut = true;
    *text = line.text;
    return in.len;
}

/* The rest of a line that was too long to be kept: shown as it comes. */
static uint32_t take_long_line(const struct imap_turn *turn, mw_bytes in)
{
    uint32_t lf = mw_find(in, 0, '\n');
    turn->element->kind = IMAP_TEXT;
    if (lf < in.len) {
        imap_session_enter(turn->flow, IMAP_IN_LINES);
        return lf + 1;
    }
    return in.len;
}

/* Behind a gap in AUTHENTICATE, what does not read as a line of base64 may be anything. */
static bool has_left_auth(const struct imap_turn *turn, mw_bytes line)
{
    bool lost = turn->flow->state == IMAP_IN_AUTH && turn->session->uncertain && !turn->session->auth.sasl.mechanism;
    return lost && (line.len == 0 || mw_find(line, 0, ' ') < line.len);
}

static uint32_t next_line(const struct imap_turn *turn, mw_bytes in)
{
    mw_slice text;
    uint32_t used = imap_take_line(turn, in, &text);

    if (used == 0)
        return 0;
    mw_bytes line = mw_sub(in, text);
    if (has_left_auth(turn, line))
        imap_session_enter(turn->flow, IMAP_IN_UNKNOWN);
    if (turn->flow->state == IMAP_IN_UNKNOWN) {
        if (!(turn->from_client ? imap_is_command : imap_is_response)(line)) {
            turn->element->kind = IMAP_TEXT;
            return used;
        }
        imap_session_enter(turn->flow, IMAP_IN_LINES);
    }
    (turn->from_client ? imap_client_line : imap_server_line)(turn, line);
    if (turn->element->cut && used >= IMAP_MAX_LINE_OCTETS)
        imap_session_enter(turn->flow, IMAP_IN_LONG_LINE);
    return used;
}

/* ---- TLS ---- */

/* Whether more has to come before anything may be said about a line. */
static bool is_unfinished(const struct imap_turn *turn, mw_bytes in)
{
    return !turn->flush && in.len < IMAP_MAX_LINE_OCTETS && mw_find(in, 0, '\n') == in.len;
}

/* Header of a record: change_cipher_spec to application_data, version 3.x. RFC 8446 5.1 */
static bool is_tls(mw_bytes in)
{
    return in.len >= 2 && in.data[0] >= 0x14 && in.data[0] <= 0x17 && in.data[1] == 3;
}

/* After OK to STARTTLS: TLS, or what should not be there and is in clear. Returns octets used. */
static uint32_t next_before_tls(const struct imap_turn *turn, mw_bytes in)
{
    struct imap_session *s = turn->session;
    if (turn->flow->state == IMAP_IN_TLS || is_tls(in)) {
        turn->element->kind = IMAP_TLS_OCTETS;
        imap_session_enter(&s->flow[MW_CLIENT], IMAP_IN_TLS);
        imap_session_enter(&s->flow[MW_SERVER], IMAP_IN_TLS);
        return in.len;
    }
    if (is_unfinished(turn, in))
        return 0;
    imap_note(turn, turn->from_client ? MW_ISSUE_IMAP_STARTTLS_NOT_FOLLOWED : MW_ISSUE_IMAP_STARTTLS_RESPONSE_INJECTION,
              mw_slice_of(0, 0));
    imap_session_enter(turn->flow, IMAP_IN_LINES);
    if (turn->from_client) /* without its TLS, the server has none to answer */
        imap_session_enter(&s->flow[MW_SERVER], IMAP_IN_LINES);
    return next_line(turn, in);
}

/* ---- the next element ---- */

/* A server that is the first to speak and does not greet speaks another protocol, unless it goes on with a response. */
static bool begins_session(mw_bytes in)
{
    static const char *const greetings[] = { "* OK", "* PREAUTH", "* BYE" };
    struct mw_line line;

    for (unsigned i = 0; i < sizeof greetings / sizeof greetings[0]; i++)
        if (mw_starts_nocase(in, greetings[i]))
            return true;
    mw_parse_line(in, &line);
    return !imap_is_response(mw_sub(in, line.text));
}

/* The first octets of a direction: TLS whose beginning was not captured, a late start, an odd port. */
static void begin_flow(const struct imap_turn *turn, mw_bytes in)
{
    struct imap_session *s = turn->session;
    const struct imap_flow *other = &s->flow[turn->from_client ? MW_SERVER : MW_CLIENT];

    turn->flow->seen = true;
    if (!s->tls && is_tls(in)) {
        imap_session_enter(turn->flow, IMAP_BEFORE_TLS);
        return;
    }
    if (s->tls_port && !s->tls && !other->seen)
        imap_note(turn, MW_ISSUE_IMAP_CLEARTEXT_ON_TLS_PORT, mw_slice_of(0, 0));
    if (s->greeted || (!turn->from_client && !other->seen && begins_session(in)))
        return;
    s->greeted = true; /* the session was under way, or the server's side is not in the capture */
    s->uncertain = true;
    if (s->phase == IMAP_NOT_AUTHENTICATED)
        s->phase = 0;
    imap_session_enter(turn->flow, IMAP_IN_UNKNOWN);
}

static bool misses_starttls_response(const struct imap_session *s)
{
    bool unknown = s->uncertain || !s->flow[MW_SERVER].seen;
    return unknown && !s->flow[MW_CLIENT].inflater && imap_find_verb(s, IMAP_VERB_STARTTLS);
}

uint32_t imap_session_next_plain(const struct imap_turn *turn, mw_bytes in)
{
    if (!turn->flow->seen) {
        if (!is_tls(in) && is_unfinished(turn, in))
            return 0;
        begin_flow(turn, in);
    }
    turn->flow->unseen = false;
    if (turn->flow->state != IMAP_IN_LITERAL && is_tls(in) && misses_starttls_response(turn->session))
        imap_session_enter(turn->flow, IMAP_BEFORE_TLS);
    uint32_t quiet = imap_quiet_responses(turn, in);
    if (quiet) {
        turn->element->kind = IMAP_RESPONSE_PART;
        turn->element->first = turn->element->ends = turn->element->several = true;
        return quiet;
    }
    switch (turn->flow->state) {
    case IMAP_BEFORE_TLS:
    case IMAP_IN_TLS:
        return next_before_tls(turn, in);
    case IMAP_AT_LITERAL:
        if (turn->flow->counted ? imap_literal_waits(turn, in) : is_unfinished(turn, in))
            return 0;
        if (turn->session->flow[MW_SERVER].seen)
            imap_note_order(turn, MW_ISSUE_IMAP_LITERAL_EARLY, mw_slice_of(0, 0));
        imap_session_enter(turn->flow, turn->flow->counted ? IMAP_IN_LITERAL : IMAP_IN_PART);
        return turn->flow->counted ? imap_literal_octets(turn, in) : next_line(turn, in);
    case IMAP_IN_LITERAL:
        return imap_literal_octets(turn, in);
    case IMAP_IN_LONG_LINE:
        return take_long_line(turn, in);
    default:
        break;
    }
    return next_line(turn, in);
}

static struct imap_turn turn_of(void *session, const struct mw_arrival *arrival, struct mw_element *element)
{
    struct imap_session *s = session;
    struct imap_turn turn = { s,
                              &s->flow[arrival->from],
                              &arrival->when,
                              arrival->from == MW_CLIENT,
                              arrival->flush,
                              (struct imap_element *)element };
    turn.element->from_client = turn.from_client;
    turn.element->utf8 = s->utf8;
    return turn;
}

uint32_t imap_session_next(void *session, const struct mw_arrival *arrival, mw_bytes in, struct mw_element *element)
{
    struct imap_turn turn = turn_of(session, arrival, element);
    mail_transactions_forget_open();
    if (turn.flow->inflater)
        return imap_inflate(&turn, in);
    uint32_t used = imap_session_next_plain(&turn, in);
    if (arrival->crowded && turn.element->cut)
        imap_note(&turn, MW_ISSUE_IMAP_LIMIT, mw_slice_of(0, 0));
    return used;
}

/* ---- what is missing ---- */

static struct mail_hole *miss(const struct imap_turn *turn, uint64_t octets)
{
    struct imap_session *s = turn->session;
    struct imap_flow *flow = turn->flow;

    s->uncertain = true;
    if (flow->inflater) {
        imap_inflate_lost(flow);
    } else if ((flow->state == IMAP_IN_LITERAL || flow->state == IMAP_AT_LITERAL) && octets <= flow->counted) {
        return imap_literal_missing(turn, octets);
    } else if (flow->state == IMAP_IN_AUTH) {
        /* which message of the exchange comes next is not known any more: it may hold a secret */
        sasl_start(&s->auth.sasl, (mw_bytes){ 0 });
    } else if (flow->state != IMAP_IN_TLS && flow->state != IMAP_BEFORE_TLS) {
        imap_session_enter(flow, IMAP_IN_UNKNOWN);
        if (!turn->from_client && s->structures) /* it may be an EXPUNGE that is missing */
            imap_structures_renumber(s->structures);
    }
    return NULL;
}

struct mail_hole *imap_session_gap(void *session, const struct mw_arrival *arrival, uint64_t octets,
                                   struct mw_element *element)
{
    struct imap_turn turn = turn_of(session, arrival, element);

    turn.element->kind = IMAP_GAP_MARK;
    if (!turn.flow->seen) /* what comes first is not the beginning */
        turn.session->greeted = true;
    turn.flow->seen = true;
    imap_need_extra(turn.element)->missing = octets;
    return miss(&turn, octets);
}

uint32_t imap_session_late(void *session, const struct mw_arrival *arrival, mw_bytes in, struct mail_hole *hole,
                           struct mw_element *element)
{
    struct imap_turn turn = turn_of(session, arrival, element);
    mail_transactions_forget_open();
    return imap_literal_late(&turn, in, hole);
}

void imap_session_unseen(void *session, enum mw_side from)
{
    struct imap_session *s = session;
    s->flow[from].unseen = true;
    s->uncertain = true;
    for (struct imap_exchange *e = s->oldest; e && from == MW_SERVER; e = e->next)
        e->unseen = true;
}
