#include "cli/public_url.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/words.h"

#define UNIX_PREFIX "unix:"

bool find_public_url(const struct config *config, const char *listen, char url[PUBLIC_URL_SIZE]) {
    const char *wanted = config->http.public_url;
    size_t length = strlen(wanted);
    while (length > 0 && wanted[length - 1] == '/') {
        length--;
    }
    if (length > 0) {
        snprintf(url, PUBLIC_URL_SIZE, "%.*s", (int)length, wanted);
        return true;
    }
    struct word word;
    while (next_word(&listen, &word)) {
        if (strncmp(word.text, UNIX_PREFIX, strlen(UNIX_PREFIX)) != 0) {
            snprintf(url, PUBLIC_URL_SIZE, "http://%.*s", (int)word.length, word.text);
            return true;
        }
    }
    return false;
}

void refuse_without_public_url(void) {
    log_error("only a Unix socket is listened on, so what survey links start with must be said: "
              "set [http] public_url (UNDERSTOOD_HTTP_PUBLIC_URL)");
}
