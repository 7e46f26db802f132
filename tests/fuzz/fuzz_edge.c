/* Whatever the lists ("PROXIES", then a line "ORIGINS") and the X-Forwarded-For lines after them
 * hold: the client is an address, and nobody becomes another one by writing further left. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "http/client_address.h"
#include "http/origin.h"

#define LINES_MAX 16
#define LIE       "192.0.2.66, "

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool claim) {
    if (!claim) {
        abort();
    }
}

static char *cut_line(char *text) {
    char *end = text ? strchr(text, '\n') : NULL;
    if (!end) {
        return NULL;
    }
    *end = '\0';
    return end + 1;
}

static void read_proxies(const char *list, struct trusted_proxies *proxies) {
    const char *at = list;
    struct word word;
    bool sound = true;
    while (next_word(&at, &word)) {
        sound = sound && trusted_proxy_is_sound(&word);
    }
    bool parsed = trusted_proxies_parse(list, proxies);
    check(sound || !parsed);
    check(proxies->count <= TRUSTED_NETWORKS_MAX);
}

static void read_origins(const char *list) {
    struct word word;
    while (list && next_word(&list, &word)) {
        if (origin_is_sound(&word)) {
            check(memchr(word.text, '*', word.length) == NULL);
            check(memchr(word.text + 8, '/', word.length - 8) == NULL);
        }
    }
}

static void check_text(const struct client_address *client) {
    char text[IP_TEXT_SIZE];
    struct ip_address again;
    client_address_format(client, text);
    if (client->kind == ADDRESS_IP) {
        check(ip_parse(text, strlen(text), &again));
        check(memcmp(&again, &client->ip, sizeof again) == 0);
    }
}

/* The same again with a lie at the left end of all that was sent. */
static void check_lie(const struct trusted_proxies *proxies, const struct client_address *peer,
                      struct request *request, const struct client_address *client) {
    struct request_header *first = (struct request_header *)&request->headers[0];
    char *line = malloc(strlen(LIE) + strlen(first->value) + 1);
    check(line != NULL);
    stpcpy(stpcpy(line, LIE), first->value);
    first->value = line;
    struct client_address lied;
    client_address_find(proxies, peer, request, &lied);
    check(client->trusted || memcmp(&lied.ip, &client->ip, sizeof lied.ip) == 0);
    check_text(&lied);
    free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = calloc(1, size + 1);
    check(text != NULL);
    memcpy(text, data, size);
    char *origins = cut_line(text);
    char *line = cut_line(origins);
    struct trusted_proxies proxies;
    read_proxies(text, &proxies);
    read_origins(origins);
    struct request_header headers[LINES_MAX];
    struct request request = {.headers = headers};
    while (line && request.header_count < LINES_MAX) {
        char *next = cut_line(line);
        headers[request.header_count++] = (struct request_header){"X-Forwarded-For", line};
        line = next;
    }
    struct sockaddr_in socket = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct client_address peer;
    struct client_address client;
    client_address_from_peer((struct sockaddr *)&socket, &peer);
    client_address_find(&proxies, &peer, &request, &client);
    check_text(&client);
    if (request.header_count > 0) {
        check_lie(&proxies, &peer, &request, &client);
    }
    free(text);
    return 0;
}
