#include "cli/signals.h"

#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#define MS_PER_SECOND 1000
#define NS_PER_MS     1000000L

static sigset_t stop_signals;
static sigset_t all_signals;
static bool ends_with_terminal;

static bool has_terminal(void) {
    int terminal = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
    if (terminal >= 0) {
        close(terminal);
    }
    return terminal >= 0;
}

void signals_block(void) {
    sigemptyset(&stop_signals);
    sigaddset(&stop_signals, SIGINT);
    sigaddset(&stop_signals, SIGTERM);
    all_signals = stop_signals;
    sigaddset(&all_signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &all_signals, NULL);
    bool by_nohup = signal(SIGHUP, SIG_DFL) == SIG_IGN;
    ends_with_terminal = !by_nohup && has_terminal();
    signal(SIGPIPE, SIG_IGN);
}

/* A terminal that is closed sends SIGHUP too. */
static bool terminal_is_gone(void) {
    return ends_with_terminal && !has_terminal();
}

bool signals_stop_pending(void) {
    sigset_t pending;
    return sigpending(&pending) == 0 &&
           (sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM) ||
            (sigismember(&pending, SIGHUP) && terminal_is_gone()));
}

enum signalled signals_wait(int64_t wait_ms) {
    struct timespec wait = {.tv_sec = wait_ms / MS_PER_SECOND,
                            .tv_nsec = wait_ms % MS_PER_SECOND * NS_PER_MS};
    int number = sigtimedwait(&all_signals, NULL, &wait);
    if (number <= 0) {
        return SIGNALLED_NOTHING;
    }
    return number == SIGHUP && !terminal_is_gone() ? SIGNALLED_RELOAD : SIGNALLED_STOP;
}

void signals_wait_stop(void) {
    /* Without a local variable: a cancelled thread's would stay poisoned under AddressSanitizer. */
    while (sigwaitinfo(&stop_signals, NULL) < 0) {
    }
}
