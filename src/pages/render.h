/* The form as one visit sees it, with a nonce of its own. */
#ifndef PAGES_RENDER_H
#define PAGES_RENDER_H

#include <stdbool.h>
#include <stdint.h>

#include "domain/nonce.h"
#include "pages/survey_form.h"
#include "pages/visit.h"

/* All that a render leaves in its nonce, and the key to seal it with. */
struct seal {
    struct signing_key key;
    uint32_t network;
    struct answers preselected; /* what the link carried; at most one rating */
};

/* OUTCOME_UNAVAILABLE while there are no keys. */
enum outcome seal_prepare(struct app *app, const struct request *request,
                          const struct answers *preselected, struct seal *seal);

/* The form, filled in with `filled`; *now_us is when it was rendered. */
struct response render_survey(const struct visit *visit, const struct seal *seal,
                              const struct form_answers *filled, bool stale, int64_t now_us);

/* The page that asks "is this your answer?". Never blocks. */
struct response render_confirm(const struct visit *visit, const struct seal *seal,
                               const struct form_answers *filled, int64_t now_us);

#endif
