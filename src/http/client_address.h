/*
 * Whose request it is: the peer, or, when the peer is a trusted proxy, whom it says it speaks for
 * in X-Forwarded-For. `Forwarded` (RFC 7239) is not read: a proxy that writes one of the two passes
 * on the other as a stranger sent it.
 */
#ifndef HTTP_CLIENT_ADDRESS_H
#define HTTP_CLIENT_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/ip_network.h"
#include "base/words.h"
#include "http/request.h"

#define TRUSTED_NETWORKS_MAX 256

enum address_kind {
    ADDRESS_UNKNOWN,
    ADDRESS_IP,
    ADDRESS_UNIX, /* the peer of a Unix socket */
};

struct client_address {
    enum address_kind kind;
    bool trusted; /* it is a proxy of ours itself: nobody behind it was named */
    struct ip_address ip;
};

struct trusted_proxies {
    bool unix_peers;
    size_t count;
    struct ip_network networks[TRUSTED_NETWORKS_MAX];
};

/* True for what a list of trusted proxies may hold: a network, an address, or "unix". */
bool trusted_proxy_is_sound(const struct word *word);

/* Reads a list whose words are sound; false when there are too many. */
bool trusted_proxies_parse(const char *list, struct trusted_proxies *proxies);

void client_address_from_peer(const struct sockaddr *peer, struct client_address *address);

/*
 * Walks all X-Forwarded-For lines, as one list, from the right as long as the hop that spoke last
 * is trusted. Entries may have a port ("192.0.2.1:5000", "[2001:db8::1]:5000"). At an entry that is
 * none ("unknown") the walk stops, and the proxy that wrote it counts. False when nothing
 * was read, and the peer counts.
 */
bool client_address_find(const struct trusted_proxies *proxies, const struct client_address *peer,
                         const struct request *request, struct client_address *client);

/* "192.0.2.1", "2001:db8::1", "unix" or "". */
void client_address_format(const struct client_address *address, char text[IP_TEXT_SIZE]);

#endif
