/* The listening sockets: ours, so that all http threads share them and stopping loses nobody. */
#ifndef HTTP_LISTENER_H
#define HTTP_LISTENER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define LISTENER_NAME_SIZE 272

struct listener {
    int fd;
    uint16_t port; /* 0 for a Unix socket */
    bool passed;   /* somebody else has it too, and listens on after us */
    bool has_file; /* a Unix socket that we made */
    dev_t device;  /* of its file */
    ino_t inode;
    char name[LISTENER_NAME_SIZE]; /* "127.0.0.1:8080", "[::1]:8080", "unix:/run/x.sock" */
};

/*
 * Listens on "host:port", "[host]:port" or "unix:/path"; false, having logged why, when it cannot.
 * A Unix socket's file gets socket_mode. One that is there already is replaced when nobody listens
 * on it any more, else refused.
 */
bool listener_open(struct listener *listener, const char *address, mode_t socket_mode);

/* Takes over a listening stream socket (TCP or Unix); false, having logged why, when it is none. */
bool listener_adopt(struct listener *listener, int fd);

/* Lets no new connection begin; those that have begun wait to be accepted. Not for a passed one:
 * whoever comes now is the next process's. */
void listener_close_door(const struct listener *listener);

/* True while a connection waits to be accepted. */
bool listener_pending(const struct listener *listener);

/* Whoever comes now is refused at once; the descriptor stays valid. */
void listener_shut(const struct listener *listener);

void listener_close(struct listener *listener);

#endif
