/* Tests of the parameters of MAIL and RCPT.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>

#include "harness.h"
#include "smtp/params.h"

#define X50 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define X500 X50 X50 X50 X50 X50 X50 X50 X50 X50 X50

/* One parameter: whether its value is of the grammar, and its meaning (NULL: what is written). */
static const struct value_row {
    const char *param;
    bool ok;
    const char *decoded;
} value_rows[] = {
    { "SIZE=398", true, NULL },
    { "size=00000000000000000398", true, NULL },
    { "SIZE=000000000000000000398", false, NULL },
    { "SIZE=", false, NULL },
    { "SIZE", false, NULL },
    { "SIZE=-1", false, NULL },
    { "SIZE=1k", false, NULL },
    { "BODY=7BIT", true, "7-bit text" },
    { "BODY=8bitmime", true, "8-bit MIME" },
    { "BODY=BINARYMIME", true, "binary MIME, not divided into lines" },
    { "BODY=8BIT", false, NULL },
    { "AUTH=<>", true, "submitter unknown or not authenticated" },
    { "AUTH=e+3Dmc2@example.com", true, "e=mc2@example.com" },
    { "AUTH=a+2bb@example.com", true, "a+b@example.com" },
    { "AUTH=a@example.com", true, NULL },
    { "AUTH=a+2@example.com", false, NULL },
    { "AUTH=a=b@example.com", false, NULL },
    { "AUTH=", false, NULL },
    { "RET=FULL", true, "return the whole message" },
    { "RET=hdrs", true, "return the header only" },
    { "RET=ALL", false, NULL },
    { "ENVID=QQ314159", true, NULL },
    { "ENVID=a+20b+00+0Ac", true, "a b\\x00\\x0Ac" },
    { "ENVID=+C3+A9", true, "\xC3\xA9" },
    { "ENVID=+FF", true, "\xEF\xBF\xBD" },
    { "ENVID=+GG", false, NULL },
    { "ENVID=+4", false, NULL },
    { "ENVID=" X50 X50, true, NULL },
    { "ENVID=a" X50 X50, false, NULL },
    { "BY=120;R", true, "120 seconds, return" },
    { "BY=-1;nt", true, "-1 seconds, notify, trace" },
    { "BY=1;RT", true, "1 second, return, trace" },
    { "BY=+999999999;N", true, "+999999999 seconds, notify" },
    { "BY=1234567890;N", false, NULL },
    { "BY=120", false, NULL },
    { "BY=120;", false, NULL },
    { "BY=120;X", false, NULL },
    { "BY=120;RX", false, NULL },
    { "BY=120;RTT", false, NULL },
    { "BY=;R", false, NULL },
    { "BY=-;R", false, NULL },
    { "HOLDFOR=86400", true, "86400 seconds" },
    { "HOLDFOR=1", true, "1 second" },
    { "HOLDFOR=1234567890", false, NULL },
    { "HOLDUNTIL=2026-11-21T07:00:00Z", true, NULL },
    { "HOLDUNTIL=2026-11-21t07:00:60.5-05:30", true, NULL },
    { "HOLDUNTIL=2026-11-21", false, NULL },
    { "HOLDUNTIL=2026-13-21T07:00:00Z", false, NULL },
    { "HOLDUNTIL=2026-11-21T24:00:00Z", false, NULL },
    { "HOLDUNTIL=2026-11-21T07:00:00", false, NULL },
    { "HOLDUNTIL=2026-11-21T07:00:00.Z", false, NULL },
    { "HOLDUNTIL=2026-11-21T07:00:00+24:00", false, NULL },
    { "MTRK=AAECAwQFBgcICQoLDA0ODxAREhM=", true, "certifier 000102030405060708090a0b0c0d0e0f10111213" },
    { "MTRK=AAEC:86400", true, "certifier 000102, 86400 seconds" },
    { "MTRK=AAEC:", false, NULL },
    { "MTRK=AAE", false, NULL },
    { "MTRK=A===", false, NULL },
    { "MTRK=", false, NULL },
    { "SOLICIT=org.example:ADV:ADLT,com.example", true, NULL },
    { "SOLICIT=1org", false, NULL },
    { "SOLICIT=a,,b", false, NULL },
    { "SOLICIT=a,", false, NULL },
    { "SUBMITTER=a+2Bb@example.com", true, "a+b@example.com" },
    { "SUBMITTER=a b", true, NULL }, /* two parameters: the value ends at the blank */
    { "SMTPUTF8", true, NULL },
    { "SMTPUTF8=1", false, NULL },
    { "REQUIRETLS", true, NULL },
    { "REQUIRETLS=", false, NULL },
    { "CONPERM", true, NULL },
    { "CONNEG=x", false, NULL },
    { "MT-PRIORITY=3", true, "above normal" },
    { "MT-PRIORITY=-3", true, "below normal" },
    { "MT-PRIORITY=0", true, "normal" },
    { "MT-PRIORITY=9", true, "highest" },
    { "MT-PRIORITY=-9", true, "lowest" },
    { "MT-PRIORITY=-0", false, NULL },
    { "MT-PRIORITY=10", false, NULL },
    { "MT-PRIORITY=-", false, NULL },
    { "TRANSID=<12345@example.com>", true, NULL },
    { "TRANSID=12345", false, NULL },
    { "TRANSID=<>", false, NULL },
    { "ALT-ADDRESS=a+2Bb@example.com", true, "a+b@example.com" },
    { "NOTIFY=NEVER", true, "never" },
    { "NOTIFY=SUCCESS,failure,DELAY", true, "on success, on failure, on delay" },
    { "NOTIFY=FAILURE", true, "on failure" },
    { "NOTIFY=NEVER,FAILURE", false, NULL },
    { "NOTIFY=FAILURE,", false, NULL },
    { "NOTIFY=ALWAYS", false, NULL },
    { "NOTIFY=", false, NULL },
    { "ORCPT=rfc822;a@example.com", true, NULL },
    { "ORCPT=rfc822;a+2Bb@example.com", true, "rfc822;a+b@example.com" },
    { "ORCPT=rfc822;a+b@example.com", false, NULL },
    { "ORCPT=a@example.com", false, NULL },
    { "ORCPT=rfc822;", false, NULL },
    { "ORCPT=;a", false, NULL },
    { "ORCPT=rfc822;\xC3\xA9@example.com", false, NULL },
    { "ORCPT=utf-8;\xC3\xA9@example.com", true, NULL },
    { "ORCPT=UTF-8;\\x{E9}+2B\\x{2B}@example.com", true, "UTF-8;\xC3\xA9++@example.com" },
    { "ORCPT=utf-8;\\x{110000}", false, NULL },
    { "ORCPT=utf-8;\\x{D800}", false, NULL },
    { "ORCPT=utf-8;\\x{}", false, NULL },
    { "ORCPT=utf-8;\\x{41", false, NULL },
    { "ORCPT=utf-8;\\x{0A}", true, "utf-8;\\x0A" },
    { "ORCPT=x;" X500, false, NULL },
    { "RRVS=2014-04-03T23:01:00Z", true, "recipient valid since 2014-04-03T23:01:00Z" },
    { "RRVS=2014-04-03T23:01:00Z;r", true, "recipient valid since 2014-04-03T23:01:00Z, reject without support" },
    { "RRVS=2014-04-03T23:01:00Z;C", true, "recipient valid since 2014-04-03T23:01:00Z, continue without support" },
    { "RRVS=2014-04-03T23:01:00Z;X", false, NULL },
    { "RRVS=2014-04-03T23:01:00Z;", false, NULL },
    { "RRVS=2014", false, NULL },
    { "XOORG=example.com", true, NULL },
    { "X-UNHEARD", true, NULL },
    { "X-UNHEARD=of", true, NULL },
    { "=x", true, NULL },
};

static void abuse(mw_bytes in)
{
    mw_slice rest = mw_slice_of(0, in.len);
    struct smtp_param param;
    uint32_t end = 0;

    while (smtp_next_param(in, &rest, &param)) {
        g_assert_cmpuint(mw_slice_end(param.whole), >, end);
        end = mw_slice_end(param.whole);
        g_assert_cmpuint(end, <=, in.len);
        g_assert_cmpuint(mw_slice_end(param.value), <=, end);
        char *decoded = smtp_param_decode(in, &param);
        g_assert_true(!decoded || g_utf8_validate(decoded, -1, NULL));
        g_free(decoded);
    }
}

static void test_values(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(value_rows); i++) {
        const struct value_row *row = &value_rows[i];
        char *line = g_strconcat("  ", row->param, NULL); /* offsets are those of the line */
        mw_bytes in = mw_bytes_str(line);
        mw_slice rest = mw_slice_of(1, in.len - 1);
        struct smtp_param param;
        g_test_message("%s", row->param);
        g_assert_true(smtp_next_param(in, &rest, &param));
        g_assert_cmpint(mw_issue_has(&param.issues, MW_ISSUE_PARAMETER_VALUE), ==, !row->ok);
        char *decoded = smtp_param_decode(in, &param);
        g_assert_cmpstr(decoded, ==, row->decoded);
        g_free(decoded);
        g_free(line);
        if (strlen(row->param) < 120)
            mw_test_abuse(row->param, strlen(row->param), abuse);
    }
}

static void test_iteration(void)
{
    static const char line[] = "SIZE=398 \t BODY=BINARYMIME AUTH=a=b SMTPUTF8 NOPE ";
    static const struct {
        const char *name, *value, *capability;
        bool has_value, known;
    } rows[] = {
        { "SIZE", "398", "SIZE", true, true }, { "BODY", "BINARYMIME", "BINARYMIME", true, true },
        { "AUTH", "a=b", "AUTH", true, true }, { "SMTPUTF8", "", "SMTPUTF8", false, true },
        { "NOPE", "", NULL, false, false },
    };
    mw_bytes in = mw_bytes_str(line);
    mw_slice rest = mw_slice_of(0, in.len);
    struct smtp_param param;

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_assert_true(smtp_next_param(in, &rest, &param));
        g_assert_true(mw_equal_nocase(mw_sub(in, param.name), rows[i].name));
        g_assert_true(mw_equal_nocase(mw_sub(in, param.value), rows[i].value));
        g_assert_cmpint(param.has_value, ==, rows[i].has_value);
        g_assert_cmpint(param.row != NULL, ==, rows[i].known);
        g_assert_cmpstr(smtp_param_capability(in, &param), ==, rows[i].capability);
    }
    g_assert_false(smtp_next_param(in, &rest, &param));
    g_assert_false(smtp_next_param(in, &rest, &param));
    mw_test_abuse(line, sizeof line - 1, abuse);
}

static void test_xtext(void)
{
    static const struct {
        const char *in, *out; /* out NULL: no xtext */
    } rows[] = {
        { "", "" },      { "abc", "abc" },  { "a+2Bb", "a+b" },    { "a+2bb", "a+b" },
        { "a+", NULL },  { "a+2", NULL },   { "a+2G", NULL },      { "a=b", NULL },
        { "a b", NULL }, { "a\x7F", NULL }, { "a\xC3\xA9", NULL }, { "+7F", "\\x7F" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *out = NULL;
        g_assert_cmpint(smtp_xtext_decode(mw_bytes_str(rows[i].in), &out), ==, rows[i].out != NULL);
        g_assert_cmpstr(out, ==, rows[i].out);
        g_free(out);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/smtp/params/values", test_values);
    g_test_add_func("/smtp/params/iteration", test_iteration);
    g_test_add_func("/smtp/params/xtext", test_xtext);
    return g_test_run();
}
