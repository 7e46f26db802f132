/* A Unix socket's file: made with its mode, taken over when stale, removed when it is ours. */
#ifndef HTTP_UNIX_SOCKET_H
#define HTTP_UNIX_SOCKET_H

#include <sys/un.h>

#include "http/listener.h"

/* Fills address; false when path does not fit or is not absolute. */
bool unix_address(const char *path, struct sockaddr_un *address);

/* Binds and listens; the descriptor, or -1 having logged why. */
int unix_socket_open(struct listener *listener, const char *path, mode_t mode);

/* Removes the file unless somebody else has put another in its place. */
void unix_socket_remove(const struct listener *listener, const char *path);

#endif
