#include "config.h"

#include <errno.h>
#include <ini.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/parse.h"
#include "base/text.h"

#define ENVIRONMENT_PREFIX "UNDERSTOOD_"
#define PORT_MAX           65535

enum config_type {
    CONFIG_TEXT,
    CONFIG_ADDRESS, /* HOST:PORT */
    CONFIG_CHOICE,
    CONFIG_SWITCH,
    CONFIG_NUMBER,
};

struct config_key {
    const char *section;
    const char *name;
    enum config_type type;
    size_t offset; /* of its member in struct config */
    const char *fallback;
    int64_t min;
    int64_t max;
    const char *choices; /* of a CONFIG_CHOICE: "one, two" */
    const char *help;
};

/* NOLINTNEXTLINE(bugprone-macro-parentheses): a member designator takes none */
#define KEY(section, name, type) #section, #name, type, offsetof(struct config, section.name)
#define TEXT(section, name, fallback, help)                                                        \
    { KEY(section, name, CONFIG_TEXT), fallback, 0, 0, NULL, help }
#define ADDRESS(section, name, fallback, help)                                                     \
    { KEY(section, name, CONFIG_ADDRESS), fallback, 0, 0, NULL, help }
#define CHOICE(section, name, fallback, choices, help)                                             \
    { KEY(section, name, CONFIG_CHOICE), fallback, 0, 0, choices, help }
#define SWITCH(section, name, fallback, help)                                                      \
    { KEY(section, name, CONFIG_SWITCH), fallback, 0, 0, NULL, help }
#define NUMBER(section, name, fallback, min, max, help)                                            \
    { KEY(section, name, CONFIG_NUMBER), #fallback, min, max, NULL, help }

/* In the order of config/understood.ini, which a test holds against this table. */
static const struct config_key keys[] = {
    ADDRESS(http, listen, "127.0.0.1:8080", "HOST:PORT to listen on; port 0 picks a free one"),
    TEXT(http, public_url, "",
         "What survey links start with; empty: http:// and the listen address"),
    NUMBER(http, threads, 0, 0, 256, "Threads that read requests; 0: one per core"),
    NUMBER(http, workers, 8, 1, 256, "Threads that run queries, one database connection each"),
    NUMBER(http, connections_max, 4096, 16, 1000000, "Client connections open at once"),
    NUMBER(http, worker_queue_max, 1024, 1, 100000, "Requests waiting for a worker; past it 503"),
    NUMBER(http, header_deadline_ms, 10000, 100, 600000, "Total time for a request's headers"),
    NUMBER(http, body_deadline_ms, 15000, 100, 600000, "Total time for a request, body included"),
    NUMBER(http, answer_deadline_ms, 10000, 100, 600000, "Then a request is answered with 503"),
    NUMBER(http, idle_timeout_ms, 60000, 100, 3600000, "Unused connections are closed after this"),
    NUMBER(http, json_bytes_max, 1048576, 1024, 67108864, "Largest JSON body"),
    NUMBER(http, form_bytes_max, 65536, 1024, 1048576, "Largest form body"),
    NUMBER(http, drain_delay_ms, 0, 0, 60000,
           "At the end: /readyz says 503 for this long before accepting stops"),
    NUMBER(http, drain_ms, 4000, 0, 60000,
           "At the end: accepted requests have this long, then they get 503"),
    TEXT(database, url, "",
         "postgresql://... or key=value pairs, also DATABASE_URL; empty: a private PostgreSQL in "
         "[data] dir"),
    TEXT(database, bindir, "",
         "Where initdb and postgres of the private one are; empty: Debian's place, then PATH"),
    SWITCH(database, migrate, "true", "Bring the schema up to date at every start"),
    NUMBER(database, connect_timeout_ms, 3000, 100, 60000, "To open one connection"),
    NUMBER(database, acquire_timeout_ms, 2000, 10, 60000, "To wait for a free connection"),
    NUMBER(database, statement_timeout_ms, 8000, 100, 3600000, "For one statement"),
    SWITCH(database, prepare, "true", "Prepared statements; false for PgBouncer before 1.21"),
    TEXT(data, dir, "./data", "Folder of the private PostgreSQL and its socket"),
    NUMBER(intake, lanes, 1, 1, 2, "Threads that commit answers"),
    NUMBER(intake, batch_max, 256, 1, 256, "Answers in one transaction at most"),
    NUMBER(intake, queue_max, 20000, 16, 1000000, "Answers waiting in one lane; past it 503"),
    NUMBER(intake, commit_deadline_ms, 5000, 100, 60000,
           "A commit not confirmed in this time counts as unknown and is run again"),
    NUMBER(intake, instance, 0, 0, 6, "Another number for each process on the same database"),
    CHOICE(intake, transaction, "batch", "batch, account",
           "One transaction for a batch, or (on Citus) one for each account in it"),
    NUMBER(trust, provisional_at, 3, 1, 1000, "Evidence points from which a vote is held"),
    NUMBER(trust, view_days, 30, 1, 365, "Page views are kept this long"),
    NUMBER(trust, provisional_days, 30, 1, 365, "Held votes are discarded after this"),
    NUMBER(keys, cache_s, 10, 0, 3600,
           "Revoked API keys and changed surveys are noticed within this time"),
    CHOICE(log, level, "info", "error, info, debug", "What is logged, as JSON lines on stderr"),
    SWITCH(log, access, "true", "A line per request, written in batches"),
};

static const struct config_key *find_key(const char *section, const char *name) {
    for (size_t i = 0; i < COUNT(keys); i++) {
        if (strcmp(keys[i].section, section) == 0 && strcmp(keys[i].name, name) == 0) {
            return &keys[i];
        }
    }
    return NULL;
}

static bool is_textual(const struct config_key *key) {
    return key->type == CONFIG_TEXT || key->type == CONFIG_ADDRESS || key->type == CONFIG_CHOICE;
}

static char **text_member(struct config *config, const struct config_key *key) {
    return (char **)((char *)config + key->offset);
}

/* ---- values ---- */

static bool is_address(const char *value) {
    const char *colon = strrchr(value, ':');
    int64_t port;
    return colon && colon > value && parse_int(colon + 1, 0, PORT_MAX, &port);
}

static bool is_choice(const char *choices, const char *value) {
    size_t length = strlen(value);
    for (const char *at = choices; at; at = strstr(at, ", "), at = at ? at + 2 : NULL) {
        if (length && strcspn(at, ",") == length && strncmp(at, value, length) == 0) {
            return true;
        }
    }
    return false;
}

static bool set_text(struct config *config, const struct config_key *key, const char *value) {
    if ((key->type == CONFIG_ADDRESS && !is_address(value)) ||
        (key->type == CONFIG_CHOICE && !is_choice(key->choices, value))) {
        return false;
    }
    char *copy = strdup(value);
    if (!copy) {
        return false;
    }
    char **member = text_member(config, key);
    free(*member);
    *member = copy;
    return true;
}

static bool set_switch(bool *member, const char *value) {
    bool on = strcmp(value, "true") == 0;
    if (!on && strcmp(value, "false") != 0) {
        return false;
    }
    *member = on;
    return true;
}

static bool set_value(struct config *config, const struct config_key *key, const char *value) {
    char *member = (char *)config + key->offset;
    if (is_textual(key)) {
        return set_text(config, key, value);
    }
    if (key->type == CONFIG_SWITCH) {
        return set_switch((bool *)(void *)member, value);
    }
    return parse_int(value, key->min, key->max, (int64_t *)(void *)member);
}

static void describe_wanted(struct text *text, const struct config_key *key) {
    if (key->type == CONFIG_NUMBER) {
        text_append_format(text, "a whole number from %lld to %lld", (long long)key->min,
                           (long long)key->max);
    } else if (key->type == CONFIG_SWITCH) {
        text_append(text, "true or false");
    } else if (key->type == CONFIG_CHOICE) {
        text_append_format(text, "one of: %s", key->choices);
    } else if (key->type == CONFIG_ADDRESS) {
        text_append(text, "HOST:PORT, such as 127.0.0.1:8080");
    } else {
        text_append(text, "a text");
    }
}

static void append_refusal(struct text *text, const struct config_key *key, const char *value) {
    text_append_format(text, "[%s] %s should be ", key->section, key->name);
    describe_wanted(text, key);
    text_append_format(text, ", not \"%s\"", value);
}

/* ---- the file ---- */

struct file_reading {
    struct config *config;
    struct text mistake; /* the first one */
};

/* inih goes on after a mistake and reports the first one's line. */
static int take_line(void *context, const char *section, const char *name, const char *value) {
    struct file_reading *reading = context;
    const struct config_key *key = find_key(section, name);
    if (key && set_value(reading->config, key, value)) {
        return 1;
    }
    if (reading->mistake.length == 0 && key) {
        append_refusal(&reading->mistake, key, value);
    } else if (reading->mistake.length == 0) {
        text_append_format(&reading->mistake,
                           "[%s] %s is no key of ours; `understood config --defaults` lists them",
                           section, name);
    }
    return 0;
}

static void clear_reading(struct file_reading *reading) {
    text_clear(&reading->mistake);
}

static bool read_file(struct config *config, const char *path) {
    CLEANUP(clear_reading) struct file_reading reading = {.config = config};
    int line = ini_parse(path, take_line, &reading);
    if (line == 0) {
        return true;
    }
    if (line < 0) {
        fprintf(stderr, "%s: could not be read: %s\n", path, strerror(errno));
    } else {
        fprintf(stderr, "%s:%d: %s\n", path, line,
                reading.mistake.length ? reading.mistake.bytes
                                       : "should be [section], key = value, or a comment");
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

/* ---- the environment ---- */

static void append_upper(struct text *text, const char *name) {
    for (; *name; name++) {
        text_append_char(text, (char)(*name >= 'a' && *name <= 'z' ? *name - 'a' + 'A' : *name));
    }
}

static void append_variable(struct text *text, const char *section, const char *name) {
    text_append(text, ENVIRONMENT_PREFIX);
    append_upper(text, section);
    text_append_char(text, '_');
    append_upper(text, name);
}

static bool apply_variable(struct config *config, const struct config_key *key,
                           const char *variable) {
    const char *value = getenv(variable);
    if (!value || set_value(config, key, value)) {
        return true;
    }
    CLEANUP(text_clear) struct text mistake = {0};
    append_refusal(&mistake, key, value);
    fprintf(stderr, "environment: %s: %s\n", variable, mistake.bytes);
    return false;
}

static bool read_variables(struct config *config) {
    if (!apply_variable(config, find_key("database", "url"), "DATABASE_URL")) {
        return false;
    }
    for (size_t i = 0; i < COUNT(keys); i++) {
        CLEANUP(text_clear) struct text variable = {0};
        append_variable(&variable, keys[i].section, keys[i].name);
        if (variable.failed || !apply_variable(config, &keys[i], variable.bytes)) {
            return false;
        }
    }
    return true;
}

/* True when entry ("NAME=value") names a key, or nothing that looks like one of our sections. */
static bool variable_is_known(const char *entry) {
    bool in_section = false;
    for (size_t i = 0; i < COUNT(keys); i++) {
        CLEANUP(text_clear) struct text name = {0};
        append_variable(&name, keys[i].section, keys[i].name);
        if (name.failed) {
            return true;
        }
        size_t section_length = strlen(ENVIRONMENT_PREFIX) + strlen(keys[i].section) + 1;
        in_section = in_section || strncmp(entry, name.bytes, section_length) == 0;
        if (strncmp(entry, name.bytes, name.length) == 0 && entry[name.length] == '=') {
            return true;
        }
    }
    return !in_section;
}

/* A misspelt variable would otherwise be ignored in silence. */
static bool refuse_unknown_variables(void) {
    for (char **entry = environ; *entry; entry++) {
        if (strncmp(*entry, ENVIRONMENT_PREFIX, strlen(ENVIRONMENT_PREFIX)) == 0 &&
            !variable_is_known(*entry)) {
            fprintf(stderr,
                    "environment: %.*s names no key of ours; `understood config --defaults` lists "
                    "them\n",
                    (int)strcspn(*entry, "="), *entry);
            return false;
        }
    }
    return true;
}

/* ---- whole ---- */

static bool set_defaults(struct config *config) {
    for (size_t i = 0; i < COUNT(keys); i++) {
        if (!set_value(config, &keys[i], keys[i].fallback)) {
            return false;
        }
    }
    return true;
}

bool config_load(struct config *config, const char *path) {
    struct config fresh = {0};
    const char *file = find_file(path);
    if (set_defaults(&fresh) && (!file || read_file(&fresh, file)) && read_variables(&fresh) &&
        refuse_unknown_variables()) {
        *config = fresh;
        return true;
    }
    config_clear(&fresh);
    return false;
}

void config_clear(struct config *config) {
    for (size_t i = 0; i < COUNT(keys); i++) {
        if (is_textual(&keys[i])) {
            free(*text_member(config, &keys[i]));
            *text_member(config, &keys[i]) = NULL;
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
    if (key == find_key("database", "url")) {
        print_masked(config->database.url, stream);
    } else if (is_textual(key)) {
        fprintf(stream, "%s", *(char *const *)(const void *)member);
    } else if (key->type == CONFIG_SWITCH) {
        fprintf(stream, "%s", *(const bool *)(const void *)member ? "true" : "false");
    } else {
        fprintf(stream, "%lld", (long long)*(const int64_t *)(const void *)member);
    }
}

void config_print(const struct config *config, FILE *stream) {
    fprintf(stream,
            "; Each key can also be set as UNDERSTOOD_<SECTION>_<KEY> in the environment.\n");
    for (size_t i = 0; i < COUNT(keys); i++) {
        if (i == 0 || strcmp(keys[i].section, keys[i - 1].section) != 0) {
            fprintf(stream, "\n[%s]\n", keys[i].section);
        }
        fprintf(stream, "; %s\n%s = ", keys[i].help, keys[i].name);
        print_value(config, &keys[i], stream);
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
