/* Fuzzes whole captures: the plugin in Wireshark's dissection engine, as Wireshark and sharkd drive it.
 *
 * Each input is a capture of its own: see epan_frames.h. Its frames are dissected twice, the second time with all there
 * is to see. Wireshark's library is not instrumented; its memory pools give each block by itself to AddressSanitizer.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE /* setresuid */
#include "epan_frames.h"
#include "epan_taps.h"
#include "fuzz.h"

#include "compat.h"

#include <epan/column-info.h>
#include <epan/column.h>
#include <epan/epan.h>
#include <epan/epan_dissect.h>
#include <epan/secrets.h>
#include <epan/timestamp.h>
#include <wiretap/secrets-types.h>
#include <wiretap/wtap.h>
#include <wsutil/filesystem.h>
#include <wsutil/privileges.h>
#include <wsutil/wslog.h>

#include <unistd.h>

#define MAX_DEPTH 200 /* of the tree */

int LLVMFuzzerInitialize(int *argc, char ***argv);
void plugin_register(void);

/* What epan asks us about the capture. */
struct packet_provider_data {
    const struct capture *capture;
    frame_data *frames;
    const frame_data *reference;
    nstime_t elapsed;
    uint32_t octets;
};

static column_info columns;

/* ---- setting up ---- */

static void set_preference(const char *name, bool on)
{
    char *text = g_strdup_printf("%s:%s", name, on ? "TRUE" : "FALSE"), *error = NULL;
    FUZZ_CHECK(prefs_set_pref(text, &error) == PREFS_SET_OK);
    g_free(error);
    g_free(text);
}

static void set_environment(void)
{
    static const char *const variables[][2] = {
        { "G_SLICE", "always-malloc" },
        { "WIRESHARK_ABORT_ON_DISSECTOR_BUG", "1" },
        { "WIRESHARK_ABORT_ON_TOO_MANY_ITEMS", "1" },
        { "WIRESHARK_CONFIG_DIR", "/nonexistent" },
        { "WIRESHARK_DATA_DIR", "/nonexistent" }, /* each capture would read the lists of vendors and services */
        { "WIRESHARK_DEBUG_WMEM_OVERRIDE", "simple" },
        { "TZ", "UTC" },
    };
    for (unsigned i = 0; i < array_length(variables); i++)
        g_setenv(variables[i][0], variables[i][1], TRUE);
}

/* Run by root, Wireshark does not believe its environment. */
static void take_policies(void)
{
    static const unsigned nobody = 65534;
    bool root = getuid() == 0;

    if (root)
        FUZZ_CHECK(setresgid(nobody, nobody, 0) == 0 && setresuid(nobody, nobody, 0) == 0);
    init_process_policies();
    if (root)
        FUZZ_CHECK(setresuid(0, 0, 0) == 0 && setresgid(0, 0, 0) == 0);
}

/* Warnings of GLib and of epan are findings. */
static void watch_logs(void)
{
    ws_log_set_fatal(LOG_LEVEL_WARNING);
    g_log_set_always_fatal(G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
}

int LLVMFuzzerInitialize(int *argc _U_, char ***argv)
{
    set_environment();
    ws_log_init("fuzz_epan", NULL);
    take_policies();
    g_free(configuration_init((*argv)[0], NULL));
    timestamp_set_type(TS_RELATIVE);
    timestamp_set_precision(TS_PREC_AUTO);
    timestamp_set_seconds_type(TS_SECONDS_DEFAULT);
    wtap_init(false);
    plugin_register();
    FUZZ_CHECK(epan_init(NULL, NULL, false));
    const e_prefs *prefs = epan_load_settings();
    set_preference("tls.ignore_ssl_mac_failed", true);
    build_column_format_array(&columns, prefs->num_cols, TRUE);
    taps_listen();
    FUZZ_CHECK(freopen("/dev/null", "w", stdout)); /* where the log is printed */
    watch_logs();
    return 0;
}

/* Preferences are a matter of seconds for ten thousand inputs: set only where they differ from the last input's. */
static void apply_options(unsigned options)
{
    static unsigned last = UINT_MAX;
    static const unsigned affecting = ANY_ORDER | NO_REASSEMBLY | HIDE;

    if ((last & affecting) == (options & affecting) && last != UINT_MAX)
        return;
    last = options;
    set_preference("tcp.reassemble_out_of_order", options & ANY_ORDER);
    set_preference("tcp.desegment_tcp_streams", !(options & NO_REASSEMBLY));
    set_preference("mail.hide_secrets", options & HIDE);
    prefs_apply_all();
}

/* ---- the tree ---- */

static bool is_ours(const header_field_info *field)
{
    const char *const protocols[] = { "smtp.", "pop.", "imap.", "mail." };
    for (unsigned i = 0; i < array_length(protocols); i++)
        if (g_str_has_prefix(field->abbrev, protocols[i]))
            return true;
    return false;
}

/* "Malformed" is what Wireshark says where a dissector reads on behind the end. */
static void check_malformed(const field_info *field)
{
    static const char *const names[] = { ": SMTP]", ": POP]", ": IMAP]", ": Mail]" };
    if (strcmp(field->hfinfo->abbrev, "_ws.malformed") != 0 || !field->rep)
        return;
    for (unsigned i = 0; i < array_length(names); i++)
        FUZZ_CHECK(!strstr(field->rep->representation, names[i]));
}

/* Wireshark cuts long labels between any two octets. */
static void check_label(const char *label)
{
    if (strlen(label) < ITEM_LABEL_LENGTH - 8)
        fuzz_check_utf8(label);
}

static void check_field(field_info *field)
{
    char label[ITEM_LABEL_LENGTH];
    const header_field_info *kind = field->hfinfo;

    FUZZ_CHECK(field->start >= 0 && field->length >= 0);
    if (field->ds_tvb && is_ours(kind))
        FUZZ_CHECK((unsigned)field->start + (unsigned)field->length <= tvb_captured_length(field->ds_tvb));
    if (!field->rep)
        proto_item_fill_label(field, label);
    check_malformed(field);
    if (is_ours(kind))
        check_label(field->rep ? field->rep->representation : label);
    wmem_free(NULL, fvalue_to_string_repr(NULL, &field->value, FTREPR_DISPLAY, kind->display));
    if (IS_FT_STRING(kind->type) && is_ours(kind))
        fuzz_check_utf8(fvalue_get_string(&field->value));
}

static void check_node(proto_node *node, void *data)
{
    unsigned depth = GPOINTER_TO_UINT(data) + 1;

    FUZZ_CHECK(depth < MAX_DEPTH);
    if (node->finfo)
        check_field(node->finfo);
    proto_tree_children_foreach(node, check_node, GUINT_TO_POINTER(depth));
}

/* ---- dissection ---- */

static const nstime_t *time_of_frame(struct packet_provider_data *capture, guint32 number)
{
    bool known = number > 0 && number <= capture->capture->frames->len;
    return known ? &capture->frames[number - 1].abs_ts : NULL;
}

static void fill_record(wtap_rec *rec, const struct frame *frame)
{
    wtap_rec_init(rec);
    rec->rec_type = REC_TYPE_PACKET;
    rec->presence_flags = WTAP_HAS_TS | WTAP_HAS_CAP_LEN;
    rec->ts.secs = (time_t)(frame->time / 1000000);
    rec->ts.nsecs = (int)(frame->time % 1000000) * 1000;
    rec->rec_header.packet_header.caplen = frame->captured;
    rec->rec_header.packet_header.len = frame->length;
    rec->rec_header.packet_header.pkt_encap = WTAP_ENCAP_ETHERNET;
}

/* @param full  with tree, labels, columns and taps */
static void dissect(epan_t *epan, struct packet_provider_data *capture, unsigned index, bool full)
{
    const struct frame *frame = g_ptr_array_index(capture->capture->frames, index);
    frame_data *fd = &capture->frames[index];
    epan_dissect_t edt;
    wtap_rec rec;

    fill_record(&rec, frame);
    if (!fd->num)
        frame_data_init(fd, index + 1, &rec, 0, capture->octets);
    frame_data_set_before_dissect(fd, &capture->elapsed, &capture->reference, index ? fd - 1 : NULL);
    epan_dissect_init(&edt, epan, full, full);
    tvbuff_t *tvb = tvb_new_real_data(frame->octets, frame->captured, (int)frame->length);
    if (full) {
        epan_dissect_run_with_taps(&edt, WTAP_FILE_TYPE_SUBTYPE_UNKNOWN, &rec, tvb, fd, &columns);
        epan_dissect_fill_in_columns(&edt, FALSE, TRUE);
        proto_tree_children_foreach(edt.tree, check_node, NULL);
    } else {
        epan_dissect_run(&edt, WTAP_FILE_TYPE_SUBTYPE_UNKNOWN, &rec, tvb, fd, NULL);
    }
    frame_data_set_after_dissect(fd, &capture->octets);
    epan_dissect_cleanup(&edt);
    wtap_rec_cleanup(&rec);
}

static void dissect_twice(epan_t *epan, struct packet_provider_data *capture)
{
    unsigned count = capture->capture->frames->len, options = capture->capture->options;

    for (unsigned i = 0; i < count; i++)
        dissect(epan, capture, i, options & FIRST_TREE);
    reset_tap_listeners();
    for (unsigned i = 0; i < count; i++)
        dissect(epan, capture, options & BACKWARDS ? count - 1 - i : i, true);
    draw_tap_listeners(TRUE);
    reset_tap_listeners();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct packet_provider_funcs functions = { .get_frame_ts = time_of_frame };
    struct capture *capture = capture_read(data, size);
    struct packet_provider_data provider = { .capture = capture };

    apply_options(capture->options);
    provider.frames = g_new0(frame_data, capture->frames->len);
    epan_t *epan = epan_new(&provider, &functions);
    secrets_wtap_callback(SECRETS_TYPE_TLS, capture_keys, (unsigned)strlen(capture_keys));
    dissect_twice(epan, &provider);
    for (unsigned i = 0; i < capture->frames->len; i++)
        frame_data_destroy(&provider.frames[i]);
    epan_free(epan);
    g_free(provider.frames);
    capture_free(capture);
    return 0;
}
