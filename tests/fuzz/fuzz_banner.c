/* Fuzzes greetings.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "banner.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = fuzz_copy(data, size);
    mw_bytes in = mw_bytes_of(copy, (uint32_t)size);
    struct mw_banner banner;
    mw_slice software, version;

    mw_parse_smtp_banner(in, &banner);
    fuzz_check_slice(banner.domain, in.len);
    fuzz_check_slice(banner.software, in.len);
    fuzz_check_slice(banner.version, in.len);
    bool found = mw_find_software(in, &software, &version);
    fuzz_check_slice(software, in.len);
    fuzz_check_slice(version, in.len);
    FUZZ_CHECK(found || (software.len == 0 && version.len == 0));
    FUZZ_CHECK(!mw_is_smtp_greeting(in) || in.len > 4);
    free(copy);
    return 0;
}
