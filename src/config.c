#include "config.h"

#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "config_alerts.h"
#include "config_environment.h"
#include "config_keys.h"
#include "config_mail.h"

/* ---- the file ---- */

struct file_reading {
    struct config *config;
    const struct config_key *list; /* the last line's key, when it was a list */
    struct text *mistake;          /* the first one */
};

/* A list may go on in further lines, which inih gives with the same name. */
static bool take_value(struct file_reading *reading, const struct config_key *key,
                       const char *value) {
    if (key != reading->list) {
        bool goes_on = key->type == CONFIG_LIST || key->type == CONFIG_ENTRIES;
        reading->list = goes_on ? key : NULL;
        return config_set(reading->config, key, value);
    }
    CLEANUP(text_clear) struct text whole = {0};
    text_append_format(&whole, "%s%s%s", *config_text(reading->config, key),
                       key->type == CONFIG_ENTRIES ? ", " : " ", value);
    return !whole.failed && config_set(reading->config, key, whole.bytes);
}

/* inih goes on after a mistake and reports the first one's line. */
static int take_line(void *context, const char *section, const char *name, const char *value) {
    struct file_reading *reading = context;
    const struct config_key *key = config_find_key(section, name);
    if (key && take_value(reading, key, value)) {
        return 1;
    }
    if (reading->mistake->length == 0 && key) {
        config_append_refusal(reading->mistake, key, value);
    } else if (reading->mistake->length == 0) {
        text_append_format(reading->mistake,
                           "[%s] %s is no key of ours; `understood config --defaults` lists them",
                           section, name);
    }
    return 0;
}

static bool read_file(struct config *config, const char *path, struct text *mistake) {
    CLEANUP(text_clear) struct text reason = {0};
    struct file_reading reading = {.config = config, .mistake = &reason};
    int line = ini_parse(path, take_line, &reading);
    if (line == 0) {
        return true;
    }
    if (line < 0) {
        text_append_format(mistake, "%s: could not be read: %s", path, strerror(errno));
    } else {
        text_append_format(mistake, "%s:%d: %s", path, line,
                           reason.length
                               ? reason.bytes
                               : "should be [section], key = value, or a comment; longer lines are "
                                 "cut: a list may go on in an indented line");
    }
    return false;
}

/* The file to read, or NULL when there is none: a place that was named must exist, others may. */
static const char *find_file(const char *path) {
    static const char *const places[] = {"config/understood.ini", "/etc/understood/understood.ini"};
    const char *named = path ? path : getenv(ENVIRONMENT_PREFIX "CONFIG");
    if (named && *named) {
        return named;
    }
    for (size_t i = 0; i < COUNT(places); i++) {
        if (access(places[i], R_OK) == 0) {
            return places[i];
        }
    }
    return NULL;
}

/* ---- whole ---- */

static bool set_defaults(struct config *config) {
    for (size_t i = 0; i < config_key_count; i++) {
        if (!config_set(config, &config_keys[i], config_keys[i].fallback)) {
            return false;
        }
    }
    return true;
}

/* Without a named proxy the addresses could all be one proxy's: its customers would be as one. */
static bool limits_agree(const struct config *config, struct text *mistake) {
    bool by_address = config->limits.page_per_minute || config->limits.unknown_key_per_minute;
    if (!by_address || *config->http.trusted_proxies) {
        return true;
    }
    text_append(mistake, "[limits] page_per_minute and unknown_key_per_minute need [http] "
                         "trusted_proxies: name the proxy in front "
                         "(or 127.0.0.1 if there is none), so that addresses are the customers'");
    return false;
}

bool config_read(struct config *config, const char *path, struct text *mistake) {
    struct config fresh = {0};
    const char *file = find_file(path);
    if (set_defaults(&fresh) && (!file || read_file(&fresh, file, mistake)) &&
        config_read_variables(&fresh, mistake) && limits_agree(&fresh, mistake) &&
        mail_keys_agree(&fresh, mistake) && alert_keys_agree(&fresh, mistake)) {
        *config = fresh;
        return true;
    }
    config_clear(&fresh);
    return false;
}

bool config_load(struct config *config, const char *path) {
    CLEANUP(text_clear) struct text mistake = {0};
    if (config_read(config, path, &mistake)) {
        return true;
    }
    fprintf(stderr, "%s\n", mistake.length ? mistake.bytes : "out of memory");
    return false;
}

bool config_copy(struct config *to, const struct config *from) {
    *to = (struct config){0};
    for (size_t i = 0; i < config_key_count; i++) {
        if (!config_key_copy(to, from, &config_keys[i])) {
            config_clear(to);
            return false;
        }
    }
    return true;
}

void config_clear(struct config *config) {
    for (size_t i = 0; i < config_key_count; i++) {
        if (config_key_is_text(&config_keys[i])) {
            free(*config_text(config, &config_keys[i]));
            *config_text(config, &config_keys[i]) = NULL;
        }
    }
}

/* Writes a connection string with its password replaced: user:PASSWORD@ or password=PASSWORD. */
static void print_masked(const char *url, FILE *stream) {
    const char *scheme = strstr(url, "://");
    const char *authority = scheme ? scheme + 3 : url;
    const char *at = scheme ? memchr(authority, '@', strcspn(authority, "/?")) : NULL;
    const char *colon = at ? memchr(authority, ':', (size_t)(at - authority)) : NULL;
    if (colon) {
        fprintf(stream, "%.*s:***", (int)(colon - url), url);
        url = at;
    }
    const char *word = strstr(url, "password=");
    if (word) {
        const char *value = word + strlen("password=");
        fprintf(stream, "%.*s***", (int)(value - url), url);
        const char *end = *value == '\'' ? strchr(value + 1, '\'') : value + strcspn(value, " &");
        url = end ? end + (*end == '\'') : "";
    }
    fprintf(stream, "%s", url);
}

static void print_value(const struct config *config, const struct config_key *key, FILE *stream) {
    const char *member = (const char *)config + key->offset;
    if (key == config_find_key("database", "url")) {
        print_masked(config->database.url, stream);
    } else if (strcmp(key->name, "password") == 0) {
        fprintf(stream, "%s", **(char *const *)(const void *)member ? "***" : "");
    } else if (key->type == CONFIG_MODE) {
        fprintf(stream, "%04llo", (unsigned long long)*(const int64_t *)(const void *)member);
    } else if (config_key_is_text(key)) {
        fprintf(stream, "%s", *(char *const *)(const void *)member);
    } else if (key->type == CONFIG_THOUSANDTHS) {
        fprintf(stream, "%.15g", (double)*(const int64_t *)(const void *)member / THOUSANDTHS);
    } else if (key->type == CONFIG_SWITCH) {
        fprintf(stream, "%s", *(const bool *)(const void *)member ? "true" : "false");
    } else {
        fprintf(stream, "%lld", (long long)*(const int64_t *)(const void *)member);
    }
}

void config_print(const struct config *config, FILE *stream) {
    fprintf(stream,
            "; Each key can also be set as UNDERSTOOD_<SECTION>_<KEY> in the environment, or in a "
            "file\n; that UNDERSTOOD_<SECTION>_<KEY>_FILE names. What is marked (reloaded) is read "
            "again at "
            "SIGHUP, the rest only at the start.\n");
    for (size_t i = 0; i < config_key_count; i++) {
        if (i == 0 || strcmp(config_keys[i].section, config_keys[i - 1].section) != 0) {
            fprintf(stream, "\n[%s]\n", config_keys[i].section);
        }
        fprintf(stream, "; %s%s\n%s = ", config_keys[i].help,
                config_keys[i].reloads ? " (reloaded)" : "", config_keys[i].name);
        print_value(config, &config_keys[i], stream);
        fputc('\n', stream);
    }
}

bool config_defaults(struct config *config) {
    struct config fresh = {0};
    if (!set_defaults(&fresh)) {
        config_clear(&fresh);
        return false;
    }
    *config = fresh;
    return true;
}
