#ifndef DOMAIN_SENTIMENT_LANGUAGE_H
#define DOMAIN_SENTIMENT_LANGUAGE_H

#include "domain/sentiment_features.h"

/* Whether the comment is English. A language that is given (BCP 47) decides, unless most letters
 * are of another script; without one (NULL) its words are looked at. */
bool sentiment_is_english(const struct sentiment_marks *marks, const char *language);

#endif
