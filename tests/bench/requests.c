#include "requests.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_TEMPLATES 4800 /* 12 teams x 200 agents, twice, so that the answers differ too */
#define TEAMS            12
#define AGENTS           200
#define TARGETS_MAX      20000

static const char *const channels[] = {"email", "chat", "phone", "ticket"};
static const char *const reasons[] = {"complaint", "technical", "billing",
                                      "upselling", "delivery",  "other"};
static const char *const languages[] = {"en", "de", "ar", "he", "ja", "zh"};
static const char *const answers_understood[] = {"yes", "yes", "yes", "partly", "no"};
static const char *const comments[] = {
    "Thank you, that was quick and kind.",
    "I had to explain the same thing three times before anybody listened to me.",
    "Endlich jemand, der zuh\\u00f6rt und sich k\\u00fcmmert.",
    "The answer was right, but it took four days and two reminders until it came.",
};

#define PICK(list, value) ((list)[(value) % (sizeof(list) / sizeof((list)[0]))])

struct writer {
    char bytes[REQUEST_BYTES_MAX];
    size_t length;
    struct request_template *made;
};

static __attribute__((format(printf, 2, 3))) void put(struct writer *writer, const char *format,
                                                      ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(writer->bytes + writer->length, sizeof writer->bytes - writer->length,
                           format, arguments);
    va_end(arguments);
    if (length < 0 || writer->length + (size_t)length >= sizeof writer->bytes) {
        fprintf(stderr, "load: a request is too long\n");
        exit(2);
    }
    writer->length += (size_t)length;
}

static void put_number(struct writer *writer, bool is_contact) {
    struct request_template *made = writer->made;
    made->patches[made->patch_count] = writer->length;
    made->patch_is_contact[made->patch_count++] = is_contact;
    put(writer, "%0*d", NUMBER_DIGITS, 0);
}

static void put_head(struct writer *writer, const struct request_wishes *wishes, const char *method,
                     const char *target) {
    put(writer, "%s %s HTTP/1.1\r\nHost: %s\r\n", method, target, wishes->host);
    if (wishes->api_key) {
        put(writer, "Authorization: Bearer %s\r\n", wishes->api_key);
    }
}

static bool template_finish(struct writer *writer) {
    writer->made->length = writer->length;
    writer->made->bytes = strndup(writer->bytes, writer->length);
    return writer->made->bytes != NULL;
}

/* Deterministic and well spread, so that a run can be repeated from its seed. */
static unsigned scramble(unsigned value) {
    value ^= value >> 16;
    value *= 0x7feb352dU;
    value ^= value >> 15;
    value *= 0x846ca68bU;
    return value ^ (value >> 16);
}

static void put_contact(struct writer *writer, const char *prefix, unsigned agent, unsigned luck) {
    put(writer, "{\"survey\":\"understood\",\"contact\":{\"ref\":\"%s-", prefix);
    put_number(writer, true);
    put(writer,
        "\",\"agents\":[\"agent-%03u\"],\"team\":\"team-%02u\",\"channel\":\"%s\",\"reason\":\"%"
        "s\","
        "\"language\":\"%s\",\"customer\":{\"ref\":\"c-",
        agent, agent % TEAMS, PICK(channels, luck), PICK(reasons, luck >> 3),
        PICK(languages, luck >> 6));
    put_number(writer, true);
    put(writer, "\"},\"handled_s\":%u},", 60 + (luck >> 9) % 1800);
}

static char *answers_line(const char *understood, unsigned csat, unsigned nps,
                          const char *comment) {
    char *line = NULL;
    return asprintf(&line, "%s\t%u\t%u\t%d", understood, csat, nps, comment != NULL) < 0 ? NULL
                                                                                         : line;
}

static void put_answers(struct writer *writer, unsigned luck) {
    const char *understood = PICK(answers_understood, luck >> 2);
    unsigned csat = 1 + (luck >> 5) % 5;
    unsigned nps = (luck >> 8) % 11;
    const char *comment = luck % 3 == 0 ? PICK(comments, luck >> 12) : NULL;
    put(writer, "\"answers\":{\"understood\":\"%s\",\"csat\":%u,\"nps\":%u", understood, csat, nps);
    if (comment) {
        put(writer, ",\"comment\":\"%s\"", comment);
    }
    put(writer, "}}");
    writer->made->answers = answers_line(understood, csat, nps, comment);
}

/* The length of the body is only known once it is made: it is made twice, once to be measured. */
static bool answer_template(struct request_template *made, const struct request_wishes *wishes,
                            unsigned index) {
    struct request_template measured = {0};
    struct writer body = {.made = &measured};
    unsigned luck = scramble(index * 2654435761U + wishes->seed);
    unsigned agent = index % AGENTS;
    put_contact(&body, wishes->prefix, agent, luck);
    put_answers(&body, scramble(luck));
    free((char *)measured.answers);

    struct writer writer = {.made = made};
    put_head(&writer, wishes, "POST", "/v1/responses");
    put(&writer, "Content-Type: application/json\r\nContent-Length: %zu\r\n", body.length);
    if (wishes->idempotency) {
        put(&writer, "Idempotency-Key: \"%s-", wishes->prefix);
        put_number(&writer, false);
        put(&writer, "\"\r\n");
    }
    put(&writer, "\r\n");
    put_contact(&writer, wishes->prefix, agent, luck);
    put_answers(&writer, scramble(luck));
    return template_finish(&writer) && made->answers;
}

static bool fixed_template(struct request_template *made, const struct request_wishes *wishes,
                           const char *target) {
    struct writer writer = {.made = made};
    put_head(&writer, wishes, wishes->method, target);
    if (strcmp(wishes->method, "GET") != 0) {
        put(&writer, "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
    } else {
        put(&writer, "\r\n");
    }
    return template_finish(&writer);
}

static bool read_targets(struct request_set *set, const struct request_wishes *wishes) {
    FILE *file = fopen(wishes->targets_file, "re");
    if (!file) {
        fprintf(stderr, "load: cannot read %s\n", wishes->targets_file);
        return false;
    }
    char line[REQUEST_BYTES_MAX / 2];
    while (set->count < TARGETS_MAX && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        if (*line) {
            fixed_template(&set->templates[set->count++], wishes, line);
        }
    }
    fclose(file);
    return set->count > 0;
}

bool request_set_init(struct request_set *set, const struct request_wishes *wishes) {
    *set = (struct request_set){.contacts = wishes->contacts};
    set->templates = calloc(TARGETS_MAX, sizeof *set->templates);
    if (!set->templates) {
        return false;
    }
    if (wishes->targets_file) {
        return read_targets(set, wishes);
    }
    if (wishes->target) {
        set->count = 1;
        return fixed_template(&set->templates[0], wishes, wishes->target);
    }
    for (unsigned index = 0; index < ANSWER_TEMPLATES; index++) {
        if (!answer_template(&set->templates[set->count++], wishes, index)) {
            return false;
        }
    }
    return true;
}

void request_set_clear(struct request_set *set) {
    for (size_t index = 0; index < set->count; index++) {
        free(set->templates[index].bytes);
        free((char *)set->templates[index].answers);
    }
    free(set->templates);
}

uint64_t request_contact(const struct request_set *set, uint64_t number) {
    return set->contacts ? number % set->contacts : number;
}

static void write_number(char *digits, uint64_t number) {
    for (int place = NUMBER_DIGITS - 1; place >= 0; place--) {
        digits[place] = (char)('0' + number % 10);
        number /= 10;
    }
}

size_t request_write(const struct request_set *set, uint64_t number, char *out) {
    const struct request_template *wanted = &set->templates[number % set->count];
    memcpy(out, wanted->bytes, wanted->length);
    for (size_t patch = 0; patch < wanted->patch_count; patch++) {
        bool is_contact = wanted->patch_is_contact[patch];
        write_number(out + wanted->patches[patch],
                     is_contact ? request_contact(set, number) : number);
    }
    return wanted->length;
}
