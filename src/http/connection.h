/* What server.c, which alone knows libmicrohttpd, does for the other files of http/. */
#ifndef HTTP_CONNECTION_H
#define HTTP_CONNECTION_H

struct MHD_Connection;

/* Stops all work on the connection until it is resumed; on its http thread, before it is given to
 * anybody. */
void connection_suspend(struct MHD_Connection *connection);

/* Exactly once per suspension, from any thread; the connection must not be touched afterwards. */
void connection_resume(struct MHD_Connection *connection);

#endif
