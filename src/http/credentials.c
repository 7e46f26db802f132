#include "http/credentials.h"

#include <string.h>
#include <strings.h>

#include "base/base64.h"

/* Where the credentials begin when the scheme is name, or NULL. */
static const char *after_scheme(const char *authorization, const char *name) {
    size_t length = strlen(name);
    if (strncasecmp(authorization, name, length) != 0 || authorization[length] != ' ') {
        return NULL;
    }
    return authorization + length + strspn(authorization + length, " ");
}

static bool bearer_key(const char *token, char key[API_KEY_SIZE]) {
    size_t length = strcspn(token, " \t");
    if (length == 0 || length >= API_KEY_SIZE || token[length] != '\0') {
        return false;
    }
    memcpy(key, token, length + 1);
    return true;
}

/* The password is not looked at: some clients cannot leave it out, nor the colon. */
static bool basic_key(const char *encoded, char key[API_KEY_SIZE]) {
    size_t length;
    char *user = key;
    if (!base64_decode(encoded, BASE64_STANDARD, user, API_KEY_SIZE - 1, &length)) {
        return false;
    }
    user[length] = '\0';
    if (strlen(user) != length) {
        return false;
    }
    user[strcspn(user, ":")] = '\0';
    return *user != '\0';
}

bool credentials_key(const char *authorization, char key[API_KEY_SIZE]) {
    const char *token = after_scheme(authorization, "Bearer");
    if (token) {
        return bearer_key(token, key);
    }
    const char *encoded = after_scheme(authorization, "Basic");
    return encoded && basic_key(encoded, key);
}
