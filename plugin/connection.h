/* A connection of a mail protocol: whose octets are whose, where TLS begins, what the tree begins with.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_CONNECTION_H
#define MW_CONNECTION_H

#include "expert.h"
#include "history.h"
#include "stream.h"

/* What is being shown, and where. */
struct mw_view {
    packet_info *pinfo;
    bool wanted;      /* somebody looks at the tree or at expert infos */
    bool all_wanted;  /* ... at the whole tree, or at expert infos */
    bool details;     /* IMAP: somebody looks at more of a line than its text */
    proto_tree *tree; /* of the protocol; NULL without a tree */
    proto_tree *top;  /* of the frame */
    tvbuff_t *tvb;
};

/* Where a dissector is called; the rest is found out by mw_connection_dissect. */
static inline struct mw_view mw_view_of(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    return (struct mw_view){ .pinfo = pinfo, .top = tree, .tvb = tvb };
}

struct mw_connection;

/* What a session is told when its connection begins. */
struct mw_peers {
    uint32_t server_port;
    bool same_host; /* both sides have one address */
    struct mw_server_history *server;
    struct mw_client_history *client;
};

/* A protocol of ours. */
struct mw_protocol {
    const char *name; /* for the column */
    int proto, ett;
    const struct mw_stream_ops *ops;
    const bool *desegment; /* whether to wait for the rest of an unfinished line; read at each frame; NULL: always */
    /* A new session in the memory of the capture. */
    void *(*open)(const struct mw_peers *peers);
    /* Whether these octets can only come from a server: asked when the ports do not tell. */
    bool (*from_server)(mw_bytes octets);
    /* TLS is up: the same session goes on inside it. */
    void (*secured)(void *session);
    /* Whether a chunk begins with ciphertext, which is shown by TLS alone. */
    bool (*is_tls)(const struct mw_element *first);
    /* Shows the elements of a chunk. */
    void (*show)(struct mw_connection *connection, struct mw_view *view, const struct mw_chunk *chunk,
                 enum mw_side from);
    dissector_handle_t over_tcp, over_tls; /* made by mw_protocol_register */
};

struct mw_connection {
    struct mw_connection *next; /* of another protocol of ours on the same conversation */
    const struct mw_protocol *protocol;
    struct mw_stream stream;
    void *session;
    address server;
    uint32_t server_port;
    bool secured, tls_started;
};

/* Makes the handles. */
void mw_protocol_register(struct mw_protocol *protocol, dissector_t over_tcp, dissector_t over_tls);
void mw_connection_handoff(void);
void mw_connection_begin_capture(void);

/* One call of a dissector.
 * @param tcp  what TCP handed over; NULL when the octets come from TLS or a proxy
 * @return octets dissected */
int mw_connection_dissect(const struct mw_protocol *protocol, struct mw_view view, const struct tcpinfo *tcp,
                          bool over_tls);
/* The first connection of the conversation that a frame belongs to; NULL when it has nothing to do with mail. */
struct mw_connection *mw_connection_find(packet_info *pinfo);
/* A segment that TCP may have kept back: shows what in it is new to one of these connections.
 * tcp: at least its sequence number. */
void mw_connection_dissect_late(struct mw_connection *first, struct mw_view view, const struct tcpinfo *tcp);
/* Dissects these octets; the connection is of this protocol from this frame on, whatever its port. data: struct
 * tcpinfo. */
void mw_connection_take(const struct mw_protocol *protocol, struct mw_view view, void *data);

/* The first octets of TLS, at this offset of the view: hands them to TLS, which will be asked for all later frames. */
void mw_start_tls(struct mw_connection *connection, const struct mw_view *view, uint32_t offset);

/* Whether anybody looks at expert infos, or at the whole tree. top: that of the frame, may be NULL. */
bool mw_experts_are_wanted(proto_tree *top);

/* The octets of an element, and the node that its slices are relative to. */
mw_bytes mw_element_bytes(const struct mw_view *view, const struct mw_element *element);
struct mw_node mw_element_node(const struct mw_view *view, const struct mw_element *element);

/* Whether nobody looks at the Info column, or the elements so far fill it with that many characters. */
bool mw_info_is_full(const struct mw_view *view, size_t so_far);
/* What an element says, for the Info column: the first one behind the name of its side.
 * @param more  whether another one follows
 * @param so_far  characters of all elements so far; in: 0 for the first */
void mw_add_info(const struct mw_view *view, const char *side, const char *text, bool more, size_t *so_far);

/* Whether the end of the connection is in the capture; true only when all of it was read. */
bool mw_connection_is_closed(packet_info *pinfo);

/* Fields of a request and its reply. */
struct mw_pairing_fields {
    const int *response_in, *response_to, *time;
};
/* The link from a request to its reply; nothing without one. Returns whether there is one. */
bool mw_add_response_in(const struct mw_node *node, const struct mw_pairing_fields *fields,
                        const struct mw_exchange *exchange);
/* The link from a reply, whose first octet came at that moment, to its request, and the time between. */
void mw_add_response_to(const struct mw_node *node, const struct mw_pairing_fields *fields,
                        const struct mw_exchange *exchange, const struct mw_moment *first);
/* The greeting has no request but the handshake: the time counts from there. */
void mw_add_greeting_time(const struct mw_node *node, const struct mw_pairing_fields *fields,
                          const struct mw_moment *first);

/* A line without meaning under the tree of the protocol, over the whole of an element. */
struct mw_node mw_add_remark(const struct mw_view *view, const struct mw_element *element, const char *text);
/* Octets that are missing in front of an element. */
void mw_add_gap(const struct mw_view *view, const struct mw_element *element, uint64_t octets, mw_issue_id issue);

#endif
