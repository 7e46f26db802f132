/* What speaks for a person and what for a machine, gathered from one submitted form. */
#ifndef PAGES_PAGE_EVIDENCE_H
#define PAGES_PAGE_EVIDENCE_H

#include "domain/nonce.h"
#include "domain/trust.h"
#include "http/request.h"
#include "pages/visit.h"

/* One submitted form; all lent. */
struct evidence_source {
    const struct request *request;
    const struct visit *visit;
    const struct nonce *nonce;
    const struct answers *answers;
};

/* Blocks on the database: what was viewed is written first, so that it counts. */
enum outcome evidence_gather(struct app *app, const struct evidence_source *source,
                             struct evidence *evidence);

/* A JSON object to be kept with the vote, without any address; NULL when out of memory. The caller
 * frees it. */
char *evidence_to_json(const struct evidence *evidence, const struct suspicion *suspicion,
                       const struct nonce *nonce);

#endif
