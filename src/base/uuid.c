#include "base/uuid.h"

#include <pthread.h>
#include <sodium.h>
#include <stdint.h>
#include <string.h>

#include "base/time.h"

#define COUNTER_BITS     12
#define COUNTER_MASK     ((1U << COUNTER_BITS) - 1)
#define US_PER_MS        1000
#define MILLISECOND_BITS 48

/* Milliseconds and the 12-bit counter that orders ids within one, as one ever growing number. */
static uint64_t next_stamp(void) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static uint64_t last;
    uint64_t fresh = ((uint64_t)time_now_us() / US_PER_MS) << COUNTER_BITS;
    pthread_mutex_lock(&lock);
    last = fresh > last ? fresh : last + 1;
    uint64_t stamp = last;
    pthread_mutex_unlock(&lock);
    return stamp;
}

static void stamp(struct uuid *uuid, uint64_t milliseconds, unsigned counter) {
    for (int i = 0; i < 6; i++) {
        uuid->bytes[i] = (unsigned char)(milliseconds >> (40 - 8 * i));
    }
    uuid->bytes[6] = (unsigned char)(0x70 | (counter >> 8));
    uuid->bytes[7] = (unsigned char)(counter & 0xff);
    uuid->bytes[8] = (unsigned char)(0x80 | (uuid->bytes[8] & 0x3f));
}

struct uuid uuid_new(void) {
    uint64_t next = next_stamp();
    struct uuid uuid;
    randombytes_buf(uuid.bytes, sizeof uuid.bytes);
    stamp(&uuid, next >> COUNTER_BITS, (unsigned)(next & COUNTER_MASK));
    return uuid;
}

struct uuid uuid_at(int64_t time_us, const unsigned char bytes[UUID_BYTES]) {
    int64_t milliseconds = time_us / US_PER_MS;
    int64_t last = (INT64_C(1) << MILLISECOND_BITS) - 1;
    milliseconds = milliseconds < 0 ? 0 : milliseconds > last ? last : milliseconds;
    struct uuid uuid;
    memcpy(uuid.bytes, bytes, sizeof uuid.bytes);
    stamp(&uuid, (uint64_t)milliseconds, (unsigned)(bytes[6] << 8 | bytes[7]) & COUNTER_MASK);
    return uuid;
}

void uuid_format(const struct uuid *uuid, char text[UUID_TEXT_SIZE]) {
    static const char digits[] = "0123456789abcdef";
    char *at = text;
    for (int i = 0; i < UUID_BYTES; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            *at++ = '-';
        }
        *at++ = digits[uuid->bytes[i] >> 4];
        *at++ = digits[uuid->bytes[i] & 0xf];
    }
    *at = '\0';
}

static int hex_digit(char character) {
    if (character >= '0' && character <= '9') {
        return character - '0';
    }
    char lower = (char)(character | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool uuid_parse(const char *text, struct uuid *uuid) {
    struct uuid parsed;
    const char *at = text;
    for (int i = 0; i < UUID_BYTES; i++) {
        if ((i == 4 || i == 6 || i == 8 || i == 10) && *at++ != '-') {
            return false;
        }
        int high = hex_digit(at[0]);
        int low = high < 0 ? -1 : hex_digit(at[1]);
        if (low < 0) {
            return false;
        }
        parsed.bytes[i] = (unsigned char)(high << 4 | low);
        at += 2;
    }
    if (*at != '\0') {
        return false;
    }
    *uuid = parsed;
    return true;
}
