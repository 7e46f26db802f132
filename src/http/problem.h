/* RFC 9457 problem details. */
#ifndef HTTP_PROBLEM_H
#define HTTP_PROBLEM_H

#include "base/text.h"
#include "http/response.h"

#define TYPE_PROBLEM "application/problem+json"

/*
 * Turns a response that carries a problem into the one that says it: type is docs_url + code, the
 * title is the code in words. Any other response is left as it is.
 */
void problem_render(struct response *response, const char *docs_url, const char *request_id);

#endif
