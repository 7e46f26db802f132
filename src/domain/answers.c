#include "domain/answers.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

static const char *const names[] = {
    [UNDERSTOOD_YES] = "yes",
    [UNDERSTOOD_PARTLY] = "partly",
    [UNDERSTOOD_NO] = "no",
};

void answers_clear(struct answers *answers) {
    free(answers->comment);
    *answers = ANSWERS_NONE;
}

bool answers_copy(const struct answers *answers, struct answers *copy) {
    char *comment = NULL;
    if (answers->comment && !(comment = strdup(answers->comment))) {
        return false;
    }
    *copy = *answers;
    copy->comment = comment;
    return true;
}

bool answers_empty(const struct answers *answers) {
    return answers->understood == UNDERSTOOD_NONE && answers->csat == CSAT_NONE &&
           answers->nps == NPS_NONE && !answers->comment;
}

bool answers_equal(const struct answers *one, const struct answers *other) {
    const char *comment = one->comment ? one->comment : "";
    return one->understood == other->understood && one->csat == other->csat &&
           one->nps == other->nps && strcmp(comment, other->comment ? other->comment : "") == 0;
}

const char *understood_name(enum understood understood) {
    return names[understood];
}

bool understood_from_name(const char *name, enum understood *understood) {
    for (size_t i = UNDERSTOOD_YES; i < COUNT(names); i++) {
        if (strcmp(name, names[i]) == 0) {
            *understood = (enum understood)i;
            return true;
        }
    }
    return false;
}
