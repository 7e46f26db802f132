#include "base/ip_network.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "base/parse.h"

#define V4_BITS       32
#define V6_BITS       128
#define V4_AT         12 /* the byte where a mapped IPv4 address begins */
#define BITS_TEXT_MAX 3

static const unsigned char mapped_prefix[V4_AT] = {[10] = 0xff, [11] = 0xff};

bool ip_is_v4(const struct ip_address *address) {
    return memcmp(address->bytes, mapped_prefix, sizeof mapped_prefix) == 0;
}

bool ip_parse(const char *text, size_t length, struct ip_address *address) {
    char copy[IP_TEXT_SIZE];
    if (length >= sizeof copy || memchr(text, '\0', length)) {
        return false;
    }
    memcpy(copy, text, length);
    copy[length] = '\0';
    struct ip_address parsed;
    memcpy(parsed.bytes, mapped_prefix, sizeof mapped_prefix);
    if (inet_pton(AF_INET, copy, parsed.bytes + V4_AT) != 1 &&
        inet_pton(AF_INET6, copy, parsed.bytes) != 1) {
        return false;
    }
    *address = parsed;
    return true;
}

bool ip_from_sockaddr(const struct sockaddr *socket_address, struct ip_address *address) {
    if (socket_address->sa_family == AF_INET) {
        const struct sockaddr_in *four = (const void *)socket_address;
        memcpy(address->bytes, mapped_prefix, sizeof mapped_prefix);
        memcpy(address->bytes + V4_AT, &four->sin_addr, IP_BYTES - V4_AT);
        return true;
    }
    if (socket_address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const void *)socket_address;
        memcpy(address->bytes, &six->sin6_addr, IP_BYTES);
        return true;
    }
    return false;
}

void ip_format(const struct ip_address *address, char text[IP_TEXT_SIZE]) {
    if (ip_is_v4(address)) {
        inet_ntop(AF_INET, address->bytes + V4_AT, text, IP_TEXT_SIZE);
    } else {
        inet_ntop(AF_INET6, address->bytes, text, IP_TEXT_SIZE);
    }
}

static bool parse_bits(const char *text, size_t length, unsigned most, unsigned *bits) {
    char copy[BITS_TEXT_MAX + 1];
    int64_t value;
    if (length >= sizeof copy) {
        return false;
    }
    memcpy(copy, text, length);
    copy[length] = '\0';
    if (!parse_int(copy, 0, most, &value)) {
        return false;
    }
    *bits = (unsigned)value;
    return true;
}

/* The bits that address and network have alike in byte number i. */
static unsigned char mask_of(unsigned bits, unsigned i) {
    unsigned within = bits > i * 8 ? bits - i * 8 : 0;
    return within >= 8 ? 0xff : (unsigned char)(0xff00U >> within);
}

static bool nothing_beyond_prefix(const struct ip_network *network) {
    for (unsigned i = 0; i < IP_BYTES; i++) {
        if (network->first.bytes[i] & ~mask_of(network->bits, i)) {
            return false;
        }
    }
    return true;
}

bool ip_network_parse(const char *text, size_t length, struct ip_network *network) {
    const char *slash = memchr(text, '/', length);
    size_t address_length = slash ? (size_t)(slash - text) : length;
    struct ip_network parsed = {.bits = V6_BITS};
    if (!ip_parse(text, address_length, &parsed.first)) {
        return false;
    }
    bool v4 = memchr(text, ':', address_length) == NULL;
    unsigned bits = v4 ? V4_BITS : V6_BITS;
    if (slash && !parse_bits(slash + 1, length - address_length - 1, bits, &bits)) {
        return false;
    }
    parsed.bits = bits + (v4 ? V6_BITS - V4_BITS : 0);
    if (!nothing_beyond_prefix(&parsed)) {
        return false;
    }
    *network = parsed;
    return true;
}

bool ip_network_has(const struct ip_network *network, const struct ip_address *address) {
    if (ip_is_v4(&network->first) != ip_is_v4(address)) {
        return false;
    }
    for (unsigned i = 0; i < IP_BYTES; i++) {
        if ((network->first.bytes[i] ^ address->bytes[i]) & mask_of(network->bits, i)) {
            return false;
        }
    }
    return true;
}

bool ip_network_is_sound(const struct word *word) {
    struct ip_network network;
    return ip_network_parse(word->text, word->length, &network);
}

bool ip_networks_parse(const char *list, struct ip_networks *networks) {
    *networks = (struct ip_networks){.count = 0};
    struct word word;
    while (next_word(&list, &word)) {
        if (networks->count == IP_NETWORKS_MAX ||
            !ip_network_parse(word.text, word.length, &networks->networks[networks->count])) {
            return false;
        }
        networks->count++;
    }
    return true;
}

bool ip_networks_have(const struct ip_networks *networks, const struct ip_address *address) {
    for (size_t i = 0; i < networks->count; i++) {
        if (ip_network_has(&networks->networks[i], address)) {
            return true;
        }
    }
    return false;
}
