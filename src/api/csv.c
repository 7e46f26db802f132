#include "api/csv.h"

#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"

static void separate(struct text *row) {
    if (row->length && row->bytes[row->length - 1] != '\n') {
        text_append_char(row, ',');
    }
}

static bool needs_guard(const char *value) {
    static const char *const starts[] = {
        "=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20",
    };
    const char *guarded = value + strspn(value, "'");
    for (size_t i = 0; i < COUNT(starts); i++) {
        if (strncmp(guarded, starts[i], strlen(starts[i])) == 0) {
            return true;
        }
    }
    return false;
}

size_t csv_guard_length(const char *value) {
    return *value == '\'' && needs_guard(value + 1);
}

static void append_quoted(struct text *row, const char *value) {
    text_append_char(row, '"');
    for (const char *quote; (quote = strchr(value, '"')); value = quote + 1) {
        text_append_bytes(row, value, (size_t)(quote - value));
        text_append(row, "\"\"");
    }
    text_append(row, value);
    text_append_char(row, '"');
}

void csv_append_plain(struct text *row, const char *value) {
    separate(row);
    text_append(row, value ? value : "");
}

void csv_append_text(struct text *row, const char *value) {
    csv_append_texts(row, (char *[]){(char *)value}, value != NULL);
}

void csv_append_texts(struct text *row, char *const values[], size_t count) {
    CLEANUP(text_clear) struct text field = {0};
    bool guarded = false;
    for (size_t i = 0; i < count; i++) {
        bool formula = needs_guard(values[i]);
        text_append(&field, i ? "; " : "");
        text_append(&field, formula ? "'" : "");
        text_append(&field, values[i]);
        guarded |= formula;
    }
    separate(row);
    row->failed |= field.failed;
    const char *bytes = field.bytes ? field.bytes : "";
    if (guarded || bytes[strcspn(bytes, "\",;\r\n\t")]) {
        append_quoted(row, bytes);
    } else {
        text_append(row, bytes);
    }
}

void csv_end_row(struct text *row) {
    text_append(row, "\r\n");
}
