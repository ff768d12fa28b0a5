/* LD_PRELOAD shim: keeps a journal of what is written but not yet synced, so that a harness can take it back after SIGKILL as a power cut
   would (security-and-reliability.md 7.2). Files whose path holds POWER_CUT_PREFIX are watched; the journal is POWER_CUT_JOURNAL. A record is
   'W' u32 path length, u64 offset, u64 size before, u32 length, path, bytes before (zero-filled), bytes after; 'S' u32 path length, path, of a
   file or a folder; 'R' u32 from length, u32 to length, u32 kept, from, to, a renaming; or 'U' u32 path length, u32 kept, path, an unlinking.
   `kept` numbers a hard link beside the journal to what lost its name, 0 where nothing did. A truncation counts as a sync: nothing is taken
   back across it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int journal(void) {
  static int fd = -1;
  if (fd < 0) fd = open(getenv("POWER_CUT_JOURNAL"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  return fd;
}

static int is_watched(const char *path) {
  const char *prefix = getenv("POWER_CUT_PREFIX");
  size_t end = strlen(path);
  return prefix != NULL && strstr(path, prefix) != NULL && !(end > 4 && strcmp(path + end - 4, "-shm") == 0);
}

/* Length of the path of a watched file or folder, 0 of any other. */
static uint32_t watched(int fd, char *path, size_t room) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, room - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return is_watched(path) ? (uint32_t)length : 0;
}

static void put(const void *bytes, size_t length) {
  if (write(journal(), bytes, length) != (ssize_t)length) abort();
}

static void note_write(int fd, const void *after, size_t length, off_t offset) {
  char path[4096];
  uint32_t path_length = watched(fd, path, sizeof path);
  if (path_length == 0) return;
  struct stat now;
  fstat(fd, &now);
  size_t head = 1 + 4 + 8 + 8 + 4 + path_length;
  char *record = calloc(1, head + 2 * length);
  uint64_t at = (uint64_t)offset, before = (uint64_t)now.st_size;
  uint32_t size = (uint32_t)length;
  record[0] = 'W';
  memcpy(record + 1, &path_length, 4);
  memcpy(record + 5, &at, 8);
  memcpy(record + 13, &before, 8);
  memcpy(record + 21, &size, 4);
  memcpy(record + 25, path, path_length);
  if (pread(fd, record + head, length, offset) < 0) abort();
  memcpy(record + head + length, after, length);
  put(record, head + 2 * length);
  free(record);
}

static void note_sync(int fd) {
  char record[4200];
  uint32_t path_length = watched(fd, record + 5, 4096);
  if (path_length == 0) return;
  record[0] = 'S';
  memcpy(record + 1, &path_length, 4);
  put(record, 5 + path_length);
}

#define REAL(name) static __typeof__(name) *real; if (real == NULL) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
  REAL(pwrite64);
  pthread_mutex_lock(&lock);
  note_write(fd, bytes, length, offset);
  ssize_t written = real(fd, bytes, length, offset);
  pthread_mutex_unlock(&lock);
  return written;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return pwrite64(fd, bytes, length, offset); }

int fsync(int fd) {
  REAL(fsync);
  int result = real(fd);
  if (result == 0) note_sync(fd);
  return result;
}

int fdatasync(int fd) {
  REAL(fdatasync);
  int result = real(fd);
  if (result == 0) note_sync(fd);
  return result;
}

int ftruncate64(int fd, off64_t length) {
  REAL(ftruncate64);
  int result = real(fd, length);
  if (result == 0) note_sync(fd);
  return result;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

/* A second name for what is about to lose one, so that the harness can give it back. */
static uint32_t keep(const char *path) {
  static uint32_t count = 0;
  char kept[4200];
  snprintf(kept, sizeof kept, "%s.kept.%u", getenv("POWER_CUT_JOURNAL"), count + 1);
  if (link(path, kept) != 0) return 0;
  count += 1;
  return count;
}

int rename(const char *from, const char *to) {
  REAL(rename);
  if (!is_watched(to)) return real(from, to);
  pthread_mutex_lock(&lock);
  uint32_t from_length = (uint32_t)strlen(from), to_length = (uint32_t)strlen(to), kept = keep(to);
  char record[13 + 8192];
  record[0] = 'R';
  memcpy(record + 1, &from_length, 4);
  memcpy(record + 5, &to_length, 4);
  memcpy(record + 9, &kept, 4);
  memcpy(record + 13, from, from_length);
  memcpy(record + 13 + from_length, to, to_length);
  int result = real(from, to);
  if (result == 0) put(record, 13 + from_length + to_length);
  pthread_mutex_unlock(&lock);
  return result;
}

int unlink(const char *path) {
  REAL(unlink);
  if (!is_watched(path)) return real(path);
  pthread_mutex_lock(&lock);
  uint32_t length = (uint32_t)strlen(path), kept = keep(path);
  char record[9 + 4096];
  record[0] = 'U';
  memcpy(record + 1, &length, 4);
  memcpy(record + 5, &kept, 4);
  memcpy(record + 9, path, length);
  int result = real(path);
  if (result == 0) put(record, 9 + length);
  pthread_mutex_unlock(&lock);
  return result;
}
