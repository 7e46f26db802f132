#include "http/request.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "http/accept.h"

const char *request_path_param(const struct request *request, const char *name) {
    for (size_t i = 0; i < PATH_PARAMS_MAX; i++) {
        if (strcmp(request->path_params[i].name, name) == 0) {
            return request->path_params[i].value;
        }
    }
    assert(0 && "the route has no such parameter");
    return "";
}

static const char *first_value(const struct request_param params[], size_t count,
                               const char *name) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(params[i].name, name) == 0) {
            return params[i].value;
        }
    }
    return NULL;
}

const char *request_query(const struct request *request, const char *name) {
    return first_value(request->query, request->query_count, name);
}

const char *request_form(const struct request *request, const char *name) {
    return first_value(request->form, request->form_count, name);
}

const char *request_header(const struct request *request, const char *name) {
    for (size_t i = 0; i < request->header_count; i++) {
        if (strcasecmp(request->headers[i].name, name) == 0) {
            return request->headers[i].value;
        }
    }
    return NULL;
}

/* Accept may be repeated; several lines mean one list. */
static int best_quality(const struct request *request, const char *media_type) {
    struct accepted best = ACCEPTED_NOTHING;
    bool given = false;
    for (size_t i = 0; i < request->header_count; i++) {
        if (strcasecmp(request->headers[i].name, "Accept") == 0) {
            given = true;
            accept_consider(request->headers[i].value, media_type, &best);
        }
    }
    return given ? best.quality : QUALITY_MAX;
}

bool request_accepts(const struct request *request, const char *media_type) {
    return best_quality(request, media_type) > 0;
}

const char *request_preferred_type(const struct request *request, const char *const types[],
                                   size_t count) {
    const char *preferred = NULL;
    int most = 0;
    for (size_t i = 0; i < count; i++) {
        int quality = best_quality(request, types[i]);
        if (quality > most) {
            most = quality;
            preferred = types[i];
        }
    }
    return preferred;
}
