#include "base/descriptor.h"

#include <errno.h>
#include <unistd.h>

void descriptor_close(int *descriptor) {
    int cause = errno;
    if (*descriptor >= 0) {
        close(*descriptor);
    }
    *descriptor = -1;
    errno = cause;
}
