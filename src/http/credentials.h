/* The Authorization header: Bearer KEY, or Basic with the key as the user name. */
#ifndef HTTP_CREDENTIALS_H
#define HTTP_CREDENTIALS_H

#include <stdbool.h>

#define API_KEY_SIZE 128 /* with the NUL; far above what keys need */

/* Reads the key that authorization carries; false when it carries none. */
bool credentials_key(const char *authorization, char key[API_KEY_SIZE]);

#endif
