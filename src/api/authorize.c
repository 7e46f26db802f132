#include "api/authorize.h"

#include <string.h>

#include "api/key_cache.h"
#include "app.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "store/api_key.h"

static enum scope scope_from_name(const char *name) {
    static const struct {
        const char *name;
        enum scope scope;
    } scopes[] = {{"admin", SCOPE_ADMIN}, {"write", SCOPE_WRITE}, {"read", SCOPE_READ}};
    for (size_t i = 0; i < COUNT(scopes); i++) {
        if (strcmp(scopes[i].name, name) == 0) {
            return scopes[i].scope;
        }
    }
    return SCOPE_NONE;
}

static enum authorization ask_database(struct app *app, int64_t account_id,
                                       const unsigned char hash[API_KEY_HASH_BYTES],
                                       struct principal *principal) {
    CLEANUP(db_release) struct db_connection *connection = db_acquire(app->db);
    CLEANUP(api_key_clear) struct api_key key = {0};
    enum outcome outcome =
        connection ? load_api_key(connection, account_id, hash, &key) : OUTCOME_UNAVAILABLE;
    if (outcome == OUTCOME_NOT_FOUND) {
        key_cache_put(app->key_cache, hash, NULL);
        return AUTHORIZATION_DENIED;
    }
    if (outcome != OUTCOME_OK) {
        return AUTHORIZATION_UNAVAILABLE;
    }
    *principal = (struct principal){account_id, scope_from_name(key.scope), key.id};
    key_cache_put(app->key_cache, hash, principal);
    return AUTHORIZED;
}

enum authorization authorize(struct app *app, const char *api_key, bool may_block,
                             struct principal *principal) {
    int64_t account_id;
    if (!api_key_parse(api_key, &account_id)) {
        return AUTHORIZATION_DENIED;
    }
    unsigned char hash[API_KEY_HASH_BYTES];
    api_key_hash(api_key, hash);
    enum key_cache_answer answer = key_cache_find(app->key_cache, hash, principal);
    if (answer == KEY_NOT_CACHED) {
        return may_block ? ask_database(app, account_id, hash, principal) : AUTHORIZATION_UNKNOWN;
    }
    return answer == KEY_IS_GOOD ? AUTHORIZED : AUTHORIZATION_DENIED;
}
