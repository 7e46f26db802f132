/* The handlers of what a browser gets. */
#ifndef PAGES_PAGES_H
#define PAGES_PAGES_H

#include "http/router.h"

handler get_survey_page;
handler post_survey_page;
handler get_thanks;

/* Not a route: the 429 of all of them. */
handler refuse_page;

#endif
