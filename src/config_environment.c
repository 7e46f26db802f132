#include "config_environment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "config_keys.h"

#define FILE_SUFFIX      "_FILE"
#define SECRET_BYTES_MAX (64U << 10)

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

/* A secret is better kept in a file than in the environment: NAME_FILE says which. The last newline
 * is an editor's. False, with the reason appended, when it cannot be read. */
static bool read_secret(const char *path, struct text *value, struct text *mistake) {
    char bytes[4096];
    size_t length;
    FILE *file = fopen(path, "re");
    value->bytes_max = SECRET_BYTES_MAX;
    text_append(value, "");
    while (file && (length = fread(bytes, 1, sizeof bytes, file)) > 0) {
        text_append_bytes(value, bytes, length);
    }
    bool whole = file && !ferror(file) && !value->failed && !memchr(value->bytes, 0, value->length);
    if (!whole) {
        text_append_format(mistake, "%s could not be read: %s", path,
                           file ? "no text of at most 64 KiB" : strerror(errno));
    }
    if (file) {
        fclose(file);
    }
    while (whole && value->length > 0 && strchr("\r\n", value->bytes[value->length - 1])) {
        value->bytes[--value->length] = '\0';
    }
    return whole;
}

/* The variable's own value, or its file's; *value stays empty with neither. */
static bool find_value(const char *variable, struct text *value, struct text *mistake) {
    CLEANUP(text_clear) struct text file_variable = {0};
    text_append_format(&file_variable, "%s" FILE_SUFFIX, variable);
    const char *path = file_variable.failed ? NULL : getenv(file_variable.bytes);
    const char *plain = getenv(variable);
    if (plain && path) {
        text_append_format(mistake, "%s and %s are both set: keep one", variable,
                           file_variable.bytes);
        return false;
    }
    if (plain) {
        text_append(value, plain);
    }
    return !path || read_secret(path, value, mistake);
}

static bool apply_variable(struct config *config, const struct config_key *key,
                           const char *variable, struct text *mistake) {
    CLEANUP(text_clear) struct text value = {0};
    CLEANUP(text_clear) struct text reason = {0};
    bool found = find_value(variable, &value, &reason);
    if (found && (!value.bytes || config_set(config, key, value.bytes))) {
        return true;
    }
    if (found) {
        config_append_refusal(&reason, key, value.bytes);
    }
    text_append_format(mistake, "environment: %s: %s", variable, reason.bytes);
    return false;
}

static bool apply_variables(struct config *config, struct text *mistake) {
    if (!apply_variable(config, config_find_key("database", "url"), "DATABASE_URL", mistake)) {
        return false;
    }
    for (size_t i = 0; i < config_key_count; i++) {
        CLEANUP(text_clear) struct text variable = {0};
        append_variable(&variable, config_keys[i].section, config_keys[i].name);
        if (variable.failed || !apply_variable(config, &config_keys[i], variable.bytes, mistake)) {
            return false;
        }
    }
    return true;
}

/* NAME= or NAME_FILE=. */
static bool is_assignment(const char *entry, const struct text *name) {
    const char *rest = entry + name->length;
    return strncmp(entry, name->bytes, name->length) == 0 &&
           (*rest == '=' || strncmp(rest, FILE_SUFFIX "=", strlen(FILE_SUFFIX "=")) == 0);
}

/* True when entry ("NAME=value") names a key, or nothing that looks like one of our sections. */
static bool variable_is_known(const char *entry) {
    bool in_section = false;
    for (size_t i = 0; i < config_key_count; i++) {
        CLEANUP(text_clear) struct text name = {0};
        append_variable(&name, config_keys[i].section, config_keys[i].name);
        if (name.failed) {
            return true;
        }
        size_t section_length = strlen(ENVIRONMENT_PREFIX) + strlen(config_keys[i].section) + 1;
        in_section = in_section || strncmp(entry, name.bytes, section_length) == 0;
        if (is_assignment(entry, &name)) {
            return true;
        }
    }
    return !in_section;
}

/* A misspelt variable would otherwise be ignored in silence. */
static bool all_variables_known(struct text *mistake) {
    for (char **entry = environ; *entry; entry++) {
        if (strncmp(*entry, ENVIRONMENT_PREFIX, strlen(ENVIRONMENT_PREFIX)) == 0 &&
            !variable_is_known(*entry)) {
            text_append_format(mistake,
                               "environment: %.*s names no key of ours; `understood config "
                               "--defaults` lists them",
                               (int)strcspn(*entry, "="), *entry);
            return false;
        }
    }
    return true;
}

bool config_read_variables(struct config *config, struct text *mistake) {
    return apply_variables(config, mistake) && all_variables_known(mistake);
}
