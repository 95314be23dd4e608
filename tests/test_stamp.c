/* The timestamp that a new set gets: above those that are there, taken by no other run, and found
 * in one reading of the directory however many there are. */
#include "support/log_sink.h"
#include "support/support.h"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/claim.h"
#include "lib/set/stamp.h"

#define START INT64_C(1790000000)

static const char *const names[] = {"a", "b", "summary"};

/* Interposed functions are handed nothing, so this can't live anywhere else. */
static struct {
    long entries;            /* read of directories */
    const char *publish_for; /* another run's summary appears in this directory after a reading */
    const char *publish;     /* of this name */
} reading;

static struct dirent *next_entry(DIR *dir)
{
    struct dirent *(*real)(DIR *) = NULL;
    *(void **)&real = dlsym(RTLD_NEXT, "readdir64");
    struct dirent *entry = real(dir);
    reading.entries++;
    if (!entry && reading.publish_for) {
        text_put(reading.publish_for, reading.publish, "{}");
        reading.publish_for = NULL;
    }
    return entry;
}

struct dirent *readdir(DIR *dir)
{
    return next_entry(dir);
}

struct fixture {
    char *dir;
    struct smci_site site;
    struct log_sink log;
    int fd;
    int64_t timestamp;
    struct smc_error err;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    (void)memset(&reading, 0, sizeof reading);
    f->dir = temp_dir_make();
    f->site = (struct smci_site){f->dir, open(f->dir, O_RDONLY | O_DIRECTORY), names, 3};
    f->fd = -1;
    log_sink_init(&f->log);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    if (f->fd >= 0)
        (void)close(f->fd);
    (void)close(f->site.dir_fd);
    log_sink_clear(&f->log);
    temp_dir_remove(f->dir);
    free(f);
    return 0;
}

static void take(struct fixture *f)
{
    if (smci_stamp_take(&f->site, START, f->log.log, &f->timestamp, &f->fd, &f->err) != SMC_OK)
        fail_msg("%s", f->err.detail);
}

static bool has_part(const struct fixture *f, int64_t timestamp)
{
    return smci_site_has(&f->site, timestamp, 2, ".part");
}

struct row {
    const char *name;
    const char *files[4]; /* that are there */
    int64_t expected;
    const char *says; /* NULL: nothing */
};
static const struct row rows[] = {
    {"an empty directory", {0}, START, NULL},
    {"a published set", {"1790000000-b.json"}, START + 1, "1790000001, 1 s after the start"},
    {"a set left unfinished", {"1790000000-b.json.part"}, START + 1, "1 s after the start"},
    {"an earlier set", {"1789999999-a.json"}, START, NULL},
    {"three seconds taken",
     {"1790000002-a.json", "1790000000-a.json", "1790000001-b.json.part"},
     START + 3,
     "3 s after the start"},
    {"a later set, of a clock that was set back since",
     {"1790003600-summary.json"},
     START + 3601,
     "3601 s after the start"},
    {"the latest counts", {"1790000500-a.json", "1790000001-a.json"}, START + 501, "501 s"},
    {"a day ahead counts", {"1790086400-summary.json"}, START + 86401, "86401 s"},
    {"more than a day ahead does not",
     {"1790086401-summary.json"},
     START,
     "1 set is more than a day ahead of the clock, the last is 1790086401"},
    {"unless it is in the way",
     {"1790086400-a.json", "1790086401-a.json", "1790086402-a.json", "1790086404-a.json"},
     START + 86403,
     "86403 s"},
    {"years ahead",
     {"2000000000-summary.json", "9223372036854775807-summary.json", "1790000000-summary.json"},
     START + 1,
     "2 sets are more than a day ahead of the clock, the last is 9223372036854775807"},
    {"foreign files years ahead", {"2000000000-notes.json"}, START, NULL},
    {"other files",
     {"1790000000-a.csv", "1790000000.json", "17900000001-a.json", "01790000000-a.json"},
     START,
     NULL},
    {"a name with the word twice", {"1790000000-a.json.json.part"}, START + 1, "1 s"},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    void *made = NULL;
    assert_int_equal(setup(&made), 0);
    struct fixture *f = made;
    for (int i = 0; i < 4 && row->files[i]; i++)
        text_put(f->dir, row->files[i], "x");
    take(f);
    assert_int_equal(f->timestamp, row->expected);
    assert_true(has_part(f, row->expected));
    if (row->says)
        assert_contains(log_sink_text(&f->log), row->says);
    else
        assert_string_equal(log_sink_text(&f->log), "");
    (void)teardown(&made);
}

/* Runs that begin in the same second, with states of their own: nothing else keeps them apart. */
static void test_two_runs(void **state)
{
    struct fixture *f = *state;
    int64_t other = 0;
    int other_fd = -1;
    take(f);
    assert_int_equal(smci_stamp_take(&f->site, START, NULL, &other, &other_fd, NULL), SMC_OK);
    assert_int_equal(f->timestamp, START);
    assert_int_equal(other, START + 1);
    assert_true(has_part(f, START) && has_part(f, START + 1));
    (void)close(other_fd);
}

/* The other's set was published between the look at what is there and the taking. */
static void test_overtaken(void **state)
{
    struct fixture *f = *state;
    reading.publish_for = f->dir;
    reading.publish = "1790000007-summary.json";
    take(f);
    assert_int_equal(f->timestamp, START + 8);
    assert_true(has_part(f, START + 8));
    assert_false(has_part(f, START));
}

/* Or it took just the same one in that moment. */
static void test_same_moment(void **state)
{
    struct fixture *f = *state;
    reading.publish_for = f->dir;
    reading.publish = "1790000000-summary.json.part";
    take(f);
    assert_int_equal(f->timestamp, START + 1);
    assert_true(has_part(f, START) && has_part(f, START + 1));
}

#define MANY 2000

static void test_many(void **state)
{
    struct fixture *f = *state;
    char name[64];
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(name, sizeof name, "%" PRId64 "-a.json", START + i);
        int fd = openat(f->site.dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        (void)close(fd);
    }
    reading.entries = 0;
    take(f);
    assert_int_equal(f->timestamp, START + MANY);
    assert_in_range(reading.entries, MANY, 4 * (MANY + 10));
}

/* Not where there is no room for a name: that does not mean that the timestamp is taken. */
static void test_cannot_be_made(void **state)
{
    struct fixture *f = *state;
    char *gone = text_format("%s/gone", f->dir);
    assert_int_equal(mkdir(gone, 0700), 0);
    (void)close(f->site.dir_fd);
    f->site.dir_fd = open(gone, O_RDONLY | O_DIRECTORY);
    assert_int_equal(rmdir(gone), 0);
    assert_int_equal(smci_stamp_take(&f->site, START, f->log.log, &f->timestamp, &f->fd, &f->err),
                     SMC_ERR_IO);
    assert_contains(f->err.detail, "1790000000-summary.json.part: can't create it");
    free(gone);
}

#define ALONE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ALONE(test_two_runs), ALONE(test_overtaken),      ALONE(test_same_moment),
        ALONE(test_many),     ALONE(test_cannot_be_made),
    };
    int failed = RUN_TABLE("stamps", rows, test_row);
    return failed + cmocka_run_group_tests_name("stamp", tests, NULL, NULL);
}
