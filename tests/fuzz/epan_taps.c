/* Listeners to all taps of the plugin: see epan_taps.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "epan_taps.h"

#include "compat.h"
#include "fuzz.h"
#include "mail/taps.h"

#include <epan/export_object.h>
#include <epan/follow.h>
#include <epan/srt_table.h>
#include <epan/stat_tap_ui.h>
#include <epan/stats_tree_priv.h>
#include <sanitizer/lsan_interface.h>

static void listen(const char *tap, void *data, tap_reset_cb reset, tap_packet_cb packet, tap_draw_cb draw)
{
    GString *error = register_tap_listener(tap, data, NULL, TL_REQUIRES_NOTHING, reset, packet, draw, NULL);
    if (error)
        fprintf(stderr, "%s: %s\n", tap, error->str);
    FUZZ_CHECK(!error);
}

/* ---- trees of counters ---- */

/* Wireshark loses what it makes anew for the root of a tree. */
static void reset_tree(void *data)
{
    __lsan_disable();
    stats_tree_reinit(data);
    __lsan_enable();
}

static void draw_tree(void *data)
{
    g_string_free(stats_tree_format_as_str(data, ST_FORMAT_PLAIN, 0, FALSE), TRUE);
}

static void listen_to_tree(const char *name)
{
    stats_tree_cfg *cfg = stats_tree_get_cfg_by_abbr(name);
    FUZZ_CHECK(cfg);
    __lsan_disable();
    stats_tree *tree = stats_tree_new(cfg, NULL, NULL);
    __lsan_enable();
    reset_tree(tree);
    listen(name, tree, reset_tree, stats_tree_packet, draw_tree);
}

/* ---- response times ---- */

static void reset_times(void *data)
{
    srt_data_t *times = data;
    for (guint i = 0; i < times->srt_array->len; i++) {
        srt_stat_table *table = g_array_index(times->srt_array, srt_stat_table *, i);
        free_srt_table_data(table);
        g_free(table);
    }
    g_array_set_size(times->srt_array, 0);
    srt_table_dissector_init(times->user_data, times->srt_array);
}

static void listen_to_times(const char *name)
{
    register_srt_t *srt = get_srt_table_by_name(name);
    FUZZ_CHECK(srt);
    srt_data_t *times = g_new0(srt_data_t, 1);
    times->srt_array = g_array_new(FALSE, TRUE, sizeof(srt_stat_table *));
    times->user_data = srt;
    srt_table_dissector_init(srt, times->srt_array);
    listen(get_srt_tap_listener_name(srt), times, reset_times, get_srt_packet_func(srt), NULL);
}

/* ---- objects ---- */

static void add_object(void *data, export_object_entry_t *object)
{
    FUZZ_CHECK(object->filename && *object->filename && !strchr(object->filename, '/'));
    FUZZ_CHECK(strcmp(object->filename, ".") != 0 && strcmp(object->filename, "..") != 0);
    fuzz_check_utf8(object->filename);
    fuzz_check_utf8(object->hostname);
    fuzz_check_utf8(object->content_type);
    g_ptr_array_add(data, object);
}

static void free_object(void *object)
{
    eo_free_entry(object);
}

static void reset_objects(void *data)
{
    const export_object_list_t *list = data;
    g_ptr_array_set_size(list->gui_data, 0);
}

static void listen_to_objects(const char *name)
{
    register_eo_t *exported = get_eo_by_name(name);
    FUZZ_CHECK(exported);
    export_object_list_t *list = g_new0(export_object_list_t, 1);
    list->add_entry = add_object;
    list->gui_data = g_ptr_array_new_with_free_func(free_object);
    listen(get_eo_tap_listener_name(exported), list, reset_objects, get_eo_packet_func(exported), NULL);
}

/* ---- streams ---- */

static void free_said(void *data)
{
    follow_record_t *said = data;
    g_byte_array_unref(said->data);
    g_free(said);
}

static void reset_stream(void *data)
{
    follow_info_t *stream = data;
    g_list_free_full(stream->payload, free_said);
    free_address(&stream->client_ip);
    free_address(&stream->server_ip);
    memset(stream, 0, sizeof *stream);
}

static void listen_to_stream(const char *name)
{
    protocol_t *protocol = find_protocol_by_id(proto_get_id_by_filter_name(name));
    register_follow_t *follower = get_follow_by_name(proto_get_protocol_short_name(protocol));
    FUZZ_CHECK(follower);
    listen(get_follow_tap_string(follower), g_new0(follow_info_t, 1), reset_stream, get_follow_tap_handler(follower),
           NULL);
}

/* ---- the log, as the table of the menu and as text ---- */

static void reset_table(void *data)
{
    const stat_data_t *stat = data;
    reset_stat_table(stat->stat_tap_data);
}

static void draw_table(void *data)
{
    const stat_data_t *stat = data;
    const stat_tap_table *table = g_array_index(stat->stat_tap_data->tables, stat_tap_table *, 0);

    for (guint row = 0; row < table->num_elements; row++)
        for (guint i = 0; i < table->num_fields; i++)
            if (table->elements[row][i].type == TABLE_ITEM_STRING)
                fuzz_check_utf8(table->elements[row][i].value.string_value);
}

static void listen_to_table(const char *name)
{
    stat_data_t *stat = g_new0(stat_data_t, 1);
    stat->stat_tap_data = stat_tap_by_name(name);
    FUZZ_CHECK(stat->stat_tap_data);
    stat->stat_tap_data->stat_tap_init_cb(stat->stat_tap_data);
    listen(stat->stat_tap_data->tap_name, stat, reset_table, stat->stat_tap_data->packet_func, draw_table);
}

static void listen_to_log(void)
{
    FUZZ_CHECK(process_stat_cmd_arg("mail,log"));
    start_requested_stats();
}

/* ---- events ---- */

static tap_packet_status check_event(void *data _U_, packet_info *pinfo _U_, epan_dissect_t *edt _U_,
                                     const void *tapped, tap_flags_t flags _U_)
{
    const struct mail_event *event = tapped;

    fuzz_check_utf8(event->name);
    fuzz_check_utf8(event->status);
    fuzz_check_utf8(event->detail);
    return TAP_PACKET_DONT_REDRAW;
}

static void listen_to_events(const char *name)
{
    listen(name, g_new0(char, 1), NULL, check_event, NULL);
}

/* ---- what only has to be there for its tap to be fed ---- */

static tap_packet_status hear(void *data _U_, packet_info *pinfo _U_, epan_dissect_t *edt _U_, const void *tapped,
                              tap_flags_t flags _U_)
{
    FUZZ_CHECK(tapped);
    return TAP_PACKET_DONT_REDRAW;
}

void taps_listen(void)
{
    static const char *const protocols[] = { "smtp", "pop", "imap" };
    static int expert, credentials;

    for (unsigned i = 0; i < array_length(protocols); i++) {
        listen_to_tree(protocols[i]);
        listen_to_times(protocols[i]);
        listen_to_events(protocols[i]);
        listen_to_stream(protocols[i]);
    }
    listen_to_tree("mail");
    listen_to_objects("mail");
    listen_to_objects("mail.attachment");
    listen_to_table("mail,log,table");
    listen_to_log();
    listen("expert", &expert, NULL, hear, NULL);
    listen("credentials", &credentials, NULL, hear, NULL);
}
