#include "http/entrances.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "base/words.h"
#include "http/listener.h"
#include "http/parts.h"
#include "http/passed_sockets.h"

/* Each address of the list, up to the first that cannot be listened on. */
static bool open_addresses(struct server *server, const char *list, bool for_streams) {
    const struct server_options *options = &server->options;
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
        entrance->for_streams = for_streams;
        entrance->connections_max =
            for_streams ? options->stream_connections_max : options->connections_max;
        server->entrance_count++;
    }
    return true;
}

static bool adopt_passed(struct server *server, const struct passed_sockets *passed) {
    for (size_t i = 0; i < passed->count; i++) {
        struct entrance *entrance = &server->entrances[server->entrance_count];
        if (!listener_adopt(&entrance->listener, passed->fds[i])) {
            return false;
        }
        entrance->connections_max = server->options.connections_max;
        server->entrance_count++;
    }
    return true;
}

bool entrances_open(struct server *server) {
    const struct server_options *options = &server->options;
    const struct passed_sockets *passed = options->passed;
    bool open = passed && passed->count > 0 ? adopt_passed(server, passed)
                                            : open_addresses(server, options->listen, false);
    return open && server->entrance_count > 0 &&
           (!options->stream_listen || open_addresses(server, options->stream_listen, true));
}

static size_t count_words(const char *list) {
    size_t count = 0;
    for (struct word word; list && next_word(&list, &word);) {
        count++;
    }
    return count;
}

size_t entrances_count(const struct server_options *options) {
    bool passed = options->passed && options->passed->count > 0;
    return (passed ? options->passed->count : count_words(options->listen)) +
           count_words(options->stream_listen);
}

uint16_t server_port(const struct server *server) {
    uint16_t port = 0;
    for (size_t i = 0; port == 0 && i < server->entrance_count; i++) {
        port = server->entrances[i].listener.port;
    }
    return port;
}

static const char *address_of(const struct server *server, size_t number, bool for_streams) {
    for (size_t i = 0; i < server->entrance_count; i++) {
        const struct entrance *entrance = &server->entrances[i];
        if (entrance->for_streams == for_streams && number-- == 0) {
            return entrance->listener.name;
        }
    }
    return NULL;
}

const char *server_address(const struct server *server, size_t number) {
    return address_of(server, number, false);
}

const char *server_stream_address(const struct server *server, size_t number) {
    return address_of(server, number, true);
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
