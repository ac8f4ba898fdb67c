/* ESMTP parameters of MAIL and RCPT: taking them apart and judging their values. RFC 5321 4.1.1.11 and the RFC of each
 * parameter; params_decode.c turns values into text.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>

#include "smtp/params.h"
#include "smtp/params_value.h"

#define MAX_ENVID 100    /* octets, RFC 3461 4.4 */
#define MAX_ORCPT 500    /* octets, RFC 3461 4.2 */
#define MAX_SOLICIT 1000 /* octets, RFC 3865 2.3 */

static bool is_one_of(mw_bytes value, const char *const *words)
{
    while (*words && !mw_equal_nocase(value, *words))
        words++;
    return *words != NULL;
}

/* min*maxDIGIT */
static bool is_digits(mw_bytes text, uint32_t min, uint32_t max)
{
    for (uint32_t i = 0; i < text.len; i++)
        if (!mw_is(text.data[i], MW_DIGIT))
            return false;
    return text.len >= min && text.len <= max;
}

static bool is_xtext(mw_bytes value)
{
    return value.len && smtp_xtext_decode(value, NULL);
}

static bool is_size(mw_bytes value)
{
    return is_digits(value, 1, 20);
}

static bool is_body(mw_bytes value)
{
    static const char *const words[] = { "7BIT", "8BITMIME", "BINARYMIME", NULL };
    return is_one_of(value, words);
}

static bool is_ret(mw_bytes value)
{
    static const char *const words[] = { "FULL", "HDRS", NULL };
    return is_one_of(value, words);
}

static bool is_auth(mw_bytes value)
{
    return mw_equal_nocase(value, "<>") || is_xtext(value);
}

static bool is_envid(mw_bytes value)
{
    return value.len <= MAX_ENVID && is_xtext(value);
}

bool smtp_parse_by(mw_bytes value, struct smtp_by *out)
{
    *out = (struct smtp_by){ .seconds = { 0, mw_find(value, 0, ';') } };
    mw_slice digits = out->seconds;
    if (digits.len && (value.data[0] == '-' || value.data[0] == '+'))
        digits = mw_slice_skip(digits, 1);
    mw_slice mode = mw_slice_skip(mw_slice_of(0, value.len), out->seconds.len + 1);
    if (mode.len == 0)
        return false;
    out->returns = g_ascii_toupper((char)value.data[mode.offset]) == 'R';
    out->trace = mode.len == 2 && g_ascii_toupper((char)value.data[mode.offset + 1]) == 'T';
    return is_digits(mw_sub(value, digits), 1, 9) && mode.len == (out->trace ? 2 : 1) &&
           (out->returns || g_ascii_toupper((char)value.data[mode.offset]) == 'N');
}

static bool is_by(mw_bytes value)
{
    struct smtp_by by;
    return smtp_parse_by(value, &by);
}

static bool is_holdfor(mw_bytes value)
{
    return is_digits(value, 1, 9);
}

/* Whether text begins with the pattern, where '0' stands for a digit and a letter for itself in any case. */
static bool has_pattern(mw_bytes text, const char *pattern)
{
    uint32_t i = 0;
    for (; i < text.len && pattern[i]; i++)
        if (pattern[i] == '0' ? !mw_is(text.data[i], MW_DIGIT) : g_ascii_toupper((char)text.data[i]) != pattern[i])
            return false;
    return pattern[i] == '\0';
}

/* Two decimal digits below a limit; the pattern has proved that they are digits. */
static bool is_below(mw_bytes text, uint32_t at, int limit)
{
    return (text.data[at] - '0') * 10 + text.data[at + 1] - '0' < limit;
}

/* date-time = full-date "T" partial-time ( "Z" / time-offset )      RFC 3339 5.6; a leap second is allowed. */
static bool is_date_time(mw_bytes text)
{
    static const char fixed[] = "0000-00-00T00:00:00";
    uint32_t at = sizeof fixed - 1;

    if (!has_pattern(text, fixed) || !is_below(text, 5, 13) || !is_below(text, 8, 32) || !is_below(text, 11, 24) ||
        !is_below(text, 14, 60) || !is_below(text, 17, 61))
        return false;
    if (at < text.len && text.data[at] == '.') {
        uint32_t digits = ++at;
        while (at < text.len && mw_is(text.data[at], MW_DIGIT))
            at++;
        if (at == digits)
            return false;
    }
    mw_bytes zone = mw_sub(text, mw_slice_of(at, text.len - at));
    if (mw_equal_nocase(zone, "Z"))
        return true;
    return zone.len == 6 && (has_pattern(zone, "+00:00") || has_pattern(zone, "-00:00")) && is_below(zone, 1, 24) &&
           is_below(zone, 4, 60);
}

bool smtp_parse_rrvs(mw_bytes value, struct smtp_rrvs *out)
{
    *out = (struct smtp_rrvs){ .since = { 0, mw_find(value, 0, ';') } };
    mw_slice action = mw_slice_skip(mw_slice_of(0, value.len), out->since.len + 1);
    if (action.len)
        out->action = g_ascii_toupper((char)value.data[action.offset]);
    bool action_ok = out->since.len == value.len || (action.len == 1 && (out->action == 'C' || out->action == 'R'));
    return action_ok && is_date_time(mw_sub(value, out->since));
}

static bool is_rrvs(mw_bytes value)
{
    struct smtp_rrvs rrvs;
    return smtp_parse_rrvs(value, &rrvs);
}

/* base64 of RFC 4648 4 with its padding */
static bool is_base64(mw_bytes text)
{
    uint32_t n = text.len;
    while (n && text.len - n < 2 && text.data[n - 1] == '=')
        n--;
    for (uint32_t i = 0; i < n; i++)
        if (!mw_is(text.data[i], MW_BASE64))
            return false;
    return n && text.len % 4 == 0;
}

bool smtp_parse_mtrk(mw_bytes value, struct smtp_mtrk *out)
{
    *out = (struct smtp_mtrk){ .certifier = { 0, mw_find(value, 0, ':') } };
    out->seconds = mw_slice_skip(mw_slice_of(0, value.len), out->certifier.len + 1);
    bool seconds_ok = out->certifier.len == value.len || is_digits(mw_sub(value, out->seconds), 1, 9);
    return seconds_ok && is_base64(mw_sub(value, out->certifier));
}

static bool is_mtrk(mw_bytes value)
{
    struct smtp_mtrk mtrk;
    return smtp_parse_mtrk(value, &mtrk);
}

/* Solicitation-keywords = word 0*("," word)      word = ALPHA 0*( "." / "-" / "_" / ":" / ALPHA / DIGIT )
 * RFC 3865 2.3 */
static bool is_solicit(mw_bytes value)
{
    bool first = true;

    for (uint32_t i = 0; i < value.len; i++) {
        uint8_t c = value.data[i];
        bool comma = c == ',';
        if (first ? !mw_is(c, MW_ALPHA) : !comma && !mw_is(c, MW_ALPHA | MW_DIGIT) && !(c && strchr(".-_:", c)))
            return false;
        first = comma;
    }
    return !first && value.len < MAX_SOLICIT;
}

/* priority-value = ["-"] NZDIGIT / "0"      RFC 6710 4.1 */
static bool is_priority(mw_bytes value)
{
    bool minus = value.len == 2 && value.data[0] == '-';
    if (value.len != (minus ? 2 : 1))
        return false;
    uint8_t digit = value.data[value.len - 1];
    return mw_is(digit, MW_DIGIT) && !(minus && digit == '0');
}

static bool is_transid(mw_bytes value)
{
    return value.len > 2 && value.data[0] == '<' && value.data[value.len - 1] == '>';
}

bool smtp_next_notify(mw_bytes value, uint32_t *from, mw_slice *word)
{
    if (*from > value.len)
        return false;
    uint32_t comma = mw_find(value, *from, ',');
    *word = mw_slice_of(*from, comma - *from);
    *from = comma + 1;
    return true;
}

/* notify-esmtp-value = "NEVER" / 1#notify-list-element      RFC 3461 4.1 */
static bool is_notify(mw_bytes value)
{
    static const char *const words[] = { "SUCCESS", "FAILURE", "DELAY", NULL };
    mw_slice word;

    if (mw_equal_nocase(value, "NEVER"))
        return true;
    for (uint32_t from = 0; smtp_next_notify(value, &from, &word);)
        if (!is_one_of(mw_sub(value, word), words))
            return false;
    return true;
}

bool smtp_parse_orcpt(mw_bytes value, struct smtp_orcpt *out)
{
    *out = (struct smtp_orcpt){ .type = { 0, mw_find(value, 0, ';') } };
    out->address = mw_slice_skip(mw_slice_of(0, value.len), out->type.len + 1);
    out->utf8 = mw_equal_nocase(mw_sub(value, out->type), "utf-8");
    for (uint32_t i = 0; i < out->type.len; i++)
        if (!mw_is(value.data[i], MW_ATEXT))
            return false;
    mw_bytes address = mw_sub(value, out->address);
    if (out->type.len == 0 || address.len == 0)
        return false;
    return out->utf8 ? smtp_utf8_addr_decode(address, NULL) : is_xtext(address);
}

/* original-recipient-address = addr-type ";" xtext      RFC 3461 4.2, RFC 6533 3 */
static bool is_orcpt(mw_bytes value)
{
    struct smtp_orcpt orcpt;
    return value.len <= MAX_ORCPT && smtp_parse_orcpt(value, &orcpt);
}

static bool (*const checks[])(mw_bytes value) = {
    [SMTP_VALUE_SIZE] = is_size,       [SMTP_VALUE_BODY] = is_body,           [SMTP_VALUE_AUTH] = is_auth,
    [SMTP_VALUE_RET] = is_ret,         [SMTP_VALUE_ENVID] = is_envid,         [SMTP_VALUE_BY] = is_by,
    [SMTP_VALUE_HOLDFOR] = is_holdfor, [SMTP_VALUE_DATE_TIME] = is_date_time, [SMTP_VALUE_MTRK] = is_mtrk,
    [SMTP_VALUE_SOLICIT] = is_solicit, [SMTP_VALUE_SUBMITTER] = is_xtext,     [SMTP_VALUE_PRIORITY] = is_priority,
    [SMTP_VALUE_TRANSID] = is_transid, [SMTP_VALUE_ALT_ADDRESS] = is_xtext,   [SMTP_VALUE_NOTIFY] = is_notify,
    [SMTP_VALUE_ORCPT] = is_orcpt,     [SMTP_VALUE_RRVS] = is_rrvs,
};

static bool is_value_ok(mw_bytes in, const struct smtp_param *param)
{
    if (!param->row || param->row->kind == SMTP_VALUE_ANY)
        return true;
    if (param->row->kind == SMTP_VALUE_NONE)
        return !param->has_value;
    return param->has_value && checks[param->row->kind](mw_sub(in, param->value));
}

bool smtp_next_param(mw_bytes in, mw_slice *rest, struct smtp_param *out)
{
    *rest = mw_slice_of(rest->offset, mw_sub(in, *rest).len);
    *out = (struct smtp_param){ .whole = mw_next_word(in, rest) };
    if (out->whole.len == 0)
        return false;
    uint32_t equals = mw_find(mw_sub(in, out->whole), 0, '=');
    out->has_value = equals < out->whole.len;
    out->name = mw_slice_of(out->whole.offset, equals);
    out->value = mw_slice_skip(out->whole, out->has_value ? equals + 1 : equals);
    out->row = smtp_param_find(mw_sub(in, out->name));
    if (!is_value_ok(in, out))
        mw_issue_add(&out->issues, MW_ISSUE_PARAMETER_VALUE, out->value.len ? out->value : out->whole);
    return true;
}

const char *smtp_param_capability(mw_bytes in, const struct smtp_param *param)
{
    if (!param->row)
        return NULL;
    if (param->row->kind == SMTP_VALUE_BODY && mw_equal_nocase(mw_sub(in, param->value), "BINARYMIME"))
        return "BINARYMIME";
    return param->row->capability;
}
