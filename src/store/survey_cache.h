/* Surveys in memory, so that http threads need not ask the database; any thread may call. */
#ifndef STORE_SURVEY_CACHE_H
#define STORE_SURVEY_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"
#include "domain/survey.h"

struct db;
struct link_secrets;
struct survey_cache;

/* Keeps what it loads, and that there is no such survey, at most ttl_s; bounded. NULL only when out
 * of memory. db is lent. */
struct survey_cache *survey_cache_new(struct db *db, int64_t ttl_s);
void survey_cache_free(struct survey_cache *cache);

/* Forgets all, and keeps what comes for ttl_s. */
void survey_cache_renew(struct survey_cache *cache, int64_t ttl_s);

/*
 * OUTCOME_OK: *survey is lent until survey_cache_release. OUTCOME_NOT_FOUND: the account has no
 * survey of that name. OUTCOME_UNAVAILABLE: without may_block, it is not in memory, so ask again
 * where it may block; with may_block, the database is away.
 */
enum outcome survey_cache_get(struct survey_cache *cache, int64_t account_id, const char *name,
                              bool may_block, const struct survey **survey);

/* The secrets that sign a lent survey's links, read when it was; lent as long. */
const struct link_secrets *survey_cache_link_secrets(const struct survey *survey);

/* Gives back what survey_cache_get lent; for CLEANUP. */
void survey_cache_release(const struct survey **survey);

/* Forgets one survey: it, or what signs its links, was just replaced. */
void survey_cache_drop(struct survey_cache *cache, int64_t account_id, const char *name);

#endif
