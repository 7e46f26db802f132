/*
 * libmicrohttpd 0.9.75 takes up to 128 events at a time (MHD_epoll in daemon.c). Where it got just
 * as many it asks again before it looks at them, with the same timeout: a thread with a multiple of
 * 128 events at once slept on them until some other came, a minute at worst. Its calls of
 * epoll_wait end in ours, as the program's symbols go before the C library's; it gets one less.
 */
#ifndef HTTP_EVENT_WAIT_H
#define HTTP_EVENT_WAIT_H

#include <stdbool.h>

/* False when the calls of libraries do not end in ours. */
bool event_wait_is_ours(void);

#endif
