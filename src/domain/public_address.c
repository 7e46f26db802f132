#include "domain/public_address.h"

#include <string.h>

#include "base/array.h"

#define V4_BYTES 4
#define V4_AT    12 /* the byte where a mapped IPv4 address begins */

#define V4(bits, ...)                                                                              \
    { {{[10] = 0xff, 0xff, __VA_ARGS__}}, 96 + (bits) }
#define V6(bits, ...)                                                                              \
    { {{__VA_ARGS__}}, (bits) }

/* One row a line. */
/* clang-format off */
static const struct ip_network private_v4[] = {
    V4(8, 0),               /* "this network"; 0.0.0.0 is this machine */
    V4(8, 10),
    V4(10, 100, 64),        /* carriers' NAT */
    V4(8, 127),
    V4(16, 169, 254),       /* link-local, and what clouds tell their machines there */
    V4(12, 172, 16),
    V4(24, 192, 0, 0),      /* protocol assignments */
    V4(24, 192, 0, 2),      /* documentation */
    V4(24, 192, 88, 99),    /* 6to4 relays, withdrawn */
    V4(16, 192, 168),
    V4(15, 198, 18),        /* benchmarks */
    V4(24, 198, 51, 100),   /* documentation */
    V4(24, 203, 0, 113),    /* documentation */
    V4(3, 224),             /* multicast, reserved, broadcast */
};

static const struct ip_network global_v6 = V6(3, 0x20); /* 2000::/3 */

/* Of global_v6. */
static const struct ip_network private_v6[] = {
    V6(23, 0x20, 0x01),                   /* protocol assignments, but Teredo */
    V6(32, 0x20, 0x01, 0x0d, 0xb8),       /* documentation */
    V6(20, 0x3f, 0xff),                   /* documentation */
};

/* Where an IPv4 address lies in an IPv6 address: whoever translates it sends to that. */
static const struct carrier {
    struct ip_network network;
    unsigned at;
    unsigned char mask; /* Teredo turns the client's bits over */
} carriers[] = {
    {V6(96, 0), 12, 0},                                     /* compatible: ::a.b.c.d */
    {V6(96, [8] = 0xff, 0xff), 12, 0},                      /* translated: ::ffff:0:a.b.c.d */
    {V6(96, 0x00, 0x64, 0xff, 0x9b), 12, 0},                /* NAT64 */
    {V6(32, 0x20, 0x01, 0, 0), 4, 0},                       /* Teredo's server */
    {V6(32, 0x20, 0x01, 0, 0), 12, 0xff},                   /* Teredo's client */
    {V6(16, 0x20, 0x02), 2, 0},                             /* 6to4 */
};
/* clang-format on */

static bool is_in(const struct ip_address *address, const struct ip_network networks[],
                  size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (ip_network_has(&networks[i], address)) {
            return true;
        }
    }
    return false;
}

static bool v4_at_is_public(const struct ip_address *address, unsigned at, unsigned char mask) {
    struct ip_address carried = {.bytes = {[10] = 0xff, 0xff}};
    for (unsigned i = 0; i < V4_BYTES; i++) {
        carried.bytes[V4_AT + i] = address->bytes[at + i] ^ mask;
    }
    return !is_in(&carried, private_v4, COUNT(private_v4));
}

/* RFC 5214 6.1: the interface is [02]00:5efe and an IPv4 address. */
static bool is_isatap(const struct ip_address *address) {
    static const unsigned char interface[] = {0x00, 0x00, 0x5e, 0xfe};
    unsigned char found[sizeof interface];
    memcpy(found, address->bytes + 8, sizeof found);
    found[0] &= 0xfd;
    return memcmp(found, interface, sizeof found) == 0;
}

/* False when it carries a private address; *carries when it carries any. */
static bool carries_public_v4(const struct ip_address *address, bool *carries) {
    bool all_public = !is_isatap(address) || v4_at_is_public(address, V4_AT, 0);
    *carries = false;
    for (size_t i = 0; i < COUNT(carriers); i++) {
        const struct carrier *carrier = &carriers[i];
        bool has = ip_network_has(&carrier->network, address);
        *carries |= has;
        all_public &= !has || v4_at_is_public(address, carrier->at, carrier->mask);
    }
    return all_public;
}

static bool v6_is_public(const struct ip_address *address) {
    bool carries;
    if (!carries_public_v4(address, &carries)) {
        return false;
    }
    return carries ||
           (ip_network_has(&global_v6, address) && !is_in(address, private_v6, COUNT(private_v6)));
}

bool address_is_public(const struct sockaddr *address) {
    struct ip_address ip;
    if (!ip_from_sockaddr(address, &ip)) {
        return false;
    }
    return ip_is_v4(&ip) ? v4_at_is_public(&ip, V4_AT, 0) : v6_is_public(&ip);
}

bool address_is_listed(const struct sockaddr *address, const struct ip_networks *listed) {
    struct ip_address ip;
    return ip_from_sockaddr(address, &ip) && ip_networks_have(listed, &ip);
}

bool address_may_be_called(const struct sockaddr *address, const struct ip_networks *listed,
                           bool encrypted) {
    return address_is_listed(address, listed) || (encrypted && address_is_public(address));
}
