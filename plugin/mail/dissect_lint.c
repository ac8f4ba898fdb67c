/* Shows what is wrong with a message, in its record.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/dissect.h"

#include <gcrypt.h>

#include "connection.h"
#include "mail/lint.h"
#include "mail/message.h"

#define SHA256_OCTETS 32
#define NANOSECONDS 1000000000

/* ---- copies of a message ---- */

/* A message that was sent, noted on the first pass. */
struct sent {
    struct sent *next; /* of the same size, in capture order */
    const struct mail_transaction *transaction;
    address client;
    bool repeats; /* another client sent the same to other recipients before */
};

/* Messages of one size: only these can be equal, so that nothing is computed for the others. */
struct same_size {
    struct sent *first, **end;
    struct sent *unread; /* the first one that has not been compared */
};

/* Messages of the same octets. */
struct copies {
    const struct sent *first;
    bool many_clients; /* not all came from the client of the first one */
};

static wmem_map_t *sizes;   /* uint64_t size to struct same_size */
static wmem_map_t *sent_by; /* struct mail_transaction to struct sent */
static wmem_map_t *sums;    /* SHA-256 to struct copies */

static bool is_whole(const struct mail_transaction *t)
{
    const struct mail_body *body = t->body;
    return body && body->ended && !body->missing && !body->broken && mail_body_octets(body).len == mail_body_size(body);
}

void mail_note_sent(packet_info *pinfo, const struct mail_transaction *t)
{
    if (t->action != MAIL_SENT || !is_whole(t) || mail_body_size(t->body) == 0)
        return;
    uint64_t size = mail_body_size(t->body);
    struct same_size *all = wmem_map_lookup(sizes, &size);
    if (!all) {
        all = mw_new(struct same_size);
        all->end = &all->first;
        wmem_map_insert(sizes, wmem_memdup(wmem_file_scope(), &size, sizeof size), all);
    }
    struct sent *sent = mw_new(struct sent);
    sent->transaction = t;
    /* the reply comes from the server; without one the last octets come from the client */
    copy_address_wmem(wmem_file_scope(), &sent->client, t->reply ? &pinfo->dst : &pinfo->src);
    if (!all->unread)
        all->unread = sent;
    *all->end = sent;
    all->end = &sent->next;
    wmem_map_insert(sent_by, t, sent);
}

/* Whether both messages went to the same recipients, in the same order. */
static bool same_recipients(const struct mail_transaction *a, const struct mail_transaction *b)
{
    const struct mail_recipient *left = a->recipients, *right = b->recipients;
    for (; left && right; left = left->next, right = right->next)
        if (strcmp(left->address, right->address) != 0)
            return false;
    return !left && !right;
}

static bool has_message_id(mw_bytes message)
{
    struct mail_header *header = mail_header_parse(message, MAIL_FIELD(MAIL_MESSAGE_ID));
    bool has = header->values[MAIL_MESSAGE_ID]->len > 0;
    mail_header_free(header);
    return has;
}

/* Equal octets have equal Message-IDs and equal checksums. */
static void compare(struct sent *sent)
{
    mw_bytes message = mail_body_octets(sent->transaction->body);
    uint8_t sum[SHA256_OCTETS];

    gcry_md_hash_buffer(GCRY_MD_SHA256, sum, message.data, message.len);
    char *key = bytes_to_str(wmem_file_scope(), sum, sizeof sum);
    struct copies *copies = wmem_map_lookup(sums, key);
    if (!copies) {
        copies = mw_new(struct copies);
        copies->first = sent;
        wmem_map_insert(sums, key, copies);
        return;
    }
    bool other = !addresses_equal(&copies->first->client, &sent->client);
    sent->repeats = (other || copies->many_clients) && has_message_id(message) &&
                    !same_recipients(copies->first->transaction, sent->transaction);
    copies->many_clients |= other;
}

/* Compares what was sent up to this message, which is the same on each pass. */
static bool is_repeated(const struct mail_transaction *t)
{
    struct sent *sent = wmem_map_lookup(sent_by, t);
    if (!sent)
        return false;
    uint64_t size = mail_body_size(t->body);
    struct same_size *all = wmem_map_lookup(sizes, &size);
    if (all->first->next == NULL)
        return false;
    while (all->unread && all->unread->transaction->number <= t->number) {
        compare(all->unread);
        all->unread = all->unread->next;
    }
    return sent->repeats;
}

/* ---- the record ---- */

/* A message that broke off: by a gap, with its connection, or with the capture. */
static bool is_cut(const struct mail_transaction *t)
{
    if (t->body && (t->body->missing || t->body->broken || !t->body->ended))
        return true;
    return t->cut || (t->outcome == MAIL_INCOMPLETE && t->action != MAIL_SENT);
}

bool mail_issues_are_wanted(proto_tree *tree)
{
    return mw_experts_are_wanted(tree) || mw_issues_are_wanted(tree, MAIL_LINT_FIRST, MAIL_LINT_LAST);
}

void add_mail_issues(const struct mw_node *node, proto_item *item, const struct mail_transaction *t)
{
    if (is_cut(t))
        mw_add_issue(node, item, MW_ISSUE_MAIL_INCOMPLETE);
    if (!is_whole(t))
        return;
    struct mail_lint_context context = {
        .sent = t->action == MAIL_SENT,
        .smtputf8 = t->smtputf8,
        .reverse_path = t->from,
        .time = t->body->last.time / NANOSECONDS,
    };
    struct mail_lint *lint = wmem_new(node->pinfo->pool, struct mail_lint);
    mail_lint(mail_body_octets(t->body), &context, lint);
    for (unsigned id = MAIL_LINT_FIRST; id <= MAIL_LINT_LAST; id++) {
        const struct mail_lint_found *found = mail_lint_get(lint, id);
        struct mw_repetition places = { found->count, found->first };
        if (found->count)
            mw_add_repeated_issue(node, item, id, &places);
    }
    if (is_repeated(t))
        mw_add_issue(node, item, MW_ISSUE_MAIL_MESSAGE_ID_REPEAT);
}

static unsigned hash_size(gconstpointer size)
{
    return wmem_strong_hash(size, sizeof(uint64_t));
}

static gboolean equal_sizes(gconstpointer a, gconstpointer b)
{
    return *(const uint64_t *)a == *(const uint64_t *)b;
}

void mail_handoff_lint(void)
{
    sizes = wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), hash_size, equal_sizes);
    sent_by = wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), g_direct_hash, g_direct_equal);
    sums = wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), g_str_hash, g_str_equal);
}
