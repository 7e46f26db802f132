#include "api/mistakes.h"

struct response respond_mistakes(struct mistakes *mistakes) {
    struct response response;
    if (mistakes->out_of_memory) {
        response = respond_problem(500, "internal", "The service ran out of memory.");
    } else if (mistakes->in_query) {
        response =
            respond_problem(422, "invalid_query",
                            "%zu query parameter(s) cannot be used; see errors.", mistakes->count);
        response.problem.errors = mistakes->list;
        mistakes->list = NULL;
    } else {
        response = respond_invalid(mistakes->list);
        mistakes->list = NULL;
    }
    mistakes_clear(mistakes);
    return response;
}
