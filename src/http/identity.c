#include "http/identity.h"

#include <inttypes.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "http/parts.h"

#define HEX "0123456789abcdef"

bool request_id_is_sane(const char *id) {
    size_t length = strspn(id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-");
    return length > 0 && length < REQUEST_ID_SIZE && id[length] == '\0';
}

/* count lower-case hex digits that are not all zero, then a dash. */
static bool field_is_sound(const char *at, size_t count) {
    return strspn(at, HEX) == count && at[count] == '-' && strspn(at, "0") < count;
}

bool trace_id_from(const char *traceparent, char trace_id[33]) {
    if (strspn(traceparent, HEX) != 2 || traceparent[2] != '-' ||
        strncmp(traceparent, "ff", 2) == 0) {
        return false;
    }
    const char *trace = traceparent + 3;
    if (!field_is_sound(trace, 32) || !field_is_sound(trace + 33, 16)) {
        return false;
    }
    const char *flags = trace + 50;
    bool version_0 = strncmp(traceparent, "00", 2) == 0;
    if (strspn(flags, HEX) != 2 || (flags[2] != '\0' && (version_0 || flags[2] != '-'))) {
        return false;
    }
    memcpy(trace_id, trace, 32);
    trace_id[32] = '\0';
    return true;
}

static char process_prefix[17];

static void make_prefix(void) {
    unsigned char bytes[8];
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(process_prefix, sizeof process_prefix, bytes, sizeof bytes);
}

/* Random per process, then counted: no system call per request. */
static void make_request_id(char id[REQUEST_ID_SIZE]) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    static atomic_ulong counter;
    pthread_once(&once, make_prefix);
    memcpy(id, process_prefix, 16);
    unsigned long number = atomic_fetch_add_explicit(&counter, 1, memory_order_relaxed);
    for (int i = 27; i >= 16; i--, number >>= 4) {
        id[i] = HEX[number & 0xf];
    }
    id[28] = '\0';
}

void identify(struct exchange *exchange) {
    struct request *request = &exchange->request;
    const char *given = request_header(request, "X-Request-Id");
    if (given && request_id_is_sane(given)) {
        memcpy(exchange->request_id, given, strlen(given) + 1);
    } else {
        make_request_id(exchange->request_id);
    }
    const char *traceparent = request_header(request, "traceparent");
    if (!traceparent || !trace_id_from(traceparent, exchange->trace_id)) {
        exchange->trace_id[0] = '\0';
    }
    request->request_id = exchange->request_id;
    request->trace_id = exchange->trace_id;
}
