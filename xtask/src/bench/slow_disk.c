/* Preloaded into a process: every flush to the disk takes SLOW_DISK_US microseconds longer, as it does on
   a disk that waits for its medium. Both calls are counted as one flush each. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static int flush(const char *name, int fd)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    const char *setting = getenv("SLOW_DISK_US");
    long us = setting ? atol(setting) : 0;
    struct timespec pause = { us / 1000000, us % 1000000 * 1000 };
    nanosleep(&pause, NULL);
    return real(fd);
}

int fsync(int fd) { return flush("fsync", fd); }
int fdatasync(int fd) { return flush("fdatasync", fd); }
