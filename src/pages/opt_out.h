/* Who opened the link that opts out, and whether their address gets mails. */
#ifndef PAGES_OPT_OUT_H
#define PAGES_OPT_OUT_H

#include <stdbool.h>

#include "base/outcome.h"
#include "domain/invitation.h"
#include "domain/survey.h"
#include "http/request.h"
#include "pages/page.h"

struct app;

enum opt_out_step {
    OPT_OUT_LOOK, /* changes nothing */
    OPT_OUT_DO,
    OPT_OUT_UNDO, /* only what the customer did */
};

struct opt_out {
    enum outcome outcome; /* of all below; OUTCOME_NOT_FOUND: not a link of ours */
    struct page page;     /* its survey is NULL unless the outcome is OUTCOME_OK */
    struct invitation invitation;
    const struct survey *survey; /* lent by the cache until opt_out_clear */
    bool suppressed;             /* after the step, and not for a bounce */
    bool may_undo;
};

/* Opens the link in the request and takes the step; blocks on the database. However old the
 * invitation is. The caller clears *opt_out, whatever its outcome. */
void opt_out_open(struct app *app, const struct request *request, enum opt_out_step step,
                  struct opt_out *opt_out);

void opt_out_clear(struct opt_out *opt_out);

#endif
