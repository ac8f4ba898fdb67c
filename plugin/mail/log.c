/* The mail log: a row for each message, as text (-z mail,log) and as a table in the Statistics menu.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/dissect.h"
#include "mail/message.h"
#include "mail/taps.h"

#include <stdio.h>
#include <stdlib.h>

#define LOG_ARGUMENT "mail,log"
/* Longer than LOG_ARGUMENT, so that each is found by its own name. */
#define TABLE_ARGUMENT "mail,log,table"
/* Octets of a list of recipients. */
#define MAX_LIST_OCTETS 8192

enum column { TIME, PROTOCOL, ACTION, OUTCOME, FROM, TO, SUBJECT, SIZE, DURATION, REPLY, COLUMNS };

/* widest: characters of a cell of text; more is cut. 0: no limit. */
static const struct {
    const char *title;
    unsigned widest;
    bool right;
} columns[COLUMNS] = {
    [TIME] = { "Time", 0, false },        [PROTOCOL] = { "Protocol", 0, false }, [ACTION] = { "Action", 0, false },
    [OUTCOME] = { "Outcome", 0, false },  [FROM] = { "From", 40, false },        [TO] = { "To", 40, false },
    [SUBJECT] = { "Subject", 50, false }, [SIZE] = { "Size", 0, true },          [DURATION] = { "Duration", 0, true },
    [REPLY] = { "Reply", 0, false },
};

/* One row; all cells are UTF-8 of one line each, and owned. */
struct row {
    char *cells[COLUMNS];
    uint64_t size;
    double duration; /* seconds */
};

static void clear_row(struct row *row)
{
    for (unsigned i = 0; i < COLUMNS; i++)
        g_free(row->cells[i]);
}

static void free_row(gpointer data)
{
    clear_row(data);
    g_free(data);
}

/* ---- what a row says ---- */

/* What moves a terminal's cursor, breaks a line or changes the direction of what follows. */
static bool is_harmful(gunichar c)
{
    GUnicodeType type = g_unichar_type(c);
    return type == G_UNICODE_CONTROL || type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR ||
           c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

/* Octets as text that can be printed. */
static char *printable(packet_info *pinfo, const char *octets)
{
    GString *text = g_string_new(NULL);
    for (const char *c = mw_text(pinfo, mw_bytes_str(octets)); *c; c = g_utf8_next_char(c)) {
        gunichar character = g_utf8_get_char(c);
        g_string_append_unichar(text, is_harmful(character) ? 0xFFFD : character);
    }
    return g_string_free(text, FALSE);
}

static void append_to_list(GString *list, const char *item)
{
    if (list->len + strlen(item) > MAX_LIST_OCTETS)
        return;
    if (list->len)
        g_string_append(list, ", ");
    g_string_append(list, item);
}

static void append_values(GString *list, const struct mail_header *header, enum mail_field field)
{
    for (guint i = 0; i < header->values[field]->len; i++)
        append_to_list(list, g_ptr_array_index(header->values[field], i));
}

/* The recipients who will get it; those of the header when there is no envelope, all when none was accepted. */
static void append_recipients(GString *list, const struct mail_transaction *t, const struct mail_header *header)
{
    for (const struct mail_recipient *r = t->recipients; r; r = r->next)
        if (!r->refused)
            append_to_list(list, r->address);
    for (const struct mail_recipient *r = list->len ? NULL : t->recipients; r; r = r->next)
        append_to_list(list, r->address);
    if (list->len || t->from)
        return;
    append_values(list, header, MAIL_TO_ADDRESS);
    append_values(list, header, MAIL_CC_ADDRESS);
    append_values(list, header, MAIL_BCC_ADDRESS);
}

static void append_sender(GString *list, const struct mail_transaction *t, const struct mail_header *header)
{
    if (t->from)
        g_string_append(list, *t->from ? t->from : "<>");
    else
        append_values(list, header, MAIL_FROM_ADDRESS);
}

static char *printable_list(packet_info *pinfo, GString *list)
{
    char *text = printable(pinfo, list->str);
    g_string_free(list, TRUE);
    return text;
}

static char *time_text(int64_t nanoseconds)
{
    GDateTime *time = g_date_time_new_from_unix_local(nanoseconds / 1000000000);
    char *seconds = time ? g_date_time_format(time, "%Y-%m-%d %H:%M:%S") : g_strdup("");
    char *text = g_strdup_printf("%s.%06d", seconds, (int)(nanoseconds % 1000000000 / 1000));
    g_free(seconds);
    if (time)
        g_date_time_unref(time);
    return text;
}

/* Header fields that a row shows: without an envelope, who is named there. */
static uint32_t wanted_fields(const struct mail_transaction *t)
{
    uint32_t who = MAIL_FIELD(MAIL_FROM_ADDRESS) | MAIL_FIELD(MAIL_TO_ADDRESS) | MAIL_FIELD(MAIL_CC_ADDRESS) |
                   MAIL_FIELD(MAIL_BCC_ADDRESS);
    return MAIL_FIELD(MAIL_SUBJECT) | (t->from ? 0 : who);
}

static void fill_row(packet_info *pinfo, const struct mail_transaction *t, struct row *row)
{
    mw_bytes message = mail_octets_so_far(pinfo, t);
    struct mail_header *header = mail_header_parse(message, wanted_fields(t));
    GString *from = g_string_new(NULL), *to = g_string_new(NULL), *subject = g_string_new(NULL);
    bool sized = t->body && !t->body->broken;

    append_sender(from, t, header);
    append_recipients(to, t, header);
    append_values(subject, header, MAIL_SUBJECT);
    row->size = sized ? mail_body_size(t->body) : 0;
    row->duration = (double)(t->last.time - t->first.time) / 1e9;
    row->cells[TIME] = time_text(t->first.time);
    row->cells[PROTOCOL] = printable(pinfo, t->protocol ? t->protocol : "");
    row->cells[ACTION] = g_strdup(mail_action_name(t->action));
    row->cells[OUTCOME] = g_strdup(mail_outcome_name(t->outcome));
    row->cells[FROM] = printable_list(pinfo, from);
    row->cells[TO] = printable_list(pinfo, to);
    row->cells[SUBJECT] = printable_list(pinfo, subject);
    row->cells[SIZE] = sized ? g_strdup_printf("%" PRIu64, row->size) : g_strdup("");
    row->cells[DURATION] = g_strdup_printf("%.6f", row->duration);
    row->cells[REPLY] = printable(pinfo, t->reply ? mail_reply_text(pinfo, t->reply_code, t->reply) : "");
    mail_header_free(header);
}

/* ---- text ---- */

/* Columns of a terminal that a character takes. */
static unsigned character_width(gunichar c)
{
    return g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
}

static unsigned text_width(const char *text)
{
    unsigned width = 0;
    for (; *text; text = g_utf8_next_char(text))
        width += character_width(g_utf8_get_char(text));
    return width;
}

/* Cuts a text to that width, of which the last column tells that something is missing. */
static void cut_text(char **text, unsigned widest)
{
    unsigned width = 0;
    const char *c = *text;

    if (widest == 0 || text_width(c) <= widest)
        return;
    for (; width + character_width(g_utf8_get_char(c)) < widest; c = g_utf8_next_char(c))
        width += character_width(g_utf8_get_char(c));
    char *cut = g_strdup_printf("%.*s\u2026", (int)(c - *text), *text);
    g_free(*text);
    *text = cut;
}

static void print_cell(const char *text, unsigned column, unsigned width)
{
    unsigned pad = width - MIN(width, text_width(text));
    if (columns[column].right)
        printf("%*s%s", (int)pad, "", text);
    else
        printf("%s%*s", text, column + 1 < COLUMNS ? (int)pad : 0, "");
    fputs(column + 1 < COLUMNS ? "  " : "\n", stdout);
}

static void draw_log(void *data)
{
    const GPtrArray *rows = data;
    unsigned widths[COLUMNS];

    for (unsigned c = 0; c < COLUMNS; c++) {
        widths[c] = text_width(columns[c].title);
        for (guint r = 0; r < rows->len; r++)
            widths[c] = MAX(widths[c], text_width(((const struct row *)g_ptr_array_index(rows, r))->cells[c]));
    }
    for (unsigned c = 0; c < COLUMNS; c++)
        print_cell(columns[c].title, c, widths[c]);
    for (guint r = 0; r < rows->len; r++)
        for (unsigned c = 0; c < COLUMNS; c++)
            print_cell(((const struct row *)g_ptr_array_index(rows, r))->cells[c], c, widths[c]);
}

static tap_packet_status log_record(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *record,
                                    tap_flags_t flags _U_)
{
    struct row *row = g_new0(struct row, 1);
    fill_row(pinfo, record, row);
    for (unsigned c = 0; c < COLUMNS; c++)
        cut_text(&row->cells[c], columns[c].widest);
    g_ptr_array_add(data, row);
    return TAP_PACKET_REDRAW;
}

static void reset_log(void *data)
{
    g_ptr_array_set_size(data, 0);
}

static void finish_log(void *data)
{
    g_ptr_array_unref(data);
}

/* @param argument  "mail,log" or "mail,log,<filter>" */
static mw_stat_ret start_log(const char *argument, void *unused _U_)
{
    const char *rest = argument + strlen(LOG_ARGUMENT);
    if (*rest && *rest != ',') {
        fprintf(stderr, "tshark: \"-z %s\": a filter follows behind a comma: -z " LOG_ARGUMENT ",<filter>\n", argument);
        MW_STAT_FAIL;
    }
    GPtrArray *rows = g_ptr_array_new_with_free_func(free_row);
    GString *error = register_tap_listener("mail", rows, *rest ? rest + 1 : NULL, TL_REQUIRES_NOTHING, reset_log,
                                           log_record, draw_log, finish_log);
    if (error) {
        fprintf(stderr, "tshark: \"-z %s\": %s\n", argument, error->str);
        g_string_free(error, TRUE);
        g_ptr_array_unref(rows);
        MW_STAT_FAIL;
    }
    MW_STAT_DONE;
}

/* ---- the table of the menu ---- */

static void reset_table(stat_tap_table *table)
{
    for (unsigned r = 0; r < table->num_elements; r++) {
        for (unsigned c = 0; c < COLUMNS; c++)
            if (table->elements[r][c].type == TABLE_ITEM_STRING)
                g_free((char *)table->elements[r][c].value.string_value);
        g_free(table->elements[r]);
    }
    table->num_elements = 0;
}

static void free_table_item(stat_tap_table *table _U_, unsigned row _U_, unsigned column _U_,
                            stat_tap_table_item_type *item)
{
    if (item->type == TABLE_ITEM_STRING)
        g_free((char *)item->value.string_value);
    item->type = TABLE_ITEM_NONE;
}

static void start_table(stat_tap_table_ui *ui)
{
    static const char title[] = "Messages";
    stat_tap_table *table = stat_tap_find_table(ui, title);
    if (table)
        reset_table(table);
    else
        stat_tap_add_table(ui, stat_tap_init_table(title, COLUMNS, 0, NULL));
}

static tap_packet_status table_record(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *record,
                                      tap_flags_t flags _U_)
{
    const stat_data_t *stat = data;
    stat_tap_table *table = g_array_index(stat->stat_tap_data->tables, stat_tap_table *, 0);
    stat_tap_table_item_type items[COLUMNS] = { 0 };
    struct row row;

    fill_row(pinfo, record, &row);
    for (unsigned c = 0; c < COLUMNS; c++) {
        items[c].type = TABLE_ITEM_STRING;
        items[c].value.string_value = row.cells[c];
    }
    g_free(row.cells[SIZE]);
    items[SIZE].type = TABLE_ITEM_UINT;
    items[SIZE].value.uint_value = (unsigned)MIN(row.size, UINT32_MAX);
    g_free(row.cells[DURATION]);
    items[DURATION].type = TABLE_ITEM_FLOAT;
    items[DURATION].value.float_value = row.duration;
    stat_tap_init_table_row(table, table->num_elements, COLUMNS, items);
    return TAP_PACKET_REDRAW;
}

static void register_table(void)
{
    static stat_tap_table_item items[COLUMNS];
    static tap_param filter = { PARAM_FILTER, "filter", "Filter", NULL, TRUE };
    static stat_tap_table_ui ui = {
        .group = REGISTER_PACKET_STAT_GROUP_UNSORTED,
        .title = "Mail Log",
        .tap_name = "mail",
        .cli_string = TABLE_ARGUMENT,
        .stat_tap_init_cb = start_table,
        .packet_func = table_record,
        .stat_tap_reset_table_cb = reset_table,
        .stat_tap_free_table_item_cb = free_table_item,
        .nfields = COLUMNS,
        .fields = items,
        .nparams = 1,
        .params = &filter,
    };
    for (unsigned c = 0; c < COLUMNS; c++)
        items[c] = (stat_tap_table_item){ TABLE_ITEM_STRING, columns[c].right ? TAP_ALIGN_RIGHT : TAP_ALIGN_LEFT,
                                          columns[c].title, "%s\t" };
    items[SIZE].type = TABLE_ITEM_UINT;
    items[SIZE].field_format = "%u\t";
    items[DURATION].type = TABLE_ITEM_FLOAT;
    items[DURATION].field_format = "%.6f\t";
    register_stat_tap_table_ui(&ui);
}

void mail_register_log(void)
{
    static stat_tap_ui ui = {
        .group = REGISTER_STAT_GROUP_GENERIC,
        .title = "Mail Log",
        .cli_string = LOG_ARGUMENT,
        .tap_init_cb = start_log,
    };
    register_stat_tap_ui(&ui, NULL);
    register_table();
}
