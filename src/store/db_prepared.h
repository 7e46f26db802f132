/* Which statements one connection has prepared, known by the address of their SQL. */
#ifndef STORE_DB_PREPARED_H
#define STORE_DB_PREPARED_H

#include <stdbool.h>
#include <stddef.h>

#define PREPARED_MAX       256
#define PREPARED_NAME_SIZE 24

struct prepared_set {
    const char *sql[PREPARED_MAX];
    bool ready[PREPARED_MAX];
};

enum prepared_state {
    PREPARED_READY,
    PREPARED_NEW,     /* named, but not prepared yet: prepare it, then prepared_mark */
    PREPARED_NO_ROOM, /* use an unnamed statement */
};

/* The name ("s17") under which sql is or will be prepared; name has PREPARED_NAME_SIZE bytes. */
enum prepared_state prepared_name(struct prepared_set *set, const char *sql,
                                  char name[PREPARED_NAME_SIZE]);
void prepared_mark(struct prepared_set *set, const char *sql, bool ready);
void prepared_set_clear(struct prepared_set *set);

#endif
