#include "store/object_key.h"

#include "base/cleanup.h"
#include "store/array_param.h"
#include "store/params.h"

enum outcome query_objects(struct db_connection *connection, const char *sql,
                           const struct object_key keys[], size_t count, PGresult **rows) {
    CLEANUP(text_clear) struct text accounts = {0};
    CLEANUP(text_clear) struct text ids = {0};
    CLEANUP(params_clear) struct params params = {0};
    for (size_t i = 0; i < count; i++) {
        array_append_int(&accounts, keys[i].account_id);
        array_append_uuid(&ids, &keys[i].id);
    }
    params_array(&params, &accounts);
    params_array(&params, &ids);
    return params_ready(&params)
               ? db_query(connection, rows, sql, params_from(&params, 0, params.count))
               : OUTCOME_FAILED;
}
