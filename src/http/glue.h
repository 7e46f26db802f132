/* Starting and stopping one http thread; in server.c, which alone knows libmicrohttpd. */
#ifndef HTTP_GLUE_H
#define HTTP_GLUE_H

#include <stdbool.h>

struct http_thread;

bool glue_start(struct http_thread *thread);

/* Stops accepting; what was accepted goes on. */
void glue_quiesce(struct http_thread *thread);

/* Ends the thread. No connection of it may be suspended: libmicrohttpd would abort the process. */
void glue_stop(struct http_thread *thread);

#endif
