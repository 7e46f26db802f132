/* URLs that webhooks may be sent to. */
#ifndef CLIENTS_WEBHOOK_URL_H
#define CLIENTS_WEBHOOK_URL_H

#include <stdbool.h>

#include "base/ip_network.h"

#define WEBHOOK_URL_BYTES_MAX   2000
#define WEBHOOK_HOST_BYTES_MAX  253
#define WEBHOOK_RESOLVE_MS      4000
#define WEBHOOK_OBJECTION_BYTES 300

struct webhook_url {
    bool encrypted;
    char host[WEBHOOK_HOST_BYTES_MAX + 1]; /* of IPv6 addresses without brackets */
};

/* What url says, or why it cannot be one: then *parts is undefined. */
const char *webhook_url_read(const char *url, struct webhook_url *parts);

enum webhook_host {
    WEBHOOK_HOST_GOOD,
    WEBHOOK_HOST_REFUSED, /* objection says why, without the addresses: others' names are not to be
                             spied out */
    WEBHOOK_HOST_UNKNOWN, /* too many names are being looked up already: worth a retry */
};

/*
 * Whether all addresses of a URL's host may be called, by now: whoever connects asks again. Waits
 * for name servers, at most WEBHOOK_RESOLVE_MS.
 */
enum webhook_host webhook_host_check(const struct webhook_url *parts,
                                     const struct ip_networks *listed,
                                     char objection[WEBHOOK_OBJECTION_BYTES]);

#endif
