#include "store/contact_response.h"

#include "base/cleanup.h"
#include "store/counting.h"
#include "store/response.h"

enum outcome load_contact_response(struct db_connection *connection, int64_t account_id,
                                   const char *survey, const char *contact_ref,
                                   struct survey_response *response) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, account_id);
    params_text(&params, survey);
    params_text(&params, contact_ref);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows,
                                    "SELECT " RESPONSE_COLUMNS " FROM responses"
                                    " WHERE account_id = $1 AND survey = $2 AND contact_ref = $3",
                                    params_from(&params, 0, params.count));
    if (outcome == OUTCOME_OK) {
        outcome =
            PQntuples(rows) == 0 ? OUTCOME_NOT_FOUND : survey_response_from_row(rows, 0, response);
    }
    return outcome;
}

enum outcome find_contact_answered(struct db_connection *connection,
                                   const struct invitation *invitation, bool *answered) {
    CLEANUP(params_clear) struct params params = {0};
    params_int(&params, invitation->account_id);
    params_text(&params, invitation->survey);
    params_text(&params, invitation->contact.ref);
    if (!params_ready(&params)) {
        return OUTCOME_UNAVAILABLE;
    }
    CLEANUP(db_rows_free) PGresult *rows = NULL;
    enum outcome outcome = db_query(connection, &rows,
                                    "SELECT FROM responses WHERE account_id = $1 AND survey = $2"
                                    " AND contact_ref = $3 AND trust = 'confirmed'"
                                    " AND " VOUCHED_FOR,
                                    params_from(&params, 0, params.count));
    *answered = outcome == OUTCOME_OK && PQntuples(rows) > 0;
    return outcome;
}
