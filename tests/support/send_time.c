/* The SQL of store/send_window.h, for tests that know the clock of a zone by other means. */
#include <stdio.h>

#include "store/send_window.h"

int main(void) {
    puts("SELECT send_at FROM " SEND_TIME("%(zone)s::text", "%(at)s::timestamptz", "%(from)s::int",
                                          "%(to)s::int", "%(weekdays)s::int") " AS due");
    return 0;
}
