#include "cli/mail_service.h"

#include "base/cleanup.h"
#include "base/log.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/mail_composer.h"
#include "jobs/alert_mailer.h"
#include "jobs/mailer.h"

#define MAIL_STOP_MS 200 /* at the least */

static const struct mailbox *reply_to(const struct mail_options *mail) {
    return mail->reply_to.address ? &mail->reply_to : NULL;
}

static struct mailer *start_mailer(struct app *app, const struct mail_options *mail) {
    const struct config *config = app->config;
    struct mailer_options options = {
        .db = app->db,
        .survey_cache = app->survey_cache,
        .relay = &mail->relay,
        .from = &mail->from,
        .reply_to = reply_to(mail),
        .compose = compose_invitation_mail,
        .composer_context = app,
        .metrics = app->mail_metrics,
        .timeout_ms = config->mail.timeout_ms,
        .statement_timeout_ms = config->database.statement_timeout_ms,
        .per_minute = config_number(&config->mail.per_minute),
    };
    return mailer_start(&options);
}

static struct alert_mailer *start_alert_mailer(struct app *app, const struct mail_options *mail) {
    const struct config *config = app->config;
    struct alert_mailer_options options = {
        .db = app->db,
        .relay = &mail->relay,
        .from = &mail->from,
        .reply_to = reply_to(mail),
        .metrics = app->mail_metrics,
        .public_url = app->public_url,
        .timeout_ms = config->mail.timeout_ms,
        .statement_timeout_ms = config->database.statement_timeout_ms,
    };
    return alert_mailer_start(&options);
}

static void name_recipients(struct service *service, const struct config *config) {
    struct alert_recipients recipients = {0};
    CLEANUP(text_clear) struct text mistake = {0}; /* none: the config was checked */
    if (alert_recipients_parse(config->alerts.recipients, &recipients, &mistake)) {
        alert_mailer_set_recipients(service->alert_mailer, &recipients);
    }
}

static void say_that_mail_waits(const struct config *config) {
    log_info("no [mail] url is set: invitations that are due wait until there is one");
    if (*config->alerts.recipients) {
        log_info("no [mail] url is set: [alerts] recipients hear of alerts when there is one, "
                 "within a day");
    }
}

bool mail_service_start(struct service *service) {
    struct app *app = &service->app;
    struct mail_options *mail = &service->mail_options;
    if (!*app->config->mail.url) {
        say_that_mail_waits(app->config);
        return true;
    }
    if (!mail_options_read(app->config, mail)) {
        return false;
    }
    app->mail_metrics = &service->mail_metrics;
    service->mailer = start_mailer(app, mail);
    service->alert_mailer = start_alert_mailer(app, mail);
    if (service->alert_mailer) {
        name_recipients(service, app->config);
    }
    return service->mailer && service->alert_mailer;
}

void mail_service_apply(struct service *service, const struct config *config) {
    if (service->mailer) {
        mailer_set_rate(service->mailer, config->mail.per_minute);
    }
    if (service->alert_mailer) {
        name_recipients(service, config);
    }
}

void mail_service_hold(struct service *service) {
    if (service->mailer) {
        mailer_hold(service->mailer);
    }
    if (service->alert_mailer) {
        alert_mailer_hold(service->alert_mailer);
    }
}

static unsigned time_left_ms(const struct config *config, int64_t begun_us) {
    int64_t left_ms = config->http.drain_ms - (time_monotonic_us() - begun_us) / 1000;
    return (unsigned)(left_ms > MAIL_STOP_MS ? left_ms : MAIL_STOP_MS);
}

void mail_service_stop(struct service *service, const struct config *config, int64_t begun_us) {
    if (service->mailer) {
        mailer_stop(service->mailer, time_left_ms(config, begun_us));
    }
    if (service->alert_mailer) {
        alert_mailer_stop(service->alert_mailer, time_left_ms(config, begun_us));
    }
    mail_options_clear(&service->mail_options);
    service->mailer = NULL;
    service->alert_mailer = NULL;
}
