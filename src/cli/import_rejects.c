#include "cli/import_rejects.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"

#define REAL_DIGITS 15

static void free_json(json_t **json) {
    json_decref(*json);
}

static void free_string(char **string) {
    free(*string);
}

static bool is_csv(const struct import_rejects *rejects) {
    return rejects->rows->format == ROWS_CSV;
}

/* ---- opening ---- */

/* What is read must not be written over. */
static bool is_the_input(const struct import_rejects *rejects) {
    struct stat input;
    struct stat output;
    return fstat(rejects->rows->file, &input) == 0 && stat(rejects->path, &output) == 0 &&
           input.st_dev == output.st_dev && input.st_ino == output.st_ino && S_ISREG(input.st_mode);
}

bool import_rejects_open(struct import_rejects *rejects, const struct import_rows *rows,
                         const char *path) {
    *rejects = (struct import_rejects){.rows = rows, .path = path};
    pthread_mutex_init(&rejects->lock, NULL);
    if (!path) {
        return true;
    }
    if (is_the_input(rejects)) {
        fprintf(stderr, "understood: --rejects %s is the file that is to be imported\n", path);
        return false;
    }
    rejects->file = fopen(path, "we");
    if (!rejects->file) {
        fprintf(stderr, "understood: cannot write %s: %s\n", path, strerror(errno));
        return false;
    }
    if (is_csv(rejects)) {
        char separator = rows->csv.separator;
        fprintf(rejects->file, "rejected_line%crejected_column%crejected_reason%c%s\r\n", separator,
                separator, separator, rows->header);
    }
    return true;
}

void import_rejects_clear(struct import_rejects *rejects) {
    if (!rejects->rows) {
        return;
    }
    if (rejects->file) {
        fclose(rejects->file);
    }
    for (size_t i = 0; i < COUNT(rejects->shown); i++) {
        free(rejects->shown[i]);
    }
    pthread_mutex_destroy(&rejects->lock);
    *rejects = (struct import_rejects){0};
}

/* ---- one row ---- */

static void append_quoted(struct text *text, const char *bytes, size_t length) {
    text_append_char(text, '"');
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '"') {
            text_append_char(text, '"');
        }
        text_append_char(text, bytes[i]);
    }
    text_append_char(text, '"');
}

/* What could not be split into fields is one, quoted: the file stays one that can be read. */
static void append_csv(struct text *line, const struct import_rejects *rejects,
                       const struct row_place *place, const char *column, const char *reason) {
    char separator = rejects->rows->csv.separator;
    text_append_format(line, "%" PRId64 "%c", place->line, separator);
    append_quoted(line, column, strlen(column));
    text_append_char(line, separator);
    append_quoted(line, reason, strlen(reason));
    text_append_char(line, separator);
    if (place->whole) {
        text_append_bytes(line, place->raw, place->raw_length);
    } else {
        append_quoted(line, place->raw, place->raw_length);
    }
    text_append(line, "\r\n");
}

/* The row with "rejected" before its members; what is no JSON object becomes the member "text". */
static void append_ndjson(struct text *line, const struct row_place *place, const json_t *errors) {
    CLEANUP(free_json) json_t *whole = json_object();
    CLEANUP(free_json) json_t *row = json_loadb(place->raw, place->raw_length, 0, NULL);
    json_object_set_new(whole, "rejected",
                        json_pack("{s:I, s:O}", "line", (json_int_t)place->line, "errors", errors));
    if (json_is_object(row)) {
        json_object_update_missing(whole, row);
    } else {
        json_object_set_new(whole, "text", json_stringn(place->raw, place->raw_length));
    }
    CLEANUP(free_string)
    char *dumped = json_dumps(whole, JSON_COMPACT | JSON_REAL_PRECISION(REAL_DIGITS));
    text_append(line, dumped ? dumped : "");
    text_append_char(line, '\n');
}

static void keep_to_show(struct import_rejects *rejects, const struct row_place *place,
                         const char *column, const char *reason) {
    int64_t count = import_rejects_count(rejects);
    if (count >= REJECTS_SHOWN) {
        return;
    }
    struct text line = {0};
    text_append_format(&line, "line %" PRId64 "%s%s: %s", place->line, *column ? ", " : "", column,
                       reason);
    rejects->shown[count] = text_take(&line);
}

static void write_down(struct import_rejects *rejects, const struct row_place *place,
                       const char *column, const char *reason, const json_t *errors) {
    CLEANUP(text_clear) struct text line = {0};
    pthread_mutex_lock(&rejects->lock);
    keep_to_show(rejects, place, column, reason);
    atomic_fetch_add(&rejects->count, 1);
    if (rejects->file && is_csv(rejects)) {
        append_csv(&line, rejects, place, column, reason);
    } else if (rejects->file) {
        append_ndjson(&line, place, errors);
    }
    if (rejects->file) {
        fwrite(line.bytes, 1, line.length, rejects->file);
    }
    pthread_mutex_unlock(&rejects->lock);
}

static const char *word(const json_t *mistake, const char *name) {
    const char *value = json_string_value(json_object_get(mistake, name));
    return value ? value : "";
}

/* Of CSV the column, of JSON the pointer. */
static const char *where(const struct import_rejects *rejects, const json_t *mistake) {
    const char *pointer = word(mistake, "pointer");
    return is_csv(rejects) ? file_columns_name_of(&rejects->rows->columns, pointer) : pointer;
}

void import_rejects_add(struct import_rejects *rejects, const struct row_place *place,
                        const json_t *mistakes) {
    const json_t *first = json_array_get(mistakes, 0);
    CLEANUP(text_clear) struct text reason = {0};
    text_append(&reason, word(first, "detail"));
    for (size_t i = 1; i < json_array_size(mistakes); i++) {
        const json_t *mistake = json_array_get(mistakes, i);
        text_append_format(&reason, "; %s: %s", where(rejects, mistake), word(mistake, "detail"));
    }
    write_down(rejects, place, where(rejects, first), reason.bytes ? reason.bytes : "", mistakes);
}

void import_rejects_add_one(struct import_rejects *rejects, const struct row_place *place,
                            const char *column, const char *reason) {
    CLEANUP(free_json)
    json_t *errors = json_pack("[{s:s, s:s}]", "pointer", "", "detail", reason);
    write_down(rejects, place, column, reason, errors);
}

/* ---- the end ---- */

int64_t import_rejects_count(const struct import_rejects *rejects) {
    return (int64_t)atomic_load(&rejects->count);
}

bool import_rejects_finish(struct import_rejects *rejects) {
    if (!rejects->file) {
        return true;
    }
    bool good = !ferror(rejects->file);
    good = fclose(rejects->file) == 0 && good;
    rejects->file = NULL;
    if (!good) {
        fprintf(stderr, "understood: could not write all of %s\n", rejects->path);
    }
    return good;
}

void import_rejects_show(const struct import_rejects *rejects) {
    if (rejects->path) {
        return;
    }
    for (size_t i = 0; i < COUNT(rejects->shown) && rejects->shown[i]; i++) {
        fprintf(stderr, "%s\n", rejects->shown[i]);
    }
    int64_t more = import_rejects_count(rejects) - REJECTS_SHOWN;
    if (more > 0) {
        fprintf(stderr, "and %" PRId64 " more; --rejects FILE keeps them all\n", more);
    }
}
