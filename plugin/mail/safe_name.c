/* File names that are safe to write, made of what a stranger has sent.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/safe_name.h"

#include <glib.h>

/* Octets of a name that are looked at. */
#define MAX_LOOKED_AT 65536

/* Names of devices on Windows, with any extension. */
static const char *const devices[] = {
    "AUX", "CLOCK$", "CON", "CONIN$", "CONOUT$", "NUL", "PRN",
};

/* Names of devices that a digit follows. */
static const char *const numbered_devices[] = { "COM", "LPT" };

/* Not in a name on Windows; "%" is what Wireshark replaces others by. */
static bool is_reserved(gunichar c)
{
    return c < 0x80 && strchr("/\\:*?\"<>|%", (int)c) != NULL;
}

static bool is_allowed(gunichar c)
{
    if (c == 0 || is_reserved(c))
        return false;
    switch (g_unichar_type(c)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
        return false;
    default:
        return true;
    }
}

/* The name with "_" for each character that is not allowed; several of them in a row become one, and so do blanks. */
static GString *replace_characters(mw_bytes name)
{
    GString *safe = g_string_sized_new(name.len);
    char last = 0;

    for (uint32_t at = 0; at < name.len;) {
        gunichar c = g_utf8_get_char_validated((const char *)name.data + at, (gssize)(name.len - at));
        bool valid = c != (gunichar)-1 && c != (gunichar)-2;
        char ascii = !valid || !is_allowed(c) ? '_' : g_unichar_isspace(c) ? ' ' : 0;
        at += valid ? (uint32_t)g_unichar_to_utf8(c, NULL) : 1;
        if (ascii == 0)
            g_string_append_unichar(safe, c);
        else if (ascii != last)
            g_string_append_c(safe, ascii);
        last = ascii;
    }
    return safe;
}

/* Takes away what makes a name hidden, an option, or another one than it seems. */
static void trim(GString *name)
{
    gsize front = strspn(name->str, ". ");
    g_string_erase(name, 0, (gssize)front);
    while (name->len && strchr(". ", name->str[name->len - 1]))
        g_string_truncate(name, name->len - 1);
    if (name->len && strchr("-~", name->str[0]))
        name->str[0] = '_';
}

/* The largest length up to limit at which no character is cut. */
static gsize whole_characters(const GString *name, gsize limit)
{
    if (limit >= name->len)
        return name->len;
    while (limit > 0 && ((uint8_t)name->str[limit] & 0xC0) == 0x80)
        limit--;
    return limit;
}

static void shorten(GString *name)
{
    if (name->len <= MAIL_SAFE_NAME_OCTETS)
        return;
    const char *dot = strrchr(name->str, '.');
    gsize extension = dot ? name->len - (gsize)(dot - name->str) : 0;
    if (extension > MAIL_SAFE_EXTENSION_OCTETS)
        extension = 0;
    gsize end = name->len - extension, keep = whole_characters(name, MAIL_SAFE_NAME_OCTETS - extension);
    g_string_erase(name, (gssize)keep, (gssize)(end - keep));
}

/* Digits that Windows takes for those of a device: 0 to 9, and superscript 1 to 3. */
static bool is_device_digit(const char *rest, size_t len)
{
    if (len == 1)
        return g_ascii_isdigit(rest[0]);
    return len == 2 && (uint8_t)rest[0] == 0xC2 && strchr("\xB9\xB2\xB3", rest[1]) != NULL;
}

static bool is_device(const GString *name)
{
    size_t stem = strcspn(name->str, ".");
    while (stem > 0 && name->str[stem - 1] == ' ')
        stem--;
    mw_bytes word = mw_bytes_of(name->str, (uint32_t)stem);
    for (size_t i = 0; i < G_N_ELEMENTS(devices); i++)
        if (mw_equal_nocase(word, devices[i]))
            return true;
    for (size_t i = 0; i < G_N_ELEMENTS(numbered_devices); i++)
        if (mw_starts_nocase(word, numbered_devices[i]) && is_device_digit(name->str + 3, stem - 3))
            return true;
    return false;
}

static bool says_something(const GString *name)
{
    return name->str[strspn(name->str, "_ .")] != '\0';
}

char *mail_safe_name(mw_bytes name, const char *fallback)
{
    if (name.len > MAX_LOOKED_AT)
        name.len = MAX_LOOKED_AT;
    GString *safe = replace_characters(name);
    trim(safe);
    if (!says_something(safe))
        g_string_assign(safe, fallback);
    if (is_device(safe))
        g_string_prepend_c(safe, '_');
    shorten(safe);
    trim(safe);
    return g_string_free(safe, FALSE);
}
