#include "http/entrances.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "base/words.h"
#include "http/listener.h"
#include "http/parts.h"
#include "http/passed_sockets.h"

/* Each address of the list, up to the first that cannot be listened on. */
static bool open_addresses(struct server *server, const char *list) {
    CLEANUP(text_clear) struct text address = {0};
    struct word word;
    while (next_word(&list, &word)) {
        struct entrance *entrance = &server->entrances[server->entrance_count];
        address.length = 0;
        text_append_bytes(&address, word.text, word.length);
        if (server->entrance_count == LISTENERS_MAX || address.failed ||
            !listener_open(&entrance->listener, address.bytes, server->options.socket_mode)) {
            return false;
        }
        server->entrance_count++;
    }
    return server->entrance_count > 0;
}

static bool adopt_passed(struct server *server, const struct passed_sockets *passed) {
    for (size_t i = 0; i < passed->count; i++) {
        struct entrance *entrance = &server->entrances[server->entrance_count];
        if (!listener_adopt(&entrance->listener, passed->fds[i])) {
            return false;
        }
        server->entrance_count++;
    }
    return true;
}

bool entrances_open(struct server *server) {
    const struct passed_sockets *passed = server->options.passed;
    return passed && passed->count > 0 ? adopt_passed(server, passed)
                                       : open_addresses(server, server->options.listen);
}

size_t entrances_count(const struct server_options *options) {
    if (options->passed && options->passed->count > 0) {
        return options->passed->count;
    }
    size_t count = 0;
    const char *list = options->listen;
    for (struct word word; next_word(&list, &word);) {
        count++;
    }
    return count;
}

uint16_t server_port(const struct server *server) {
    uint16_t port = 0;
    for (size_t i = 0; port == 0 && i < server->entrance_count; i++) {
        port = server->entrances[i].listener.port;
    }
    return port;
}

const char *server_address(const struct server *server, size_t number) {
    return number < server->entrance_count ? server->entrances[number].listener.name : NULL;
}

static void for_each(struct server *server, void act(const struct listener *)) {
    for (size_t i = 0; i < server->entrance_count; i++) {
        act(&server->entrances[i].listener);
    }
}

void entrances_close_doors(struct server *server) {
    for_each(server, listener_close_door);
}

/* A passed socket stays open for whoever comes next, who will accept what waits there. */
bool entrances_pending(const struct server *server) {
    for (size_t i = 0; i < server->entrance_count; i++) {
        const struct listener *listener = &server->entrances[i].listener;
        if (!listener->passed && listener_pending(listener)) {
            return true;
        }
    }
    return false;
}

void entrances_shut(struct server *server) {
    for_each(server, listener_shut);
}

void entrances_close(struct server *server) {
    for (size_t i = 0; i < server->entrance_count; i++) {
        listener_close(&server->entrances[i].listener);
    }
}
