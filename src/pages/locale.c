#include "pages/locale.h"

#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/embedded.h"
#include "base/log.h"

#define LOCALES_MAX   64
#define TAG_BYTES_MAX 35
#define FOLDER        "config/locales/"

static struct locale locales[LOCALES_MAX];
static size_t locale_count;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const struct {
    const char *key;
    size_t offset;
} fields[] = {
#define LOCALE_FIELD(key) {#key, offsetof(struct locale, key)},
    LOCALE_TEXTS(LOCALE_FIELD)
#undef LOCALE_FIELD
};

static bool locale_from_json(const json_t *json, struct locale *locale) {
    for (size_t i = 0; i < COUNT(fields); i++) {
        const char *value = json_string_value(json_object_get(json, fields[i].key));
        if (!value || !*value) {
            return false;
        }
        memcpy((char *)locale + fields[i].offset, &value, sizeof value);
    }
    return json_object_size(json) == COUNT(fields);
}

/* The parsed file is kept for ever: the texts are borrowed from it. */
static json_t *parsed_files[LOCALES_MAX];

static void load_file(const struct embedded_file *file) {
    json_t *json = json_loadb(file->bytes, file->length, JSON_REJECT_DUPLICATES, NULL);
    if (!json || locale_count == LOCALES_MAX || !locale_from_json(json, &locales[locale_count])) {
        log_error("could not read the texts: %s lacks a key or has one too many", file->name);
        exit(EXIT_FAILURE);
    }
    parsed_files[locale_count++] = json;
}

static void load_all(void) {
    for (unsigned long i = 0; i < embedded_file_count; i++) {
        if (strncmp(embedded_files[i].name, FOLDER, strlen(FOLDER)) == 0) {
            load_file(&embedded_files[i]);
        }
    }
}

void locales_load(void) {
    pthread_once(&once, load_all);
}

const struct locale *locales_all(size_t *count) {
    locales_load();
    *count = locale_count;
    return locales;
}

static const struct locale *locale_exactly(const char *tag, size_t length) {
    for (size_t i = 0; i < locale_count; i++) {
        if (strncasecmp(locales[i].language, tag, length) == 0 &&
            locales[i].language[length] == '\0') {
            return &locales[i];
        }
    }
    return NULL;
}

/* RFC 4647 3.4: the tag, then ever shorter prefixes of it. */
static const struct locale *locale_lookup(const char *tag, size_t length) {
    while (length > 0) {
        const struct locale *locale = locale_exactly(tag, length);
        if (locale) {
            return locale;
        }
        do {
            length--;
        } while (length > 0 && tag[length] != '-' && tag[length] != '_');
    }
    return NULL;
}

const struct locale *locale_find(const char *tag) {
    locales_load();
    return tag ? locale_lookup(tag, strnlen(tag, TAG_BYTES_MAX)) : NULL;
}

const struct locale *locale_or_english(const char *tag) {
    const struct locale *locale = locale_find(tag);
    return locale ? locale : locale_find("en");
}

/* "0.8" as 800; what cannot be read counts as 0, like RFC 9110's "not acceptable". */
static int quality_of(const char *parameters, const char *end) {
    const char *found = memmem(parameters, (size_t)(end - parameters), "q=", 2);
    if (!found) {
        return 1000;
    }
    char *stop;
    double quality = strtod(found + 2, &stop);
    return stop > found + 2 && quality >= 0 && quality <= 1 ? (int)(quality * 1000) : 0;
}

struct wanted {
    const struct locale *locale;
    int quality;
};

static void consider(const char *range, const char *end, struct wanted *best) {
    range += strspn(range, " \t");
    size_t length = strcspn(range, ",; \t");
    int quality = quality_of(range + length, end);
    if (quality <= best->quality || length == 0 || length > TAG_BYTES_MAX) {
        return;
    }
    const struct locale *locale = *range == '*' ? locale_find("en") : locale_lookup(range, length);
    if (locale) {
        *best = (struct wanted){locale, quality};
    }
}

const struct locale *locale_negotiate(const char *accept) {
    locales_load();
    struct wanted best = {0};
    while (accept && *accept) {
        const char *end = strchrnul(accept, ',');
        consider(accept, end, &best);
        accept = *end ? end + 1 : end;
    }
    return best.locale ? best.locale : locale_find("en");
}

typedef void appender(struct text *text, const char *string);

static void append_template(struct text *text, const char *template, const char *value,
                            appender *append) {
    const char *open = strchrnul(template, '{');
    const char *close = strchrnul(open, '}');
    char *head = strndup(template, (size_t)(open - template));
    if (!head) {
        text->failed = true;
        return;
    }
    append(text, head);
    free(head);
    if (*close) {
        append(text, value);
        append(text, close + 1);
    }
}

void locale_append(struct text *text, const char *template, const char *value) {
    append_template(text, template, value, text_append);
}

void locale_append_html(struct text *text, const char *template, const char *value) {
    append_template(text, template, value, text_append_html);
}
