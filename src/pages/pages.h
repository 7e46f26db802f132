/* The handlers of what a browser gets. */
#ifndef PAGES_PAGES_H
#define PAGES_PAGES_H

#include "http/router.h"

/* survey_page.c */
handler get_survey_page;
handler get_thanks;
handler get_link_page;
handler get_link_change;
handler get_link_thanks;

/* survey_post.c */
handler post_survey_page;
handler post_link_page;

/* opt_out_page.c */
handler get_opt_out;
handler post_opt_out;

/* Not a route: the 429 of all of them. */
handler refuse_page;

#endif
