#include "config_mail.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "clients/mailbox.h"
#include "clients/smtp.h"

/* True when text is a mailbox; or is empty, where it may be. */
static bool is_mailbox(const char *key, const char *text, bool required, struct text *mistake) {
    struct mailbox mailbox;
    if (!*text && !required) {
        return true;
    }
    if (mailbox_parse(text, &mailbox)) {
        mailbox_clear(&mailbox);
        return true;
    }
    text_append_format(mistake, "[mail] %s should be " MAILBOX_WORDS, key);
    text_append_format(mistake, *text ? ", not \"%s\"" : ", since [mail] url is set", text);
    return false;
}

static bool login_is_whole(const struct config *config, struct text *mistake) {
    if ((*config->mail.user == '\0') != (*config->mail.password == '\0')) {
        text_append(mistake, "[mail] user and password go together: set both, or neither");
        return false;
    }
    bool open = strcmp(config->mail.starttls, "never") == 0 && !smtp_url_is_tls(config->mail.url) &&
                !smtp_url_is_loopback(config->mail.url);
    if (*config->mail.user && open) {
        text_append(mistake, "[mail] starttls = never would send the password for all to read: "
                             "only a mail server on this machine may get it so");
        return false;
    }
    return true;
}

static bool authorities_can_be_read(const char *path, struct text *mistake) {
    if (!*path || access(path, R_OK) == 0) {
        return true;
    }
    text_append_format(mistake, "[mail] ca_file: %s could not be read: %s", path, strerror(errno));
    return false;
}

bool mail_keys_agree(const struct config *config, struct text *mistake) {
    const char *url = config->mail.url;
    if (!*url) {
        return is_mailbox("from", config->mail.from, false, mistake) &&
               is_mailbox("reply_to", config->mail.reply_to, false, mistake);
    }
    const char *objection = smtp_url_objection(url);
    if (objection) {
        /* Not the url: a password may have been put into it. */
        text_append_format(mistake, "[mail] url should be one that %s", objection);
        return false;
    }
    return is_mailbox("from", config->mail.from, true, mistake) &&
           is_mailbox("reply_to", config->mail.reply_to, false, mistake) &&
           login_is_whole(config, mistake) &&
           authorities_can_be_read(config->mail.ca_file, mistake);
}
