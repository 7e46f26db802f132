/* IPv4 and IPv6 addresses as one kind of value, and networks of them. */
#ifndef HTTP_IP_NETWORK_H
#define HTTP_IP_NETWORK_H

#include <stdbool.h>
#include <stddef.h>

#define IP_BYTES     16
#define IP_TEXT_SIZE 46 /* with the NUL */

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

bool ip_is_v4(const struct ip_address *address);

/* Reads "10.0.0.0/8", "2001:db8::/32" or an address alone; bits beyond the prefix must be 0. */
bool ip_network_parse(const char *text, size_t length, struct ip_network *network);

/* An IPv6 network holds no IPv4 address: ::/0 is not everything. */
bool ip_network_has(const struct ip_network *network, const struct ip_address *address);

#endif
