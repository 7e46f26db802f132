#include "api/webhook_events.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "api/field_value.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "domain/event.h"

#define POINTER_SIZE 40

static void append_known(struct text *known) {
    for (unsigned type = 0; type < EVENT_TYPES; type++) {
        if (EVENTS_ALL & EVENT_BIT(type)) {
            text_append_format(known, "%s, ", event_type_name((enum event_type)type));
        }
    }
}

static void object_to(const json_t *name, const char *pointer, size_t index,
                      struct mistakes *mistakes) {
    CLEANUP(text_clear) struct text known = {0};
    char place[POINTER_SIZE];
    char shown[SHOWN_BYTES] = "something else than text";
    append_known(&known);
    if (known.failed) {
        mistakes->out_of_memory = true;
        return;
    }
    if (json_is_string(name)) {
        show_text(json_string_value(name), shown);
    }
    snprintf(place, sizeof place, "%s/%zu", pointer, index);
    mistakes_add(mistakes, place, "expected one of %sor alone \"*\", got %s", known.bytes, shown);
}

/* 0: it is none. */
static unsigned bits_of(const json_t *name, bool alone) {
    enum event_type type;
    const char *text = json_string_value(name);
    if (text && alone && strcmp(text, "*") == 0) {
        return EVENTS_ALL;
    }
    return text && event_type_from_name(text, &type) ? EVENT_BIT(type) & EVENTS_ALL : 0;
}

unsigned read_event_names(const json_t *names, const char *pointer, struct mistakes *mistakes) {
    size_t count = json_array_size(names);
    unsigned mask = 0;
    if (count == 0 || count > EVENT_TYPES) {
        mistakes_add(mistakes, pointer, "must be a list of 1 to %d events, or [\"*\"]",
                     EVENT_TYPES);
    }
    for (size_t i = 0; i < count && count <= EVENT_TYPES; i++) {
        const json_t *name = json_array_get(names, i);
        unsigned bits = bits_of(name, count == 1);
        if (bits == 0) {
            object_to(name, pointer, i, mistakes);
        }
        mask |= bits;
    }
    return mask;
}
