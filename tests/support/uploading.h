/* castor-upload in process against the stand-in, as its tests share it. */
#ifndef TESTS_UPLOADING_H
#define TESTS_UPLOADING_H

#include "log_sink.h"
#include "support.h"

#include "tests/sim/sim.h"
#include "upload/options.h"
#include "upload/run.h"

#define ID    "01234567-89ab-cdef-0123-456789abcdef"
#define TOKEN "sim-token"
#define NOW   "1790000000" /* the fake clock's start */

struct fixture {
    struct sim *sim;
    struct fake_clock fake;
    struct smc_clock clock; /* the fake one, with `hook` before each wait */
    void (*hook)(struct fixture *f);
    const char *endpoint; /* NULL: the stand-in */
    char *dir;
    char *victim;     /* what a hook works on */
    const char *line; /* the line of the log at which `hook` is called instead */
    char *out;        /* what was printed by the last run; freed with the fixture */
    int stop[2];
    struct log_sink log;
};

struct fixture *fixture_new(void);
int fixture_setup(void **state);
int fixture_teardown(void **state);

void assert_logged(const struct fixture *f, const char *text);
void add_fault(struct fixture *f, const char *text);

/* A file of that size in the fixture's directory, the same for the same name: a JSON string where
 * its name says so, else bytes that look like nothing in particular. Its path is the caller's. */
char *make_file(const struct fixture *f, const char *name, size_t size);
void make_files(const struct fixture *f, const char *const *names);
void write_text(const struct fixture *f, const char *name, const char *text);

/* A set of all twelve files, as --latest wants it: members has 2 records, the others none. Before and
 * behind `extraction`, its summary has `before`, which ends with a comma, and `extraction` has `more`
 * at its end, which begins with one. */
#define SET_FILES_COUNT 12
void make_whole_set(const struct fixture *f, const char *ts, const char *before, const char *more);

/* What such a summary counts of the files but members and workbooks: for one that is written by
 * hand. */
#define OTHER_COUNTS                                                                               \
    "\"connections\":" NO_RECORD ",\"workbook_sources\":" NO_RECORD ",\"datamodels\":" NO_RECORD   \
    ",\"datamodel_sources\":" NO_RECORD ",\"datamodel_lineage\":" NO_RECORD                        \
    ",\"datasets\":" NO_RECORD ",\"dataset_sources\":" NO_RECORD ",\"files\":" NO_RECORD           \
    ",\"elements\":" NO_RECORD
#define NO_RECORD "{\"records\":0,\"bytes\":2}"

/* Runs as the program would: `args` follow the token, the source and the endpoint. */
enum smc_status upload(struct fixture *f, const struct smc_clock *clock, const char *const *args,
                       struct smc_error *err);
enum smc_status upload_one(struct fixture *f, const char *type, const char *path,
                           struct smc_error *err);
/* The fixture's directory as VIZ, one file at a time; `more` are further options, ended by NULL. */
enum smc_status upload_all(struct fixture *f, struct smc_error *err);
enum smc_status upload_with(struct fixture *f, struct smc_error *err, const char *const *more);
/* As upload_with, the options divided by spaces: it ends with this exit status, and the log has
 * `said` and lacks `unsaid` (may be NULL). */
void upload_and_say(struct fixture *f, const char *options, int status, const char *said,
                    const char *unsaid);

long taken_count(struct fixture *f);
/* The n-th upload that was accepted. */
const struct sim_upload *taken(struct fixture *f, long n);
void assert_same_bytes(const struct sim_upload *upload, const char *path);
/* These and no others were accepted, in that order. */
void assert_taken_names(struct fixture *f, const char *const *names);

#endif
