#include "store/embedded_lock.h"

#include <fcntl.h>
#include <unistd.h>

int embedded_lock_open(const char *path) {
    return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

static bool set_lock(int file, enum embedded_lock lock, short type) {
    struct flock range = {.l_type = type, .l_whence = SEEK_SET, .l_start = (off_t)lock, .l_len = 1};
    return fcntl(file, F_OFD_SETLK, &range) == 0;
}

bool embedded_lock_try(int file, enum embedded_lock lock) {
    return set_lock(file, lock, F_WRLCK);
}

bool embedded_lock_try_shared(int file, enum embedded_lock lock) {
    return set_lock(file, lock, F_RDLCK);
}

void embedded_lock_release(int file, enum embedded_lock lock) {
    set_lock(file, lock, F_UNLCK);
}
