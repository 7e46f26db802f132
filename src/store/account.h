#ifndef STORE_ACCOUNT_H
#define STORE_ACCOUNT_H

#include "store/db.h"

#define TIME_ZONE_BYTES_MAX    64
#define ACCOUNT_NAME_BYTES_MAX 200

struct account {
    int64_t account_id;
    char name[ACCOUNT_NAME_BYTES_MAX + 1];
    char time_zone[TIME_ZONE_BYTES_MAX + 1];
    int fatigue_days; /* a customer is asked anything once in so many; 0: always */
    int repeat_days;  /* who comes back within so many was not helped */
};

#define FATIGUE_DAYS_MAX 365
#define REPEAT_DAYS_MAX  90
#define DAYS_STAY        (-1)

struct account_change {
    const char *name;      /* NULL: stays, as the time zone */
    const char *time_zone; /* another one counts all of the account's scores again */
    int64_t fatigue_days;  /* DAYS_STAY: stays, as the next */
    int64_t repeat_days;   /* marks all contacts anew */
};

/* Gives it the next free id and the survey `understood`; OUTCOME_REJECTED when PostgreSQL knows no
 * such time zone. */
enum outcome store_account(struct db_connection *connection, struct account *account);

/* Calls each for every account, by id. */
enum outcome list_accounts(struct db_connection *connection,
                           void (*each)(const struct account *account));

/* The ids in the first column of rows; *ids is the caller's to free. OUTCOME_FAILED, nothing set,
 * when out of memory. */
enum outcome account_ids_from_rows(const PGresult *rows, int64_t **ids, size_t *count);

/* The ids of all accounts, or only account_id's when it is not 0; *ids is the caller's to free. */
enum outcome load_account_ids(struct db_connection *connection, int64_t account_id, int64_t **ids,
                              size_t *count);

/* OUTCOME_REJECTED as above, OUTCOME_NOT_FOUND without that account. */
enum outcome change_account(struct db_connection *connection, int64_t account_id,
                            const struct account_change *change);

#endif
