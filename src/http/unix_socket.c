#include "http/unix_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/descriptor.h"
#include "base/log.h"

#define BACKLOG       1024
#define LOCK_TRIES    100
#define LOCK_PAUSE_US 10000

bool unix_address(const char *path, struct sockaddr_un *address) {
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (path[0] != '/' || length >= sizeof address->sun_path) {
        return false;
    }
    memcpy(address->sun_path, path, length + 1);
    return true;
}

/* Two that start at once must not both find the file stale. The lock is the folder's, so that no
 * other file is left behind; -1 when it cannot be had. */
static int lock_folder(const char *path) {
    char copy[sizeof(struct sockaddr_un)];
    memcpy(copy, path, strlen(path) + 1);
    int folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; folder >= 0 && i < LOCK_TRIES; i++) {
        if (flock(folder, LOCK_EX | LOCK_NB) == 0) {
            return folder;
        }
        usleep(LOCK_PAUSE_US);
    }
    errno = folder < 0 ? errno : EWOULDBLOCK;
    descriptor_close(&folder);
    return -1;
}

/* Nobody listens on it: its process is gone. */
static bool is_stale(const struct sockaddr_un *address) {
    CLEANUP(descriptor_close)
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) != 0 &&
           errno == ECONNREFUSED;
}

/* Why the place cannot be taken, or NULL when it is free now. */
static const char *clear_place(const struct sockaddr_un *address) {
    struct stat there;
    if (lstat(address->sun_path, &there) != 0) {
        return errno == ENOENT ? NULL : strerror(errno);
    }
    if (!S_ISSOCK(there.st_mode)) {
        return "there is a file of another kind";
    }
    if (!is_stale(address)) {
        return "another process listens on it";
    }
    return unlink(address->sun_path) == 0 ? NULL : strerror(errno);
}

/* Nobody can connect before listen(), and by then the file has its mode. */
static const char *bind_and_listen(int fd, const struct sockaddr_un *address, mode_t mode) {
    if (bind(fd, (const struct sockaddr *)address, sizeof *address) != 0) {
        return strerror(errno);
    }
    if (chmod(address->sun_path, mode) != 0 || listen(fd, BACKLOG) != 0) {
        const char *objection = strerror(errno);
        unlink(address->sun_path);
        return objection;
    }
    return NULL;
}

static void note_file(struct listener *listener, const char *path) {
    struct stat made;
    listener->has_file = lstat(path, &made) == 0;
    if (listener->has_file) {
        listener->device = made.st_dev;
        listener->inode = made.st_ino;
    }
}

int unix_socket_open(struct listener *listener, const char *path, mode_t mode) {
    struct sockaddr_un address;
    if (!unix_address(path, &address)) {
        log_error("could not listen on unix:%s: the path should be absolute and shorter than %zu "
                  "bytes",
                  path, sizeof address.sun_path);
        return -1;
    }
    CLEANUP(descriptor_close) int folder = lock_folder(path);
    int fd = folder < 0 ? -1 : socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const char *objection = fd < 0 ? strerror(errno) : clear_place(&address);
    if (!objection) {
        objection = bind_and_listen(fd, &address, mode);
    }
    if (objection) {
        log_error("could not listen on unix:%s: %s", path, objection);
        descriptor_close(&fd);
        return -1;
    }
    note_file(listener, path);
    return fd;
}

void unix_socket_remove(const struct listener *listener, const char *path) {
    struct stat there;
    if (listener->has_file && lstat(path, &there) == 0 && there.st_dev == listener->device &&
        there.st_ino == listener->inode) {
        unlink(path);
    }
}
