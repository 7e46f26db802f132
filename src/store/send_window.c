#include "store/send_window.h"

#include "base/cleanup.h"
#include "store/params.h"

enum outcome find_send_time(struct db_connection *connection, int64_t account_id,
                            const struct send_window *window, int64_t at_us, int64_t *send_at_us) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_time(&params, at_us);
    params_int(&params, window->from_minute);
    params_int(&params, window->to_minute);
    params_int(&params, window->weekdays);
    if (!params_ready(&params)) {
        return OUTCOME_FAILED;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    /* clang-format off */
    enum outcome outcome =
        db_query(connection, &rows,
                 "SELECT " DB_TIME("send_at") " FROM accounts, LATERAL "
                 SEND_TIME("accounts.time_zone", "$2::timestamptz", "$3::int", "$4::int", "$5::int")
                 " AS due WHERE account_id = $1",
                 params_from(&params, 0, params.count));
    /* clang-format on */
    if (outcome == OUTCOME_OK && PQntuples(rows) == 0) {
        return OUTCOME_NOT_FOUND;
    }
    if (outcome == OUTCOME_OK) {
        *send_at_us = db_time(rows, 0, 0);
    }
    return outcome;
}
