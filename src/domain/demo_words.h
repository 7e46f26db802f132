/* The words of the demo's contacts and comments. */
#ifndef DOMAIN_DEMO_WORDS_H
#define DOMAIN_DEMO_WORDS_H

#include "domain/answers.h"
#include "domain/demo.h"

#define DEMO_FIRST_NAMES 20
#define DEMO_LANGUAGES   6
#define DEMO_CHANNELS    3
#define DEMO_REASONS     6
#define DEMO_COMMENTS    4 /* of each language and answer */

/* A word, and how often it comes in comparison with the others. */
struct demo_word {
    const char *word;
    int weight;
};

extern const char *const demo_teams[DEMO_TEAMS];
extern const char *const demo_first_names[DEMO_FIRST_NAMES];
extern const struct demo_word demo_languages[DEMO_LANGUAGES];
extern const struct demo_word demo_channels[DEMO_CHANNELS];
extern const struct demo_word demo_reasons[DEMO_REASONS];

/* By language, as in demo_languages, and by answer: yes, partly, no. */
extern const char *const demo_comments[DEMO_LANGUAGES][3][DEMO_COMMENTS];

#endif
