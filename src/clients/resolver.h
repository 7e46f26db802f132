/* The addresses of a host, within a time: getaddrinfo itself knows no deadline. */
#ifndef CLIENTS_RESOLVER_H
#define CLIENTS_RESOLVER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define RESOLVED_MAX       64 /* addresses of one host; more are left out */
#define RESOLVE_ERROR_SIZE 100
#define LOOKUPS_MAX        4 /* threads that wait for name servers at once */

enum resolution {
    RESOLVED,       /* there is at least one address */
    RESOLVE_FAILED, /* error says why, in the system's words */
    RESOLVE_LATE,   /* not within the time; its thread goes on until the name servers answer */
    RESOLVE_BUSY,   /* LOOKUPS_MAX of them do so, or out of memory */
};

struct resolved {
    struct sockaddr_storage addresses[RESOLVED_MAX]; /* with port 0 */
    size_t count;
    char error[RESOLVE_ERROR_SIZE];
};

/* Numeric hosts, in whatever spelling the system reads, are resolved at once. */
enum resolution resolve_host(const char *host, int64_t timeout_ms, struct resolved *resolved);

#endif
