#include "api/source_view.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/time.h"

/* Who else reports contacts and answers: the numbers by source must tell them apart. */
static const char *const taken[] = {"presets", "api",  "cli",   "demo",           "import",
                                    "page",    "link", "email", "link_unverified"};

const char *const source_read_only[] = {
    "source", "revision", "url", "has_secret", "created_at", "updated_at", "previous_valid_until"};
const size_t source_read_only_count = COUNT(source_read_only);

const char *source_name_objection(const char *name) {
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
    size_t length = strlen(name);
    if (length == 0 || length > SOURCE_BYTES_MAX || strspn(name, allowed) != length ||
        strchr("_-", name[0])) {
        return "must be 1 to 32 of a-z, 0-9, _ and -, the first of them a letter or a digit";
    }
    for (size_t i = 0; i < COUNT(taken); i++) {
        if (strcmp(taken[i], name) == 0) {
            return "is a word of the service's own; take another, such as the helpdesk's name";
        }
    }
    return NULL;
}

static json_t *source_url(const struct app *app, const struct source *source, const char *secret) {
    const json_t *verify = json_object_get(source->definition, "verify");
    const char *scheme = json_string_value(json_object_get(verify, "scheme"));
    bool in_path = scheme && strcmp(scheme, "path") == 0;
    return json_sprintf("%s/v1/hooks/%lld/%s%s%s", app->public_url, (long long)source->account_id,
                        source->name, in_path ? "/" : "",
                        !in_path ? ""
                        : secret ? secret
                                 : "{secret}");
}

static json_t *time_json(int64_t time_us) {
    char text[TIME_TEXT_SIZE];
    time_format(time_us, text);
    return json_string(text);
}

json_t *source_view(const struct app *app, const struct source *source, const char *secret) {
    json_t *view = json_pack("{s:s, s:i, s:o}", "source", source->name, "revision",
                             source->revision, "url", source_url(app, source, secret));
    bool whole = view && json_object_update(view, source->definition) == 0 &&
                 json_object_set_new(view, "has_secret", json_boolean(source->secret)) == 0;
    if (whole && secret) {
        whole = json_object_set_new(view, "secret", json_string(secret)) == 0;
    }
    if (whole && source->previous_secret && source->previous_valid_until_us > time_now_us()) {
        whole = json_object_set_new(view, "previous_valid_until",
                                    time_json(source->previous_valid_until_us)) == 0;
    }
    if (!whole || json_object_set_new(view, "created_at", time_json(source->created_at_us)) != 0 ||
        json_object_set_new(view, "updated_at", time_json(source->updated_at_us)) != 0) {
        json_decref(view);
        return NULL;
    }
    return view;
}
