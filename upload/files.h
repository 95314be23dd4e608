/* The files that may be sent, in the order in which they are begun. */
#ifndef UPLOAD_FILES_H
#define UPLOAD_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include <sigmacat/buf.h>
#include <sigmacat/error.h>
#include <sigmacat/log.h>

enum upload_state {
    UPLOAD_WAITING, /* not begun, or not finished */
    UPLOAD_SENT,
    UPLOAD_FAILED,
    UPLOAD_CUT,     /* sent whole, but no answer came: perhaps accepted */
    UPLOAD_CHANGED, /* accepted, but it changed while it was sent */
    UPLOAD_HELD,    /* a summary whose set is not complete */
    UPLOAD_SKIPPED  /* unchanged since it was accepted */
};

/* Its word, as the log's JSON has it: static. */
const char *upload_state_name(enum upload_state state);

#define UPLOAD_STATES (UPLOAD_SKIPPED + 1)

/* By this a name is known to stand for the same bytes still. */
struct upload_identity {
    dev_t device;
    ino_t inode;
    int64_t size;
    struct timespec modified;
    struct timespec touched; /* when anything of it changed, a link's count included */
};

struct upload_file {
    char *name;         /* within the directory */
    char *why;          /* failed or cut off: the reason in words, or NULL */
    char *destination;  /* its URL at Catalog once it was begun, or would be; or NULL */
    char *organization; /* of a set's summary: whose it is, and the host that it was read from, */
    char *host;         /*   in one spelling; NULL: not known */
    struct upload_identity identity;
    int64_t record_count; /* of a JSON array that was checked; else -1 */
    int http_status;
    int tries;
    enum upload_state state;
    bool is_checked; /* `identity` and what follows from reading it are known */
    bool is_whole;   /* checked, and nothing was found */
    bool is_extra;   /* Catalog does not ask for it: its set's summary says so */
    bool is_foreign; /* not of a set that castor-extract-sigma wrote, where such are expected */
    char sha256[65]; /* "" when it was not wanted */
};

/* In the order in which they are to be begun. Half a KiB a file, so that 10,000 cost little. */
struct upload_files {
    int dir_fd;      /* -1: a single file, found by its path */
    char *directory; /* as given; NULL for a single file */
    struct upload_file *items;
    size_t count;
    size_t allocated;
};

#define UPLOAD_FILES_INIT                                                                          \
    {                                                                                              \
        .dir_fd = -1                                                                               \
    }

/* One file by its path: SMC_ERR_IO, in clear words, when it is missing, empty, unreadable or not a
 * regular file. `files` is to be cleared also after an error. */
enum smc_status upload_files_one(struct upload_files *files, const char *path,
                                 struct smc_error *err);

/* The files of a directory, one level deep: regular files, or links to one, whose name ends in
 * .json or .csv, in the order of their names' bytes, but a set's summary after the rest of its
 * set. Every other entry is passed over with one line in the log. SMC_ERR_IO when it can't be read
 * and when there is no file to send. The files are not opened yet. */
enum smc_status upload_files_in(struct upload_files *files, const char *directory,
                                struct smc_log *log, struct smc_error *err);

void upload_files_clear(struct upload_files *files);

/* Leaves the files `begin` to `end` - 1 that are not foreign. */
void upload_files_keep(struct upload_files *files, size_t begin, size_t end);

/* Leaves the files that are not extras. */
void upload_files_drop_extras(struct upload_files *files);

/* Opens a file for reading: `fd` is the caller's, the size in `identity` more than 0. SMC_ERR_IO as
 * above, also when it has been checked and is no longer what it was: what a name stood for when it
 * was listed need not be what it stands for now. */
enum smc_status upload_files_open(const struct upload_files *files, size_t index, int *fd,
                                  struct upload_identity *identity, struct smc_error *err);

/* Whether the open file is still what `identity` says, the time `touched` left aside. */
bool upload_files_is_same(int fd, const struct upload_identity *identity);

/* The same of all, `touched` too: what is so can't have been written to. */
bool upload_files_is_untouched(int fd, const struct upload_identity *identity);

/* The name that the receiver sees: what follows the last '/'. Borrowed. */
const char *upload_files_base(const struct upload_files *files, size_t index);

/* Notes where the file goes: `origin` and a path that begins with '/'. SMC_ERR_NOMEM. */
enum smc_status upload_files_set_destination(struct upload_files *files, size_t index,
                                             const char *origin, const char *target);

/* The file as a person would type it. Appends to `out`; SMC_ERR_NOMEM. */
enum smc_status upload_files_path(const struct upload_files *files, size_t index,
                                  struct smc_buf *out);

/* The length of what the names of one set begin with, digits and a hyphen; 0: of no set. */
size_t upload_set_len(const char *name);
bool upload_is_summary(const char *name);
bool upload_is_same_set(const char *a, const char *b);

/* The timestamp that a set's names begin with; 0: the name is of no set, or it is beyond all. */
int64_t upload_set_stamp(const char *name);

#endif
