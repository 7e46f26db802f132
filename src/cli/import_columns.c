#include "cli/import_columns.h"

#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/cleanup.h"

#define REJECTED_PREFIX "rejected_" /* what our own file of rejects put before the row */

const struct body_place body_places[BODY_OBJECTS] = {
    [BODY] = {BODY, NULL, ""},
    [BODY_CONTACT] = {BODY, "contact", "/contact"},
    [BODY_CUSTOMER] = {BODY_CONTACT, "customer", "/contact/customer"},
    [BODY_OWN_CUSTOMER] = {BODY, "customer", "/customer"},
    [BODY_ANSWERS] = {BODY, "answers", "/answers"},
    [BODY_CHOICES] = {BODY_ANSWERS, "choices", "/answers/choices"},
    [BODY_TEXTS] = {BODY_ANSWERS, "texts", "/answers/texts"},
};

/* ---- which column it was ---- */

static bool pointer_is_in(const char *pointer, const struct import_column *column) {
    if (column->kind == COLUMN_IGNORED || column->kind == COLUMN_MEMBERS) {
        return false;
    }
    CLEANUP(text_clear) struct text own = {0};
    text_append(&own, body_places[column->object].pointer);
    text_append_pointer_step(&own, column->member);
    return !own.failed && strncmp(pointer, own.bytes, own.length) == 0 &&
           (pointer[own.length] == '\0' || pointer[own.length] == '/');
}

static const char *name_in(const struct import_column columns[], size_t count,
                           const char *pointer) {
    for (size_t i = 0; i < count; i++) {
        if (pointer_is_in(pointer, &columns[i])) {
            return columns[i].name;
        }
    }
    return NULL;
}

static bool begins_with(const char *pointer, enum body_object object) {
    const char *beginning = body_places[object].pointer;
    return strncmp(pointer, beginning, strlen(beginning)) == 0;
}

/* The column of all members takes what has none of its own. */
static const char *name_of_members(const struct file_columns *columns, const char *pointer) {
    bool own = begins_with(pointer, BODY_CHOICES) || begins_with(pointer, BODY_TEXTS);
    for (size_t i = 0; own && i < columns->count; i++) {
        if (columns->columns[i].kind == COLUMN_MEMBERS) {
            return columns->columns[i].name;
        }
    }
    return NULL;
}

const char *file_columns_name_of(const struct file_columns *columns, const char *pointer) {
    const char *name = name_in(columns->columns, columns->count, pointer);
    if (!name) {
        name = name_of_members(columns, pointer);
    }
    if (!name) {
        name = name_in(columns->table->columns, columns->table->count, pointer);
    }
    return name ? name : "";
}

/* ---- the header ---- */

static const struct import_column *find_column(const struct column_table *table, const char *name) {
    for (size_t i = 0; i < table->count; i++) {
        if (strcasecmp(table->columns[i].name, name) == 0) {
            return &table->columns[i];
        }
    }
    return NULL;
}

static struct import_column own_question(const char *name) {
    static const struct {
        const char *prefix;
        enum body_object object;
        enum column_kind kind;
    } kinds[] = {
        {"choices.", BODY_CHOICES, COLUMN_TEXTS},
        {"texts.", BODY_TEXTS, COLUMN_TEXT},
    };
    for (size_t i = 0; i < COUNT(kinds); i++) {
        size_t length = strlen(kinds[i].prefix);
        if (strncmp(name, kinds[i].prefix, length) == 0 && name[length]) {
            return (struct import_column){name, kinds[i].object, name + length, kinds[i].kind,
                                          false};
        }
    }
    return (struct import_column){.name = NULL};
}

static struct import_column resolve(const struct column_table *table, const char *name) {
    const struct import_column *known = find_column(table, name);
    if (known) {
        return *known;
    }
    if (strncmp(name, REJECTED_PREFIX, strlen(REJECTED_PREFIX)) == 0) {
        return (struct import_column){.name = name, .kind = COLUMN_IGNORED};
    }
    return table->own_questions ? own_question(name) : (struct import_column){.name = NULL};
}

static void append_known(struct text *objection, const struct column_table *table) {
    for (size_t i = 0; i < table->count; i++) {
        text_append_format(objection, "%s%s", i ? ", " : "", table->columns[i].name);
    }
    text_append(objection, table->own_questions ? ", choices.NAME, texts.NAME" : "");
}

static bool is_twice(const struct file_columns *columns, const struct import_column *column) {
    for (size_t i = 0; column->kind != COLUMN_IGNORED && i < columns->count; i++) {
        if (strcasecmp(columns->columns[i].name, column->name) == 0) {
            return true;
        }
    }
    return false;
}

static bool add_column(struct file_columns *columns, const char *name, bool ignore_unknown,
                       struct text *objection) {
    struct import_column column = resolve(columns->table, name);
    if (!column.name && !ignore_unknown) {
        text_append_format(objection, "column \"%s\" is not known; known are ", name);
        append_known(objection, columns->table);
        text_append(objection, "; --ignore-unknown passes over it");
        return false;
    }
    if (!column.name) {
        column = (struct import_column){.name = name, .kind = COLUMN_IGNORED};
    }
    if (is_twice(columns, &column)) {
        text_append_format(objection, "column \"%s\" is there twice", name);
        return false;
    }
    columns->columns[columns->count++] = column;
    return true;
}

static bool has_required(const struct file_columns *columns, struct text *objection) {
    for (size_t i = 0; i < columns->table->count; i++) {
        const struct import_column *wanted = &columns->table->columns[i];
        bool found = false;
        for (size_t at = 0; wanted->required && at < columns->count; at++) {
            found |= strcmp(columns->columns[at].name, wanted->name) == 0;
        }
        if (wanted->required && !found) {
            text_append_format(objection,
                               "column \"%s\" is missing: is the first line the header, and its "
                               "separator the one that was taken (see --separator)?",
                               wanted->name);
            return false;
        }
    }
    return true;
}

/* Blanks around a name are nobody's intention. */
static bool copy_names(struct text *names, const struct csv_record *header) {
    for (size_t i = 0; i < header->count; i++) {
        const char *name = header->fields[i] + strspn(header->fields[i], " ");
        size_t length = strlen(name);
        while (length > 0 && name[length - 1] == ' ') {
            length--;
        }
        text_append_bytes(names, name, length);
        text_append_char(names, '\0');
    }
    return !names->failed;
}

bool file_columns_read(struct file_columns *columns, const struct column_table *table,
                       const struct csv_record *header, bool ignore_unknown,
                       struct text *objection) {
    *columns = (struct file_columns){.table = table};
    if (header->objection) {
        text_append_format(objection, "the header %s", header->objection);
        return false;
    }
    bool good = copy_names(&columns->names, header);
    const char *name = columns->names.bytes;
    for (size_t i = 0; good && i < header->count; i++) {
        good = add_column(columns, name, ignore_unknown, objection);
        name += strlen(name) + 1;
    }
    return good && has_required(columns, objection);
}

void file_columns_clear(struct file_columns *columns) {
    text_clear(&columns->names);
}
