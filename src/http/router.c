#include "http/router.h"

#include <string.h>

#include "base/array.h"
#include "http/form.h"

/* Methods that exist: on a path that does not know them they are 405, all others 501. */
static const char *const known_methods[] = {"GET",   "HEAD",   "POST",    "PUT",
                                            "PATCH", "DELETE", "OPTIONS", "TRACE"};

static size_t segment_length(const char *text) {
    return strcspn(text, "/");
}

static bool copy_segment(char *target, size_t size, const char *source, size_t length) {
    if (length == 0 || length >= size) {
        return false;
    }
    memcpy(target, source, length);
    target[length] = '\0';
    return true;
}

/* Reads one segment of each; param is where a {name} and its value go. */
static bool segment_matches(const char *pattern, const char *path, struct path_param *param) {
    size_t pattern_length = segment_length(pattern);
    size_t path_length = segment_length(path);
    if (*pattern == '{') {
        return param &&
               copy_segment(param->name, sizeof param->name, pattern + 1, pattern_length - 2) &&
               copy_segment(param->value, sizeof param->value, path, path_length) &&
               percent_decode(param->value, false);
    }
    return pattern_length == path_length && memcmp(pattern, path, path_length) == 0;
}

bool path_matches(const char *pattern, const char *path,
                  struct path_param params[PATH_PARAMS_MAX]) {
    size_t count = 0;
    while (*pattern == '/' && *path == '/') {
        pattern++;
        path++;
        if (!segment_matches(pattern, path, count < PATH_PARAMS_MAX ? &params[count] : NULL)) {
            return false;
        }
        count += *pattern == '{';
        pattern += segment_length(pattern);
        path += segment_length(path);
    }
    return *pattern == '\0' && *path == '\0';
}

static bool method_is_known(const char *method) {
    for (size_t i = 0; i < COUNT(known_methods); i++) {
        if (strcmp(method, known_methods[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool route_answers(const struct route *route, const char *method) {
    return strcmp(route->method, method) == 0 ||
           (strcmp(method, "HEAD") == 0 && strcmp(route->method, "GET") == 0);
}

static const struct route *first_route(const struct route routes[], size_t count,
                                       struct request *request, const char *method) {
    for (size_t i = 0; i < count; i++) {
        if (route_answers(&routes[i], method) &&
            path_matches(routes[i].path, request->path, request->path_params)) {
            return &routes[i];
        }
    }
    return NULL;
}

/* Lists the methods of all routes with path, HEAD included, in the order of known_methods. */
static bool allowed_methods(const struct route routes[], size_t count, struct request *request,
                            char allow[64]) {
    char *end = allow;
    *end = '\0';
    for (size_t i = 0; i < COUNT(known_methods); i++) {
        if (first_route(routes, count, request, known_methods[i])) {
            end = stpcpy(stpcpy(end, end == allow ? "" : ", "), known_methods[i]);
        }
    }
    return end != allow;
}

const struct route *find_route(const struct route routes[], size_t count, struct request *request,
                               unsigned *status, char allow[64]) {
    const struct route *route = first_route(routes, count, request, request->method);
    if (route) {
        return route;
    }
    bool exists = allowed_methods(routes, count, request, allow);
    memset(request->path_params, 0, sizeof request->path_params);
    *status = !method_is_known(request->method) ? 501 : exists ? 405 : 404;
    return NULL;
}
