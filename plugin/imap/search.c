/* Arguments of SEARCH, ESEARCH, SORT and THREAD. RFC 9051 6.4.4, 5256, 7377.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>

#include "imap/parser.h"

/* What comes behind a key. */
enum expected {
    A_KEY,
    A_VALUE,
    TWO_VALUES,
    THREE_VALUES,
    A_FLAG,
    A_LABEL,
    A_SET,
    A_MODSEQ, /* perhaps behind the name of an entry and its type: RFC 7162 3.1.5 */
    AN_EMAILID,
    A_THREADID,
};

struct key_row {
    const char *name;
    enum expected then;
    const char *rfc;
};

/* Sorted by name. OR, NOT and FUZZY stand in front of other keys. */
static const struct key_row key_rows[] = {
    { "ALL", A_KEY, "RFC 9051" },
    { "ANNOTATION", THREE_VALUES, "RFC 5257" },
    { "ANSWERED", A_KEY, "RFC 9051" },
    { "BCC", A_VALUE, "RFC 9051" },
    { "BEFORE", A_VALUE, "RFC 9051" },
    { "BODY", A_VALUE, "RFC 9051" },
    { "CC", A_VALUE, "RFC 9051" },
    { "DELETED", A_KEY, "RFC 9051" },
    { "DRAFT", A_KEY, "RFC 9051" },
    { "EMAILID", AN_EMAILID, "RFC 8474" },
    { "FILTER", A_VALUE, "RFC 5466" },
    { "FLAGGED", A_KEY, "RFC 9051" },
    { "FROM", A_VALUE, "RFC 9051" },
    { "FUZZY", A_KEY, "RFC 6203" },
    { "HEADER", TWO_VALUES, "RFC 9051" },
    { "KEYWORD", A_FLAG, "RFC 9051" },
    { "LARGER", A_VALUE, "RFC 9051" },
    { "MODSEQ", A_MODSEQ, "RFC 7162" },
    { "NEW", A_KEY, "RFC 3501" },
    { "NOT", A_KEY, "RFC 9051" },
    { "OLD", A_KEY, "RFC 3501" },
    { "OLDER", A_VALUE, "RFC 5032" },
    { "ON", A_VALUE, "RFC 9051" },
    { "OR", A_KEY, "RFC 9051" },
    { "RECENT", A_KEY, "RFC 3501" },
    { "SAVEDATESUPPORTED", A_KEY, "RFC 8514" },
    { "SAVEDBEFORE", A_VALUE, "RFC 8514" },
    { "SAVEDON", A_VALUE, "RFC 8514" },
    { "SAVEDSINCE", A_VALUE, "RFC 8514" },
    { "SEEN", A_KEY, "RFC 9051" },
    { "SENTBEFORE", A_VALUE, "RFC 9051" },
    { "SENTON", A_VALUE, "RFC 9051" },
    { "SENTSINCE", A_VALUE, "RFC 9051" },
    { "SINCE", A_VALUE, "RFC 9051" },
    { "SMALLER", A_VALUE, "RFC 9051" },
    { "SUBJECT", A_VALUE, "RFC 9051" },
    { "TEXT", A_VALUE, "RFC 9051" },
    { "THREADID", A_THREADID, "RFC 8474" },
    { "TO", A_VALUE, "RFC 9051" },
    { "UID", A_SET, "RFC 9051" },
    { "UNANSWERED", A_KEY, "RFC 9051" },
    { "UNDELETED", A_KEY, "RFC 9051" },
    { "UNDRAFT", A_KEY, "RFC 9051" },
    { "UNFLAGGED", A_KEY, "RFC 9051" },
    { "UNKEYWORD", A_FLAG, "RFC 9051" },
    { "UNSEEN", A_KEY, "RFC 9051" },
    { "X-GM-LABELS", A_LABEL, "wild, Google" },
    { "X-GM-MSGID", A_VALUE, "wild, Google" },
    { "X-GM-RAW", A_VALUE, "wild, Google" },
    { "X-GM-THRID", A_VALUE, "wild, Google" },
    { "YOUNGER", A_VALUE, "RFC 5032" },
};

static const uint8_t value_roles[] = {
    [A_VALUE] = IMAP_ROLE_SEARCH_VALUE, [TWO_VALUES] = IMAP_ROLE_SEARCH_VALUE, [THREE_VALUES] = IMAP_ROLE_SEARCH_VALUE,
    [A_FLAG] = IMAP_ROLE_FLAG,          [A_LABEL] = IMAP_ROLE_LABEL,           [A_SET] = IMAP_ROLE_SEQUENCE_SET,
    [A_MODSEQ] = IMAP_ROLE_MODSEQ,      [AN_EMAILID] = IMAP_ROLE_EMAILID,      [A_THREADID] = IMAP_ROLE_THREADID,
};

static bool begins_with_digit(mw_bytes word)
{
    return word.len && mw_is(word.data[0], MW_DIGIT);
}

static void read_value(struct imap_list *list, mw_bytes word, struct imap_token *token)
{
    token->role = value_roles[list->item];
    if (list->item == A_MODSEQ && !begins_with_digit(word))
        token->role = IMAP_ROLE_SEARCH_VALUE;
    else if (list->item == TWO_VALUES || list->item == THREE_VALUES)
        list->item--;
    else
        list->item = A_KEY;
}

/* search-key = "ALL" / ... / sequence-set / "(" search-key *(SP search-key) ")"; RFC 9051 9. list->item: what is
 * expected. A key that is not known is taken to have no value. */
static void read_keys(struct imap_parser *parser, struct imap_list *list, mw_bytes line, struct imap_token *token)
{
    mw_bytes word = mw_sub(line, token->value);

    (void)parser;
    if (token->kind == IMAP_OPEN) {
        token->role = IMAP_ROLE_SEARCH_KEYS;
        token->opens = &imap_shape_search_keys;
        list->item = A_KEY;
    } else if (list->item != A_KEY) {
        read_value(list, word, token);
    } else if (token->kind != IMAP_ATOM) {
        token->role = IMAP_ROLE_SEARCH_VALUE;
    } else if (begins_with_digit(word) || word.data[0] == '*' || word.data[0] == '$') {
        token->role = IMAP_ROLE_SEQUENCE_SET;
    } else {
        const struct key_row *row = mw_find_row(word, key_rows, G_N_ELEMENTS(key_rows), sizeof key_rows[0]);
        token->role = IMAP_ROLE_SEARCH_KEY;
        list->item = row ? (uint8_t)row->then : A_KEY;
    }
}

const struct imap_shape imap_shape_search_keys = { read_keys };

/* search-return-opts: names, and the range of PARTIAL. RFC 9051 6.4.4, 9394. */
static void read_return(struct imap_parser *parser, struct imap_list *list, mw_bytes line, struct imap_token *token)
{
    (void)parser;
    token->role = list->item == A_VALUE ? IMAP_ROLE_SEARCH_VALUE : IMAP_ROLE_SEARCH_OPTION;
    if (token->kind == IMAP_OPEN)
        token->role = IMAP_ROLE_OTHER;
    bool is_partial = list->item == A_KEY && mw_equal_nocase(mw_sub(line, token->value), "PARTIAL");
    list->item = is_partial ? A_VALUE : A_KEY;
}

static const struct imap_shape return_shape = { read_return };

/* What stands in front of the keys: list->item is what comes next. */
enum prelude {
    ANYTHING,
    RETURN_LIST,  /* behind RETURN */
    SOURCE_LIST,  /* behind IN of ESEARCH; RFC 7377 2.1 */
    CHARSET_NAME, /* behind CHARSET, and behind what SORT and THREAD sort by */
    KEYS,
};

static bool read_prelude_word(struct imap_list *list, mw_bytes word, struct imap_token *token)
{
    if (mw_equal_nocase(word, "RETURN"))
        list->item = RETURN_LIST;
    else if (mw_equal_nocase(word, "IN"))
        list->item = SOURCE_LIST;
    else if (mw_equal_nocase(word, "CHARSET"))
        list->item = CHARSET_NAME;
    else
        return false;
    token->role = IMAP_ROLE_PARAMETER;
    return true;
}

/* Whether the token stands in front of the keys. */
static bool read_prelude(struct imap_list *list, mw_bytes line, struct imap_token *token)
{
    if (list->item == CHARSET_NAME && token->kind != IMAP_OPEN) {
        token->role = IMAP_ROLE_CHARSET;
        list->item = KEYS;
        return true;
    }
    if (token->kind == IMAP_OPEN && (list->item == RETURN_LIST || list->item == SOURCE_LIST)) {
        bool returns = list->item == RETURN_LIST;
        token->role = returns ? IMAP_ROLE_SEARCH_RETURN : IMAP_ROLE_OTHER;
        token->opens = returns ? &return_shape : &imap_shape_mailbox_filter;
        list->item = ANYTHING;
        return true;
    }
    return list->item == ANYTHING && token->kind == IMAP_ATOM &&
           read_prelude_word(list, mw_sub(line, token->value), token);
}

/* search = "SEARCH" [search-return-opts] SP search-program; RFC 9051 9. */
static void read_search(struct imap_parser *parser, struct imap_list *list, mw_bytes line, struct imap_token *token)
{
    if (read_prelude(list, line, token))
        return;
    imap_list_become(list, &imap_shape_search_keys);
    read_keys(parser, list, line, token);
}

const struct imap_shape imap_shape_search = { read_search };

static const struct imap_shape *const sort_keys = IMAP_AGAIN({ IMAP_ROLE_SORT_KEY, IMAP_ROLE_OTHER, NULL });

/* sort = "SORT" [search-return-opts] SP "(" sort-key ... ")" SP search-criteria, thread = "THREAD" SP thread-alg SP
 * search-criteria, search-criteria = charset 1*(SP search-key); RFC 5256 5, 5267 2. */
static void read_sort(struct imap_parser *parser, struct imap_list *list, mw_bytes line, struct imap_token *token)
{
    if (read_prelude(list, line, token))
        return;
    if (list->item != ANYTHING) {
        imap_list_become(list, &imap_shape_search_keys);
        read_keys(parser, list, line, token);
        return;
    }
    bool opens = token->kind == IMAP_OPEN;
    token->role = opens ? IMAP_ROLE_SORT_KEYS : IMAP_ROLE_THREAD_ALGORITHM;
    token->opens = opens ? sort_keys : NULL;
    list->item = CHARSET_NAME;
}

const struct imap_shape imap_shape_sort = { read_sort };
