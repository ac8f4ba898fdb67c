/* What BODY and BODYSTRUCTURE have told of the parts of messages.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "imap/structure.h"

#include <glib.h>

#include "session.h"

#define FIRST_ROOM 256

/* Of a message: for each section that has a type the lengths of its name, type and encoding, an octet each, and these
 * three behind them. */
struct structure {
    struct imap_message_id id;
    uint64_t told; /* when: counts up; 0: unused */
    uint8_t *sections;
    uint32_t len, room; /* octets of sections */
};

/* A word of up to IMAP_MAX_STRUCTURE_WORD octets. */
struct word {
    uint8_t len;
    char octets[IMAP_MAX_STRUCTURE_WORD];
};

/* A list of a part that is open. */
struct open_part {
    bool root;      /* the message, or the one in a message: no part of a multipart */
    bool typed;     /* it begins with a type: no multipart */
    bool nameless;  /* its number is too long */
    uint8_t prefix; /* octets of all.path in front of a root's own number or TEXT */
    uint8_t path;   /* octets of all.path that are its number */
    uint32_t children;
};

struct imap_structures {
    struct structure messages[IMAP_MAX_STRUCTURES];
    uint64_t told;
    struct structure *current; /* that the response in progress tells of; NULL: none */
    struct open_part open[IMAP_MAX_DEPTH];
    unsigned depth; /* parts in open */
    char path[IMAP_MAX_STRUCTURE_WORD];
    /* of the innermost leaf, until it is recorded */
    bool pending;
    struct word type, encoding;
};

struct imap_structures *imap_structures_new(void)
{
    return mw_new(struct imap_structures);
}

/* ---- finding lists ---- */

/* How far the end of "BODY" is away at least when this octet is not it. */
static uint32_t distance(uint8_t c)
{
    switch (c | 0x20) {
    case 'b':
        return 3;
    case 'o':
        return 2;
    case 'd':
        return 1;
    default:
        return 4;
    }
}

/* "BODY" ["STRUCTURE"] SP "(" */
static bool names_list(mw_bytes in)
{
    static const char body[] = "BODY", structure[] = "STRUCTURE";
    if (!mw_starts_nocase(in, body))
        return false;
    mw_slice rest = mw_slice_of(sizeof body - 1, in.len - (sizeof body - 1));
    if (mw_starts_nocase(mw_sub(in, rest), structure))
        rest = mw_slice_skip(rest, sizeof structure - 1);
    uint32_t at = rest.offset;
    while (at < in.len && mw_is(in.data[at], MW_BLANK))
        at++;
    return at < in.len && in.data[at] == '(';
}

bool imap_tells_structure(mw_bytes line)
{
    for (uint32_t at = 3; at < line.len; at += distance(line.data[at]))
        if ((line.data[at] | 0x20) == 'y' && names_list(mw_sub(line, mw_slice_of(at - 3, line.len))))
            return true;
    return false;
}

/* ---- words ---- */

static bool add_octets(struct word *word, const void *octets, size_t len)
{
    if (len > IMAP_MAX_STRUCTURE_WORD - (size_t)word->len)
        return false;
    memcpy(word->octets + word->len, octets, len);
    word->len = (uint8_t)(word->len + len);
    return true;
}

/* The value of a token in lower case behind what the word has. False, and nothing added, for what is no string of
 * printable ASCII or too long. */
static bool add_value(struct word *word, mw_bytes line, const struct imap_token *token)
{
    mw_bytes value = mw_sub(line, token->value);
    struct word added = { 0 };

    if ((token->kind != IMAP_QUOTED && token->kind != IMAP_ATOM) || imap_is_nil(line, token) || !value.len)
        return false;
    for (uint32_t i = 0; i < value.len; i++) {
        char c = g_ascii_tolower((char)value.data[i]);
        if (!g_ascii_isgraph(c) || !add_octets(&added, &c, 1))
            return false;
    }
    return add_octets(word, added.octets, added.len);
}

/* ---- sections of a message ---- */

static bool make_room(struct structure *message, size_t octets)
{
    uint32_t room = message->room ? message->room : FIRST_ROOM;

    if (octets > IMAP_MAX_STRUCTURE_OCTETS - message->len)
        return false;
    while (room - message->len < octets)
        room *= 2;
    if (room > message->room) {
        uint8_t *sections = mw_alloc(room);
        if (message->len)
            memcpy(sections, message->sections, message->len);
        message->sections = sections;
        message->room = room;
    }
    return true;
}

static void add_section(struct structure *message, const struct word *name, const struct word *type,
                        const struct word *encoding)
{
    const struct word *words[] = { name, type, encoding };
    size_t octets = G_N_ELEMENTS(words);

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        octets += words[i]->len;
    if (!make_room(message, octets))
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        message->sections[message->len++] = words[i]->len;
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        memcpy(message->sections + message->len, words[i]->octets, words[i]->len);
        message->len += words[i]->len;
    }
}

static mw_bytes take(mw_bytes *rest, uint32_t len)
{
    mw_bytes taken = mw_sub(*rest, mw_slice_of(0, len));
    *rest = mw_sub(*rest, mw_slice_of(len, rest->len));
    return taken;
}

static bool find_section(const struct structure *message, mw_bytes section, struct imap_part_type *out)
{
    mw_bytes rest = { message->sections, message->len };

    while (rest.len) {
        mw_bytes lengths = take(&rest, 3);
        mw_bytes name = take(&rest, lengths.data[0]);
        out->type = take(&rest, lengths.data[1]);
        out->encoding = take(&rest, lengths.data[2]);
        if (name.len == section.len &&
            g_ascii_strncasecmp((const char *)name.data, (const char *)section.data, name.len) == 0)
            return true;
    }
    return false;
}

/* ---- parts ---- */

/* The part's names are recorded with the type that was read: its number, that of a multipart that is all of a message
 * excepted, and TEXT, which is all of a message. */
static void record(struct imap_structures *all)
{
    static const char text[] = "text";
    const struct open_part *part = &all->open[all->depth - 1];
    struct word name = { 0 };

    all->pending = false;
    if (!memchr(all->type.octets, '/', all->type.len) || part->nameless)
        return;
    if (part->typed || !part->root) {
        add_octets(&name, all->path, part->path);
        add_section(all->current, &name, &all->type, &all->encoding);
    }
    name.len = 0;
    if (part->root &&
        (part->prefix == 0 || (add_octets(&name, all->path, part->prefix) && add_octets(&name, ".", 1))) &&
        add_octets(&name, text, sizeof text - 1))
        add_section(all->current, &name, &all->type, &all->encoding);
}

static void record_pending(struct imap_structures *all)
{
    if (all->pending && all->depth)
        record(all);
}

/* Puts a number behind the first octets of the path. */
static void number_part(struct imap_structures *all, struct open_part *part, uint8_t prefix, uint32_t number)
{
    char digits[16];
    size_t len = (size_t)g_snprintf(digits, sizeof digits, "%s%u", prefix ? "." : "", number);

    part->path = prefix;
    if (part->nameless || len > sizeof all->path - prefix) {
        part->nameless = true;
        return;
    }
    memcpy(all->path + prefix, digits, len);
    part->path = (uint8_t)(prefix + len);
}

static bool is_same(struct imap_message_id a, struct imap_message_id b)
{
    return (a.number && a.number == b.number) || (a.uid && a.uid == b.uid);
}

static void clear(struct structure *message)
{
    message->id = (struct imap_message_id){ 0 };
    message->told = 0;
    message->len = 0;
}

/* What was told of the message before is void; else the place of the one that was told longest ago is taken. */
static void begin_message(struct imap_structures *all, struct imap_message_id id)
{
    struct structure *oldest = &all->messages[0];

    for (unsigned i = 0; i < IMAP_MAX_STRUCTURES; i++) {
        struct structure *message = &all->messages[i];
        if (is_same(message->id, id))
            clear(message);
        if (message->told < oldest->told)
            oldest = message;
    }
    clear(oldest);
    oldest->id = id;
    oldest->told = ++all->told;
    all->current = oldest;
}

static void open_part(struct imap_structures *all, struct imap_message_id id)
{
    record_pending(all);
    if (all->depth == IMAP_MAX_DEPTH)
        return;
    struct open_part *parent = all->depth ? &all->open[all->depth - 1] : NULL;
    struct open_part *part = &all->open[all->depth++];

    *part = (struct open_part){ .root = !parent || parent->typed, .nameless = parent && parent->nameless };
    if (!parent)
        begin_message(all, id);
    else if (parent->typed)
        part->prefix = part->path = parent->path;
    else
        number_part(all, part, parent->path, ++parent->children);
}

static void close_part(struct imap_structures *all)
{
    record_pending(all);
    if (all->depth)
        all->depth--;
}

static void begin_type(struct imap_structures *all, mw_bytes line, const struct imap_token *token)
{
    struct open_part *part = &all->open[all->depth - 1];

    part->typed = true;
    if (part->root)
        number_part(all, part, part->prefix, 1);
    all->pending = true;
    all->type.len = all->encoding.len = 0;
    add_value(&all->type, line, token);
}

/* Without both halves there is no type: a blank half leaves it without its slash. */
static void end_type(struct imap_structures *all, mw_bytes line, const struct imap_token *token)
{
    if (!all->type.len || !add_octets(&all->type, "/", 1) || !add_value(&all->type, line, token))
        all->type.len = 0;
}

static void end_multipart(struct imap_structures *all, mw_bytes line, const struct imap_token *token)
{
    static const char multipart[] = "multipart";
    all->type.len = all->encoding.len = 0;
    add_octets(&all->type, multipart, sizeof multipart - 1);
    end_type(all, line, token);
    record(all);
}

void imap_structures_begin(struct imap_structures *all)
{
    all->current = NULL;
    all->depth = 0;
    all->pending = false;
}

/* Inside of a part. */
static void take_value(struct imap_structures *all, mw_bytes line, const struct imap_token *token)
{
    switch (token->role) {
    case IMAP_ROLE_BODY_TYPE:
        begin_type(all, line, token);
        break;
    case IMAP_ROLE_BODY_SUBTYPE:
        if (all->pending)
            end_type(all, line, token);
        break;
    case IMAP_ROLE_BODY_ENCODING:
        if (all->pending)
            add_value(&all->encoding, line, token);
        break;
    case IMAP_ROLE_MULTIPART_SUBTYPE:
        end_multipart(all, line, token);
        break;
    default:
        break;
    }
}

void imap_structures_token(struct imap_structures *all, struct imap_message_id message, mw_bytes line,
                           const struct imap_token *token)
{
    if (token->role == IMAP_ROLE_BODY && token->kind == IMAP_OPEN)
        open_part(all, message);
    else if (token->role == IMAP_ROLE_BODY && token->kind == IMAP_CLOSE)
        close_part(all);
    else if (all->depth)
        take_value(all, line, token);
}

void imap_structures_uid(struct imap_structures *all, uint32_t uid)
{
    if (all->current)
        all->current->id.uid = uid;
}

/* ---- what is remembered ---- */

static bool is_meant(struct imap_message_id known, struct imap_message_id asked)
{
    if (known.uid && asked.uid)
        return known.uid == asked.uid;
    return asked.number && known.number == asked.number;
}

bool imap_structures_find(const struct imap_structures *all, struct imap_message_id message, mw_bytes section,
                          struct imap_part_type *type)
{
    const struct structure *newest = NULL;

    for (unsigned i = 0; i < IMAP_MAX_STRUCTURES; i++) {
        const struct structure *known = &all->messages[i];
        if (known->told && is_meant(known->id, message) && (!newest || known->told > newest->told))
            newest = known;
    }
    return newest && section.len && find_section(newest, section, type);
}

void imap_structures_forget(struct imap_structures *all)
{
    imap_structures_begin(all);
    for (unsigned i = 0; i < IMAP_MAX_STRUCTURES; i++)
        clear(&all->messages[i]);
}

void imap_structures_expunge(struct imap_structures *all, uint32_t number)
{
    for (unsigned i = 0; number && i < IMAP_MAX_STRUCTURES; i++) {
        struct structure *message = &all->messages[i];
        if (message->id.number == number)
            clear(message);
        else if (message->id.number > number)
            message->id.number--;
    }
}

void imap_structures_renumber(struct imap_structures *all)
{
    for (unsigned i = 0; i < IMAP_MAX_STRUCTURES; i++) {
        struct structure *message = &all->messages[i];
        message->id.number = 0;
        if (!message->id.uid)
            clear(message);
    }
}
