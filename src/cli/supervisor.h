/* Whoever started us and wants to know how it goes, told as sd_notify(3) says: systemd, or any
 * other that speaks its protocol. Without one nothing happens. */
#ifndef CLI_SUPERVISOR_H
#define CLI_SUPERVISOR_H

#include <stdint.h>

/* Reads NOTIFY_SOCKET and the watchdog's variables and forgets them: no child shall speak for us.
 * Before the first thread. */
void supervisor_meet(void);

/* What is told: "READY=1", several lines with newlines between. */
void supervisor_tell(const char *state);

/* "STATUS=" with what a person should read. */
void supervisor_tell_status(const char *status);

/* "RELOADING=1" with the time, as the protocol wants it. */
void supervisor_tell_reloading(void);

/* From now until supervisor_hurry more time is asked for again and again: a start or a migration
 * may take long. */
void supervisor_ask_patience(void);
void supervisor_hurry(void);

/* How often a sign of life is due, in milliseconds: half of what the watchdog waits; 0: never. */
int64_t supervisor_watchdog_ms(void);

#endif
