/* Joins the mailer, which knows no pages, and the page's texts, which know no mail. */
#include "cli/mail_composer.h"

#include <string.h>

#include "app.h"
#include "base/cleanup.h"
#include "pages/invitation_mail.h"
#include "store/survey_cache.h"

enum outcome compose_invitation_mail(void *context, const struct invitation *invitation,
                                     bool reminder, struct mail *mail) {
    struct app *app = context;
    struct invitation_mail written;
    CLEANUP(survey_cache_release) const struct survey *survey = NULL;
    enum outcome outcome = survey_cache_get(app->survey_cache, invitation->account_id,
                                            invitation->survey, true, &survey);
    if (outcome != OUTCOME_OK) {
        return outcome;
    }
    if (!invitation_mail_write(app, survey, invitation, reminder, &written)) {
        return OUTCOME_UNAVAILABLE;
    }
    mail->subject = written.subject;
    mail->html = written.html;
    mail->text = written.text;
    mail->unsubscribe_url = written.unsubscribe_url;
    memcpy(mail->language, written.language, sizeof mail->language);
    return OUTCOME_OK;
}
