/* The server's side of an IMAP session: responses, their parts, and what they change.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "imap/state.h"

/* What the first part of a response tells while it is read. */
struct response {
    struct imap_exchange *exchange; /* tagged: the command */
    bool tagged, continues;
    uint8_t status; /* enum imap_kind; 0: none */
    bool capabilities, closes;
    mw_slice code, text, uids;
    mw_slice argument; /* the first one of the code */
    /* FETCH: what stands in front of a literal, always on its line */
    bool named; /* section is there, though it may be empty */
    bool decoded, from_middle;
    mw_slice section; /* or the name of a parameter */
};

/* ---- the tokens of a response ---- */

static uint32_t number_of(mw_bytes line, const struct imap_token *token)
{
    uint64_t number = 0;
    mw_parse_number(line, token->value, &number);
    return number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
}

static void note_capability(struct imap_session *s, struct response *r, mw_bytes name)
{
    if (!r->capabilities)
        imap_offer_begin(s);
    r->capabilities = true;
    s->offer.with_login = imap_find_verb(s, IMAP_VERB_LOGIN) || imap_find_verb(s, IMAP_VERB_AUTHENTICATE);
    imap_offer_add(s, name);
}

static void note_tag(const struct imap_turn *turn, mw_bytes line, const struct imap_token *token, struct response *r)
{
    struct imap_session *s = turn->session;
    r->tagged = true;
    r->exchange = imap_find_tag(s, mw_sub(line, token->value));
    if (!r->exchange && s->flow[MW_CLIENT].seen)
        imap_note_order(turn, MW_ISSUE_IMAP_TAG_UNKNOWN, token->where);
}

static void note_status(mw_bytes line, const struct imap_token *token, struct response *r)
{
    const struct imap_response_row *row = imap_response_find(mw_sub(line, token->value));
    r->status = row ? (uint8_t)row->kind : 0;
}

/* Begins an item of FETCH. */
static void note_item(struct imap_session *s, mw_bytes name, struct response *r)
{
    r->named = r->from_middle = false;
    r->decoded = mw_starts_nocase(name, "BINARY");
    s->of_message = mw_equal_nocase(name, "BODY") || mw_equal_nocase(name, "BODYSTRUCTURE");
}

static void note_uid(struct imap_session *s, uint32_t uid)
{
    s->fetch_uid = uid;
    if (s->structures)
        imap_structures_uid(s->structures, uid);
}

static void note_body(struct imap_session *s, mw_bytes line, const struct imap_token *token)
{
    if (!s->of_message)
        return;
    if (!s->structures)
        s->structures = imap_structures_new();
    imap_structures_token(s->structures, (struct imap_message_id){ s->fetch_number, s->fetch_uid }, line, token);
}

static void note_fetch(struct imap_session *s, mw_bytes line, const struct imap_token *token, struct response *r)
{
    switch (token->role) {
    case IMAP_ROLE_FETCH_NUMBER:
        s->fetch_number = number_of(line, token);
        break;
    case IMAP_ROLE_FETCH_UID_NUMBER:
    case IMAP_ROLE_UID:
        note_uid(s, number_of(line, token));
        break;
    case IMAP_ROLE_FETCH_ITEM:
        note_item(s, mw_sub(line, token->value), r);
        break;
    case IMAP_ROLE_SECTION:
    case IMAP_ROLE_BODY_PARAMETER_NAME:
        r->named = true;
        r->section = token->value;
        break;
    case IMAP_ROLE_PARTIAL:
        r->from_middle = !mw_equal_nocase(mw_sub(line, token->value), "<0>");
        break;
    case IMAP_ROLE_BODY:
    case IMAP_ROLE_BODY_TYPE:
    case IMAP_ROLE_BODY_SUBTYPE:
    case IMAP_ROLE_BODY_ENCODING:
    case IMAP_ROLE_MULTIPART_SUBTYPE:
        note_body(s, line, token);
        break;
    default:
        break;
    }
}

static void note_token(const struct imap_turn *turn, mw_bytes line, const struct imap_token *token, struct response *r)
{
    struct imap_session *s = turn->session;

    switch (token->role) {
    case IMAP_ROLE_TAG:
        note_tag(turn, line, token, r);
        break;
    case IMAP_ROLE_CONTINUATION_MARK:
        r->continues = true;
        break;
    case IMAP_ROLE_STATUS:
        note_status(line, token, r);
        break;
    case IMAP_ROLE_CODE:
        r->code = token->value;
        break;
    case IMAP_ROLE_TEXT:
        r->text = token->value;
        break;
    case IMAP_ROLE_CAPABILITY:
        note_capability(s, r, mw_sub(line, token->value));
        break;
    case IMAP_ROLE_ENABLE:
        s->utf8 = s->utf8 || mw_starts_nocase(mw_sub(line, token->value), "UTF8=") ||
                  mw_equal_nocase(mw_sub(line, token->value), "IMAP4REV2");
        break;
    case IMAP_ROLE_SEQUENCE_SET:
        r->uids = token->value;
        break;
    case IMAP_ROLE_EXPUNGE:
        if (s->structures)
            imap_structures_expunge(s->structures, number_of(line, token));
        break;
    case IMAP_ROLE_STATUS_UIDVALIDITY:
        r->argument = token->value;
        break;
    default:
        note_fetch(s, line, token, r);
        break;
    }
}

/* ---- what a tagged response changes ---- */

static void after_login(const struct imap_turn *turn, const struct imap_exchange *exchange, bool accepted)
{
    struct imap_session *s = turn->session;
    if (exchange->username) /* of LOGIN: another may have been sent since */
        s->auth.claimed = exchange->username;
    mw_auth_result(&s->auth, accepted);
    if (!accepted)
        return;
    s->phase = IMAP_AUTHENTICATED;
    if (!s->offer.with_login) { /* RFC 9051 6.2.2, 6.2.3: what was announced before may have changed */
        imap_offer_begin(s);
        s->offer.known = false;
    }
}

static void after_select(struct imap_session *s, const struct imap_exchange *exchange, bool accepted)
{
    s->mailbox = accepted ? exchange->mailbox : NULL;
    s->phase = accepted ? IMAP_SELECTED : IMAP_AUTHENTICATED;
    if (s->structures)
        imap_structures_forget(s->structures);
}

static void after_starttls(struct imap_session *s, bool accepted)
{
    if (!accepted) {
        s->starttls_refused = true;
        return;
    }
    if (s->flow[MW_SERVER].inflater)
        return; /* TLS inside COMPRESS: nobody does that */
    imap_session_enter(&s->flow[MW_CLIENT], IMAP_BEFORE_TLS);
    imap_session_enter(&s->flow[MW_SERVER], IMAP_BEFORE_TLS);
}

/* RFC 4978 3: the server's next octet is compressed, and so is the client's. */
static void after_compress(struct imap_session *s, bool accepted)
{
    if (!accepted || s->flow[MW_CLIENT].inflater)
        return;
    imap_inflate_begin(&s->flow[MW_CLIENT]);
    imap_inflate_begin(&s->flow[MW_SERVER]);
}

static void apply(const struct imap_turn *turn, mw_bytes line, const struct response *r)
{
    struct imap_session *s = turn->session;
    bool accepted = r->status == IMAP_KIND_OK;

    switch (r->exchange->row ? r->exchange->row->verb : IMAP_OTHER_VERB) {
    case IMAP_VERB_LOGIN:
    case IMAP_VERB_AUTHENTICATE:
        after_login(turn, r->exchange, accepted);
        break;
    case IMAP_VERB_SELECT:
    case IMAP_VERB_EXAMINE:
        if (r->status != IMAP_KIND_BAD) /* RFC 9051 6.3.2: NO unselects */
            after_select(s, r->exchange, accepted);
        break;
    case IMAP_VERB_CLOSE:
    case IMAP_VERB_UNSELECT:
        if (accepted)
            after_select(s, r->exchange, false);
        break;
    case IMAP_VERB_UNAUTHENTICATE:
        s->phase = accepted ? IMAP_NOT_AUTHENTICATED : s->phase;
        break;
    case IMAP_VERB_STARTTLS:
        after_starttls(s, accepted);
        break;
    case IMAP_VERB_COMPRESS:
        after_compress(s, accepted);
        break;
    case IMAP_VERB_APPEND:
    case IMAP_VERB_REPLACE:
        imap_append_result(turn, r->exchange, line, mw_sub(line, r->uids));
        break;
    default:
        break;
    }
}

/* The command is over: a literal that the server did not ask for will not come, nor a line of AUTHENTICATE or DONE. */
static void release_client(struct imap_session *s, const struct imap_exchange *exchange)
{
    struct imap_flow *client = &s->flow[MW_CLIENT];
    bool literal_began = client->state == IMAP_IN_LITERAL && client->literal &&
                         (client->literal->non_sync || client->counted < client->literal->octets);
    bool waits = client->state == IMAP_AT_LITERAL || client->state == IMAP_IN_PART || client->state == IMAP_IN_AUTH ||
                 client->state == IMAP_IN_IDLE || client->state == IMAP_IN_LITERAL;
    if (client->exchange != exchange || literal_began || !waits)
        return;
    client->literal = NULL;
    imap_session_enter(client, IMAP_IN_LINES);
}

static void settle(const struct imap_turn *turn, mw_bytes line, const struct response *r)
{
    struct imap_session *s = turn->session;
    struct imap_exchange *exchange = r->exchange;

    turn->element->exchange = exchange;
    exchange->pairing.reply_frame = turn->now->frame;
    exchange->answered = true;
    exchange->status = r->status;
    imap_check_result(turn, exchange);
    release_client(s, exchange);
    apply(turn, line, r);
    imap_session_drop(s, exchange);
    s->uncertain = false;
}

/* The answer to a command that the capture lacks, which may have been a login. */
static void settle_unseen(struct imap_session *s, const struct response *r)
{
    if (r->status == IMAP_KIND_OK && s->phase == IMAP_NOT_AUTHENTICATED)
        s->phase = 0;
}

/* ---- other responses ---- */

/* Who waits for a continuation request: whoever announced a literal, authenticates or idles. */
static struct imap_exchange *continued(const struct imap_session *s)
{
    const struct imap_flow *client = &s->flow[MW_CLIENT];
    bool waits = client->state == IMAP_AT_LITERAL || client->state == IMAP_IN_LITERAL ||
                 client->state == IMAP_IN_AUTH || client->state == IMAP_IN_IDLE || client->state == IMAP_IN_PART;
    return waits ? client->exchange : NULL;
}

static void apply_continuation(const struct imap_turn *turn, mw_bytes line, const struct response *r)
{
    struct imap_session *s = turn->session;
    struct imap_flow *client = &s->flow[MW_CLIENT];

    turn->element->exchange = continued(s);
    if (client->state == IMAP_AT_LITERAL)
        imap_session_enter(client, client->counted ? IMAP_IN_LITERAL : IMAP_IN_PART);
    if (client->state != IMAP_IN_AUTH)
        return;
    client->asked = true;
    imap_keep_stand(turn);
    if (!mw_auth_line(&s->auth, mw_sub(line, r->text), false))
        imap_note(turn, MW_ISSUE_IMAP_AUTH_MALFORMED, r->text);
}

static void greet(const struct imap_turn *turn, mw_bytes line, const struct response *r)
{
    struct imap_session *s = turn->session;
    turn->element->greeting = true;
    s->greeted = s->from_start = true;
    s->uncertain = false;
    s->greeting_text = mw_keep(mw_sub(line, r->text));
    if (r->status == IMAP_KIND_PREAUTH) {
        s->phase = IMAP_AUTHENTICATED;
        if (!s->tls)
            imap_note(turn, MW_ISSUE_IMAP_PREAUTH_CLEARTEXT, mw_slice_of(0, 0));
    }
}

static void apply_untagged(const struct imap_turn *turn, mw_bytes line, const struct response *r)
{
    struct imap_session *s = turn->session;
    bool status = r->status == IMAP_KIND_OK || r->status == IMAP_KIND_PREAUTH || r->status == IMAP_KIND_BYE;
    if (!s->greeted && status)
        greet(turn, line, r);
    if (r->capabilities)
        imap_check_offer(turn);
    const struct imap_response_row *row = turn->flow->parser.response;
    if (s->structures && row && row->kind == IMAP_KIND_VANISHED)
        imap_structures_renumber(s->structures);
    imap_check_untagged(turn, line);
}

/* ---- lines ---- */

/* Whether the session has to know more of an untagged response than its kind. A listing has many thousands of them. */
static bool is_read_whole(const struct imap_parser *parser)
{
    const struct imap_response_row *row = parser->response;
    if (!row)
        return true; /* tagged, continuation, unknown */
    switch (row->kind) {
    case IMAP_KIND_OK:
    case IMAP_KIND_NO:
    case IMAP_KIND_BAD:
    case IMAP_KIND_BYE:
    case IMAP_KIND_PREAUTH:
    case IMAP_KIND_CAPABILITY:
    case IMAP_KIND_ENABLED:
        return true;
    default:
        return false;
    }
}

static bool has_literal(const struct imap_parser *parser, mw_bytes line, struct imap_token *literal)
{
    bool text =
        parser->response && parser->response->kind >= IMAP_KIND_OK && parser->response->kind <= IMAP_KIND_PREAUTH;
    return !text && imap_find_literal(line, literal);
}

static bool tells_structure(const struct imap_parser *parser, mw_bytes line)
{
    return parser->response && parser->response->kind == IMAP_KIND_FETCH && imap_tells_structure(line);
}

static void note_section(struct imap_session *s, mw_bytes line, const struct response *r)
{
    s->section = r->named ? mw_keep(mw_sub(line, r->section)) : NULL;
    s->section_decoded = r->decoded;
    s->section_from_middle = r->from_middle;
}

/* A UID that is told behind the message whose record lacks it. */
static void note_late_uid(const struct imap_turn *turn)
{
    const struct imap_literal *literal = turn->flow->literal;
    if (!turn->element->first && literal && literal->transaction && turn->session->fetch_uid)
        literal->transaction->uid = turn->session->fetch_uid;
}

static void read_part(const struct imap_turn *turn, mw_bytes line, struct response *r)
{
    struct imap_parser *parser = &turn->flow->parser;
    struct imap_token token = { 0 }, literal;
    uint32_t at = 0;
    bool whole = !turn->element->first;

    turn->element->kind = IMAP_RESPONSE_PART;
    while (imap_parser_next(parser, line, &at, &token, NULL)) {
        note_token(turn, line, &token, r);
        if (whole || (token.role != IMAP_ROLE_KIND && token.role != IMAP_ROLE_STATUS))
            continue;
        whole = is_read_whole(parser) || has_literal(parser, line, &literal) || tells_structure(parser, line);
        if (!whole)
            break;
    }
    note_late_uid(turn);
    if (token.kind == IMAP_LITERAL && !turn->element->cut) {
        note_section(turn->session, line, r);
        imap_literal_begin(turn, &token, NULL);
        return;
    }
    turn->element->ends = true;
    imap_session_enter(turn->flow, IMAP_IN_LINES);
}

static void begin_response(const struct imap_turn *turn, mw_bytes line)
{
    struct imap_session *s = turn->session;
    struct response r = { 0 };

    imap_parser_start(&turn->flow->parser, false);
    turn->element->first = true;
    s->part_began = *turn->now;
    s->fetch_number = s->fetch_uid = 0;
    s->of_message = false;
    if (s->structures)
        imap_structures_begin(s->structures);
    read_part(turn, line, &r);
    if (r.code.len)
        imap_check_code(turn, mw_sub(line, r.code), r.code, mw_sub(line, r.argument));
    if (r.tagged && r.exchange)
        settle(turn, line, &r);
    else if (r.tagged)
        settle_unseen(s, &r);
    else if (r.continues)
        apply_continuation(turn, line, &r);
    else
        apply_untagged(turn, line, &r);
    s->greeted = true;
}

bool imap_is_response(mw_bytes line)
{
    mw_slice rest = mw_slice_of(0, line.len);
    mw_bytes tag = mw_sub(line, mw_next_word(line, &rest));
    mw_bytes status = mw_sub(line, mw_next_word(line, &rest));

    if (mw_equal_nocase(tag, "+"))
        return true;
    if (mw_equal_nocase(tag, "*"))
        return status.len > 0;
    return mw_equal_nocase(status, "OK") || mw_equal_nocase(status, "NO") || mw_equal_nocase(status, "BAD");
}

/* Octets of a line "* number FETCH ..." that no literal ends and that tells no structure; 0 for every other. */
static uint32_t quiet_line(mw_bytes in)
{
    uint32_t at = 2, end;
    struct imap_token literal;

    if (in.len < 4 || in.data[0] != '*' || in.data[1] != ' ')
        return 0;
    while (at < in.len && mw_is(in.data[at], MW_DIGIT))
        at++;
    if (at == 2 || !mw_starts_nocase(mw_sub(in, mw_slice_of(at, in.len - at)), " FETCH "))
        return 0;
    end = mw_find(in, at, '\n');
    mw_bytes text = mw_bytes_of(in.data, end - 1);
    if (end == in.len || in.data[end - 1] != '\r' || imap_find_literal(text, &literal) || imap_tells_structure(text))
        return 0;
    return end + 1;
}

uint32_t imap_quiet_responses(const struct imap_turn *turn, mw_bytes in)
{
    const struct imap_session *s = turn->session;
    uint32_t used = 0, line;

    if (turn->from_client || turn->flow->state != IMAP_IN_LINES || !s->greeted || !turn->flow->seen)
        return 0;
    if (!s->tls && imap_find_verb(s, IMAP_VERB_STARTTLS))
        return 0;
    while ((line = quiet_line(mw_sub(in, mw_slice_of(used, in.len - used)))))
        used += line;
    return used;
}

void imap_server_line(const struct imap_turn *turn, mw_bytes line)
{
    struct response r = { 0 };

    if (turn->flow->state == IMAP_IN_PART) {
        imap_need_extra(turn->element)->parser = imap_parser_keep(&turn->flow->parser);
        read_part(turn, line, &r);
    } else if (imap_is_response(line) || (line.len && line.data[0] == '+')) {
        turn->flow->nonsense = false;
        begin_response(turn, line);
    } else {
        turn->element->kind = IMAP_TEXT;
        bool first = !turn->session->greeted;
        if (!turn->flow->nonsense) /* once for lines in a row */
            imap_note_order(turn, first ? MW_ISSUE_IMAP_NOT_PROTOCOL : MW_ISSUE_IMAP_RESPONSE_MALFORMED,
                            mw_slice_of(0, 0));
        turn->flow->nonsense = true;
    }
}
