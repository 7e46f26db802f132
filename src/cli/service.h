/* All parts of the running service, started and stopped in their order. */
#ifndef CLI_SERVICE_H
#define CLI_SERVICE_H

#include "app.h"
#include "config.h"

#define PUBLIC_URL_SIZE 256

struct housekeeping;

struct service {
    struct app app;
    struct housekeeping *housekeeping;
    char public_url[PUBLIC_URL_SIZE];
};

/* False, having logged why, with nothing left running. conninfo and config are lent. */
bool service_start(struct service *service, const struct config *config, const char *conninfo);

/* Answers what was accepted, at most [http] drain_ms, commits what was taken, and frees everything.
 */
void service_stop(struct service *service, const struct config *config);

#endif
