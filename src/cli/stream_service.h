/* Starts and stops live streams with the service. */
#ifndef CLI_STREAM_SERVICE_H
#define CLI_STREAM_SERVICE_H

#include <stdbool.h>

struct app;

/* False, logged, when it cannot. */
bool stream_service_start(struct app *app);

/* Ends all streams and lets nobody listen any more: before the server is stopped, which would wait
 * for them. */
void stream_service_close(struct app *app);

/* After it. */
void stream_service_stop(struct app *app);

#endif
