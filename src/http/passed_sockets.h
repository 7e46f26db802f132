/* Listening sockets that systemd, or whoever speaks its protocol, passes at the start
 * (sd_listen_fds(3)). */
#ifndef HTTP_PASSED_SOCKETS_H
#define HTTP_PASSED_SOCKETS_H

#include <stddef.h>

#define PASSED_SOCKETS_MAX 16

struct passed_sockets {
    size_t count;
    int fds[PASSED_SOCKETS_MAX];
};

/*
 * Takes the sockets that were passed to this process, closed at exec from here on, and forgets the
 * variables: no child shall take them for its own. None when the variables are meant for another
 * process. Before the first thread.
 */
struct passed_sockets passed_sockets_take(void);

#endif
