#include "database.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <sqlite3.h>

enum smc_status smci_store_status(const struct smci_store *store, struct smc_error *err)
{
    return smc_error_copy(err, &store->failed);
}

enum smc_status smci_store_say_damaged(const struct smci_store *store, struct smc_error *err,
                                       const char *why)
{
    return smc_error_set(err, SMC_ERR_STORE,
                         "%s: the state file is damaged (%.120s); remove it, and what it remembers"
                         " is %s",
                         store->path, why, store->database->loss);
}

void smci_store_damaged(struct smci_store *store, const char *why)
{
    (void)smci_store_say_damaged(store, &store->failed, why);
}

void smci_store_fail(struct smci_store *store, enum smc_status code, const char *fmt, ...)
{
    char text[sizeof store->failed.detail];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    (void)smc_error_set(&store->failed, code, "%s", text);
}

/* SQLite calls a file locked that it can't lock, as on some NFS. This gives up our own locks. */
static bool has_locks(const char *path)
{
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool has = fd < 0 || fcntl(fd, F_GETLK, &lock) == 0 || errno != ENOLCK;
    if (fd >= 0)
        (void)close(fd);
    return has;
}

void smci_store_fail_sqlite(struct smci_store *store, int code)
{
    struct smc_error *err = &store->failed; /* the first one counts */
    const char *why = sqlite3_errstr(code);
    int system = code == SQLITE_FULL ? ENOSPC : sqlite3_system_errno(store->db);
    /* 3.40 keeps none when it is the commit that fails; then errno is still the one. */
    if (system == 0)
        system = errno;
    if (code == SQLITE_IOERR_NOMEM)
        code = SQLITE_NOMEM;
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        (void)smc_error_set(err, SMC_ERR_NOMEM, "%s: out of memory", store->path);
        break;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
        if (system)
            (void)smc_error_set_errno(err, SMC_ERR_IO, system, "%s: %s", store->path, why);
        else
            (void)smc_error_set(err, SMC_ERR_IO, "%s: %s", store->path, why);
        break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        if (has_locks(store->path))
            (void)smc_error_set(err, SMC_ERR_LOCKED, "%s: another program has it open",
                                store->path);
        else
            (void)smc_error_set(err, SMC_ERR_IO, "%s: this file system can't lock it", store->path);
        break;
    case SQLITE_TOOBIG:
        (void)smc_error_set(err, SMC_ERR_CAP, "%s: more than SQLite can keep in one row",
                            store->path);
        break;
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_INTERNAL:
        (void)smc_error_set(err, SMC_ERR_INTERNAL, "%s: %s", store->path, why);
        break;
    default:
        /* NOTADB and CORRUPT, and a table or column that is not what this program made. */
        (void)smci_store_say_damaged(store, err, why);
    }
}
