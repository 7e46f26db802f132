#ifndef CLIENTS_CURL_ONCE_H
#define CLIENTS_CURL_ONCE_H

/* Makes libcurl ready, once in this process; from any thread. */
void curl_once(void);

#endif
