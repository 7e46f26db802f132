#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"

int main(int count, char *words[]) {
    if (sodium_init() < 0) {
        fputs("understood: the random number generator does not start\n", stderr);
        return EXIT_FAILURE;
    }
    return run_command_line(count - 1, words + 1);
}
