/* Whatever query comes to GET /v1/responses: a filter within its limits, or mistakes that can be
 * told. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/list_cursor.h"
#include "api/response_query.h"
#include "http/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text, size_t bytes_max) {
    if (text && (*text == '\0' || strlen(text) > bytes_max)) {
        abort();
    }
}

static void check(const struct request *request) {
    struct mistakes mistakes = {0};
    struct response_query query;
    bool good = read_response_query(request, &query, &mistakes);
    check_text(query.filter.survey, SURVEY_NAME_BYTES_MAX);
    check_text(query.filter.team, DIMENSION_BYTES_MAX);
    if (mistakes.out_of_memory || good != mistakes_none(&mistakes) || query.limit < 0 ||
        query.limit > LIST_LIMIT_MAX || json_array_size(mistakes.list) > MISTAKES_MAX) {
        abort();
    }
    struct text canonical = {0};
    response_filter_append(&query.filter, &canonical);
    text_clear(&canonical);
    response_query_clear(&query);
    mistakes_clear(&mistakes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct request request;
    char *text = malloc(size + 1);
    if (!text) {
        abort();
    }
    memcpy(text, data, size);
    text[size] = '\0';
    if (!form_objection(text, request.query, &request.query_count)) {
        check(&request);
    }
    free(text);
    return 0;
}
