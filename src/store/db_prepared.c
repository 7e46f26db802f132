#include "store/db_prepared.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Where sql is, or the free place where it goes; PREPARED_MAX when the set is full. */
static size_t place_of(const struct prepared_set *set, const char *sql) {
    size_t start = ((uintptr_t)sql >> 4) * 2654435761U % PREPARED_MAX;
    for (size_t i = 0; i < PREPARED_MAX; i++) {
        size_t at = (start + i) % PREPARED_MAX;
        if (set->sql[at] == sql || !set->sql[at]) {
            return at;
        }
    }
    return PREPARED_MAX;
}

enum prepared_state prepared_name(struct prepared_set *set, const char *sql,
                                  char name[PREPARED_NAME_SIZE]) {
    size_t at = place_of(set, sql);
    if (at == PREPARED_MAX) {
        return PREPARED_NO_ROOM;
    }
    set->sql[at] = sql;
    snprintf(name, PREPARED_NAME_SIZE, "s%zu", at);
    return set->ready[at] ? PREPARED_READY : PREPARED_NEW;
}

void prepared_mark(struct prepared_set *set, const char *sql, bool ready) {
    size_t at = place_of(set, sql);
    if (at < PREPARED_MAX) {
        set->ready[at] = ready;
    }
}

void prepared_set_clear(struct prepared_set *set) {
    memset(set, 0, sizeof *set);
}
