/* IPv4 and IPv6 addresses as one kind of value, and networks of them. */
#ifndef BASE_IP_NETWORK_H
#define BASE_IP_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/words.h"

#define IP_BYTES        16
#define IP_TEXT_SIZE    46 /* with the NUL */
#define IP_NETWORKS_MAX 64

/* IPv4 as ::ffff:a.b.c.d (RFC 4291 2.5.5.2), so that both spellings are one address. */
struct ip_address {
    unsigned char bytes[IP_BYTES];
};

struct ip_network {
    struct ip_address first;
    unsigned bits; /* of the 128 */
};

/* Reads all length bytes of text; no port, brackets or zone. */
bool ip_parse(const char *text, size_t length, struct ip_address *address);

/* IPv4 with dots, IPv6 as RFC 5952 wants it. */
void ip_format(const struct ip_address *address, char text[IP_TEXT_SIZE]);

/* False when it is of neither family. */
bool ip_from_sockaddr(const struct sockaddr *socket_address, struct ip_address *address);

bool ip_is_v4(const struct ip_address *address);

/* Reads "10.0.0.0/8", "2001:db8::/32" or an address alone; bits beyond the prefix must be 0. */
bool ip_network_parse(const char *text, size_t length, struct ip_network *network);

/* An IPv6 network holds no IPv4 address: ::/0 is not everything. */
bool ip_network_has(const struct ip_network *network, const struct ip_address *address);

struct ip_networks {
    struct ip_network networks[IP_NETWORKS_MAX];
    size_t count;
};

/* True for a word of such a list: a network or an address. */
bool ip_network_is_sound(const struct word *word);

/* Reads a list whose words are sound; false when there are too many. */
bool ip_networks_parse(const char *list, struct ip_networks *networks);

bool ip_networks_have(const struct ip_networks *networks, const struct ip_address *address);

#endif
