/* mailwire: version symbols, registration, preferences.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "banner.h"
#include "claim.h"
#include "dissect_sasl.h"
#include "explain.h"
#include "file_memory.h"
#include "imap/protocol.h"
#include "mail/body.h"
#include "mail/credentials.h"
#include "mail/dissect.h"
#include "mail/message.h"
#include "mail/taps.h"
#include "pop3/protocol.h"
#include "segment.h"
#include "smtp/protocol.h"
#include "smtp/session.h"
#include "smtp/syntax.h"

#include <wireshark.h>

#define EXPORTED __attribute__((visibility("default")))

EXPORTED const char plugin_version[] = MW_VERSION;
EXPORTED const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
EXPORTED const int plugin_want_minor = WIRESHARK_VERSION_MINOR;
EXPORTED void plugin_register(void);
EXPORTED uint32_t plugin_describe(void);

static const struct mw_protocol *smtp, *pop3, *imap;

static mw_bool takeover = true;
static mw_bool hide_secrets = false;
static mw_bool policy_notes = true;
static mw_bool explanations = true;
static mw_uint slow_reply_seconds = 10;

bool mw_explanations = true;

/* The built-in's own preferences, read anew at the start of each capture. */
static bool smtp_desegment_lines = true, smtp_desegment_data = true, pop_desegment_data = true;

static void apply_preferences(void)
{
    smtp_desegment_lines = mw_builtin_preference("smtp", "desegment_lines");
    smtp_desegment_data = mw_builtin_preference("smtp", "desegment_data");
    pop_desegment_data = mw_builtin_preference("pop", "desegment_data");
    mw_hide_secrets = hide_secrets;
    mw_policy_notes = policy_notes;
    mw_explanations = explanations;
    mw_slow_reply_seconds = slow_reply_seconds;
    mw_claim_ports();
    mw_segments_begin_capture(takeover);
}

static void begin_capture(void)
{
    mw_file_memory_reset();
    mw_stream_begin_capture();
    mail_transactions_reset();
    smtp_sessions_reset();
    mw_connection_begin_capture();
    apply_preferences();
}

/* A client that says EHLO. */
static bool is_ehlo(mw_bytes in)
{
    struct smtp_command command;
    if (!mw_starts_nocase(in, "EHLO ") && !mw_starts_nocase(in, "LHLO "))
        return false;
    return smtp_parse_command(in, &command) == MW_OK && command.used == in.len && command.issues.count == 0;
}

/* What greets as a mail server, or a client that says EHLO, on a port that
 * nobody claims. */
static const struct mw_protocol *recognise(mw_bytes in)
{
    if (mw_is_smtp_greeting(in) || is_ehlo(in))
        return smtp;
    if (mw_is_pop_greeting(in))
        return pop3;
    return mw_is_imap_greeting(in) ? imap : NULL;
}

static mw_bool try_mail(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    uint32_t len = tvb_captured_length(tvb);
    if (!takeover || pinfo->flags.in_error_pkt || len == 0)
        return false;
    const struct mw_protocol *protocol = recognise(mw_bytes_of(tvb_get_ptr(tvb, 0, (int)len), len));
    if (protocol)
        mw_connection_take(protocol, mw_view_of(tvb, pinfo, tree), data);
    return protocol != NULL;
}

static void register_preferences(void)
{
    module_t *module = prefs_register_protocol(proto_mail, apply_preferences);
    prefs_register_bool_preference(module, "takeover", "Dissect mail protocols with mailwire",
                                   "Off gives their ports back to Wireshark's "
                                   "built-in dissectors, for comparison",
                                   &takeover);
    prefs_register_bool_preference(module, "hide_secrets", "Hide passwords",
                                   "Show " MW_HIDDEN " in place of passwords and what is derived from them",
                                   &hide_secrets);
    prefs_register_bool_preference(module, "policy_notes", "Note what breaks no rule of the protocol",
                                   "Off leaves out expert infos on policy: "
                                   "passwords in clear, TLS not used, weak "
                                   "mechanisms, versions in greetings",
                                   &policy_notes);
    prefs_register_bool_preference(module, "explanations", "Explain commands and replies",
                                   "Say in the tree what commands, replies and "
                                   "names mean, with the RFC that tells",
                                   &explanations);
    prefs_register_uint_preference(module, "slow_reply", "Slow reply (seconds)",
                                   "Replies that take longer than this are noted", 10, &slow_reply_seconds);
}

static void register_protocols(void)
{
    int proto_smtp = proto_get_id_by_filter_name("smtp");
    int proto_pop = proto_get_id_by_filter_name("pop"), proto_imap = proto_get_id_by_filter_name("imap");

    mw_alloc = mw_file_alloc;
    mail_register();
    mail_register_body();
    mail_register_taps();
    mw_register_sasl();
    mw_register_segments();
    mw_register_experts(proto_smtp, proto_pop, proto_imap, proto_mail);
    smtp = smtp_register(proto_smtp, &smtp_desegment_lines, &smtp_desegment_data);
    pop3 = pop3_register(proto_pop, &pop_desegment_data);
    imap = imap_register(proto_imap);
    register_preferences();
    register_init_routine(begin_capture);
    register_shutdown_routine(mail_message_shutdown);
}

static void handoff(void)
{
    mail_credentials_init();
    mail_handoff_body();
    mail_handoff_lint();
    mw_handoff_sasl();
    mw_connection_handoff();
    mw_handoff_segments();
    mw_claim("smtp", smtp->over_tcp, smtp->over_tls, &takeover);
    mw_claim_port(24, smtp->over_tcp, &takeover);
    mw_claim("pop", pop3->over_tcp, pop3->over_tls, &takeover);
    mw_claim("imap", imap->over_tcp, imap->over_tls, &takeover);
    heur_dissector_add("tcp", try_mail, "Mail over TCP on any port", "mailwire_tcp", proto_mail, HEURISTIC_ENABLE);
}

void plugin_register(void)
{
    static proto_plugin plugin = { register_protocols, handoff };
    proto_register_plugin(&plugin);
}

uint32_t plugin_describe(void)
{
    return WS_PLUGIN_DESC_DISSECTOR;
}
