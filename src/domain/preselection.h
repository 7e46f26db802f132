/* The answer that a link carries ("?understood=yes"): struct answers with at most one rating. */
#ifndef DOMAIN_PRESELECTION_H
#define DOMAIN_PRESELECTION_H

#include <stdbool.h>

#include "domain/answers.h"

#define PRESELECTION_TEXT_SIZE 24 /* "understood=partly" and the NUL, with room */
#define PRESELECTION_CODE_MAX  26

/* Reads one question's name and value as they stand in the link; false, leaving *preselection
 * alone, unless it is a rating within its scale. */
bool preselection_from_pair(const char *question, const char *value, struct answers *preselection);

/* A number in 0..PRESELECTION_CODE_MAX; 0 is no preselection. */
unsigned char preselection_code(const struct answers *preselection);

/* ANSWERS_NONE for 0 and for what is no code. */
struct answers preselection_from_code(unsigned char code);

/* "understood=yes", "csat=4", "nps=10", "ces=7", or "" for none. */
void preselection_format(const struct answers *preselection, char text[PRESELECTION_TEXT_SIZE]);

/* True when answers still say what the link said. */
bool preselection_unchanged(const struct answers *preselection, const struct answers *answers);

#endif
