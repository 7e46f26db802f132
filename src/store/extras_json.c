#include "store/extras_json.h"

#include <jansson.h>
#include <string.h>

#include "base/cleanup.h"

static void append_choices(struct text *text, const struct extras *extras, size_t end) {
    text_append(text, "\"choices\":{");
    for (size_t i = 0; i < end; i++) {
        if (extras_starts_question(extras, i)) {
            text_append(text, i ? "]," : "");
            text_append_json(text, extras->list[i].question);
            text_append(text, ":[");
        } else {
            text_append_char(text, ',');
        }
        text_append_json(text, extras->list[i].value);
    }
    text_append(text, "]}");
}

static void append_texts(struct text *text, const struct extras *extras, size_t start) {
    text_append(text, "\"texts\":{");
    for (size_t i = start; i < extras->count; i++) {
        text_append(text, i > start ? "," : "");
        text_append_json(text, extras->list[i].question);
        text_append_char(text, ':');
        text_append_json(text, extras->list[i].value);
    }
    text_append_char(text, '}');
}

void extras_append_members(struct text *text, const struct extras *extras) {
    size_t choices = 0;
    while (choices < extras->count && extras->list[choices].kind == EXTRA_CHOICE) {
        choices++;
    }
    if (choices > 0) {
        append_choices(text, extras, choices);
    }
    text_append(text, choices > 0 && choices < extras->count ? "," : "");
    if (choices < extras->count) {
        append_texts(text, extras, choices);
    }
}

static bool add_string(struct extras *extras, enum extra_kind kind, const char *question,
                       const json_t *value) {
    return json_is_string(value) && extras_add(extras, kind, question, json_string_value(value));
}

static bool read_chosen(const char *question, const json_t *chosen, struct extras *extras) {
    bool sound = true;
    for (size_t i = 0; sound && i < json_array_size(chosen); i++) {
        sound = add_string(extras, EXTRA_CHOICE, question, json_array_get(chosen, i));
    }
    return sound;
}

static bool read_choices(const json_t *choices, struct extras *extras) {
    const char *question;
    json_t *chosen;
    json_object_foreach((json_t *)choices, question, chosen) {
        if (!read_chosen(question, chosen, extras)) {
            return false;
        }
    }
    return true;
}

static bool read_texts(const json_t *texts, struct extras *extras) {
    const char *question;
    json_t *text;
    json_object_foreach((json_t *)texts, question, text) {
        if (!add_string(extras, EXTRA_TEXT, question, text)) {
            return false;
        }
    }
    return true;
}

bool extras_from_json(const char *json, struct extras *extras) {
    CLEANUP(json_decrefp) json_t *object = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(object) || !read_choices(json_object_get(object, "choices"), extras) ||
        !read_texts(json_object_get(object, "texts"), extras)) {
        extras_clear(extras);
        return false;
    }
    return true;
}
