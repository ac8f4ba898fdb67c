/* Fuzzes headers of messages, addresses and encoded words.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz.h"
#include "mail/addresses.h"
#include "mail/header_text.h"
#include "mail/message.h"

enum { MAX_ADDRESSES = 100 };

static void check_strings(const GPtrArray *strings)
{
    for (guint i = 0; i < strings->len; i++)
        fuzz_check_utf8(g_ptr_array_index(strings, i));
}

static void check_header(mw_bytes in)
{
    struct mail_header *header = mail_header_parse(in, MAIL_ALL_FIELDS);
    FUZZ_CHECK(header && header->length <= in.len);
    for (unsigned field = 0; field < MAIL_FIELD_COUNT; field++) {
        FUZZ_CHECK(header->values[field] && header->values[field]->len <= MAIL_MAX_VALUES);
        check_strings(header->values[field]);
    }
    mail_header_free(header);
}

static void check_field(mw_bytes in)
{
    GString *unfolded = mail_text_unfold(in);
    mw_bytes value = mw_bytes_of(unfolded->str, (uint32_t)unfolded->len);
    GPtrArray *addresses = g_ptr_array_new_with_free_func(g_free);

    mail_parse_addresses(value, addresses, MAX_ADDRESSES);
    FUZZ_CHECK(addresses->len <= MAX_ADDRESSES);
    check_strings(addresses);
    g_ptr_array_unref(addresses);
    char *decoded = mail_text_decode(value);
    char *utf8 = mail_text_utf8(value);
    FUZZ_CHECK(decoded && utf8);
    fuzz_check_utf8(decoded);
    fuzz_check_utf8(utf8);
    g_free(decoded);
    g_free(utf8);
    g_string_free(unfolded, TRUE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = fuzz_copy(data, size);
    check_header(mw_bytes_of(copy, (uint32_t)size)); /* starts GMime */
    check_field(mw_bytes_of(copy, (uint32_t)size));
    free(copy);
    return 0;
}
