#include "domain/stream_ticket.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

#define PREFIX        "st_"
#define SECRET_BYTES  16
#define SECRET_DIGITS (2UL * SECRET_BYTES)
#define ACCOUNT_MAX   19 /* digits */

void stream_ticket_new(int64_t account_id, char ticket[STREAM_TICKET_SIZE]) {
    unsigned char secret[SECRET_BYTES];
    char digits[SECRET_DIGITS + 1];
    randombytes_buf(secret, sizeof secret);
    sodium_bin2hex(digits, sizeof digits, secret, sizeof secret);
    snprintf(ticket, STREAM_TICKET_SIZE, PREFIX "%" PRId64 "_%s", account_id, digits);
}

bool stream_ticket_parse(const char *ticket, int64_t *account_id) {
    if (strncmp(ticket, PREFIX, strlen(PREFIX)) != 0) {
        return false;
    }
    const char *digits = ticket + strlen(PREFIX);
    size_t length = strspn(digits, "0123456789");
    if (length == 0 || length > ACCOUNT_MAX || digits[0] == '0' || digits[length] != '_') {
        return false;
    }
    const char *secret = digits + length + 1;
    if (strlen(secret) != SECRET_DIGITS || strspn(secret, "0123456789abcdef") != SECRET_DIGITS) {
        return false;
    }
    char account[ACCOUNT_MAX + 1];
    snprintf(account, sizeof account, "%.*s", (int)length, digits);
    return parse_int(account, 1, INT64_MAX, account_id);
}

void stream_ticket_hash(const char *ticket, unsigned char hash[STREAM_TICKET_HASH_BYTES]) {
    crypto_generichash(hash, STREAM_TICKET_HASH_BYTES, (const unsigned char *)ticket,
                       strlen(ticket), NULL, 0);
}
