#include "pages/html.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum place {
    PLACE_CONTENT,
    PLACE_TAG,
    PLACE_VALUE, /* of a quoted attribute */
};

struct cursor {
    enum place place;
    const char *attribute; /* where its value starts */
};

static void step(struct cursor *cursor, const char *at) {
    switch (cursor->place) {
    case PLACE_CONTENT:
        cursor->place = *at == '<' ? PLACE_TAG : PLACE_CONTENT;
        break;
    case PLACE_TAG:
        if (*at == '"') {
            cursor->place = PLACE_VALUE;
            cursor->attribute = at;
        } else if (*at == '>') {
            cursor->place = PLACE_CONTENT;
        }
        break;
    case PLACE_VALUE:
        cursor->place = *at == '"' ? PLACE_TAG : PLACE_VALUE;
        break;
    }
}

static bool ends_with(const char *end, const char *start, const char *word) {
    size_t length = strlen(word);
    return (size_t)(end - start) >= length && memcmp(end - length, word, length) == 0;
}

/* True when the value begins an attribute that a browser follows. */
static bool is_link(const struct cursor *cursor, const char *template, const char *at) {
    return cursor->place == PLACE_VALUE && cursor->attribute + 1 == at &&
           (ends_with(cursor->attribute, template, " href=") ||
            ends_with(cursor->attribute, template, " action="));
}

static bool stays_here(const char *link) {
    return *link == '#' || (link[0] == '/' && link[1] != '/' && link[1] != '\\');
}

static void append_value(struct text *text, const struct cursor *cursor, const char *value,
                         bool link) {
    if (cursor->place == PLACE_TAG) {
        abort();
    }
    if (value) {
        text_append_html(text, link && !stays_here(value) ? "#" : value);
    }
}

void html(struct text *text, const char *template, ...) {
    va_list values;
    va_start(values, template);
    struct cursor cursor = {.place = PLACE_CONTENT};
    const char *run = template;
    const char *at = template;
    for (; *at; at++) {
        if (at[0] == '%' && at[1] == 's') {
            text_append_bytes(text, run, (size_t)(at - run));
            append_value(text, &cursor, va_arg(values, const char *),
                         is_link(&cursor, template, at));
            at++;
            run = at + 1;
        } else {
            step(&cursor, at);
        }
    }
    text_append_bytes(text, run, (size_t)(at - run));
    va_end(values);
}
