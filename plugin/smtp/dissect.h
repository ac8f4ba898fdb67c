/* What the files that show SMTP share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SMTP_DISSECT_H
#define SMTP_DISSECT_H

#include "connection.h"
#include "smtp/session.h"

/* The node that an element's slices are relative to. */
struct mw_node smtp_element_node(const struct mw_view *view, const struct smtp_element *element);

void smtp_register_command(int proto);
void smtp_register_reply(int proto);
void smtp_register_auth(int proto);
void smtp_register_message(int proto, const bool *desegment_data);

void dissect_smtp_command(const struct mw_view *view, const struct smtp_element *element);
/* A reply line. node: that of its reply in this chunk, made for its first line there. */
void dissect_smtp_reply_line(const struct mw_view *view, const struct smtp_element *element, struct mw_node *reply);
/* AUTH's initial response, a response, a challenge: base64 is a slice of node. */
void dissect_smtp_auth(const struct mw_node *node, const struct smtp_element *element, mw_slice base64,
                       bool from_client);
void dissect_smtp_auth_response(const struct mw_view *view, const struct smtp_element *element);
void add_smtp_auth_mechanism(const struct mw_node *node, mw_slice mechanism);
/* Fragment or end of a message; reassembles on the first pass whoever looks. */
void dissect_smtp_body(const struct mw_view *view, const struct smtp_element *element);

/* Tells the tap "smtp" of an element; nothing when nobody listens (taps.c). */
void tap_smtp_element(const struct mw_view *view, const struct smtp_element *element);

/* smtp.response_in of a request; on later passes a note when there is no reply at all. */
void add_smtp_response_in(const struct mw_node *node, proto_item *item, const struct smtp_exchange *exchange);
/* smtp.response_to and smtp.time of a reply. */
void add_smtp_response_to(const struct mw_node *node, const struct smtp_reply *reply);

/* The text of a client's line for the Info column and the tree, with secrets replaced when they are to be hidden. */
const char *smtp_shown_line(packet_info *pinfo, const struct smtp_element *element, mw_bytes line);

#endif
