#include "http/client_address.h"

#include <string.h>
#include <strings.h>

#define UNIX_WORD "unix"
#define BLANKS    " \t"

static bool is_unix(const struct word *word) {
    return word->length == strlen(UNIX_WORD) && memcmp(word->text, UNIX_WORD, word->length) == 0;
}

bool trusted_proxy_is_sound(const struct word *word) {
    struct ip_network network;
    return is_unix(word) || ip_network_parse(word->text, word->length, &network);
}

bool trusted_proxies_parse(const char *list, struct trusted_proxies *proxies) {
    *proxies = (struct trusted_proxies){0};
    struct word word;
    while (next_word(&list, &word)) {
        if (is_unix(&word)) {
            proxies->unix_peers = true;
            continue;
        }
        if (proxies->count == TRUSTED_NETWORKS_MAX ||
            !ip_network_parse(word.text, word.length, &proxies->networks[proxies->count])) {
            return false;
        }
        proxies->count++;
    }
    return true;
}

void client_address_from_peer(const struct sockaddr *peer, struct client_address *address) {
    *address = (struct client_address){.kind = ADDRESS_UNKNOWN};
    if (ip_from_sockaddr(peer, &address->ip)) {
        address->kind = ADDRESS_IP;
    } else if (peer->sa_family == AF_UNIX) {
        address->kind = ADDRESS_UNIX;
    }
}

static bool is_trusted(const struct trusted_proxies *proxies,
                       const struct client_address *address) {
    if (address->kind != ADDRESS_IP) {
        return address->kind == ADDRESS_UNIX && proxies->unix_peers;
    }
    for (size_t i = 0; i < proxies->count; i++) {
        if (ip_network_has(&proxies->networks[i], &address->ip)) {
            return true;
        }
    }
    return false;
}

static bool is_port(const char *text, size_t length) {
    size_t digits = 0;
    while (digits < length && text[digits] >= '0' && text[digits] <= '9') {
        digits++;
    }
    return digits == length && digits >= 1 && digits <= 5;
}

/* "[ADDRESS]" or "[ADDRESS]:PORT". */
static bool parse_bracketed(const char *text, size_t length, struct ip_address *ip) {
    const char *close = memchr(text, ']', length);
    if (!close || !memchr(text, ':', (size_t)(close - text))) {
        return false;
    }
    size_t rest = length - (size_t)(close + 1 - text);
    bool ends = rest == 0 || (close[1] == ':' && is_port(close + 2, rest - 1));
    return ends && ip_parse(text + 1, (size_t)(close - text) - 1, ip);
}

static bool parse_hop(const char *text, size_t length, struct ip_address *ip) {
    if (length > 0 && text[0] == '[') {
        return parse_bracketed(text, length, ip);
    }
    const char *colon = memchr(text, ':', length);
    size_t rest = colon ? length - (size_t)(colon + 1 - text) : 0;
    bool port = colon && is_port(colon + 1, rest);
    return ip_parse(text, port ? (size_t)(colon - text) : length, ip);
}

/* The last element of the list that ends at *length, without blanks; *length becomes the rest. */
static struct word last_element(const char *list, size_t *length) {
    size_t end = *length;
    size_t start = end;
    while (start > 0 && list[start - 1] != ',') {
        start--;
    }
    *length = start > 0 ? start - 1 : 0;
    while (start < end && strchr(BLANKS, list[start])) {
        start++;
    }
    while (end > start && strchr(BLANKS, list[end - 1])) {
        end--;
    }
    return (struct word){list + start, end - start};
}

/* One hop back; false when the walk ends. Empty elements of a list mean nothing (RFC 9110 5.6.1).
 */
static bool step(const struct trusted_proxies *proxies, const struct word *element,
                 struct client_address *client) {
    if (element->length == 0) {
        return true;
    }
    struct client_address before = {.kind = ADDRESS_IP};
    if (!parse_hop(element->text, element->length, &before.ip)) {
        return false;
    }
    before.trusted = is_trusted(proxies, &before);
    *client = before;
    return before.trusted;
}

static bool walk_line(const struct trusted_proxies *proxies, const char *line,
                      struct client_address *client) {
    size_t length = strlen(line);
    bool going = true;
    while (going && length > 0) {
        struct word element = last_element(line, &length);
        going = step(proxies, &element, client);
    }
    return going;
}

bool client_address_find(const struct trusted_proxies *proxies, const struct client_address *peer,
                         const struct request *request, struct client_address *client) {
    *client = *peer;
    client->trusted = is_trusted(proxies, peer);
    bool going = client->trusted;
    bool moved = false;
    for (size_t i = request->header_count; going && i > 0; i--) {
        const struct request_header *header = &request->headers[i - 1];
        if (strcasecmp(header->name, "X-Forwarded-For") == 0) {
            going = walk_line(proxies, header->value, client);
            moved = true;
        }
    }
    return moved;
}

void client_address_format(const struct client_address *address, char text[IP_TEXT_SIZE]) {
    text[0] = '\0';
    if (address->kind == ADDRESS_IP) {
        ip_format(&address->ip, text);
    } else if (address->kind == ADDRESS_UNIX) {
        memcpy(text, UNIX_WORD, sizeof UNIX_WORD);
    }
}
