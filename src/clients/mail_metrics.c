#include "clients/mail_metrics.h"

static void append_total(struct text *text, const char *name, const char *help,
                         atomic_ulong *total) {
    text_append_format(text, "# HELP %s %s\n# TYPE %s counter\n%s %lu\n", name, help, name, name,
                       atomic_load(total));
}

void mail_metrics_append(struct mail_metrics *metrics, struct text *text) {
    if (!metrics) {
        return;
    }
    append_total(text, "understood_mail_sent_total",
                 "Mails that the mail server took, reminders included.", &metrics->sent);
    append_total(text, "understood_mail_reminders_total", "Reminders that the mail server took.",
                 &metrics->reminders);
    append_total(text, "understood_mail_bounced_total",
                 "Mails that the mail server refused for good.", &metrics->bounced);
    append_total(text, "understood_mail_deferred_total", "Attempts after which a mail was put off.",
                 &metrics->deferred);
    append_total(text, "understood_mail_skipped_total",
                 "Mails that were due and no longer to be sent.", &metrics->skipped);
    append_total(text, "understood_mail_alerts_sent_total",
                 "Mails about alerts that the mail server took.", &metrics->alerts_told);
    append_total(text, "understood_mail_alerts_given_up_total",
                 "Mails about alerts that were refused, or too late.", &metrics->alerts_untold);
    text_append_format(text,
                       "# HELP understood_mail_relay_up Whether the mail server could be used when "
                       "it was last tried.\n# TYPE understood_mail_relay_up gauge\n"
                       "understood_mail_relay_up %d\n",
                       !atomic_load(&metrics->relay_away));
}
