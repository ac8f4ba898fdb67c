/* Tests of what is remembered of BODYSTRUCTUREs: section numbers and types, which messages, limits.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "arena.h"
#include "harness.h"
#include "imap/structure.h"

#define END "NIL NIL NIL \"7BIT\" 5"
#define LEAF(type, subtype) "(\"" type "\" \"" subtype "\" " END ")"
#define PLAIN "(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"UTF-8\") NIL NIL \"QUOTED-PRINTABLE\" 5 1)"
#define PNG "(\"IMAGE\" \"PNG\" NIL NIL NIL \"BASE64\" 5)"
#define MESSAGE(inside) "(\"MESSAGE\" \"RFC822\" " END " (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) " inside " 3)"

/* ---- feeding ---- */

/* A response whose parts are separated by LF: all but the last one end in a literal. As plugin/imap/server.c does. */
static void feed(struct imap_structures *all, mw_bytes response)
{
    struct imap_message_id id = { 0 };
    struct imap_parser parser;
    uint64_t number;

    imap_parser_start(&parser, false);
    imap_structures_begin(all);
    for (uint32_t from = 0, end; from <= response.len; from = end + 1) {
        end = mw_find(response, from, '\n');
        mw_bytes line = mw_sub(response, mw_slice_of(from, end - from));
        struct imap_token token;
        for (uint32_t at = 0; imap_parser_next(&parser, line, &at, &token, NULL);) {
            bool is_number = mw_parse_number(line, token.value, &number);
            if (token.role == IMAP_ROLE_FETCH_NUMBER && is_number)
                id.number = (uint32_t)number;
            if (token.role == IMAP_ROLE_UID && is_number)
                imap_structures_uid(all, id.uid = (uint32_t)number);
            imap_structures_token(all, id, line, &token);
        }
    }
}

static void tell(struct imap_structures *all, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void tell(struct imap_structures *all, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *response = g_strdup_vprintf(format, args);
    va_end(args);
    feed(all, mw_bytes_str(response));
    g_free(response);
}

/* type "encoding", or "-". The caller frees it. */
static char *find(const struct imap_structures *all, uint32_t number, uint32_t uid, const char *section)
{
    struct imap_part_type type;
    if (!imap_structures_find(all, (struct imap_message_id){ number, uid }, mw_bytes_str(section), &type))
        return g_strdup("-");
    return g_strdup_printf("%.*s %.*s", (int)type.type.len, (const char *)type.type.data, (int)type.encoding.len,
                           (const char *)type.encoding.data);
}

static void expect(const struct imap_structures *all, uint32_t number, uint32_t uid, const char *section,
                   const char *expected)
{
    char *got = find(all, number, uid, section);
    if (strcmp(got, expected) != 0) {
        g_test_message("message %u, UID %u, section %s: expected %s, got %s", number, uid, section, expected, got);
        g_test_fail();
    }
    g_free(got);
}

static struct imap_structures *begin(void)
{
    mw_alloc = mw_arena_alloc;
    return imap_structures_new();
}

/* ---- sections ---- */

struct row {
    const char *structure;
    const char *expected; /* section=type encoding, separated by "; " */
};

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct imap_structures *all = begin();
        tell(all, "* 1 FETCH (UID 7 BODYSTRUCTURE %s FLAGS ())", rows[i].structure);
        char **expected = g_strsplit(rows[i].expected, "; ", -1);
        for (char **one = expected; *one; one++) {
            char *equals = strchr(*one, '=');
            *equals = '\0';
            expect(all, 1, 7, *one, equals + 1);
            if (g_test_failed())
                g_test_message("in %s", rows[i].structure);
        }
        g_strfreev(expected);
        mw_arena_free();
    }
}

static void test_sections(void)
{
    static const struct row rows[] = {
        /* RFC 9051 6.4.5: a message that is not multipart has part 1 alone */
        { PLAIN, "1=text/plain quoted-printable; TEXT=text/plain quoted-printable; text=text/plain quoted-printable; "
                 "2=-; 1.1=-; 0=-; 1.MIME=-; HEADER=-; =-; 01=-; 1.TEXT=-" },
        { "(" PLAIN PNG " \"MIXED\")", "1=text/plain quoted-printable; 2=image/png base64; 3=-; TEXT=multipart/mixed ; "
                                       "2.1=-; 2.MIME=-; 1.TEXT=-" },
        /* the example of RFC 9051 6.4.5 */
        { "(" PLAIN LEAF("APPLICATION", "OCTET-STREAM")
              MESSAGE("(" PLAIN LEAF("APPLICATION", "X") " \"MIXED\")") "(" LEAF("IMAGE", "GIF")
                  MESSAGE("(" PLAIN "(" PLAIN LEAF("TEXT", "RICHTEXT") " \"ALTERNATIVE\") \"RELATED\")") " "
                                                                                                         "\"MIXED\") "
                                                                                                         "\"MIXED\")",
          "TEXT=multipart/mixed ; 1=text/plain quoted-printable; 2=application/octet-stream 7bit; 3=message/rfc822 "
          "7bit; "
          "3.TEXT=multipart/mixed ; 3.1=text/plain quoted-printable; 3.2=application/x 7bit; 4=multipart/mixed ; "
          "4.1=image/gif 7bit; 4.2=message/rfc822 7bit; 4.2.TEXT=multipart/related ; "
          "4.2.1=text/plain quoted-printable; 4.2.2=multipart/alternative ; 4.2.2.1=text/plain quoted-printable; "
          "4.2.2.2=text/richtext 7bit; 5=-; 3.HEADER=-; 3.3=-; 4.TEXT=-; 4.2.2.TEXT=-; 4.3=-" },
        /* messages in messages, each not multipart */
        { MESSAGE(PLAIN), "1=message/rfc822 7bit; TEXT=message/rfc822 7bit; 1.1=text/plain quoted-printable; "
                          "1.TEXT=text/plain quoted-printable; 1.2=-; 1.1.1=-" },
        { MESSAGE(MESSAGE(PNG)), "1=message/rfc822 7bit; 1.1=message/rfc822 7bit; 1.1.1=image/png base64; "
                                 "1.1.TEXT=image/png base64; 1.TEXT=message/rfc822 7bit" },
        { "(" MESSAGE(PLAIN) MESSAGE(PNG) " \"DIGEST\")",
          "1=message/rfc822 7bit; 1.1=text/plain quoted-printable; 2=message/rfc822 7bit; 2.1=image/png base64; "
          "2.TEXT=image/png base64" },
        { "(" LEAF("A", "B") LEAF("A", "C") LEAF("A", "D") LEAF("A", "E") LEAF("A", "F") LEAF("A", "G") LEAF("A", "H")
              LEAF("A", "I") LEAF("A", "J") LEAF("A", "K") " \"MIXED\")",
          "9=a/j 7bit; 10=a/k 7bit; 11=-" },
    };
    check_rows(rows, G_N_ELEMENTS(rows));
}

static void test_values(void)
{
    static const struct row rows[] = {
        { "(TEXT pLAIN NIL NIL NIL BASE64 5 1)", "1=text/plain base64" },
        { "(\"TEXT\" \"PLAIN\" NIL NIL NIL NIL 5 1)", "1=text/plain " },
        { "(\"TEXT\" \"PLAIN\" 5 1)", "1=text/plain " },
        { "(\"TEXT\" \"PLAIN\")", "1=text/plain " },
        { "(\"TEXT\" \"PLAIN\" ())", "1=text/plain " },
        /* what is not known is not guessed, and what follows is counted all the same */
        { "((\"TEXT\" NIL " END ")" PNG " \"MIXED\")", "1=-; 2=image/png base64" },
        { "((NIL \"PLAIN\" " END ")" PNG " \"MIXED\")", "1=-; 2=image/png base64" },
        { "((\"\" \"PLAIN\" " END ")" PNG " \"MIXED\")", "1=-; 2=image/png base64" },
        { "((\"TEXT\" \"PL\303\204IN\" " END ")" PNG " \"MI XED\")", "1=-; 2=image/png base64; TEXT=-" },
        { "((\"TEXT\" {5}\n " END ")" PNG " {5}\n)", "1=-; 2=image/png base64; TEXT=-" },
        { "((\"IMAGE\" \"PNG\" (\"NAME\" {5}\n) NIL NIL {6}\n 5)({4}\n \"PLAIN\" " END ")" PNG " \"MIXED\")",
          "1=image/png ; 2=-; 3=image/png base64; TEXT=multipart/mixed " },
        { "NIL", "1=-; TEXT=-" },
        { "()", "1=-; TEXT=-" },
        { "(()" PNG ")", "1=-; 2=image/png base64; TEXT=-" },
        { "(\"mixed\" (\"boundary\" \"x\"))", "1=-; TEXT=-" },
    };
    check_rows(rows, G_N_ELEMENTS(rows));
}

/* An atom of 255 octets, and one more. */
static void test_long_values(void)
{
    struct imap_structures *all = begin();
    char *longest = g_strnfill(IMAP_MAX_STRUCTURE_WORD - 2, 'x'), *type = g_strdup_printf("a/%s base64", longest);
    char *flood = g_strnfill(100000, 'y');
    const char *end = "NIL NIL NIL \"BASE64\" 5";

    tell(all, "* 1 FETCH (BODY ((\"A\" \"%s\" %s)(\"A\" \"%sx\" %s)(\"A\" \"%s\" %s)(\"%s\" \"A\" %s) \"M\"))", longest,
         end, longest, end, flood, end, flood, end);
    expect(all, 1, 0, "1", type);
    expect(all, 1, 0, "2", "-");
    expect(all, 1, 0, "3", "-");
    expect(all, 1, 0, "4", "-");
    expect(all, 1, 0, "TEXT", "multipart/m ");
    tell(all, "* 2 FETCH (BODY (\"A\" \"B\" NIL NIL NIL \"%s\" 5))", flood);
    expect(all, 2, 0, "1", "a/b ");
    g_free(type);
    g_free(longest);
    g_free(flood);
    mw_arena_free();
}

/* ---- messages ---- */

static void test_messages(void)
{
    struct imap_structures *all = begin();

    tell(all, "* 3 FETCH (BODY " PLAIN " UID 30)");
    tell(all, "* 4 FETCH (UID 40 BODYSTRUCTURE " PNG ")");
    tell(all, "* 5 FETCH (BODYSTRUCTURE " LEAF("A", "FIVE") ")");
    expect(all, 3, 0, "1", "text/plain quoted-printable");
    expect(all, 0, 30, "1", "text/plain quoted-printable");
    expect(all, 3, 30, "1", "text/plain quoted-printable");
    expect(all, 3, 31, "1", "-"); /* another message has that number now */
    expect(all, 4, 30, "1", "text/plain quoted-printable");
    expect(all, 5, 50, "1", "a/five 7bit");
    expect(all, 0, 50, "1", "-");
    expect(all, 0, 0, "1", "-");
    expect(all, 6, 0, "1", "-");
    tell(all, "* 3 FETCH (BODY " LEAF("A", "AGAIN") ")");
    expect(all, 3, 0, "1", "a/again 7bit");
    expect(all, 0, 30, "1", "-");
    tell(all, "* 3 FETCH (FLAGS ())");
    expect(all, 3, 0, "1", "a/again 7bit");
    tell(all, "* 3 FETCH (BODY " PLAIN " BODYSTRUCTURE " PNG " UID 30)");
    expect(all, 0, 30, "1", "image/png base64");
    imap_structures_forget(all);
    expect(all, 4, 40, "1", "-");
    imap_structures_uid(all, 40);
    expect(all, 0, 40, "1", "-");
    mw_arena_free();
}

static void test_expunge(void)
{
    struct imap_structures *all = begin();

    tell(all, "* 3 FETCH (BODY " LEAF("A", "THREE") ")");
    tell(all, "* 4 FETCH (BODY " LEAF("A", "FOUR") ")");
    tell(all, "* 5 FETCH (BODY " LEAF("A", "FIVE") " UID 50)");
    imap_structures_expunge(all, 4);
    expect(all, 3, 0, "1", "a/three 7bit");
    expect(all, 4, 0, "1", "a/five 7bit");
    expect(all, 5, 0, "1", "-");
    imap_structures_expunge(all, 0);
    expect(all, 3, 0, "1", "a/three 7bit");
    imap_structures_expunge(all, 1);
    expect(all, 2, 0, "1", "a/three 7bit");
    imap_structures_renumber(all);
    expect(all, 2, 0, "1", "-");
    expect(all, 3, 0, "1", "-");
    expect(all, 9, 50, "1", "a/five 7bit");
    mw_arena_free();
}

static void test_oldest_is_forgotten(void)
{
    struct imap_structures *all = begin();

    for (unsigned i = 1; i <= IMAP_MAX_STRUCTURES; i++)
        tell(all, "* %u FETCH (BODY (\"A\" \"N%u\" " END "))", i, i);
    expect(all, 1, 0, "1", "a/n1 7bit");
    tell(all, "* 1 FETCH (BODY " PNG ")"); /* told again: 2 is the oldest now */
    tell(all, "* 1000 FETCH (BODY " PNG ")");
    expect(all, 1, 0, "1", "image/png base64");
    expect(all, 2, 0, "1", "-");
    expect(all, 3, 0, "1", "a/n3 7bit");
    expect(all, 1000, 0, "1", "image/png base64");
    mw_arena_free();
}

/* ---- limits ---- */

static size_t arena_octets;

static void *counting_alloc(size_t octets)
{
    arena_octets += octets;
    return mw_arena_alloc(octets);
}

/* Memory does not grow with the number of messages told, and that of one of them has an end. */
static void test_memory(void)
{
    GString *wide = g_string_new("* 1 FETCH (BODY (");
    struct imap_structures *all = begin();

    mw_alloc = counting_alloc;
    arena_octets = 0;
    for (unsigned i = 1; i <= 10000; i++)
        tell(all, "* %u FETCH (BODY " PLAIN ")", i);
    g_assert_cmpuint(arena_octets, <=, IMAP_MAX_STRUCTURES * 256);
    for (unsigned i = 0; i < 5000; i++)
        g_string_append(wide, PNG);
    g_string_append(wide, " \"MIXED\"))");
    arena_octets = 0;
    feed(all, mw_bytes_str(wide->str));
    g_assert_cmpuint(arena_octets, >, 0);
    g_assert_cmpuint(arena_octets, <, 2 * IMAP_MAX_STRUCTURE_OCTETS);
    expect(all, 1, 0, "1", "image/png base64");
    expect(all, 1, 0, "200", "image/png base64");
    expect(all, 1, 0, "5000", "-");
    g_string_free(wide, TRUE);
    mw_arena_free();
}

/* Multiparts in each other: as deep as the parser goes, and far deeper. */
static void test_deep(void)
{
    for (unsigned depth = 1; depth < 300; depth += 7) {
        GString *response = g_string_new("* 1 FETCH (BODY "), *section = g_string_new("1");
        struct imap_structures *all = begin();
        for (unsigned i = 0; i < depth; i++)
            g_string_append(response, i % 3 == 2 ? "(\"MESSAGE\" \"RFC822\" " END " (NIL) " : "(");
        g_string_append(response, PLAIN);
        for (unsigned i = depth; i-- > 0;) {
            g_string_append(response, i % 3 == 2 ? " 3)" : PNG " \"MIXED\")");
            if (i && i % 3 != 2)
                g_string_append(section, ".1");
        }
        if (depth % 3 == 0) /* directly in a message */
            g_string_append(section, ".1");
        g_string_append(response, ")");
        feed(all, mw_bytes_str(response->str));
        expect(all, 1, 0, section->str, depth < IMAP_MAX_DEPTH - 1 ? "text/plain quoted-printable" : "-");
        expect(all, 1, 0, "2", "image/png base64");
        g_string_free(response, TRUE);
        g_string_free(section, TRUE);
        mw_arena_free();
    }
}

/* A number of more than 255 octets: part 9999 of 9999 parts, 62 times. The parts in it have no name; others do. */
static void test_long_numbers(void)
{
    struct imap_structures *all = begin();
    struct imap_message_id id = { 1, 0 };
    struct imap_token open = { .kind = IMAP_OPEN, .role = IMAP_ROLE_BODY },
                      close = { .kind = IMAP_CLOSE, .role = IMAP_ROLE_BODY };
    mw_bytes line = mw_bytes_str("");

    imap_structures_begin(all);
    for (unsigned depth = 0; depth < 70; depth++) {
        imap_structures_token(all, id, line, &open);
        for (unsigned i = 0; i < 9999; i++) {
            imap_structures_token(all, id, line, &open);
            imap_structures_token(all, id, line, &close);
        }
    }
    for (unsigned depth = 0; depth < 70; depth++)
        imap_structures_token(all, id, line, &close);
    tell(all, "* 1 FETCH (BODY " PLAIN ")");
    expect(all, 1, 0, "1", "text/plain quoted-printable");
    mw_arena_free();
}

/* A response that breaks off leaves nothing open. */
static void test_unfinished(void)
{
    struct imap_structures *all = begin();

    tell(all, "* 1 FETCH (BODY (" PLAIN "(\"IMAGE\" \"GIF\" NIL");
    expect(all, 1, 0, "1", "text/plain quoted-printable");
    expect(all, 1, 0, "2", "-");
    tell(all, "* 2 FETCH (BODY " PNG ")");
    expect(all, 2, 0, "1", "image/png base64");
    expect(all, 1, 0, "1", "text/plain quoted-printable");
    tell(all, "* 3 FETCH (BODY " PNG ")) BODY " PLAIN ")");
    expect(all, 3, 0, "1", "image/png base64");
    mw_arena_free();
}

/* ---- finding lists ---- */

static void test_tells(void)
{
    static const struct {
        const char *line;
        bool tells;
    } rows[] = {
        { "* 1 FETCH (BODY " PNG ")", true },
        { "* 1 FETCH (BODYSTRUCTURE " PNG ")", true },
        { "* 1 FETCH (bodyStructure (", true },
        { "* 1 FETCH (BODY  (", true },
        { "BODY (", true },
        { "BBODY(", true },
        { "BOBODY (", true },
        { "BODBODY (", true },
        { "BODYBODYSTRUCTURE (", true },
        { "* 1 FETCH (BODY[1] \"x\" BODY (\"A\"))", true },
        { "* 1 FETCH (BODY NIL)", false },
        { "* 1 FETCH (BODY[1] \"(\")", false },
        { "* 1 FETCH (BODYSTRUCTURE", false },
        { "* 1 FETCH (BODY ", false },
        { "* 1 FETCH (BODY", false },
        { "* 1 FETCH (BOD", false },
        { "* 1 FETCH (FLAGS (\\Seen) UID 5)", false },
        { "* 1 FETCH (BODYSTRUCT (", false },
        { "", false },
        { "BODY", false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        for (unsigned shift = 0; shift < 8; shift++) {
            char *line = g_strdup_printf("%.*s%s", (int)shift, "........", rows[i].line);
            if (imap_tells_structure(mw_bytes_str(line)) != rows[i].tells) {
                g_test_message("%s", line);
                g_test_fail();
            }
            g_free(line);
        }
}

/* ---- abuse ---- */

static void survive(mw_bytes in)
{
    struct imap_structures *all = begin();

    imap_tells_structure(in);
    feed(all, in);
    feed(all, in);
    g_free(find(all, 1, 0, "1.1"));
    g_free(find(all, 0, 5, "no such"));
    imap_structures_expunge(all, 1);
    imap_structures_renumber(all);
    mw_arena_free();
}

static void test_abuse(void)
{
    static const char *const inputs[] = {
        "* 1 FETCH (BODY (" PLAIN MESSAGE("(" PNG " \"M\")") " \"MIXED\") UID 5)",
        "* 1 FETCH (BODYSTRUCTURE ((\"A\" {5}\n NIL NIL NIL {6}\n 5)" PNG " {5}\n) BODY " PLAIN ")",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(inputs); i++)
        mw_test_abuse(inputs[i], strlen(inputs[i]), survive);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/imap/structure/sections", test_sections);
    g_test_add_func("/imap/structure/values", test_values);
    g_test_add_func("/imap/structure/long_values", test_long_values);
    g_test_add_func("/imap/structure/messages", test_messages);
    g_test_add_func("/imap/structure/expunge", test_expunge);
    g_test_add_func("/imap/structure/oldest_is_forgotten", test_oldest_is_forgotten);
    g_test_add_func("/imap/structure/memory", test_memory);
    g_test_add_func("/imap/structure/deep", test_deep);
    g_test_add_func("/imap/structure/long_numbers", test_long_numbers);
    g_test_add_func("/imap/structure/unfinished", test_unfinished);
    g_test_add_func("/imap/structure/tells", test_tells);
    g_test_add_func("/imap/structure/abuse", test_abuse);
    return g_test_run();
}
