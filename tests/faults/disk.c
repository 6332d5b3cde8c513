/* A disk that can become read-only, and that keeps only what was synced, for the processes that load
 * this library (LD_PRELOAD). Only files below DISK_FOLDER are concerned.
 *
 * While the file DISK_READ_ONLY exists, opening a file to write and writing fail with EROFS, as on a
 * file system that the kernel has remounted after an error. After each fsync and fdatasync, the
 * file is copied to the folder DISK_SYNCED. After a power cut, no other file may be relied on. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static const char *folder(void) { return getenv("DISK_FOLDER"); }

static int is_below(const char *path) {
    const char *ours = folder();
    return ours && path[0] == '/' && strncmp(path, ours, strlen(ours)) == 0;
}

static int path_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return is_below(path);
}

static int is_read_only(void) {
    const char *flag = getenv("DISK_READ_ONLY");
    return flag && syscall(SYS_access, flag, F_OK) == 0;
}

static int refuses(int fd) {
    char path[PATH_MAX];
    int before = errno;
    /* The log goes to the system, not to this disk. */
    int refused = fd > STDERR_FILENO && is_read_only() && path_of(fd, path);
    errno = refused ? EROFS : before;
    return refused;
}

static int refuses_to_open(const char *path, int flags) {
    int writes = (flags & O_ACCMODE) != O_RDONLY || flags & (O_CREAT | O_TRUNC);
    if (!writes || !is_below(path) || !is_read_only()) return 0;
    errno = EROFS;
    return 1;
}

/* Write the name of a file's synced copy; return whether there is a place for it. */
static int synced_copy(const char *path, char *target) {
    const char *synced = getenv("DISK_SYNCED");
    if (!synced || !is_below(path)) return 0;
    int start = snprintf(target, PATH_MAX, "%s/", synced);
    snprintf(target + start, PATH_MAX - start, "%s", path + strlen(folder()) + 1);
    for (char *each = target + start; *each; each++)
        if (*each == '/') *each = '|';
    return 1;
}

static void keep(int fd) {
    char path[PATH_MAX], draft[PATH_MAX], target[PATH_MAX], bytes[1 << 16];
    if (!path_of(fd, path) || !synced_copy(path, target)) return;
    snprintf(draft, sizeof draft, "%s/.%d-%ld", getenv("DISK_SYNCED"), getpid(), syscall(SYS_gettid));
    int from = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    int to = syscall(SYS_openat, AT_FDCWD, draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ssize_t size = -1;
    if (from >= 0 && to >= 0)
        while ((size = syscall(SYS_read, from, bytes, sizeof bytes)) > 0)
            if (syscall(SYS_write, to, bytes, size) != size) abort();
    if (from >= 0) syscall(SYS_close, from);
    if (to >= 0) syscall(SYS_close, to);
    if (size == 0) rename(draft, target);
}

int fsync(int fd) {
    if (refuses(fd)) return -1;
    int result = REAL(fsync)(fd);
    if (result == 0) keep(fd);
    return result;
}

int fdatasync(int fd) {
    if (refuses(fd)) return -1;
    int result = REAL(fdatasync)(fd);
    if (result == 0) keep(fd);
    return result;
}

ssize_t write(int fd, const void *bytes, size_t size) {
    return refuses(fd) ? -1 : REAL(write)(fd, bytes, size);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
    return refuses(fd) ? -1 : REAL(pwrite64)(fd, bytes, size, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) {
    return refuses(fd) ? -1 : REAL(pwrite)(fd, bytes, size, at);
}

int ftruncate64(int fd, off64_t size) {
    return refuses(fd) ? -1 : REAL(ftruncate64)(fd, size);
}

int unlink(const char *path) {
    if (is_below(path) && is_read_only()) {
        errno = EROFS;
        return -1;
    }
    char copy[PATH_MAX];
    int result = REAL(unlink)(path);
    /* An old journal would be rolled back. */
    if (result == 0 && synced_copy(path, copy)) REAL(unlink)(copy);
    return result;
}

#define OPEN(name)                                            \
    int name(const char *path, int flags, ...) {              \
        va_list more;                                         \
        va_start(more, flags);                                \
        mode_t mode = va_arg(more, mode_t);                   \
        va_end(more);                                         \
        if (refuses_to_open(path, flags)) return -1;          \
        return REAL(name)(path, flags, mode);                 \
    }

OPEN(open)
OPEN(open64)

int openat64(int at, const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = va_arg(more, mode_t);
    va_end(more);
    if (refuses_to_open(path, flags)) return -1;
    return REAL(openat64)(at, path, flags, mode);
}
