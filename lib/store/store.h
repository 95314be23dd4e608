/* One SQLite file that remembers what a run has paid for, so that nothing is asked twice.
 *
 * It holds three things, all within one scope (a host and a client id):
 *   answers  what one object's call answered, in pages, whole or not at all;
 *   lists    ordered lists of distinct ids: what was listed, what is to be asked;
 *   values   small named texts that outlive a run.
 * `kind` and `list` are a program's own few words, of at most 63 bytes; ids are any texts. Writes
 * are grouped: they are in the file after smci_store_flush, or 100 writes (10,000 where they add to
 * lists) or 200 ms later; the time is looked at whenever the store is called. After kill -9 the
 * file is whole and at most the last group is missing.
 *
 * What is kept has a digest, which is looked at when it is read: no damage to the file, and no row
 * that was changed or moved, passes for what was kept (seal.c). What an earlier run has left is
 * then as if it were not there, and is counted; what this run has put there ends it.
 *
 * Not thread safe. Functions return SMC_ERR_STORE (damaged, newer version), SMC_ERR_IO (no space,
 * unreadable), SMC_ERR_NOMEM. A store that failed so has lost a group, and every later call returns
 * that failure again. */
#ifndef SMCI_STORE_H
#define SMCI_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sigmacat/buf.h>
#include <sigmacat/clock.h>
#include <sigmacat/error.h>
#include <sigmacat/log.h>

struct smci_store;

/* Opens or creates DIRECTORY/state.db (file mode 0600; the directory, with mode 0700, is created
 * too, and its parents) after taking DIRECTORY/run.lock: SMC_ERR_LOCKED when another process has
 * it. `host` and `client_id` choose the scope. `clock` may be NULL: the system's. */
enum smc_status smci_store_open(struct smci_store **store, const char *directory, const char *host,
                                const char *client_id, const struct smc_clock *clock,
                                struct smc_error *err);

/* Opens the store in DIRECTORY as it was left, to read the history of the run `key` and of those in
 * its scope: nothing is made, changed or locked, and no run is in its way. SMC_ERR_LOCKED while one
 * is at work; SMC_ERR_IO where there is none, where one that was killed left it to be put right, or
 * where it does not know that run; else as smci_store_open. */
enum smc_status smci_store_open_history(struct smci_store **store, const char *directory,
                                        int64_t key, struct smc_error *err);

/* Whether another process has the store in DIRECTORY open: SMC_ERR_LOCKED, in the words of
 * smci_store_open. Makes nothing and opens no database; where there is no store, nobody has it
 * open. SMC_ERR_IO when it can't be looked at; SMC_ERR_NOMEM. */
enum smc_status smci_store_look(const char *directory, struct smc_error *err);

/* Commits, closes and gives the lock back; NULL is harmless. Whether that last commit succeeded
 * only smci_store_commit can tell. */
void smci_store_close(struct smci_store *store);

/* Puts everything written so far into the file, to outlive the process: no fsync. Where that
 * takes one (SQLite's rollback journal, on file systems that can do no better) it is left to the
 * groups. For the moments in which there is nothing else to do. */
enum smc_status smci_store_flush(struct smci_store *store, struct smc_error *err);

/* Puts everything written so far on disk, to outlive a power cut too: two fsyncs, so for steps that
 * must not be forgotten, not for every write. */
enum smc_status smci_store_commit(struct smci_store *store, struct smc_error *err);

/* Gives the file's free space back where that is more than half of it, and some megabytes. It
 * takes as long as copying what is kept; so for the end of a run, when all is done, and the log
 * (may be NULL) says so. `stop_fd` (0 or negative: none) ends it when it is readable. The file stays as it is then, as it does where
 * there is no room for the copy: neither is a failure. */
void smci_store_shrink(struct smci_store *store, struct smc_log *log, int stop_fd);

/* ---- answers ---- */

/* A finished answer: what the object's call ended with. */
struct smci_outcome {
    int http_status;   /* 200 when its pages are there; else the status of the failure, or 0 */
    int pages;         /* number of pages kept */
    int64_t fetched_s; /* Unix seconds */
    char reason[256];  /* for a failure: why, in words; else "" */
};

/* Keeps page `page` (from 0) of the answer `kind`/`id`; replaces one that is there. */
enum smc_status smci_store_put_page(struct smci_store *store, const char *kind, const char *id,
                                    int page, const char *body, size_t len, struct smc_error *err);

/* Marks the answer as finished; only now does it exist for smci_store_get. `tag` tells the state
 * of the object that it belongs to (say "latestVersion/updatedAt"); fetched_s is set here. */
enum smc_status smci_store_finish(struct smci_store *store, const char *kind, const char *id,
                                  const char *tag, const struct smci_outcome *outcome,
                                  struct smc_error *err);

/* Looks a finished answer up. `tag` NULL matches any; else it must be equal. `found` is false when
 * there is none, and when it is not what was kept, or its pages are not all there: then it is
 * forgotten and counts as a damage. */
enum smc_status smci_store_get(struct smci_store *store, const char *kind, const char *id,
                               const char *tag, bool *found, struct smci_outcome *outcome,
                               struct smc_error *err);

/* The same, and the pages' bytes are looked at too: for an answer of an earlier run, while it can
 * still be asked for. */
enum smc_status smci_store_check(struct smci_store *store, const char *kind, const char *id,
                                 const char *tag, bool *found, struct smci_outcome *outcome,
                                 struct smc_error *err);

/* Appends page `page` of the answer to `body`. SMC_ERR_STORE when it is not there, or not what was
 * put there. */
enum smc_status smci_store_page(struct smci_store *store, const char *kind, const char *id,
                                int page, struct smc_buf *body, struct smc_error *err);

/* For a caller who finds what can't have been put there, or not what must be: fails the store as
 * damaged. Returns SMC_ERR_STORE, or the failure that it had before. */
enum smc_status smci_store_reject(struct smci_store *store, struct smc_error *err);

/* How many answers and values were not what was kept, and are forgotten. */
int64_t smci_store_damages(const struct smci_store *store);

/* How many finished answers the scope has. */
enum smc_status smci_store_count(struct smci_store *store, int64_t *count, struct smc_error *err);

/* Forgets the answers `kind` (NULL: all of the scope) that were finished before `from_s`, Unix
 * time. */
enum smc_status smci_store_forget_older(struct smci_store *store, const char *kind, int64_t from_s,
                                        struct smc_error *err);

/* Forgets the answers `kind` whose id is not in `list`. */
enum smc_status smci_store_prune(struct smci_store *store, const char *kind, const char *list,
                                 struct smc_error *err);

/* Forgets all answers of these kinds. Where the file has no others, of whatever scope, that takes a
 * moment; else some seconds for 100,000. */
enum smc_status smci_store_forget(struct smci_store *store, const char *const *kinds, size_t count,
                                  struct smc_error *err);

/* Forgets the finished answers `kind` (NULL: all of the scope) whose status is not 200; with
 * `is_permanent_kept` also 400, 404, 409 and 410 are kept: what another call would only answer
 * again. */
enum smc_status smci_store_forget_failures(struct smci_store *store, const char *kind,
                                           bool is_permanent_kept, struct smc_error *err);

/* ---- lists ---- */

struct smci_item {
    int64_t position; /* 1, 2, 3, ... along the list */
    const char *id;   /* borrowed until the next call on the store; terminated */
    const char *tag;  /* never NULL */
    const char *name; /* never NULL */
};

/* Appends `id` unless the list has it; `added` (may be NULL) tells. */
enum smc_status smci_list_add(struct smci_store *store, const char *list, const char *id,
                              const char *tag, const char *name, bool *added,
                              struct smc_error *err);

/* The first item whose position is greater than `after` (0: the first of all). */
enum smc_status smci_list_next(struct smci_store *store, const char *list, int64_t after,
                               bool *found, struct smci_item *item, struct smc_error *err);

/* Looks an id up. */
enum smc_status smci_list_find(struct smci_store *store, const char *list, const char *id,
                               bool *found, struct smci_item *item, struct smc_error *err);

/* Forgets all lists, of whatever scope: a list is of one run, which begins with this. So none that
 * a run finds is an earlier one's. */
enum smc_status smci_store_forget_lists(struct smci_store *store, struct smc_error *err);

/* ---- values ---- */

/* `value` NULL removes it. */
enum smc_status smci_store_put_value(struct smci_store *store, const char *name, const char *value,
                                     struct smc_error *err);

/* Appends the value to `value`; `found` tells whether there is one. One that is not what was kept
 * is forgotten, and counts as a damage. */
enum smc_status smci_store_get_value(struct smci_store *store, const char *name, bool *found,
                                     struct smc_buf *value, struct smc_error *err);

#endif
