/* Reads lines of a plural condition, a tab and a number; answers each with yes, no or unreadable.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pages/plural.h"

#define LINE_SIZE 1024

int main(void) {
    char line[LINE_SIZE];
    while (fgets(line, sizeof line, stdin)) {
        char *tab = strchr(line, '\t');
        if (!tab) {
            return EXIT_FAILURE;
        }
        *tab = '\0';
        bool readable;
        bool fits = plural_fits(line, (unsigned)strtoul(tab + 1, NULL, 10), &readable);
        puts(!readable ? "unreadable" : fits ? "yes" : "no");
    }
    return EXIT_SUCCESS;
}
