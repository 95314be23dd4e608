/* The local file system, for store and sets alike: directories, a lock, and renames that
 * never overwrite. Failures are SMC_ERR_IO; the texts name the path and what is expected there. */
#ifndef SMCI_DIR_H
#define SMCI_DIR_H

#include <stdbool.h>
#include <stdint.h>

#include <sigmacat/error.h>

/* DIRECTORY/NAME with one slash between; the caller frees it. NULL when memory runs out. */
char *smci_dir_path(const char *directory, const char *name);

/* Makes `path` and its parents where they are missing. If `is_private`, a directory that was
 * missing gets mode 0700 whatever the umask; one that is there, and parents, keep theirs. */
enum smc_status smci_dir_make(const char *path, bool is_private, struct smc_error *err);

/* Makes what was created, renamed or removed in the directory `fd` survive a power cut. `path` is
 * for the text. */
enum smc_status smci_dir_sync(int fd, const char *path, struct smc_error *err);

/* Creates the file if it is missing (mode 0600 whatever the umask, also where it was wider) and
 * opens it for reading and writing. What is not a file of this user's alone is refused and not changed:
 * a link of either kind, a pipe, another user's (own.h). `fd` is the caller's to close. */
enum smc_status smci_private_file(const char *path, int *fd, struct smc_error *err);

/* Takes the lock file; `fd` holds it until smci_lock_release. SMC_ERR_LOCKED when another has it:
 * the text has the holder's process id, if it is known. */
enum smc_status smci_lock_take(const char *path, int *fd, struct smc_error *err);
void smci_lock_release(int fd); /* -1 is harmless */

/* Whether another has the lock file: SMC_ERR_LOCKED as above. Makes nothing; a file that is not
 * there is nobody's. SMC_ERR_IO when it can't be looked at, or a run could not take it. Neither this
 * nor the next takes the lock, so that a run that begins meanwhile notices nothing (but see dir.c of
 * file systems that have one kind of lock alone). */
enum smc_status smci_lock_look(const char *path, struct smc_error *err);

/* The same, whoever the file belongs to and whether or not a run could take it. `pid` is the
 * holder's process id; 0: not known. */
enum smc_status smci_lock_ask(const char *path, bool *is_held, int64_t *pid, struct smc_error *err);

/* Ways of giving a file a new name that is not taken, best first. File systems differ in what they
 * can do; one way after the other is tried. */
enum smci_rename_way {
    SMCI_RENAME_NOREPLACE, /* in one step */
    SMCI_RENAME_LINK,      /* a second name, then the first is taken away */
    SMCI_RENAME_LOOK       /* look, then rename: what appears in between is overwritten */
};

/* Renames within the directory `dir_fd`, never over a file that is there (EEXIST), beginning with
 * `way`. Returns 0 or an errno. */
int smci_rename_new(int dir_fd, const char *from, const char *to, enum smci_rename_way way);

#endif
