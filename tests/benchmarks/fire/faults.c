/* Preloaded: counts the file operations below some folders, in all processes of a tree, and lets chosen ones fail.

FIRE_STATE names a file of four numbers: how many operations there were, which one is the first to fail, and how many
in a row do, and the error;
with -1 as the first all are noted down. FIRE_UNDER are the folders, with ":" between them; FIRE_LOG gets a line for each operation that failed.
With ENOSPC as the error nothing is made to fail: FIRE_FILLER, a file on the disk of the folders, takes all the room that
is left before the operation begins. So what has its room already can be written, as on any full disk. */

#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct state { long count, first, many, code; };
static struct state *state;
static char under[8][PATH_MAX];
static int folders;
static const char *log_path, *filler_path;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("FIRE_STATE"), *all = getenv("FIRE_UNDER");
    log_path = getenv("FIRE_LOG");
    filler_path = getenv("FIRE_FILLER");
    if (!path || !all) return;
    int fd = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
    if (fd < 0) return;
    void *map = mmap(NULL, sizeof *state, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    syscall(SYS_close, fd);
    if (map == MAP_FAILED) return;
    char *copy = strdup(all);
    for (char *part = strtok(copy, ":"); part && folders < 8; part = strtok(NULL, ":"))
        snprintf(under[folders++], PATH_MAX, "%s", part);
    free(copy);
    state = map;
}

static int is_under(const char *path) {
    for (int i = 0; i < folders; i++) {
        size_t length = strlen(under[i]);
        if (!strncmp(path, under[i], length) && (path[length] == '/' || !path[length])) return 1;
    }
    return 0;
}

static int takes_room(const char *what) {
    return strstr("create mkdir rename link symlink write truncate fallocate", what) != NULL;
}

/* Take all the room that there is on the disk. */
static void fill(void) {
    struct stat status;
    int fd = filler_path ? syscall(SYS_openat, AT_FDCWD, filler_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666) : -1;
    if (fd < 0) return;
    if (!syscall(SYS_fstat, fd, &status))
        for (long size = 64 << 20, end = status.st_size; size >= 1024; size /= 2)
            while (!syscall(SYS_fallocate, fd, 0, end, size)) end += size;
    syscall(SYS_close, fd);
}

/* Whether this operation, on an absolute path, is to fail: on a full disk, those that take room. */
static int fails(const char *what, const char *path) {
    int kept = errno;
    if (!is_under(path) || (state->code == ENOSPC && !takes_room(what))) return 0;
    long number = __sync_add_and_fetch(&state->count, 1);
    int notes = state->first < 0; /* all of them are noted down, and none fails */
    if (!notes && (number < state->first || number >= state->first + state->many)) return 0;
    char line[PATH_MAX + 64];
    int length = snprintf(line, sizeof line, "%ld %d %s %s\n", number, (int)getpid(), what, path);
    int fd = log_path ? syscall(SYS_openat, AT_FDCWD, log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666) : -1;
    if (fd >= 0) { syscall(SYS_write, fd, line, length); syscall(SYS_close, fd); }
    if (!notes && state->code == ENOSPC) fill();
    errno = notes || state->code == ENOSPC ? kept : (int)state->code;
    return !notes && state->code != ENOSPC;
}

static int at(const char *what, int folder, const char *path) {
    char whole[2 * PATH_MAX], here[PATH_MAX], link[64];
    if (!state || !path || !state->many) return 0;
    if (path[0] == '/') return fails(what, path);
    snprintf(link, sizeof link, folder == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", folder);
    long length = syscall(SYS_readlink, link, here, sizeof here - 1);
    if (length < 0) return 0;
    here[length] = 0;
    snprintf(whole, sizeof whole, "%s/%s", here, path);
    return fails(what, whole);
}

static int on(const char *what, int fd) {
    char here[PATH_MAX], link[64];
    if (!state || !state->many) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    long length = syscall(SYS_readlink, link, here, sizeof here - 1);
    if (length < 0) return 0;
    here[length] = 0;
    return fails(what, here);
}

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define MODE(flags) mode_t mode = 0; if ((flags) & (O_CREAT | __O_TMPFILE)) { va_list list; va_start(list, flags); \
    mode = va_arg(list, mode_t); va_end(list); }

int open(const char *path, int flags, ...) { MODE(flags) REAL(open); return at(flags & O_CREAT ? "create" : "open", AT_FDCWD, path) ? -1 : real(path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) REAL(open64); return at(flags & O_CREAT ? "create" : "open", AT_FDCWD, path) ? -1 : real(path, flags, mode); }
int openat(int d, const char *path, int flags, ...) { MODE(flags) REAL(openat); return at(flags & O_CREAT ? "create" : "open", d, path) ? -1 : real(d, path, flags, mode); }
int openat64(int d, const char *path, int flags, ...) { MODE(flags) REAL(openat64); return at(flags & O_CREAT ? "create" : "open", d, path) ? -1 : real(d, path, flags, mode); }
FILE *fopen(const char *path, const char *m) { REAL(fopen); return at("open", AT_FDCWD, path) ? NULL : real(path, m); }
FILE *fopen64(const char *path, const char *m) { REAL(fopen64); return at("open", AT_FDCWD, path) ? NULL : real(path, m); }
int mkdir(const char *path, mode_t m) { REAL(mkdir); return at("mkdir", AT_FDCWD, path) ? -1 : real(path, m); }
int mkdirat(int d, const char *path, mode_t m) { REAL(mkdirat); return at("mkdir", d, path) ? -1 : real(d, path, m); }
int rename(const char *a, const char *b) { REAL(rename); return at("rename", AT_FDCWD, b) ? -1 : real(a, b); }
int renameat(int c, const char *a, int d, const char *b) { REAL(renameat); return at("rename", d, b) ? -1 : real(c, a, d, b); }
int link(const char *a, const char *b) { REAL(link); return at("link", AT_FDCWD, b) ? -1 : real(a, b); }
int symlink(const char *a, const char *b) { REAL(symlink); return at("symlink", AT_FDCWD, b) ? -1 : real(a, b); }
int unlink(const char *path) { REAL(unlink); return at("unlink", AT_FDCWD, path) ? -1 : real(path); }
int unlinkat(int d, const char *path, int f) { REAL(unlinkat); return at("unlink", d, path) ? -1 : real(d, path, f); }
int rmdir(const char *path) { REAL(rmdir); return at("rmdir", AT_FDCWD, path) ? -1 : real(path); }
int chmod(const char *path, mode_t m) { REAL(chmod); return at("chmod", AT_FDCWD, path) ? -1 : real(path, m); }
int fchmodat(int d, const char *path, mode_t m, int f) { REAL(fchmodat); return at("chmod", d, path) ? -1 : real(d, path, m, f); }
int utimensat(int d, const char *path, const struct timespec t[2], int f) { REAL(utimensat); return at("utime", d, path) ? -1 : real(d, path, t, f); }
int stat(const char *path, struct stat *s) { REAL(stat); return at("stat", AT_FDCWD, path) ? -1 : real(path, s); }
int stat64(const char *path, struct stat64 *s) { REAL(stat64); return at("stat", AT_FDCWD, path) ? -1 : real(path, s); }
int lstat(const char *path, struct stat *s) { REAL(lstat); return at("lstat", AT_FDCWD, path) ? -1 : real(path, s); }
int lstat64(const char *path, struct stat64 *s) { REAL(lstat64); return at("lstat", AT_FDCWD, path) ? -1 : real(path, s); }
int fstatat(int d, const char *path, struct stat *s, int f) { REAL(fstatat); return at("stat", d, path) ? -1 : real(d, path, s, f); }
int fstatat64(int d, const char *path, struct stat64 *s, int f) { REAL(fstatat64); return at("stat", d, path) ? -1 : real(d, path, s, f); }
int access(const char *path, int m) { REAL(access); return at("access", AT_FDCWD, path) ? -1 : real(path, m); }
DIR *opendir(const char *path) { REAL(opendir); return at("opendir", AT_FDCWD, path) ? NULL : real(path); }
ssize_t read(int fd, void *b, size_t n) { REAL(read); return on("read", fd) ? -1 : real(fd, b, n); }
ssize_t pread64(int fd, void *b, size_t n, off64_t o) { REAL(pread64); return on("read", fd) ? -1 : real(fd, b, n, o); }
ssize_t write(int fd, const void *b, size_t n) { REAL(write); return on("write", fd) ? -1 : real(fd, b, n); }
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t o) { REAL(pwrite64); return on("write", fd) ? -1 : real(fd, b, n, o); }
int fsync(int fd) { REAL(fsync); return on("fsync", fd) ? -1 : real(fd); }
int fdatasync(int fd) { REAL(fdatasync); return on("fsync", fd) ? -1 : real(fd); }
int ftruncate64(int fd, off64_t n) { REAL(ftruncate64); return on("truncate", fd) ? -1 : real(fd, n); }
int ftruncate(int fd, off_t n) { REAL(ftruncate); return on("truncate", fd) ? -1 : real(fd, n); }
int posix_fallocate64(int fd, off64_t o, off64_t n) { REAL(posix_fallocate64); return on("fallocate", fd) ? (int)state->code : real(fd, o, n); }
int posix_fallocate(int fd, off_t o, off_t n) { REAL(posix_fallocate); return on("fallocate", fd) ? (int)state->code : real(fd, o, n); }
int flock(int fd, int how) { REAL(flock); return on("lock", fd) ? -1 : real(fd, how); }
