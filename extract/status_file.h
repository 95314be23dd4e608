/* STATE/status.json: how the last run went and how far the one at work is, for those who are not
 * it. state.db can't tell them: a run has it for itself. The form is in sigmacat-files(5), "STATE".
 *
 * It has an entry for each host and client id that this state directory was used with. All times are
 * Unix seconds, 0 where there is none. */
#ifndef EXTRACT_STATUS_FILE_H
#define EXTRACT_STATUS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sigmacat/error.h>

#define STATUS_FILE "status.json"

#define STATUS_KINDS_MAX   48
#define STATUS_ENTRIES_MAX 16 /* those of the latest runs */
#define STATUS_SCOPE_BYTES 17

enum status_state {
    STATUS_NONE, /* there was no run */
    STATUS_RUNNING,
    STATUS_PUBLISHED,
    STATUS_FAILED,
    STATUS_STOPPED, /* by a signal or by --max-time */
    STATUS_KILLED   /* it was at work, and has ended without a word */
};

/* A listing or a kind of objects' calls. */
struct status_kind {
    char name[32];
    int64_t done;
    int64_t total; /* -1: not known */
};

struct status_run {
    enum status_state state;
    int64_t pid;
    int64_t began_s;
    int64_t updated_s; /* the last it has told of itself */
    int64_t ended_s;
    int64_t exit_status;
    char error[512];
    int64_t calls;
    int64_t refused;       /* of these */
    int64_t waits_until_s; /* no call is made before this */
    int64_t gaps;
    bool is_degraded;
    bool is_partial;
    int64_t set; /* its timestamp */
    struct status_kind kinds[STATUS_KINDS_MAX];
    size_t kind_count;
};

/* Sigma's limit, in thousandths of a call a second. */
struct status_rate {
    int64_t rate;        /* at which calls were sent last; 0: no limit was met */
    int64_t least, most; /* the limit is between these; 0: it is a first guess */
    int64_t at_once;     /* Sigma accepts no more calls at once; 0: as many as wanted */
    int64_t learnt_s;
};

struct status_entry {
    char scope[STATUS_SCOPE_BYTES]; /* of host and client id: a digest, which tells neither */
    char host[512];                 /* "https://host" */
    char profile[128];
    char organization[128]; /* its id */
    char directory[4096];   /* of the sets, absolute */
    struct status_run run;  /* the last, or the one at work */
    struct status_run before;
    int64_t published_s;   /* when a run last published, */
    int64_t published_set; /*   and what */
    int64_t kept;          /* answers that were paid for and are there for the next run */
    int64_t kept_from_s;   /* when the run began that is gone on with; 0: none is */
    int64_t kept_until_s;  /* when that is too old */
    struct status_rate rate;
};

/* Half a MiB: not for the stack. */
struct status_file {
    size_t count;
    struct status_entry entries[STATUS_ENTRIES_MAX]; /* the latest first */
};

/* The digest of host and client id. SMC_ERR_NOMEM. */
enum smc_status status_scope(const char *host, const char *client_id,
                             char scope[STATUS_SCOPE_BYTES], struct smc_error *err);

/* Reads it; `*file` is the caller's to free(), NULL where there is none. SMC_ERR_IO: it can't be
 * read; SMC_ERR_STORE: it is damaged or of a newer version; SMC_ERR_NOMEM. */
enum smc_status status_file_read(const char *state, struct status_file **file,
                                 struct smc_error *err);

/* Replaces it in one step; the directory must be there. It need not outlive a power cut.
 * SMC_ERR_IO, SMC_ERR_NOMEM. */
enum smc_status status_file_write(const char *state, const struct status_file *file,
                                  struct smc_error *err);

/* The word of a state, as the file and --json have it; static. */
const char *status_state_name(enum status_state state);

#endif
