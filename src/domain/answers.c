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
    extras_clear(&answers->extras);
    *answers = ANSWERS_NONE;
}

bool answers_copy(const struct answers *answers, struct answers *copy) {
    struct answers made = *answers;
    made.comment = answers->comment ? strdup(answers->comment) : NULL;
    if (answers->comment && !made.comment) {
        return false;
    }
    if (!extras_copy(&answers->extras, &made.extras)) {
        free(made.comment);
        return false;
    }
    *copy = made;
    return true;
}

bool answers_empty(const struct answers *answers) {
    return answers->understood == UNDERSTOOD_NONE && answers->csat == CSAT_NONE &&
           answers->nps == NPS_NONE && answers->ces == CES_NONE && !answers->comment &&
           answers->extras.count == 0;
}

bool answers_equal(const struct answers *one, const struct answers *other) {
    const char *comment = one->comment ? one->comment : "";
    return one->understood == other->understood && one->csat == other->csat &&
           one->nps == other->nps && one->ces == other->ces &&
           extras_equal(&one->extras, &other->extras) &&
           strcmp(comment, other->comment ? other->comment : "") == 0;
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
