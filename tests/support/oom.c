#include "oom.h"

#include <dirent.h>
#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <openssl/crypto.h>
#include <sqlite3.h>

/* ---- which ---- */

/* Interposed functions are handed nothing, so this can't live anywhere else. It is of one thread:
 * the stand-in's allocate too, and are never armed. */
static _Thread_local struct {
    bool is_armed;
    bool is_lasting; /* all from `fail_at` on fail */
    enum oom_owner owner;
    long count;
    long fail_at; /* from 1; 0: none */
} faults;

static bool must_fail(enum oom_owner owner)
{
    if (!faults.is_armed || faults.owner != owner)
        return false;
    faults.count++;
    bool is_due = faults.fail_at > 0 && (faults.count == faults.fail_at ||
                                         (faults.is_lasting && faults.count > faults.fail_at));
    if (is_due)
        errno = ENOMEM;
    return is_due;
}

void oom_arm(enum oom_owner owner, long fail_at, bool is_lasting)
{
    faults.owner = owner;
    faults.count = 0;
    faults.fail_at = fail_at;
    faults.is_lasting = is_lasting;
    faults.is_armed = true;
}

long oom_disarm(void)
{
    faults.is_armed = false;
    return faults.count;
}

/* ---- our own code's ---- */

/* The linker's names. Weak, so that a link without --wrap becomes a failed test that says so. */
void *__real_malloc(size_t size) __attribute__((weak));
void *__real_calloc(size_t count, size_t size) __attribute__((weak));
void *__real_realloc(void *old, size_t size) __attribute__((weak));
void *__real_reallocarray(void *old, size_t count, size_t size) __attribute__((weak));
char *__real_strdup(const char *text) __attribute__((weak));
FILE *__real_fopen(const char *path, const char *mode) __attribute__((weak));
DIR *__real_fdopendir(int fd) __attribute__((weak));
char *__real_realpath(const char *path, char *resolved) __attribute__((weak));
locale_t __real_newlocale(int mask, const char *name, locale_t base) __attribute__((weak));

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
char *__wrap_strdup(const char *text);
int __wrap_asprintf(char **text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int __wrap___asprintf_chk(char **text, int flag, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
FILE *__wrap_fopen(const char *path, const char *mode);
DIR *__wrap_fdopendir(int fd);
char *__wrap_realpath(const char *path, char *resolved);
locale_t __wrap_newlocale(int mask, const char *name, locale_t base);

void *__wrap_malloc(size_t size)
{
    return must_fail(OOM_OURS) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return must_fail(OOM_OURS) ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return must_fail(OOM_OURS) ? NULL : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
    return must_fail(OOM_OURS) ? NULL : __real_reallocarray(old, count, size);
}

char *__wrap_strdup(const char *text)
{
    return must_fail(OOM_OURS) ? NULL : __real_strdup(text);
}

int __wrap_asprintf(char **text, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int len = must_fail(OOM_OURS) ? -1 : vasprintf(text, fmt, args);
    va_end(args);
    return len;
}

/* What asprintf is with _FORTIFY_SOURCE. */
int __wrap___asprintf_chk(char **text, int flag, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int len = must_fail(OOM_OURS) ? -1 : vasprintf(text, fmt, args);
    va_end(args);
    (void)flag;
    return len;
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
    return must_fail(OOM_OURS) ? NULL : __real_fopen(path, mode);
}

DIR *__wrap_fdopendir(int fd)
{
    return must_fail(OOM_OURS) ? NULL : __real_fdopendir(fd);
}

char *__wrap_realpath(const char *path, char *resolved)
{
    return must_fail(OOM_OURS) ? NULL : __real_realpath(path, resolved);
}

locale_t __wrap_newlocale(int mask, const char *name, locale_t base)
{
    return must_fail(OOM_OURS) ? (locale_t)0 : __real_newlocale(mask, name, base);
}

/* ---- the libraries' hooks ---- */

static void *library_malloc(size_t size)
{
    return must_fail(OOM_LIBRARIES) ? NULL : __real_malloc(size);
}

static void *library_calloc(size_t count, size_t size)
{
    return must_fail(OOM_LIBRARIES) ? NULL : __real_calloc(count, size);
}

static void *library_realloc(void *old, size_t size)
{
    return must_fail(OOM_LIBRARIES) ? NULL : __real_realloc(old, size);
}

static char *library_strdup(const char *text)
{
    return must_fail(OOM_LIBRARIES) ? NULL : __real_strdup(text);
}

static void *openssl_malloc(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return library_malloc(size);
}

static void *openssl_realloc(void *old, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return library_realloc(old, size);
}

static void openssl_free(void *old, const char *file, int line)
{
    (void)file;
    (void)line;
    free(old);
}

/* SQLite asks how large a piece is; a word before it knows. */
#define SIZE_WORD ((size_t)16)

static void *note_size(char *base, int size)
{
    if (!base)
        return NULL;
    (void)memcpy(base, &size, sizeof size);
    return base + SIZE_WORD;
}

static void *sqlite_malloc(int size)
{
    return note_size(library_malloc((size_t)size + SIZE_WORD), size);
}

static void sqlite_free(void *old)
{
    if (old)
        free((char *)old - SIZE_WORD);
}

static void *sqlite_realloc(void *old, int size)
{
    return note_size(library_realloc((char *)old - SIZE_WORD, (size_t)size + SIZE_WORD), size);
}

static int sqlite_size(void *piece)
{
    int size = 0;
    if (piece)
        (void)memcpy(&size, (char *)piece - SIZE_WORD, sizeof size);
    return size;
}

static int sqlite_round(int size)
{
    return (size + 7) & ~7;
}

static int sqlite_begin(void *ctx)
{
    (void)ctx;
    return SQLITE_OK;
}

static void sqlite_end(void *ctx)
{
    (void)ctx;
}

bool oom_hook(void)
{
    sqlite3_mem_methods methods = {sqlite_malloc, sqlite_free,  sqlite_realloc, sqlite_size,
                                   sqlite_round,  sqlite_begin, sqlite_end,     NULL};
    if (!__real_malloc)
        return false;
    return CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free) == 1 &&
           sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) == SQLITE_OK &&
           curl_global_init_mem(CURL_GLOBAL_DEFAULT, library_malloc, free, library_realloc,
                                library_strdup, library_calloc) == CURLE_OK;
}

/* ---- leaks ---- */

#define LOOKS 20

/* Only where the sanitizer is. */
int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

bool oom_has_leaks(void)
{
    bool has = __lsan_do_recoverable_leak_check != NULL;
    for (int look = 0; has && look < LOOKS; look++) {
        (void)poll(NULL, 0, look); /* ms, in which the others get on */
        has = __lsan_do_recoverable_leak_check() != 0;
    }
    return has;
}
