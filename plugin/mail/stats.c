/* Statistics: counters as trees (-z mail,tree and likewise smtp, pop, imap), response times (-z smtp,srt and likewise
 * pop, imap).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/dissect.h"
#include "mail/taps.h"

/* ---- trees of commands and replies ---- */

/* Nodes below the root. stats_tree numbers them in the order in which they are made, from 1. */
enum { NODE_COMMANDS = 1, NODE_REPLIES, NODE_DETAILS, NODE_CAPABILITIES, NODE_MECHANISMS, NODE_FAILURES, NODE_DATA };

static void make_nodes(stats_tree *tree, const char *details)
{
    const char *const names[] = { "Commands", "Replies", details, "Capabilities offered", "Mechanisms asked for",
                                  "Failures" };
    for (unsigned i = 0; i < array_length(names); i++)
        stats_tree_create_node(tree, names[i], 0, STAT_DT_INT, true);
}

static void start_smtp_tree(stats_tree *tree)
{
    make_nodes(tree, "Enhanced status codes");
}

static void start_pop_tree(stats_tree *tree)
{
    make_nodes(tree, "Response codes");
}

static void start_imap_tree(stats_tree *tree)
{
    make_nodes(tree, "Response codes");
    stats_tree_create_node(tree, "Untagged responses", 0, STAT_DT_INT, true);
}

/* Counts a name below a node, and the node with it. */
static void count(stats_tree *tree, const char *top, int node, const char *name)
{
    tick_stat_node(tree, top, 0, true);
    tick_stat_node(tree, name, node, false);
}

static void count_failure(stats_tree *tree, const struct mail_event *event)
{
    char *text = g_strconcat(event->name, ": ", event->status, event->detail ? " " : "",
                             event->detail ? event->detail : "", NULL);
    count(tree, "Failures", NODE_FAILURES, text);
    g_free(text);
}

static void count_reply(stats_tree *tree, const struct mail_event *event, const char *details)
{
    tick_stat_node(tree, "Replies", 0, true);
    int group = tick_stat_node(tree, event->status_class, NODE_REPLIES, true);
    if (strcmp(event->status, event->status_class) != 0)
        tick_stat_node(tree, event->status, group, false);
    if (event->detail)
        count(tree, details, NODE_DETAILS, event->detail);
    if (event->failed)
        count_failure(tree, event);
}

static tap_packet_status count_event(stats_tree *tree, const struct mail_event *event, const char *details)
{
    switch (event->kind) {
    case MAIL_EVENT_COMMAND:
        count(tree, "Commands", NODE_COMMANDS, event->name);
        break;
    case MAIL_EVENT_REPLY:
        count_reply(tree, event, details);
        break;
    case MAIL_EVENT_CAPABILITY:
        count(tree, "Capabilities offered", NODE_CAPABILITIES, event->name);
        break;
    case MAIL_EVENT_MECHANISM:
        count(tree, "Mechanisms asked for", NODE_MECHANISMS, event->name);
        break;
    default:
        increase_stat_node(tree, "Untagged responses", 0, true, (int)event->more + 1);
        increase_stat_node(tree, event->name, NODE_DATA, false, (int)event->more + 1);
        break;
    }
    return TAP_PACKET_REDRAW;
}

static tap_packet_status count_smtp(stats_tree *tree, packet_info *pinfo _U_, epan_dissect_t *edt _U_,
                                    const void *event, tap_flags_t flags _U_)
{
    return count_event(tree, event, "Enhanced status codes");
}

static tap_packet_status count_access(stats_tree *tree, packet_info *pinfo _U_, epan_dissect_t *edt _U_,
                                      const void *event, tap_flags_t flags _U_)
{
    return count_event(tree, event, "Response codes");
}

/* ---- the tree of messages ---- */

enum { NODE_PROTOCOLS = 1, NODE_OUTCOMES, NODE_SIZES };

static void start_mail_tree(stats_tree *tree)
{
    stats_tree_create_node(tree, "Protocols", 0, STAT_DT_INT, true);
    stats_tree_create_node(tree, "Outcomes", 0, STAT_DT_INT, true);
    stats_tree_create_range_node(tree, "Sizes in octets", 0, "0-999", "1000-9999", "10000-99999", "100000-999999",
                                 "1000000-9999999", "10000000-", NULL);
}

static tap_packet_status count_message(stats_tree *tree, packet_info *pinfo _U_, epan_dissect_t *edt _U_,
                                       const void *record, tap_flags_t flags _U_)
{
    const struct mail_transaction *t = record;

    count(tree, "Protocols", NODE_PROTOCOLS, t->protocol ? t->protocol : MAIL_EVENT_UNKNOWN);
    tick_stat_node(tree, "Outcomes", 0, true);
    int action = tick_stat_node(tree, mail_action_name(t->action), NODE_OUTCOMES, true);
    tick_stat_node(tree, mail_outcome_name(t->outcome), action, false);
    if (t->body && !t->body->broken) {
        int size = (int)MIN(mail_body_size(t->body), G_MAXINT);
        tick_stat_node(tree, "Sizes in octets", 0, true);
        stats_tree_tick_range(tree, "Sizes in octets", 0, size);
    }
    return TAP_PACKET_REDRAW;
}

/* ---- response times ---- */

static void start_times(struct register_srt *srt, GArray *tables)
{
    static const char title[] = "Replies";
    init_srt_table(title, NULL, tables, 0, "Command", NULL, (void *)srt);
}

/* The row of a command, made when it comes first. Names are of tables, so that rows are few. */
static int row_of(srt_stat_table *table, const char *name)
{
    int row = 0;
    while (row < (int)table->num_procs && strcmp(table->procedures[row].procedure, name) != 0)
        row++;
    if (row == (int)table->num_procs)
        init_srt_table_row(table, row, name);
    return row;
}

static tap_packet_status add_time(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *tapped,
                                  tap_flags_t flags _U_)
{
    const srt_data_t *srt = data;
    const struct mail_event *event = tapped;

    if (event->kind != MAIL_EVENT_REPLY || !event->timed)
        return TAP_PACKET_DONT_REDRAW;
    srt_stat_table *table = g_array_index(srt->srt_array, srt_stat_table *, 0);
    /* The table counts from a request to this frame; the reply may have begun in an earlier one. */
    nstime_t time = { (time_t)(event->time / 1000000000), (int)(event->time % 1000000000) }, request;
    nstime_delta(&request, &pinfo->abs_ts, &time);
    add_srt_table_data(table, row_of(table, event->name), &request, pinfo);
    return TAP_PACKET_REDRAW;
}

/* ---- registration ---- */

static void register_times(const char *protocol)
{
    register_srt_table(proto_get_id_by_filter_name(protocol), protocol, 1, add_time, start_times, NULL);
}

void mail_register_stats(void)
{
    stats_tree_register_plugin("mail", "mail", "Mail" MW_STATS_SEP "Messages", 0, count_message, start_mail_tree, NULL);
    stats_tree_register_plugin("smtp", "smtp", "Mail" MW_STATS_SEP "SMTP", 0, count_smtp, start_smtp_tree, NULL);
    stats_tree_register_plugin("pop", "pop", "Mail" MW_STATS_SEP "POP", 0, count_access, start_pop_tree, NULL);
    stats_tree_register_plugin("imap", "imap", "Mail" MW_STATS_SEP "IMAP", 0, count_access, start_imap_tree, NULL);
    register_times("smtp");
    register_times("pop");
    register_times("imap");
}
