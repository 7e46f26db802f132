/* The service's signals: they come to the main thread alone, all others have them blocked. */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

#include <stdbool.h>
#include <stdint.h>

enum signalled {
    SIGNALLED_NOTHING,
    SIGNALLED_RELOAD, /* SIGHUP */
    SIGNALLED_STOP,   /* SIGINT, SIGTERM, or our terminal was closed (unless started by nohup) */
};

/* Before the first thread. */
void signals_block(void);

/* True when it is time to stop, without taking the signal. */
bool signals_stop_pending(void);

/* What came within wait_ms. */
enum signalled signals_wait(int64_t wait_ms);

/* Waits for SIGINT or SIGTERM, for as long as it takes. */
void signals_wait_stop(void);

#endif
