#include "domain/preselection.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

#define CSAT_CODE_FIRST 4
#define NPS_CODE_FIRST  9
#define CES_CODE_FIRST  20

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
    } else if (strcmp(question, "ces") == 0 && parse_int(value, CES_MIN, CES_MAX, &number)) {
        read.ces = (int)number;
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
    if (preselection->ces != CES_NONE) {
        return (unsigned char)(CES_CODE_FIRST + preselection->ces - CES_MIN);
    }
    return 0;
}

struct answers preselection_from_code(unsigned char code) {
    struct answers preselection = ANSWERS_NONE;
    if (code > PRESELECTION_CODE_MAX) {
        return preselection;
    }
    if (code >= CES_CODE_FIRST) {
        preselection.ces = code - CES_CODE_FIRST + CES_MIN;
    } else if (code >= NPS_CODE_FIRST) {
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
    } else if (preselection->ces != CES_NONE) {
        snprintf(text, PRESELECTION_TEXT_SIZE, "ces=%d", preselection->ces);
    }
}

bool preselection_unchanged(const struct answers *preselection, const struct answers *answers) {
    if (preselection->understood != UNDERSTOOD_NONE) {
        return answers->understood == preselection->understood;
    }
    if (preselection->csat != CSAT_NONE) {
        return answers->csat == preselection->csat;
    }
    if (preselection->nps != NPS_NONE) {
        return answers->nps == preselection->nps;
    }
    return preselection->ces != CES_NONE && answers->ces == preselection->ces;
}
