/* What the files that show POP3 share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef POP3_DISSECT_H
#define POP3_DISSECT_H

#include "connection.h"
#include "pop3/session.h"

void dissect_pop3_command(const struct mw_view *view, const struct pop3_element *element);
void dissect_pop3_auth_response(const struct mw_view *view, const struct pop3_element *element);
void dissect_pop3_reply_line(const struct mw_view *view, const struct pop3_element *element);
/* A further line of a reply, or the dot that ends it. */
void dissect_pop3_row(const struct mw_view *view, const struct pop3_element *element);
/* Octets of a message; puts them together whoever looks. */
void dissect_pop3_body(const struct mw_view *view, const struct pop3_element *element);

/* A line as the built-in dissector has it, with its ending in the label.
 * @param text  what is shown of it, without the ending */
proto_item *add_pop3_line(const struct mw_node *node, int hf, mw_slice line, const char *text);
/* The same for a line that is neither a command nor the first one of a reply. */
proto_item *add_pop3_data(const struct mw_node *node, bool from_client, mw_slice line, const char *text);

/* Tells the tap "pop" of an element; nothing when nobody listens (taps.c). */
void tap_pop3_element(const struct mw_view *view, const struct pop3_element *element);

/* pop.response_in of a request; on later passes a note when there is no reply at all. */
void add_pop3_response_in(const struct mw_node *node, proto_item *item, const struct pop3_exchange *exchange);
/* pop.response_to and pop.time of a reply, where it ends. */
void add_pop3_response_to(const struct mw_node *node, const struct pop3_reply *reply);

/* The text of a part of an element's line, with secrets replaced when they are to be hidden.
 * @param part  slice of line */
const char *pop3_shown(packet_info *pinfo, const struct pop3_element *element, mw_bytes line, mw_slice part);
/* User name, password, digest, mechanism and initial response of a command; passes the password on to the Credentials
 * window. */
void add_pop3_login(const struct mw_node *node, const struct pop3_element *element, const struct pop3_command *command);
/* A base64 line of the SASL exchange, a slice of node. */
void add_pop3_sasl(const struct mw_node *node, const struct pop3_element *element, mw_slice base64, bool from_client);

void pop3_register_command(int proto);
void pop3_register_reply(int proto);
void pop3_register_auth(int proto);
void pop3_register_message(int proto, const bool *desegment_data);

#endif
