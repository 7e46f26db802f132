/* Whatever comes as a link: signed means the same whatever its parameters' order and encoding, and
 * what it tells of its contact is within the limits. */
#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "domain/link_contact.h"
#include "http/form.h"

#define NOW (INT64_C(1795312000) * US_PER_SECOND)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t read_params(char *query, struct link_param params[]) {
    static struct request_param decoded[QUERY_PARAMS_MAX];
    size_t count = 0;
    if (query_objection(query, decoded, &count)) {
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        params[i] = (struct link_param){decoded[i].name, decoded[i].value};
    }
    return count;
}

/* What was encoded reads back as what it was, and is signed alike backwards. */
static void check_canonical(const struct link_param params[], size_t count) {
    struct link_param backwards[LINK_PARAMS_MAX];
    struct link_param again[LINK_PARAMS_MAX];
    struct text first = {0};
    struct text written = {0};
    struct text second = {0};
    for (size_t i = 0; i < count; i++) {
        backwards[i] = params[count - 1 - i];
    }
    link_append_canonical(&(struct link_address){1, "s", params, count}, &first);
    link_append_params(backwards, count, &written);
    size_t read = written.bytes ? read_params(written.bytes, again) : 0;
    link_append_canonical(&(struct link_address){1, "s", again, read}, &second);
    char signature[LINK_SIGNATURE_SIZE];
    link_sign(first.bytes, "secret", signature);
    if (read != count || strcmp(first.bytes, second.bytes) != 0 ||
        !link_signed_with(second.bytes, "secret", signature)) {
        abort();
    }
    text_clear(&first);
    text_clear(&written);
    text_clear(&second);
}

static void check_text(const char *text, size_t bytes_max) {
    if (text &&
        (text_is_blank(text) || strlen(text) > bytes_max || text_has_control(text, false))) {
        abort();
    }
}

static void check_contact(const struct link_param params[], size_t count) {
    struct contact contact = CONTACT_NONE;
    struct link_fault fault;
    int64_t expires_at_us;
    bool read = link_read(&(struct link_address){1, "s", params, count}, NOW, &contact,
                          &expires_at_us, &fault);
    if (!read || (!fault.detail && !contact.ref) || contact.agent_count > AGENTS_MAX ||
        expires_at_us < 0 || contact.solved_at_us > NOW + 300 * US_PER_SECOND) {
        abort();
    }
    check_text(contact.ref, CONTACT_REF_BYTES_MAX);
    check_text(contact.team, DIMENSION_BYTES_MAX);
    check_text(contact.customer_email, CUSTOMER_TEXT_BYTES_MAX);
    contact_clear(&contact);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct link_param params[LINK_PARAMS_MAX];
    char *query = malloc(size + 1);
    if (!query || sodium_init() < 0) {
        abort();
    }
    memcpy(query, data, size);
    query[size] = '\0';
    size_t count = read_params(query, params);
    for (size_t i = 0; i < count; i++) {
        link_signed_with("/l/1/s?", "secret", params[i].value);
    }
    check_canonical(params, count);
    check_contact(params, count);
    free(query);
    return 0;
}
