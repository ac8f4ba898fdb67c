/* Fuzzes the grammar of POP3 command lines, status lines and rows.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz.h"
#include "pop3/syntax.h"

static void check_command(mw_bytes in)
{
    struct pop3_command c;
    mw_status status = pop3_parse_command(in, &c);
    const mw_slice parts[] = { c.text,   c.verb,      c.args,    c.name,        c.password,
                               c.digest, c.mechanism, c.initial, c.number_text, c.lines_text };
    FUZZ_CHECK((status == MW_PARTIAL) == (c.used == 0));
    FUZZ_CHECK(c.used <= in.len);
    for (unsigned i = 0; i < G_N_ELEMENTS(parts); i++)
        fuzz_check_slice(parts[i], in.len);
    fuzz_check_issues(&c.issues, in.len);
    FUZZ_CHECK(c.lines_valid || c.lines == 0);
    FUZZ_CHECK(c.row || pop3_content_of(in, &c) == POP3_NO_CONTENT);
    FUZZ_CHECK(!pop3_is_plain_command(in) || c.row);
}

static void check_status_line(mw_bytes in)
{
    struct pop3_status_line line;
    mw_status status = pop3_parse_status_line(in, &line);
    mw_slice digits;
    uint64_t octets;

    FUZZ_CHECK((status == MW_PARTIAL) == (line.used == 0));
    FUZZ_CHECK(line.used <= in.len);
    FUZZ_CHECK(status != MW_BAD || line.status == POP3_NO_STATUS);
    fuzz_check_slice(line.line, in.len);
    fuzz_check_slice(line.text, in.len);
    fuzz_check_slice(line.code, in.len);
    fuzz_check_issues(&line.issues, in.len);
    FUZZ_CHECK(pop3_is_reply(in) == (line.status == POP3_OK || line.status == POP3_ERR) || mw_find(in, 0, '\n') < 4);
    FUZZ_CHECK(!pop3_is_reply(in) || !pop3_may_become_reply(in));
    mw_bytes text = mw_sub(in, line.text);
    if (pop3_parse_octets(text, &digits, &octets))
        fuzz_check_slice(digits, text.len);
}

static void check_row(mw_bytes in)
{
    struct pop3_row row;
    struct pop3_listing listing;
    struct pop3_unique_id unique_id;
    mw_status status = pop3_parse_row(in, &row);

    FUZZ_CHECK((status == MW_PARTIAL) == (row.used == 0));
    FUZZ_CHECK(!row.ends || row.text.len == 0);
    fuzz_check_slice(row.text, in.len);
    pop3_parse_listing(in, row.text, &listing);
    fuzz_check_slice(listing.number_text, in.len);
    fuzz_check_slice(listing.octets_text, in.len);
    FUZZ_CHECK(listing.valid || (listing.number == 0 && listing.octets == 0));
    pop3_parse_unique_id(in, row.text, &unique_id);
    fuzz_check_slice(unique_id.number_text, in.len);
    fuzz_check_slice(unique_id.id, in.len);
    FUZZ_CHECK(!unique_id.valid || (unique_id.id.len && unique_id.id.len <= POP3_UNIQUE_ID_OCTETS));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = fuzz_copy(data, size);
    mw_bytes in = mw_bytes_of(copy, (uint32_t)size);

    check_command(in);
    check_status_line(in);
    check_row(in);
    free(copy);
    return 0;
}
