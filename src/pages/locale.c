#include "pages/locale.h"

#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/embedded.h"
#include "base/log.h"
#include "http/accept.h"
#include "pages/locale_file.h"

#define LOCALES_MAX   64
#define TAG_BYTES_MAX 35
#define FOLDER        "config/locales/"

static struct locale locales[LOCALES_MAX];
static size_t locale_count;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* The parsed file is kept for ever: the texts are borrowed from it. */
static json_t *parsed_files[LOCALES_MAX];

/* "config/locales/de.json" holds "de". */
static bool is_named_after(const struct embedded_file *file, const char *language) {
    const char *name = file->name + strlen(FOLDER);
    size_t length = strlen(language);
    return strncmp(name, language, length) == 0 && strcmp(name + length, ".json") == 0;
}

static void load_file(const struct embedded_file *file) {
    const char *wrong = "(JSON)";
    json_t *json = json_loadb(file->bytes, file->length, JSON_REJECT_DUPLICATES, NULL);
    struct locale *locale = &locales[locale_count];
    if (!json || locale_count == LOCALES_MAX || !locale_from_json(json, locale, &wrong)) {
        log_error("could not read the texts: %s: %s is missing, surplus or not what it should be",
                  file->name, wrong);
        exit(EXIT_FAILURE);
    }
    if (!is_named_after(file, locale->language)) {
        log_error("could not read the texts: %s says it is %s", file->name, locale->language);
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

struct wanted {
    const struct locale *locale;
    int quality;
    bool english_named;
    int any_quality; /* of "*" */
};

static void consider(const char *range, const char *end, struct wanted *best) {
    range += strspn(range, " \t");
    size_t length = strcspn(range, ",; \t");
    int quality = accept_quality(range, end);
    if (length == 1 && *range == '*') {
        best->any_quality = quality;
        return;
    }
    const struct locale *locale = length <= TAG_BYTES_MAX ? locale_lookup(range, length) : NULL;
    best->english_named = best->english_named || (locale && locale == locale_find("en"));
    if (locale && quality > best->quality) {
        best->locale = locale;
        best->quality = quality;
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
    bool any = !best.english_named && best.any_quality > best.quality;
    return best.locale && !any ? best.locale : locale_find("en");
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

void locale_append_number(struct text *text, const struct locale *locale, unsigned number) {
    const char *separator = locale->number_1234 + 1;
    size_t separator_length = strlen(separator) - 3;
    bool started = false;
    for (unsigned unit = 1000000000; unit > 0; unit /= 1000) {
        unsigned part = number / unit % 1000;
        if (started) {
            text_append_bytes(text, separator, separator_length);
            text_append_format(text, "%03u", part);
        } else if (part > 0 || unit == 1) {
            text_append_format(text, "%u", part);
            started = true;
        }
    }
}

static void append_counted(struct text *text, const struct locale *locale,
                           const struct counted_text *counted, unsigned count, appender *append) {
    CLEANUP(text_clear) struct text number = {0};
    locale_append_number(&number, locale, count);
    text->failed = text->failed || number.failed;
    append_template(text, counted->forms[plural_choose(locale->plural_rules, count)],
                    number.bytes ? number.bytes : "", append);
}

void locale_append_counted(struct text *text, const struct locale *locale,
                           const struct counted_text *counted, unsigned count) {
    append_counted(text, locale, counted, count, text_append);
}

void locale_append_counted_html(struct text *text, const struct locale *locale,
                                const struct counted_text *counted, unsigned count) {
    append_counted(text, locale, counted, count, text_append_html);
}
