#include "cli/stream_service.h"

#include "api/stream_hub.h"
#include "app.h"

bool stream_service_start(struct app *app) {
    app->stream_hub = stream_hub_start(app);
    return app->stream_hub != NULL;
}

void stream_service_close(struct app *app) {
    if (app->stream_hub) {
        stream_hub_close(app->stream_hub);
    }
}

void stream_service_stop(struct app *app) {
    if (app->stream_hub) {
        stream_hub_free(app->stream_hub);
    }
    app->stream_hub = NULL;
}
