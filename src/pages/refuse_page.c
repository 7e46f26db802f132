/* The answer to a customer's address that asks too often: nothing was looked up, so no survey is
 * known, and the language is the browser's. */
#include "pages/page.h"
#include "pages/pages.h"

struct response refuse_page(struct app *app, const struct request *request) {
    (void)app;
    const struct locale *locale = locale_negotiate(request_header(request, "Accept-Language"));
    const struct page page = {.locale = locale, .language = locale->language};
    return page_respond_message(429, &page, locale->unavailable_title, locale->unavailable_text);
}
