/* Looks whether directories and files are as they were listed (engine/ingest/listings.py). */
#ifndef CCMON_LISTING_H
#define CCMON_LISTING_H

#if defined(__linux__)
#define KNOWS_LISTINGS
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#define MARK 4        /* numbers of a mark: device, inode, size, time in nanoseconds */
#define LONGEST 4096  /* bytes of a path that the kernel takes */

static int64_t changed_at(const struct stat *found) {
    return (int64_t)found->st_mtim.tv_sec * 1000000000 + found->st_mtim.tv_nsec;
}

/* Says whether a directory is as it was listed. */
static int is_as_noted(const char *path, int64_t device, int64_t inode, int64_t time) {
    struct stat found;
    return stat(path, &found) == 0 && (int64_t)found.st_dev == device &&
           (int64_t)found.st_ino == inode && changed_at(&found) == time;
}

/* Says whether a file is as it was marked. */
static int is_as_marked(const char *path, const int64_t *mark) {
    struct stat found;
    return stat(path, &found) == 0 && (int64_t)found.st_size == mark[2] &&
           changed_at(&found) == mark[3] && (int64_t)found.st_ino == mark[1] &&
           (int64_t)found.st_dev == mark[0];
}

#endif
#endif
