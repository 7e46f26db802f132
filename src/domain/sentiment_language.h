#ifndef DOMAIN_SENTIMENT_LANGUAGE_H
#define DOMAIN_SENTIMENT_LANGUAGE_H

#include "domain/sentiment_features.h"

/* Whether the comment is English: in the language that is given (BCP 47), unless most letters are
 * of another script or the small words of another language are too many. Without one (NULL) half of
 * the words must be known as well. */
bool sentiment_is_english(const struct sentiment_marks *marks, const char *language);

#endif
