/* All addresses that a server listens on. */
#ifndef HTTP_ENTRANCES_H
#define HTTP_ENTRANCES_H

#include <stdbool.h>
#include <stddef.h>

struct server;
struct server_options;

/* How many there are to be. */
size_t entrances_count(const struct server_options *options);

/* Takes over what was passed, or listens on each address of the list; false, logged, when one
 * cannot be had. */
bool entrances_open(struct server *server);

/* As in listener.h, for each of them. */
void entrances_close_doors(struct server *server);
bool entrances_pending(const struct server *server);
void entrances_shut(struct server *server);
void entrances_close(struct server *server);

#endif
