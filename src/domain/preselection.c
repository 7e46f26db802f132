#include "domain/preselection.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

#define CSAT_CODE_FIRST 4
#define NPS_CODE_FIRST  9

bool preselection_from_pair(const char *question, const char *value, struct answers *preselection) {
    struct answers read = ANSWERS_NONE;
    int64_t number;
    if (strcmp(question, "understood") == 0) {
        if (!understood_from_name(value, &read.understood)) {
            return false;
        }
    } else if (strcmp(question, "csat") == 0 && parse_int(value, CSAT_MIN, CSAT_MAX, &number)) {
        read.csat = (int)number;
    } else if (strcmp(question, "nps") == 0 && parse_int(value, NPS_MIN, NPS_MAX, &number)) {
        read.nps = (int)number;
    } else {
        return false;
    }
    *preselection = read;
    return true;
}

unsigned char preselection_code(const struct answers *preselection) {
    if (preselection->understood != UNDERSTOOD_NONE) {
        return (unsigned char)preselection->understood;
    }
    if (preselection->csat != CSAT_NONE) {
        return (unsigned char)(CSAT_CODE_FIRST + preselection->csat - CSAT_MIN);
    }
    if (preselection->nps != NPS_NONE) {
        return (unsigned char)(NPS_CODE_FIRST + preselection->nps - NPS_MIN);
    }
    return 0;
}

struct answers preselection_from_code(unsigned char code) {
    struct answers preselection = ANSWERS_NONE;
    if (code > PRESELECTION_CODE_MAX) {
        return preselection;
    }
    if (code >= NPS_CODE_FIRST) {
        preselection.nps = code - NPS_CODE_FIRST + NPS_MIN;
    } else if (code >= CSAT_CODE_FIRST) {
        preselection.csat = code - CSAT_CODE_FIRST + CSAT_MIN;
    } else {
        preselection.understood = (enum understood)code;
    }
    return preselection;
}

void preselection_format(const struct answers *preselection, char text[PRESELECTION_TEXT_SIZE]) {
    text[0] = '\0';
    if (preselection->understood != UNDERSTOOD_NONE) {
        snprintf(text, PRESELECTION_TEXT_SIZE, "understood=%s",
                 understood_name(preselection->understood));
    } else if (preselection->csat != CSAT_NONE) {
        snprintf(text, PRESELECTION_TEXT_SIZE, "csat=%d", preselection->csat);
    } else if (preselection->nps != NPS_NONE) {
        snprintf(text, PRESELECTION_TEXT_SIZE, "nps=%d", preselection->nps);
    }
}

bool preselection_unchanged(const struct answers *preselection, const struct answers *answers) {
    switch (preselection_code(preselection)) {
    case 0:
        return false;
    case UNDERSTOOD_YES:
    case UNDERSTOOD_PARTLY:
    case UNDERSTOOD_NO:
        return answers->understood == preselection->understood;
    default:
        return preselection->csat != CSAT_NONE ? answers->csat == preselection->csat
                                               : answers->nps == preselection->nps;
    }
}
