/* The listening socket: ours, so that all http threads share it and stopping loses nobody. */
#ifndef HTTP_LISTENER_H
#define HTTP_LISTENER_H

#include <stdbool.h>
#include <stdint.h>

/* Listens on "host:port" or "[host]:port"; the socket, or -1 having logged why. */
int listener_open(const char *address, uint16_t *port);

/* Lets no new connection begin; those that have begun wait to be accepted. */
void listener_close_door(int fd);

/* True while a connection waits to be accepted. */
bool listener_pending(int fd);

/* Whoever comes now is refused at once; the descriptor stays valid. */
void listener_shut(int fd);

#endif
