#ifndef CLI_WELCOME_H
#define CLI_WELCOME_H

struct app;

/* Prints to stdout where the service is and what to try first; makes account 1's first API key. */
void welcome(const struct app *app);

#endif
