/* One extraction in process: the stand-in on a free port, a folder, a clock that stands still, and
 * what came of it. Change the options before extraction_start, run as often as wanted; the teardown
 * frees all of it, also after a failed test. */
#ifndef TESTS_EXTRACTION_H
#define TESTS_EXTRACTION_H

#include <sigmacat/error.h>
#include <sigmacat/json.h>

#include "tests/sim/sim.h"

#include "live_clock.h"
#include "log_sink.h"
#include "support.h"

/* A file of a set: its text, and where its records are. */
struct records {
    char *text;
    size_t len;
    struct smc_json_span *rows;
    size_t count;
};

#define EXTRACTION_FILES  12 /* eleven assets and the summary */
#define EXTRACTION_EXTRAS 14 /* what --with names */

struct extraction {
    const void *row; /* of the table of cases */

    struct sim_options sim_opt;
    bool is_live; /* a clock that runs, for what only real time brings about */
    struct sim *sim;
    const char *host; /* NULL: the stand-in's address */
    struct fake_clock fake;
    struct live_clock live;
    char *dir;    /* vanishes at the end */
    char *output; /* a folder in it */

    /* Called once a run, when a line of its log holds the cue: a test's way to interfere. */
    const char *cue;
    void (*on_cue)(struct extraction *x);
    int stop_pipe[2]; /* its end for reading is the run's stop_fd */

    /* of the last run */
    enum smc_status status;
    struct smc_error err;
    struct log_sink log;
    int64_t timestamp; /* of the set that it published; 0: none */
    struct records loaded[EXTRACTION_FILES + EXTRACTION_EXTRAS];
};

/* The names of the twelve files, the summary last; behind them those of the extras. */
extern const char *const extraction_names[EXTRACTION_FILES + EXTRACTION_EXTRAS];

/* A cmocka setup and teardown: *state is a row (or NULL), and becomes the extraction. */
int extraction_setup(void **state);
int extraction_teardown(void **state);

/* As run_table, each test with this setup and teardown: *state is the extraction, its `row` the
 * case. */
int extraction_table(const char *group, const void *rows, size_t row_size, size_t count,
                     CMUnitTestFunction test);

#define EXTRACTION_TABLE(group, rows, test)                                                        \
    extraction_table((group), (rows), sizeof(rows)[0], sizeof(rows) / sizeof(rows)[0], (test))

#define EXTRACTION_TABLE(group, rows, test)                                                        \
    extraction_table((group), (rows), sizeof(rows)[0], sizeof(rows) / sizeof(rows)[0], (test))

/* A small estate without anything strange: each object's calls are told in extraction.c. */
void extraction_plain_estate(struct extraction *x);

/* One call with its answer, for a stand-in that knows these alone. */
struct recorded_call {
    const char *call; /* "GET /v2/members?limit=1000" */
    int status;
    const char *answer; /* JSON */
};

/* Makes the stand-in replay `calls`; empty listings and a whoami are added where there are none.
 * Also while it runs, between two runs: then the organisation has changed. */
void extraction_replay(struct extraction *x, const struct recorded_call *calls, size_t count);

void extraction_start(struct extraction *x);

/* Adds faults, divided by spaces; NULL adds none. */
void extraction_fault(struct extraction *x, const char *faults);

/* Runs with the options of a command line: host, credentials and output, then `more`, divided by
 * spaces (may be NULL). The result is `status`, too. */
enum smc_status extraction_run(struct extraction *x, const char *more);

/* The same, which has to publish; the stand-in counts anew before it. */
void extraction_run_ok(struct extraction *x, const char *more);

/* Stops the run that is under way, as a signal would. */
void extraction_stop(struct extraction *x);

/* A file of the set that the last run published; loaded once. Fails the test when there is none, or
 * when it is not the JSON that it should be. The summary is one record. */
const struct records *extraction_file(struct extraction *x, const char *name);

/* A member of an object in an object, by a path such as "extraction.gaps"; none where it is not
 * there. */
struct smc_json_span extraction_member(struct smc_json_span at, const char *path);

/* The same of the summary, by a path such as "extraction.files.members.records"; none where it is
 * not there. */
struct smc_json_span extraction_summary(struct extraction *x, const char *path);
int64_t extraction_summary_int(struct extraction *x, const char *path, int64_t fallback);

/* The store of the extraction's state directory, as of this host and client id; NULL: the run's own.
 * To be closed by the caller. */
struct smci_store *extraction_open_store(const struct extraction *x, const char *host,
                                         const char *client);

/* How many names in the output folder fit a shell's pattern. */
size_t extraction_count_files(const struct extraction *x, const char *pattern);

/* Lines of the log that hold both texts (NULL holds). */
size_t extraction_count_lines(const struct extraction *x, const char *text, const char *other);

#endif
