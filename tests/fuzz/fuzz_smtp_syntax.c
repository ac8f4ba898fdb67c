/* Fuzzes the grammar of command lines and reply lines.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz.h"
#include "smtp/syntax.h"

static void check_command(mw_bytes in)
{
    struct smtp_command c;
    mw_status status = smtp_parse_command(in, &c);
    const mw_slice parts[] = { c.text,           c.verb,        c.args,   c.path.path,       c.path.source_route,
                               c.path.mailbox,   c.path.domain, c.params, c.path.local_part, c.domain,
                               c.bdat_size_text, c.mechanism,   c.initial };
    FUZZ_CHECK((status == MW_PARTIAL) == (c.used == 0));
    FUZZ_CHECK(c.used <= in.len);
    for (unsigned i = 0; i < G_N_ELEMENTS(parts); i++)
        fuzz_check_slice(parts[i], in.len);
    fuzz_check_issues(&c.issues, in.len);
    FUZZ_CHECK(c.bdat_valid || c.bdat_size == 0);
    mw_slice rest = c.args, name, value;
    while (smtp_next_attr(in, &rest, &name, &value)) {
        fuzz_check_slice(name, in.len);
        fuzz_check_slice(value, in.len);
    }
}

static void check_reply_line(mw_bytes in)
{
    struct smtp_reply_line r;
    mw_status status = smtp_parse_reply_line(in, &r);

    FUZZ_CHECK((status == MW_PARTIAL) == (r.used == 0));
    FUZZ_CHECK(r.used <= in.len && r.code < 600);
    FUZZ_CHECK(status != MW_BAD || r.code == 0);
    fuzz_check_slice(r.line, in.len);
    fuzz_check_slice(r.text, in.len);
    fuzz_check_slice(r.status, in.len);
    fuzz_check_issues(&r.issues, in.len);
    if (r.status.len)
        FUZZ_CHECK(r.status_class <= 5 && r.status_subject <= 999 && r.status_detail <= 999);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = fuzz_copy(data, size);
    mw_bytes in = mw_bytes_of(copy, (uint32_t)size);

    check_command(in);
    check_reply_line(in);
    const struct smtp_verb_row *row = smtp_peek_verb(in);
    FUZZ_CHECK(!smtp_is_plain_command(in) || row);
    smtp_is_reply(in);
    free(copy);
    return 0;
}
