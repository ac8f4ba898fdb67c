/* The formal syntax of IMAP: tokens of a command or response, each with what it means at its place. RFC 9051 9.
 *
 * A command or response consists of parts: a line, which a literal may end, the octets of the literal, a line that
 * goes on behind them, and so on. The parser reads the lines, one after the other, and keeps between them what it has
 * to know: it may be copied to read a part again, whichever frame asks for it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IMAP_PARSER_H
#define IMAP_PARSER_H

#include "issue.h"
#include "slice.h"

/* Lists inside lists that are told apart. A BODYSTRUCTURE of 20 multiparts in each other, far more than real mail has,
 * needs 30. Deeper ones are counted, so that their ends are found. */
#define IMAP_MAX_DEPTH 64

enum imap_token_kind {
    IMAP_ATOM,    /* octets without special meaning: atom, number, flag, set, NIL, partial */
    IMAP_QUOTED,  /* value: what stands between the quotes, still escaped */
    IMAP_LITERAL, /* announcement {n}, {n+}, ~{n}, at the end of the line: the octets follow it */
    IMAP_OPEN,    /* "(", or "[" of a response code */
    IMAP_CLOSE,   /* ")" or "]"; has the role of what opened its list */
    IMAP_SECTION, /* [...] behind BODY, BODY.PEEK, BINARY and their kind; value: what stands between the brackets */
    IMAP_REST,    /* text up to the end of the line */
};

/* What a token means. A list has a role, too: that of its IMAP_OPEN and IMAP_CLOSE. */
enum imap_role {
    IMAP_ROLE_OTHER, /* generic argument */

    /* beginnings */
    IMAP_ROLE_TAG,
    IMAP_ROLE_UNTAGGED_MARK,     /* "*" */
    IMAP_ROLE_CONTINUATION_MARK, /* "+" */
    IMAP_ROLE_UID_PREFIX,
    IMAP_ROLE_VERB,
    IMAP_ROLE_STATUS,    /* OK NO BAD PREAUTH BYE, tagged or untagged */
    IMAP_ROLE_KIND,      /* of an untagged response with data: FETCH, EXISTS, LIST, ... */
    IMAP_ROLE_CODE,      /* name of a response code */
    IMAP_ROLE_CODE_LIST, /* [ ] */
    IMAP_ROLE_TEXT,      /* resp-text */

    /* numbers in front of the kind of an untagged response */
    IMAP_ROLE_EXISTS,
    IMAP_ROLE_RECENT,
    IMAP_ROLE_EXPUNGE,
    IMAP_ROLE_FETCH_NUMBER,
    IMAP_ROLE_FETCH_UID_NUMBER, /* UIDFETCH, RFC 9586 */
    IMAP_ROLE_NUMBER,

    /* login */
    IMAP_ROLE_USERNAME,
    IMAP_ROLE_PASSWORD,
    IMAP_ROLE_MECHANISM,
    IMAP_ROLE_INITIAL_RESPONSE,
    IMAP_ROLE_CAPABILITY, /* announced */
    IMAP_ROLE_ENABLE,     /* asked for by ENABLE, or ENABLED */
    IMAP_ROLE_COMPRESSION,

    /* mailboxes */
    IMAP_ROLE_MAILBOX,
    IMAP_ROLE_MAILBOX_PATTERN,   /* of LIST and LSUB: may hold % and * */
    IMAP_ROLE_REFERENCE,         /* of LIST and LSUB */
    IMAP_ROLE_SELECT_PARAMETERS, /* list: CONDSTORE, QRESYNC */
    IMAP_ROLE_PARAMETER,         /* name in such lists, modifiers of FETCH and STORE */
    IMAP_ROLE_LIST_OPTIONS,      /* list: selection or return options */
    IMAP_ROLE_LIST_OPTION,
    IMAP_ROLE_ATTRIBUTES, /* list */
    IMAP_ROLE_ATTRIBUTE,
    IMAP_ROLE_DELIMITER,
    IMAP_ROLE_LIST_EXTENSION,     /* extended data of a LIST response */
    IMAP_ROLE_NAMESPACE_PERSONAL, /* list of namespaces; also on NIL in its place; likewise the next two */
    IMAP_ROLE_NAMESPACE_OTHER,
    IMAP_ROLE_NAMESPACE_SHARED,
    IMAP_ROLE_NAMESPACE, /* list: one of them */
    IMAP_ROLE_NAMESPACE_PREFIX,
    IMAP_ROLE_STATUS_ITEMS, /* list */
    IMAP_ROLE_STATUS_ITEM,  /* name */
    IMAP_ROLE_STATUS_MESSAGES,
    IMAP_ROLE_STATUS_RECENT,
    IMAP_ROLE_STATUS_UIDNEXT,
    IMAP_ROLE_STATUS_UIDVALIDITY, /* also of QRESYNC */
    IMAP_ROLE_STATUS_UNSEEN,
    IMAP_ROLE_STATUS_HIGHESTMODSEQ,
    IMAP_ROLE_STATUS_SIZE,
    IMAP_ROLE_STATUS_VALUE, /* of another item */

    /* messages */
    IMAP_ROLE_SEQUENCE_SET, /* message numbers or, with UID and in VANISHED, COPYUID and their kind, unique ids */
    IMAP_ROLE_RESULT_SET,   /* set that answers ESEARCH ALL or PARTIAL: of SEARCH results */
    IMAP_ROLE_FLAGS,        /* list */
    IMAP_ROLE_FLAG,
    IMAP_ROLE_STORE_ITEM,     /* +FLAGS.SILENT */
    IMAP_ROLE_DATE_TIME,      /* of APPEND */
    IMAP_ROLE_APPEND_MESSAGE, /* the message itself: a literal */
    IMAP_ROLE_CATENATE,       /* list */
    IMAP_ROLE_CATENATE_TEXT,  /* literal */
    IMAP_ROLE_URL,

    /* FETCH */
    IMAP_ROLE_FETCH_ITEMS, /* list, in command or response */
    IMAP_ROLE_FETCH_ITEM,  /* name, in command or response */
    IMAP_ROLE_SECTION,     /* kind IMAP_SECTION */
    IMAP_ROLE_PARTIAL,     /* <0.100> or <0> */
    IMAP_ROLE_UID,
    IMAP_ROLE_SIZE, /* RFC822.SIZE */
    IMAP_ROLE_INTERNALDATE,
    IMAP_ROLE_MODSEQ_LIST,
    IMAP_ROLE_MODSEQ,
    IMAP_ROLE_MESSAGE, /* value of BODY[], RFC822, BINARY[]: a whole message */
    IMAP_ROLE_HEADER,  /* value of BODY[HEADER], BODY[HEADER.FIELDS ...], RFC822.HEADER of the outer message */
    IMAP_ROLE_PART,    /* value of any other section, RFC822.TEXT and partial ones included */
    IMAP_ROLE_BINARY_SIZE,
    IMAP_ROLE_EMAILID_LIST,
    IMAP_ROLE_EMAILID,
    IMAP_ROLE_THREADID_LIST,
    IMAP_ROLE_THREADID,
    IMAP_ROLE_SAVEDATE,
    IMAP_ROLE_PREVIEW,
    IMAP_ROLE_LABELS, /* X-GM-LABELS: list */
    IMAP_ROLE_LABEL,
    IMAP_ROLE_FETCH_VALUE, /* of another item */

    /* ENVELOPE: a list; RFC 9051 7.5.2 */
    IMAP_ROLE_ENVELOPE,
    IMAP_ROLE_ENVELOPE_DATE,
    IMAP_ROLE_ENVELOPE_SUBJECT,
    IMAP_ROLE_ENVELOPE_FROM, /* list of addresses, or NIL; likewise the next five */
    IMAP_ROLE_ENVELOPE_SENDER,
    IMAP_ROLE_ENVELOPE_REPLY_TO,
    IMAP_ROLE_ENVELOPE_TO,
    IMAP_ROLE_ENVELOPE_CC,
    IMAP_ROLE_ENVELOPE_BCC,
    IMAP_ROLE_ENVELOPE_IN_REPLY_TO,
    IMAP_ROLE_ENVELOPE_MESSAGE_ID,
    IMAP_ROLE_ADDRESS, /* list */
    IMAP_ROLE_ADDRESS_NAME,
    IMAP_ROLE_ADDRESS_ROUTE,
    IMAP_ROLE_ADDRESS_MAILBOX,
    IMAP_ROLE_ADDRESS_HOST,

    /* BODYSTRUCTURE: lists; RFC 9051 7.5.2 */
    IMAP_ROLE_BODY, /* list: a part, leaf or multipart */
    IMAP_ROLE_BODY_TYPE,
    IMAP_ROLE_BODY_SUBTYPE,
    IMAP_ROLE_MULTIPART_SUBTYPE,
    IMAP_ROLE_BODY_PARAMETERS, /* list, or NIL */
    IMAP_ROLE_BODY_PARAMETER_NAME,
    IMAP_ROLE_BODY_PARAMETER_VALUE,
    IMAP_ROLE_BODY_ID,
    IMAP_ROLE_BODY_DESCRIPTION,
    IMAP_ROLE_BODY_ENCODING,
    IMAP_ROLE_BODY_OCTETS,
    IMAP_ROLE_BODY_LINES,
    IMAP_ROLE_BODY_MD5,
    IMAP_ROLE_BODY_DISPOSITION_LIST, /* list, or NIL */
    IMAP_ROLE_BODY_DISPOSITION,
    IMAP_ROLE_BODY_LANGUAGE, /* string, or the list of them */
    IMAP_ROLE_BODY_LOCATION,
    IMAP_ROLE_BODY_EXTENSION,

    /* SEARCH and its kind */
    IMAP_ROLE_SEARCH_RETURN, /* list */
    IMAP_ROLE_SEARCH_OPTION, /* in it; likewise the name of ESEARCH data: MIN, MAX, ALL, COUNT */
    IMAP_ROLE_CHARSET,
    IMAP_ROLE_SEARCH_KEYS, /* list */
    IMAP_ROLE_SEARCH_KEY,
    IMAP_ROLE_SEARCH_VALUE,
    IMAP_ROLE_SEARCH_RESULT, /* number of SEARCH, SORT, ESEARCH MIN and MAX */
    IMAP_ROLE_SEARCH_COUNT,
    IMAP_ROLE_SEARCH_CORRELATOR, /* list: (TAG "A1") */
    IMAP_ROLE_SEARCH_TAG,        /* the tag in it */
    IMAP_ROLE_SORT_KEYS,         /* list */
    IMAP_ROLE_SORT_KEY,
    IMAP_ROLE_THREAD_ALGORITHM,
    IMAP_ROLE_THREAD, /* list */
    IMAP_ROLE_THREAD_NUMBER,

    /* ID, QUOTA, ACL, METADATA, NOTIFY */
    IMAP_ROLE_ID_LIST,
    IMAP_ROLE_ID_NAME,
    IMAP_ROLE_ID_VALUE,
    IMAP_ROLE_QUOTA_ROOT,
    IMAP_ROLE_QUOTA_LIST,
    IMAP_ROLE_QUOTA_RESOURCE,
    IMAP_ROLE_QUOTA_USAGE,
    IMAP_ROLE_QUOTA_LIMIT,
    IMAP_ROLE_ACL_IDENTIFIER,
    IMAP_ROLE_ACL_RIGHTS,
    IMAP_ROLE_METADATA_OPTIONS, /* list */
    IMAP_ROLE_METADATA_ENTRIES, /* list */
    IMAP_ROLE_METADATA_ENTRY,
    IMAP_ROLE_METADATA_VALUE,
    IMAP_ROLE_NOTIFY_EVENTS, /* list */
    IMAP_ROLE_NOTIFY_EVENT,
    IMAP_ROLE_NOTIFY_MAILBOXES, /* SELECTED, INBOXES, PERSONAL, SUBTREE, ... */
    IMAP_ROLE_COUNT
};

struct imap_parser;
struct imap_list;
struct imap_token;

/* What the tokens of a list mean. read sets token->role and, for IMAP_OPEN, token->opens (left NULL: a list of
 * IMAP_ROLE_OTHER); it is not called for IMAP_CLOSE. list->index counts the elements before this one; IMAP_SECTION and
 * the atom of IMAP_ROLE_PARTIAL behind it, whose roles are set already when read gets them, belong to the name before
 * them and are not counted. An atom BODY... or BINARY... directly in front of "[" has a section when read makes it an
 * IMAP_ROLE_FETCH_ITEM; otherwise the bracket is part of the atom. read may change kind, where and value of the token
 * by imap_take_rest and imap_take_code: reading goes on behind token->where. */
struct imap_shape {
    void (*read)(struct imap_parser *parser, struct imap_list *list, mw_bytes line, struct imap_token *token);
};

struct imap_token {
    uint8_t kind;  /* enum imap_token_kind */
    uint8_t role;  /* enum imap_role */
    uint8_t depth; /* lists around it; IMAP_OPEN and IMAP_CLOSE count as outside of their list */
    bool non_sync; /* literal: {n+} */
    bool binary;   /* literal: ~{n} */
    mw_slice where;
    mw_slice value;  /* of IMAP_QUOTED and IMAP_SECTION without its marks, of IMAP_LITERAL its number, else as where */
    uint64_t octets; /* literal */
    const struct imap_shape *opens;
};

/* A list that is open; the line itself is one. */
struct imap_list {
    const struct imap_shape *shape;
    uint16_t index; /* elements so far; stays at 65535 */
    uint8_t item;   /* the shape's own: the item or key read last */
    uint8_t role;   /* of the list */
    uint8_t mark;   /* '(' or '['; 0: the line */
};

struct imap_command_row;
struct imap_response_row;

/* Pieces and literals of a section that goes on behind a literal have IMAP_ROLE_SECTION, and read is not called. */
enum imap_section_state {
    IMAP_NO_SECTION,
    IMAP_SECTION_NEXT, /* behind an item's name, at "[" */
    IMAP_SECTION_OPEN, /* inside */
    IMAP_PARTIAL_NEXT, /* at "<" */
};

struct imap_parser {
    bool from_client;
    bool uid;                                 /* UID command, UIDFETCH */
    bool began;                               /* the part that was read ended in a literal: the next one goes on */
    bool literal;                             /* the token before was a literal */
    bool in_parens;                           /* of a section that goes on */
    uint8_t section;                          /* enum imap_section_state */
    const struct imap_command_row *command;   /* NULL: unknown */
    const struct imap_response_row *response; /* of an untagged response; NULL: unknown, or tagged */
    uint32_t too_deep;                        /* open lists beyond IMAP_MAX_DEPTH */
    uint8_t depth;                            /* open lists, that of the line not counted */
    struct imap_list lists[IMAP_MAX_DEPTH + 1];
};

/* Begins a command (from_client) or response. */
void imap_parser_start(struct imap_parser *parser, bool from_client);

/* The next token of a part. line is the part without its line ending; *at is where reading goes on, 0 at first.
 * @return false at the end of the line. Never fails: what does not fit the grammar is an IMAP_ATOM of IMAP_ROLE_OTHER;
 *     issues (may be NULL) then tells what is wrong. At the end of a line that no literal ends, lists still open are
 *     an issue. */
bool imap_parser_next(struct imap_parser *parser, mw_bytes line, uint32_t *at, struct imap_token *token,
                      mw_issues *issues);

/* Whether a line, without its ending, announces a literal at its end: {n}, {n+}, ~{n}, ~{n+}. Looks at the end only:
 * text of a response that ends like one is none for imap_parser_next, which knows what it reads. */
bool imap_find_literal(mw_bytes line, struct imap_token *literal);

/* A quoted string's value without its backslashes, in memory that the caller frees with g_free; *len its octets. */
char *imap_unescape(mw_bytes value, uint32_t *len);

/* NIL, without regard to case, as an atom. */
bool imap_is_nil(mw_bytes line, const struct imap_token *token);

/* For read: the token and all that follows it on the line is text, one IMAP_REST. */
void imap_take_rest(mw_bytes line, struct imap_token *token, enum imap_role role);

/* For read: when the token begins with "[", it becomes an IMAP_OPEN of IMAP_ROLE_CODE_LIST that opens imap_shape_code;
 * atoms directly in that list end in front of "]", which closes it. False when it does not. */
bool imap_take_code(mw_bytes line, struct imap_token *token);

/* A shape by table: the n-th element has the n-th step; from the last step on it goes back to step again, or has
 * IMAP_ROLE_OTHER when again is the number of steps. */
struct imap_step {
    uint8_t role;                   /* enum imap_role of what is no list */
    uint8_t list_role;              /* of a list */
    const struct imap_shape *opens; /* by a list; NULL: imap_shape_other */
};
#define IMAP_MAX_STEPS 6
struct imap_steps {
    struct imap_shape shape; /* its read is imap_read_steps */
    uint8_t count, again;
    struct imap_step steps[IMAP_MAX_STEPS];
};
void imap_read_steps(struct imap_parser *parser, struct imap_list *list, mw_bytes line, struct imap_token *token);

/* Pointers to shapes for initializers at file scope. IMAP_ONCE: steps in their order; IMAP_AGAIN: over and over. */
#define IMAP_COUNT_STEPS(...) (sizeof((struct imap_step[]){ __VA_ARGS__ }) / sizeof(struct imap_step))
#define IMAP_STEPS_FROM(from, ...)                                                                                     \
    (&(const struct imap_steps){ { imap_read_steps }, IMAP_COUNT_STEPS(__VA_ARGS__), from, { __VA_ARGS__ } }.shape)
#define IMAP_ONCE(...) IMAP_STEPS_FROM(IMAP_COUNT_STEPS(__VA_ARGS__), __VA_ARGS__)
#define IMAP_AGAIN(...) IMAP_STEPS_FROM(0, __VA_ARGS__)

enum imap_states { IMAP_NOT_AUTHENTICATED = 1, IMAP_AUTHENTICATED = 2, IMAP_SELECTED = 4 };

enum imap_verb {
    IMAP_OTHER_VERB,
    IMAP_VERB_APPEND,
    IMAP_VERB_AUTHENTICATE,
    IMAP_VERB_CAPABILITY,
    IMAP_VERB_CLOSE,
    IMAP_VERB_COMPRESS,
    IMAP_VERB_COPY,
    IMAP_VERB_ENABLE,
    IMAP_VERB_EXAMINE,
    IMAP_VERB_EXPUNGE,
    IMAP_VERB_FETCH,
    IMAP_VERB_ID,
    IMAP_VERB_IDLE,
    IMAP_VERB_LIST,
    IMAP_VERB_LOGIN,
    IMAP_VERB_LOGOUT,
    IMAP_VERB_MOVE,
    IMAP_VERB_NOOP,
    IMAP_VERB_REPLACE,
    IMAP_VERB_SEARCH,
    IMAP_VERB_SELECT,
    IMAP_VERB_SORT,
    IMAP_VERB_STARTTLS,
    IMAP_VERB_STATUS,
    IMAP_VERB_STORE,
    IMAP_VERB_THREAD,
    IMAP_VERB_UNAUTHENTICATE,
    IMAP_VERB_UNSELECT,
};

/* A command. Sorted by name. */
struct imap_command_row {
    const char *name; /* upper case, without UID */
    enum imap_verb verb;
    const struct imap_shape *arguments; /* of the line, from the first argument on (list->index is 0 there) */
    uint8_t states;                     /* enum imap_states, where it is allowed */
    bool takes_uid;
    const char *capability; /* one that it needs, or several separated by a blank of which one is enough; "" */
    const char *text;       /* what it does, shown in the tree */
    const char *rfc;        /* RFC and section, or "wild, ..." */
};

/* NULL when unknown; without regard to case. imap_command_rows: all rows, *count how many. */
const struct imap_command_row *imap_command_find(mw_bytes name);
const struct imap_command_row *imap_command_rows(size_t *count);

enum imap_kind {
    IMAP_OTHER_KIND,
    IMAP_KIND_OK,
    IMAP_KIND_NO,
    IMAP_KIND_BAD,
    IMAP_KIND_BYE,
    IMAP_KIND_PREAUTH,
    IMAP_KIND_CAPABILITY,
    IMAP_KIND_ENABLED,
    IMAP_KIND_ESEARCH,
    IMAP_KIND_EXISTS,
    IMAP_KIND_EXPUNGE,
    IMAP_KIND_FETCH,
    IMAP_KIND_FLAGS,
    IMAP_KIND_ID,
    IMAP_KIND_LIST,
    IMAP_KIND_RECENT,
    IMAP_KIND_SEARCH,
    IMAP_KIND_STATUS,
    IMAP_KIND_VANISHED,
};

/* An untagged response. Sorted by name. */
struct imap_response_row {
    const char *name; /* upper case */
    enum imap_kind kind;
    uint8_t number_role;           /* enum imap_role of the number in front of it; 0: none */
    const struct imap_shape *data; /* of the line, behind the kind (list->index is 0 there) */
    const char *text, *rfc;
};
const struct imap_response_row *imap_response_find(mw_bytes name);
const struct imap_response_row *imap_response_rows(size_t *count);

/* A response code. Sorted by name. */
struct imap_code_row {
    const char *name;
    const struct imap_shape *arguments; /* in the brackets, behind the name (list->index is 0 there) */
    const char *text, *rfc;
};
const struct imap_code_row *imap_code_find(mw_bytes name);
const struct imap_code_row *imap_code_rows(size_t *count);

/* Shapes that files share. */
extern const struct imap_shape imap_shape_other;          /* everything IMAP_ROLE_OTHER, lists in it too */
extern const struct imap_shape imap_shape_command_line;   /* parser.c: tag, UID, verb, then the row's */
extern const struct imap_shape imap_shape_response_line;  /* parser.c: tag, * or +, number, kind, then the row's */
extern const struct imap_shape imap_shape_resp_text;      /* responses.c: [code] text */
extern const struct imap_shape imap_shape_code;           /* codes.c: inside the brackets, from the name on */
extern const struct imap_shape imap_shape_flags;          /* responses.c: inside a list of flags */
extern const struct imap_shape imap_shape_fetch_response; /* fetch.c: inside the list of * n FETCH (...) */
extern const struct imap_shape imap_shape_envelope;       /* body.c: inside ENVELOPE (...) */
extern const struct imap_shape imap_shape_body;           /* body.c: inside BODYSTRUCTURE (...) */
extern const struct imap_shape imap_shape_id;             /* responses.c: inside ID (...), both directions */
extern const struct imap_shape imap_shape_search_keys;    /* search.c: SEARCH keys, to the end of line or list */
extern const struct imap_shape imap_shape_search;         /* search.c: arguments of SEARCH and ESEARCH */
extern const struct imap_shape imap_shape_sort;           /* search.c: arguments of SORT and THREAD */
extern const struct imap_shape imap_shape_mailbox_filter; /* commands.c: inside a list of NOTIFY, of ESEARCH IN */

/* The line's shape gives way to another, whose index begins at 0: behind a verb or a kind. */
static inline void imap_list_become(struct imap_list *list, const struct imap_shape *shape)
{
    list->shape = shape;
    list->index = 0;
    list->item = 0;
}

#endif
