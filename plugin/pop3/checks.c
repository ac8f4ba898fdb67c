/* Order of commands and replies, what capabilities allow, what is told twice and differs, and signs of abuse.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "pop3/state.h"
#include "smtp/syntax.h"

#define SECOND ((int64_t)1000000000)

static const mw_slice nowhere = { 0, 0 };

/* ---- commands ---- */

/* A client that goes on while rows come may have had the last of them. */
static bool waits_for_reply(const struct pop3_session *s)
{
    bool rows_come = s->reply && s->reply->content != POP3_MESSAGE && s->first == s->reply->to;
    return s->outstanding > rows_come;
}

static void check_pipelining(const struct pop3_step *step, const struct pop3_command *command)
{
    const struct pop3_session *s = step->session;
    bool knows_offer = s->from_start || s->offer.known;

    if (!waits_for_reply(s) || !s->seen[MW_SERVER])
        return;
    if (pop3_exchange_is(s->last, POP3_STLS))
        pop3_note(step, MW_ISSUE_POP_STLS_INJECTION, command->text);
    else if (knows_offer && !s->offer.pipelining)
        pop3_note_order(step, MW_ISSUE_POP_PIPELINING, command->verb);
}

static void check_state(const struct pop3_step *step, const struct pop3_command *command)
{
    const struct pop3_session *s = step->session;
    uint8_t state = s->authenticated ? POP3_TRANSACTION : POP3_AUTHORIZATION;
    enum pop3_verb verb = command->row->verb;
    bool bad = s->quit || (!s->logins && !(command->row->states & state));

    if ((verb == POP3_PASS || verb == POP3_RPOP) && !s->user)
        bad = true;
    if (bad && s->seen[MW_SERVER])
        pop3_note_order(step, MW_ISSUE_POP_BAD_STATE, command->verb);
}

static void check_clear_login(const struct pop3_step *step, const struct pop3_command *command)
{
    const struct pop3_session *s = step->session;

    if (command->row->verb == POP3_PASS)
        pop3_note(step, MW_ISSUE_POP_AUTH_CLEARTEXT, command->password);
    if (s->offer.stls)
        pop3_note(step, MW_ISSUE_POP_STLS_NOT_USED, command->verb);
    if (s->stls_refused)
        pop3_note(step, MW_ISSUE_POP_STLS_REFUSED, command->verb);
}

static void check_security(const struct pop3_step *step, const struct pop3_command *command)
{
    const struct pop3_session *s = step->session;
    enum pop3_verb verb = command->row->verb;
    bool login = command->row->login && (verb != POP3_AUTH || command->mechanism.len);

    if (verb == POP3_APOP) {
        pop3_note(step, MW_ISSUE_POP_APOP, command->verb);
        if (s->timestamp_bad)
            pop3_note(step, MW_ISSUE_POP_APOP_TIMESTAMP, command->verb);
    }
    if (login && !s->tls)
        check_clear_login(step, command);
    if (verb == POP3_STLS && s->tls)
        pop3_note(step, MW_ISSUE_POP_STLS_UNDER_TLS, command->verb);
    else if (verb == POP3_STLS && s->offer.known && !s->offer.stls)
        pop3_note_order(step, MW_ISSUE_POP_STLS_STRIPPED, command->verb);
}

void pop3_check_command(const struct pop3_step *step, const struct pop3_command *command)
{
    check_pipelining(step, command);
    if (!command->row)
        return;
    check_state(step, command);
    check_security(step, command);
}

/* ---- replies ---- */

static bool is_credential(const struct pop3_exchange *exchange)
{
    return pop3_exchange_is_auth(exchange) || pop3_exchange_is(exchange, POP3_PASS) ||
           pop3_exchange_is(exchange, POP3_APOP) || pop3_exchange_is(exchange, POP3_RPOP);
}

void pop3_check_reply(const struct pop3_step *step, const struct pop3_reply *reply)
{
    struct pop3_session *s = step->session;
    const struct pop3_exchange *to = reply->to;

    if (!to) {
        if (reply->unmatched && s->seen[MW_CLIENT])
            pop3_note_order(step, MW_ISSUE_POP_REPLY_UNMATCHED, nowhere);
        return;
    }
    if (reply->first.time - to->pairing.request.time > mw_slow_reply_seconds * SECOND)
        pop3_note(step, MW_ISSUE_POP_SLOW_REPLY, nowhere);
    if (pop3_exchange_is(to, POP3_STLS))
        s->stls_refused = reply->status == POP3_ERR;
    if (reply->status == POP3_ERR && is_credential(to) && !to->cancels) {
        pop3_note(step, MW_ISSUE_POP_AUTH_FAILED, nowhere);
        mw_auth_result(&s->auth, false);
        if (mw_history_counts_failure(s->client) || s->auth.failed == MW_MANY_FAILED_AUTH)
            pop3_note(step, MW_ISSUE_POP_AUTH_BRUTEFORCE, nowhere);
    }
}

/* ---- sizes ---- */

void pop3_forget_sizes(struct pop3_session *session)
{
    session->sizes.count = 0;
    session->sizes.ascending = true;
}

static void remember_size(struct pop3_sizes *sizes, const struct pop3_listing *listing)
{
    if (sizes->count == sizes->room) { /* grows to what this server's longest listing needs */
        uint32_t room = sizes->room ? sizes->room * 2 : 16;
        struct pop3_size *larger = mw_alloc(room * sizeof *larger);
        if (sizes->count)
            memcpy(larger, sizes->rows, sizes->count * sizeof *larger);
        sizes->rows = larger;
        sizes->room = room;
    }
    if (sizes->count && sizes->rows[sizes->count - 1].number >= listing->number)
        sizes->ascending = false;
    sizes->rows[sizes->count++] = (struct pop3_size){ listing->number, listing->octets };
}

/* NULL: the last LIST has not told it. */
static const struct pop3_size *find_size(const struct pop3_sizes *sizes, uint64_t number)
{
    uint32_t low = 0, high = sizes->ascending ? sizes->count : 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (sizes->rows[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < sizes->count && sizes->rows[low].number == number ? &sizes->rows[low] : NULL;
}

/* RFC 1939 11: the octets are those of the message with CRLF. Servers that count their files count an octet less for
 * each line. */
static bool line_ends_explain(const struct pop3_session *s, uint64_t announced)
{
    uint64_t size = mail_body_size(s->body);
    uint64_t differ = announced > size ? announced - size : size - announced;
    return differ <= s->lines;
}

static void check_size(const struct pop3_step *step, const struct pop3_reply *reply)
{
    const struct pop3_session *s = step->session;

    if (!pop3_exchange_is(reply->to, POP3_RETR) || s->body->missing || s->body->broken)
        return;
    const struct pop3_size *listed = find_size(&s->sizes, reply->to->number);
    if ((reply->sized && !line_ends_explain(s, reply->octets)) || (listed && !line_ends_explain(s, listed->octets)))
        pop3_note(step, MW_ISSUE_POP_OCTETS_DIFFER, nowhere);
}

void pop3_check_content(const struct pop3_step *step, const struct pop3_reply *reply)
{
    const struct pop3_session *s = step->session;

    if (reply->content == POP3_MESSAGE)
        check_size(step, reply);
    if (reply->content == POP3_CAPABILITIES && !s->tls && !s->authenticated &&
        mw_history_misses_tls(s->server, s->offer.stls, s->offer.masked))
        pop3_note(step, MW_ISSUE_POP_STLS_STRIPPED, nowhere);
    if (reply->content == POP3_SCAN_LISTING && reply->to && !reply->broken && s->counted && reply->rows != s->messages)
        pop3_note_order(step, MW_ISSUE_POP_STAT_LIST_DIFFER, nowhere);
}

/* ---- unique-ids ---- */

/* FNV-1a */
static uint64_t hash_of(mw_bytes octets)
{
    uint64_t hash = 14695981039346656037u;
    for (uint32_t i = 0; i < octets.len; i++)
        hash = (hash ^ octets.data[i]) * 1099511628211u;
    return hash;
}

/* Places a hash, unless its neighbourhood is full. Returns whether it was there before in this reply. */
static bool place_hash(struct pop3_unique_ids *ids, uint64_t hash)
{
    for (uint32_t probe = 0; probe < POP3_MAX_PROBES; probe++) {
        struct pop3_hash *slot = &ids->slots[((hash ^ hash >> 32) + probe) & (ids->room - 1)];
        if (slot->reply == ids->reply && slot->hash == hash)
            return true;
        if (slot->reply == ids->reply)
            continue;
        *slot = (struct pop3_hash){ hash, ids->reply };
        ids->count++;
        return false;
    }
    return false;
}

static void grow_ids(struct pop3_unique_ids *ids)
{
    struct pop3_unique_ids larger = { .room = ids->room ? ids->room * 2 : 64, .reply = ids->reply };

    larger.slots = mw_alloc(larger.room * sizeof *larger.slots);
    for (uint32_t i = 0; i < ids->room; i++)
        if (ids->slots[i].reply == ids->reply)
            place_hash(&larger, ids->slots[i].hash);
    *ids = larger;
}

static void check_unique_id(const struct pop3_step *step, mw_bytes line, mw_slice text, bool alone)
{
    struct pop3_unique_ids *ids = &step->session->ids;
    struct pop3_unique_id row;

    pop3_parse_unique_id(line, text, &row);
    bool bad = !row.valid;
    if (!alone && row.id.len) {
        if (ids->count * 2 >= ids->room && ids->room < POP3_MAX_UNIQUE_IDS * 2)
            grow_ids(ids);
        bad = place_hash(ids, hash_of(mw_sub(line, row.id))) || bad;
    }
    if (bad)
        pop3_note(step, MW_ISSUE_POP_UIDL, alone ? nowhere : text);
}

/* ---- rows ---- */

static void check_capability(const struct pop3_step *step, mw_bytes line, mw_slice text)
{
    struct pop3_session *s = step->session;
    mw_slice rest = text;
    mw_slice word = mw_next_word(line, &rest);
    mw_bytes keyword = mw_sub(line, word);

    s->offer.masked |= smtp_is_masked(keyword);
    s->offer.pipelining |= mw_equal_nocase(keyword, "PIPELINING");
    if (!mw_equal_nocase(keyword, "STLS"))
        return;
    s->offer.stls = true;
    if (s->tls)
        pop3_note(step, MW_ISSUE_POP_STLS_UNDER_TLS, word);
}

void pop3_check_row(const struct pop3_step *step, const struct pop3_reply *reply, mw_bytes line)
{
    struct pop3_listing listing;
    struct pop3_row row;

    pop3_parse_row(line, &row);
    bool stuffed = row.text.len && line.data[row.text.offset] == '.';
    if (row.text.offset && !stuffed && !reply->broken)
        pop3_note(step, MW_ISSUE_POP_DOT_UNSTUFFED, mw_slice_of(0, 1));
    switch (reply->content) {
    case POP3_SCAN_LISTING:
        pop3_parse_listing(line, row.text, &listing);
        if (listing.valid)
            remember_size(&step->session->sizes, &listing);
        break;
    case POP3_UNIQUE_IDS:
        check_unique_id(step, line, row.text, false);
        break;
    case POP3_CAPABILITIES:
        check_capability(step, line, row.text);
        break;
    default:
        break;
    }
}

void pop3_check_listing(const struct pop3_step *step, const struct pop3_reply *reply, mw_bytes text)
{
    struct pop3_session *s = step->session;
    mw_slice whole = mw_slice_of(0, text.len);
    struct pop3_listing listing;

    if (reply->status != POP3_OK)
        return;
    pop3_parse_listing(text, whole, &listing);
    if (pop3_exchange_is(reply->to, POP3_STAT)) {
        s->counted = listing.valid;
        s->messages = listing.number;
    } else if (pop3_exchange_is(reply->to, POP3_LIST) && listing.valid) {
        pop3_forget_sizes(s);
        remember_size(&s->sizes, &listing);
    } else if (pop3_exchange_is(reply->to, POP3_UIDL)) {
        check_unique_id(step, text, whole, true);
    }
}
