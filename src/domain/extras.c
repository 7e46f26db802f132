#include "domain/extras.h"

#include <stdlib.h>
#include <string.h>

static void clear_one(struct extra *extra) {
    free(extra->question);
    free(extra->value);
}

void extras_clear(struct extras *extras) {
    for (size_t i = 0; i < extras->count; i++) {
        clear_one(&extras->list[i]);
    }
    free(extras->list);
    *extras = (struct extras){0};
}

static int compare(const struct extra *one, const struct extra *other) {
    if (one->kind != other->kind) {
        return one->kind < other->kind ? -1 : 1;
    }
    int order = strcmp(one->question, other->question);
    return order ? order : strcmp(one->value, other->value);
}

/* Where extra stands, or would stand. */
static size_t place_of(const struct extras *extras, const struct extra *extra) {
    size_t place = 0;
    while (place < extras->count && compare(&extras->list[place], extra) < 0) {
        place++;
    }
    return place;
}

static void insert(struct extras *extras, size_t place, const struct extra *extra) {
    struct extra *at = &extras->list[place];
    memmove(at + 1, at, (extras->count - place) * sizeof *at);
    *at = *extra;
    extras->count++;
}

bool extras_add(struct extras *extras, enum extra_kind kind, const char *question,
                const char *value) {
    struct extra extra = {kind, strdup(question), strdup(value)};
    bool kept = extra.question && extra.value;
    size_t place = kept ? place_of(extras, &extra) : 0;
    bool there = kept && place < extras->count && compare(&extras->list[place], &extra) == 0;
    if (kept && !there) {
        struct extra *grown = realloc(extras->list, (extras->count + 1) * sizeof *grown);
        kept = grown != NULL;
        if (kept) {
            extras->list = grown;
            insert(extras, place, &extra);
            return true;
        }
    }
    clear_one(&extra);
    return kept;
}

void extras_drop(struct extras *extras, const char *question) {
    size_t kept = 0;
    for (size_t i = 0; i < extras->count; i++) {
        if (strcmp(extras->list[i].question, question) == 0) {
            clear_one(&extras->list[i]);
        } else {
            extras->list[kept++] = extras->list[i];
        }
    }
    extras->count = kept;
    if (kept == 0) {
        extras_clear(extras);
    }
}

const char *extras_value(const struct extras *extras, const char *question) {
    for (size_t i = 0; i < extras->count; i++) {
        if (strcmp(extras->list[i].question, question) == 0) {
            return extras->list[i].value;
        }
    }
    return NULL;
}

bool extras_copy(const struct extras *extras, struct extras *copy) {
    struct extras made = {0};
    for (size_t i = 0; i < extras->count; i++) {
        const struct extra *extra = &extras->list[i];
        if (!extras_add(&made, extra->kind, extra->question, extra->value)) {
            extras_clear(&made);
            return false;
        }
    }
    *copy = made;
    return true;
}

bool extras_equal(const struct extras *one, const struct extras *other) {
    if (one->count != other->count) {
        return false;
    }
    for (size_t i = 0; i < one->count; i++) {
        if (compare(&one->list[i], &other->list[i]) != 0) {
            return false;
        }
    }
    return true;
}

bool extras_starts_question(const struct extras *extras, size_t i) {
    const struct extra *extra = &extras->list[i];
    return i == 0 || extra[-1].kind != extra->kind ||
           strcmp(extra[-1].question, extra->question) != 0;
}

bool extras_has(const struct extras *extras, const char *question, const char *value) {
    for (size_t i = 0; i < extras->count; i++) {
        const struct extra *extra = &extras->list[i];
        if (strcmp(extra->question, question) == 0 &&
            (!value || strcmp(extra->value, value) == 0)) {
            return true;
        }
    }
    return false;
}
