/* Lets calls on some files fail, or ends the process in their place.

   Preloaded into a process. FAILING_FILES is a part of the paths concerned, FAILING_SWITCH a
   file that says, as long as it is there, what fails: kinds of calls (r read, w write, s sync),
   an error number (0: the process is killed), how many such calls go well before, and how
   many fail then. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static long calls;

static int is_concerned(int descriptor)
{
    const char *part = getenv("FAILING_FILES");
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (part == NULL || length < 0)
        return 0;
    path[length] = 0;
    return strstr(path, part) != NULL;
}

static int fails(int descriptor, char kind)
{
    const char *name = getenv("FAILING_SWITCH");
    char text[64], kinds[8];
    int number;
    long spared, count;
    int given = name == NULL ? -1 : (int)syscall(SYS_openat, AT_FDCWD, name, O_RDONLY);
    if (given < 0) {
        calls = 0;
        return 0;
    }
    long length = syscall(SYS_read, given, text, sizeof text - 1);
    syscall(SYS_close, given);
    text[length < 0 ? 0 : length] = 0;
    if (sscanf(text, "%7s %d %ld %ld", kinds, &number, &spared, &count) != 4)
        return 0;
    if (strchr(kinds, kind) == NULL || !is_concerned(descriptor))
        return 0;
    long call = __sync_add_and_fetch(&calls, 1);
    if (call <= spared || call > spared + count)
        return 0;
    if (number == 0)
        kill(getpid(), SIGKILL);
    errno = number;
    return 1;
}

#define FAILING(kind, result, name, parameters, arguments)                      \
    result name parameters                                                      \
    {                                                                           \
        static result(*real) parameters;                                        \
        if (real == NULL)                                                       \
            real = (result(*) parameters)dlsym(RTLD_NEXT, #name);               \
        return fails(file, kind) ? -1 : real arguments;                         \
    }

FAILING('r', ssize_t, read, (int file, void *to, size_t size), (file, to, size))
FAILING('r', ssize_t, pread, (int file, void *to, size_t size, off_t at), (file, to, size, at))
FAILING('r', ssize_t, pread64, (int file, void *to, size_t size, off64_t at), (file, to, size, at))
FAILING('w', ssize_t, write, (int file, const void *from, size_t size), (file, from, size))
FAILING('w', ssize_t, pwrite, (int file, const void *from, size_t size, off_t at),
        (file, from, size, at))
FAILING('w', ssize_t, pwrite64, (int file, const void *from, size_t size, off64_t at),
        (file, from, size, at))
FAILING('w', int, ftruncate, (int file, off_t size), (file, size))
FAILING('w', int, ftruncate64, (int file, off64_t size), (file, size))
FAILING('s', int, fsync, (int file), (file))
FAILING('s', int, fdatasync, (int file), (file))
