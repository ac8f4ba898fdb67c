/* Fuzzes the checks of messages: the first octet says how the message came.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz.h"
#include "mail/lint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mail_lint_context context = { 0 };
    struct mail_lint lint;

    if (size == 0)
        return 0;
    context.sent = data[0] & 1;
    context.smtputf8 = data[0] & 2;
    context.reverse_path = data[0] & 4 ? "a@b.example" : data[0] & 8 ? "" : NULL;
    context.time = 1173085953;
    uint8_t *copy = fuzz_copy(data + 1, size - 1);
    mail_lint(mw_bytes_of(copy, (uint32_t)size - 1), &context, &lint);
    for (unsigned id = MAIL_LINT_FIRST; id <= MAIL_LINT_LAST; id++)
        FUZZ_CHECK(mail_lint_get(&lint, id)->count == 0 || mail_lint_get(&lint, id)->first < size);
    free(copy);
    return 0;
}
