/* Whatever head comes in ("METHOD TARGET VERSION", then "NAME: VALUE" lines): what the guard lets
 * through is safe to route, to decode and to log. */
#include "base/array.h"
#include "fuzz.h"
#include "http/credentials.h"
#include "http/form.h"
#include "http/guard.h"
#include "http/identity.h"
#include "http/router.h"

static const struct route routes[] = {
    {"GET", "/a", "a", NULL, SCOPE_NONE, RUNS_AT_ONCE, NEEDS_NOTHING},
    {"POST", "/a/{b}", "b", NULL, SCOPE_NONE, RUNS_AT_ONCE, NEEDS_NOTHING},
    {"PUT", "/{a}/b/{c}", "c", NULL, SCOPE_NONE, RUNS_AT_ONCE, NEEDS_NOTHING},
};

static char *cut(char *text, const char *separator) {
    char *at = text ? strstr(text, separator) : NULL;
    if (!at) {
        return NULL;
    }
    *at = '\0';
    return at + strlen(separator);
}

static void use_headers(const struct request *request) {
    char key[API_KEY_SIZE];
    const char *authorization = request_header(request, "Authorization");
    if (authorization && credentials_key(authorization, key)) {
        claim(*key && strlen(key) < sizeof key);
    }
    char trace_id[33];
    const char *traceparent = request_header(request, "traceparent");
    if (traceparent && trace_id_from(traceparent, trace_id)) {
        claim(strlen(trace_id) == 32);
    }
    static const char *const types[] = {"application/json", "text/csv"};
    const char *preferred = request_preferred_type(request, types, COUNT(types));
    claim(!preferred || request_accepts(request, preferred));
}

static void use_target(struct request *request, const char *target) {
    const char *origin = target_origin_form(target);
    char path[TARGET_BYTES_MAX + 1];
    size_t length = strcspn(origin, "?");
    claim(length <= TARGET_BYTES_MAX);
    memcpy(path, origin, length);
    path[length] = '\0';
    request->path = path;
    unsigned status = 0;
    char allow[64] = "";
    const struct route *route = find_route(routes, COUNT(routes), request, &status, allow);
    claim(route || status == 404 || status == 405 || status == 501);
    for (size_t i = 0; route && i < PATH_PARAMS_MAX; i++) {
        const char *value = request->path_params[i].value;
        claim(utf8_valid(value, strlen(value)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = fuzz_text(data, size);
    static struct request_header headers[HEADERS_MAX + 2];
    char *line = cut(text, "\n");
    char *target = cut(text, " ");
    char *version = cut(target, " ");
    size_t count = 0;
    while (line && count < COUNT(headers)) {
        char *next = cut(line, "\n");
        char *value = cut(line, ": ");
        headers[count++] = (struct request_header){line, value ? value : ""};
        line = next;
    }
    struct head head = {text, target, version ? version : "", headers, count};
    if (!guard_objection(&head)) {
        struct request request = {.method = text, .headers = headers, .header_count = count};
        use_target(&request, target);
        use_headers(&request);
    }
    free(text);
    return 0;
}
