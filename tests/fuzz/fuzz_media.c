/* Whatever Accept and Content-Type come in (one a line): rules that hold for every header. */
#include <ctype.h>

#include "base/array.h"
#include "fuzz.h"
#include "http/accept.h"
#include "http/request.h"

#define LINES_MAX 32

static const char *const types[] = {"application/json", "text/csv", "application/x-ndjson",
                                    "text/html"};

static struct accepted considered(const char *accept, const char *type) {
    struct accepted best = ACCEPTED_NOTHING;
    accept_consider(accept, type, &best);
    claim(best.specificity >= 0 && best.specificity <= 3);
    claim(best.quality >= 0 && best.quality <= QUALITY_MAX);
    claim(best.specificity > 0 || best.quality == 0);
    return best;
}

static bool alike(struct accepted one, struct accepted other) {
    return one.specificity == other.specificity && one.quality == other.quality;
}

/* RFC 9110 5.3: several lines mean what one line means that joins them with commas. */
static void check_lines(char *accept) {
    struct request_header headers[LINES_MAX];
    struct request one = {.headers = headers, .header_count = 1};
    struct request many = one;
    bool taken[COUNT(types)];
    headers[0] = (struct request_header){"Accept", accept};
    for (size_t i = 0; i < COUNT(types); i++) {
        taken[i] = request_accepts(&one, types[i]);
    }
    const char *preferred = request_preferred_type(&one, types, COUNT(types));
    size_t count = 0;
    for (char *at = accept; at && count < LINES_MAX; count++) {
        char *comma = count + 1 < LINES_MAX ? strchr(at, ',') : NULL;
        headers[count] = (struct request_header){"accept", at};
        at = comma ? comma + 1 : NULL;
        if (comma) {
            *comma = '\0';
        }
    }
    many.header_count = count;
    claim(request_preferred_type(&many, types, COUNT(types)) == preferred);
    for (size_t i = 0; i < COUNT(types); i++) {
        claim(request_accepts(&many, types[i]) == taken[i]);
        claim(!taken[i] || preferred);
    }
}

static char *joined(const char *one, const char *other) {
    char *text = malloc(strlen(one) + strlen(other) + 1);
    claim(text != NULL);
    memcpy(stpcpy(text, one), other, strlen(other) + 1);
    return text;
}

static void check_accept(const char *accept) {
    for (size_t i = 0; i < COUNT(types); i++) {
        struct accepted plain = considered(accept, types[i]);
        char *longer = joined(accept, ",image/png;q=1");
        char *wider = joined(accept, ",*/*;q=0.5");
        claim(alike(considered(longer, types[i]), plain));
        struct accepted any = considered(wider, types[i]);
        claim(plain.specificity > 0 ? alike(any, plain) : any.quality == 500);
        free(longer);
        free(wider);
    }
}

static void check_content_type(const char *content_type) {
    size_t matches = 0;
    char *upper = joined(content_type, "");
    for (char *at = upper; *at; at++) {
        *at = (char)toupper((unsigned char)*at);
    }
    for (size_t i = 0; i < COUNT(types); i++) {
        bool matched = content_type_is(content_type, types[i]);
        matches += matched;
        claim(content_type_is(upper, types[i]) == matched);
        char *latin = joined(content_type, ";charset=latin1");
        claim(strcasestr(content_type, "charset=") || !content_type_is(latin, types[i]));
        free(latin);
    }
    claim(matches <= 1);
    free(upper);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = fuzz_text(data, size);
    char *content_type = strchr(text, '\n');
    if (content_type) {
        *content_type++ = '\0';
        check_content_type(content_type);
    }
    check_accept(text);
    check_lines(text);
    free(text);
    return 0;
}
