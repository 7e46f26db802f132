/* Whatever query comes to GET /v1/responses: a filter within its limits, which the link to the next
 * page says again, or mistakes that can be told. */
#include "api/list_cursor.h"
#include "api/response_query.h"
#include "app.h"
#include "base/time.h"
#include "fuzz.h"
#include "http/form.h"

#define BASE "https://example.org/v1/responses?"
#define TAIL "cursor=NEXT>; rel=\"next\""

static void check_text(const char *text, size_t bytes_max) {
    claim(!text || (*text && strlen(text) <= bytes_max));
}

static void check_filter(const struct response_filter *filter) {
    int64_t time_us;
    check_text(filter->survey, SURVEY_NAME_BYTES_MAX);
    check_text(filter->agent, DIMENSION_BYTES_MAX);
    check_text(filter->team, DIMENSION_BYTES_MAX);
    check_text(filter->language, DIMENSION_BYTES_MAX);
    claim(!filter->from || time_parse(filter->from, &time_us));
    claim(!filter->to || time_parse(filter->to, &time_us));
}

static char *canonical(const struct response_filter *filter) {
    struct text text = {0};
    response_filter_append(filter, &text);
    char *taken = text_take(&text);
    claim(taken != NULL);
    return taken;
}

/* The query that the Link header leads to, without its cursor; the caller frees it. */
static char *linked_query(const struct request *request) {
    static const struct app app = {.public_url = "https://example.org"};
    struct response response = {0};
    list_set_next_link(&response, &app, request, "NEXT");
    claim(response.header_count == 1);
    const char *link = response.headers[0].value;
    size_t length = strlen(link);
    claim(strncmp(link, "<" BASE, strlen("<" BASE)) == 0 && length >= strlen("<" BASE TAIL));
    claim(strcmp(link + length - strlen(TAIL), TAIL) == 0);
    size_t from = strlen("<" BASE);
    char *query = strndup(link + from, length - from - strlen(TAIL));
    claim(query && !strpbrk(query, "<> \"\r\n"));
    response_clear(&response);
    return query;
}

static void follow_link(const struct request *request, const struct response_query *query) {
    static struct request next;
    struct response_query again;
    struct mistakes mistakes = {0};
    char *text = linked_query(request);
    claim(!query_objection(text, next.query, &next.query_count));
    claim(read_response_query(&next, &again, &mistakes) && again.limit == query->limit);
    char *one = canonical(&query->filter);
    char *other = canonical(&again.filter);
    claim(strcmp(one, other) == 0 && !again.cursor);
    free(one);
    free(other);
    free(text);
    response_query_clear(&again);
}

static void check(const struct request *request) {
    struct mistakes mistakes = {0};
    struct response_query query;
    bool good = read_response_query(request, &query, &mistakes);
    claim(!mistakes.out_of_memory && good == mistakes_none(&mistakes));
    claim(json_array_size(mistakes.list) <= MISTAKES_MAX);
    if (good) {
        claim(query.limit >= 0 && query.limit <= LIST_LIMIT_MAX);
        check_filter(&query.filter);
        follow_link(request, &query);
    }
    response_query_clear(&query);
    mistakes_clear(&mistakes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct request request = {.path = "/v1/responses"};
    char *text = fuzz_text(data, size);
    if (!query_objection(text, request.query, &request.query_count)) {
        check(&request);
    }
    free(text);
    return 0;
}
