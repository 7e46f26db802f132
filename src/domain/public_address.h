/*
 * Where webhooks may go: to the public internet and to what the operator lists, never to machines
 * that only we can reach. Asked of the address that a socket is about to connect to, since a name
 * may mean another one a moment later.
 */
#ifndef DOMAIN_PUBLIC_ADDRESS_H
#define DOMAIN_PUBLIC_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

#include "base/ip_network.h"

/*
 * False for what the registries of special-purpose addresses (RFC 6890) do not give to the public
 * internet, and for IPv6 addresses that carry such an IPv4 address: mapped, compatible, translated
 * (NAT64), 6to4, Teredo, ISATAP. False for what is no IP address.
 */
bool address_is_public(const struct sockaddr *address);

/* True when the operator lists it; as it is, mapped IPv4 aside. */
bool address_is_listed(const struct sockaddr *address, const struct ip_networks *listed);

/* Plain http goes to listed addresses alone. */
bool address_may_be_called(const struct sockaddr *address, const struct ip_networks *listed,
                           bool encrypted);

#endif
