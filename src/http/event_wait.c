#include "http/event_wait.h"

#include <dlfcn.h>
#include <stddef.h>
#include <sys/epoll.h>

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int epoll_wait(int epoll_fd, struct epoll_event *events, int events_max, int timeout_ms) {
    int fewer = events_max > 1 ? events_max - 1 : events_max;
    return epoll_pwait(epoll_fd, events, fewer, timeout_ms, NULL);
}

bool event_wait_is_ours(void) {
    return dlsym(RTLD_DEFAULT, "epoll_wait") == (void *)epoll_wait;
}
