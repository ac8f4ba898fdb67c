/* Fuzzes the parameters of MAIL and RCPT and what their values mean.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz.h"
#include "smtp/params.h"

static void check_param(mw_bytes in, const struct smtp_param *param)
{
    fuzz_check_slice(param->whole, in.len);
    fuzz_check_slice(param->name, in.len);
    fuzz_check_slice(param->value, in.len);
    fuzz_check_issues(&param->issues, in.len);
    smtp_param_capability(in, param);
    char *text = smtp_param_decode(in, param);
    fuzz_check_utf8(text);
    g_free(text);
    text = NULL;
    if (smtp_xtext_decode(mw_sub(in, param->value), &text))
        FUZZ_CHECK(text);
    fuzz_check_utf8(text);
    g_free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = fuzz_copy(data, size);
    mw_bytes in = mw_bytes_of(copy, (uint32_t)size);
    mw_slice rest = mw_slice_of(0, in.len);
    struct smtp_param param;

    for (uint32_t left = rest.len; smtp_next_param(in, &rest, &param); left = rest.len) {
        FUZZ_CHECK(rest.len < left);
        check_param(in, &param);
    }
    free(copy);
    return 0;
}
