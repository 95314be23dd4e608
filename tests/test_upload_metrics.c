/* castor-upload --metrics-file: also after a failure, with the last success out of the record. Whole
 * files are held by promtool in promtool.sh. */
#include "support/uploading.h"

#include <sys/stat.h>
#include <unistd.h>

#define SET      "1789990000"
#define ORG      "7a39b1ff-a528-4e80-9225-5d7fe593a67e"
#define IDENTITY "\"connection_identity\":{\"host\":\"https://h\",\"organization_id\":\"" ORG "\"},"
#define LABELS   "{profile=\"\",organization=\"" ORG "\",source_id=\"" ID "\""

/* The text of the file, the caller's; NULL: it is not there. */
static char *read_metrics(const struct fixture *f)
{
    char *path = text_format("%s/m.prom", f->dir);
    char *text = file_exists(path) ? file_read(path, NULL) : NULL;
    free(path);
    return text;
}

static enum smc_status run(struct fixture *f, const char *more, struct smc_error *err)
{
    char *path = text_format("%s/m.prom", f->dir);
    enum smc_status rc =
        upload_with(f, err, (const char *const[]){"--metrics-file", path, more, NULL});
    free(path);
    return rc;
}

static void assert_metrics(const struct fixture *f, const char *const *lines)
{
    char *text = read_metrics(f);
    assert_non_null(text);
    for (; *lines; lines++)
        assert_contains(text, *lines);
    free(text);
}

#define ASSERT_METRICS(f, ...) assert_metrics((f), (const char *const[]){__VA_ARGS__, NULL})

static void test_success(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    make_whole_set(f, SET, IDENTITY, "");
    assert_int_equal(run(f, NULL, &err), SMC_OK);
    ASSERT_METRICS(
        f, "castor_upload_exit_status" LABELS "} 0\n",
        "castor_upload_last_run_timestamp_seconds" LABELS "} 17900000",
        "castor_upload_last_success_timestamp_seconds" LABELS "} 17900000",
        "castor_upload_calls" LABELS "} 12\n", "castor_upload_refused_calls" LABELS "} 0\n",
        "castor_upload_files" LABELS ",state=\"sent\"} 12\n",
        "castor_upload_files" LABELS ",state=\"failed\"} 0\n",
        "castor_upload_duration_seconds" LABELS "} ", "castor_upload_sent_bytes" LABELS "} ");
}

/* A day later Catalog is down: the last success is the one that the record has. */
static void test_failure(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    make_whole_set(f, SET, IDENTITY, "");
    assert_int_equal(run(f, NULL, &err), SMC_OK);
    f->fake.wall_ms += (int64_t)86400 * 1000;
    add_fault(f, "call=upload,do=status:400");
    assert_int_equal(run(f, NULL, &err), SMC_ERR_REFUSED);
    ASSERT_METRICS(f, "castor_upload_exit_status" LABELS "} 7\n",
                   "castor_upload_last_run_timestamp_seconds" LABELS "} 17900864",
                   "castor_upload_last_success_timestamp_seconds" LABELS "} 17900000",
                   "castor_upload_files" LABELS ",state=\"sent\"} 0\n",
                   "castor_upload_sent_bytes" LABELS "} 0\n");
}

/* Before anything is sent, with nothing known: an empty label, and no success. */
static void test_nothing_known(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    assert_int_equal(run(f, NULL, &err), SMC_ERR_IO);
    ASSERT_METRICS(f, "castor_upload_exit_status{profile=\"\",organization=\"\",source_id=\"" ID
                      "\"} 5\n");
    char *text = read_metrics(f);
    assert_lacks(text, "last_success");
    assert_lacks(text, TOKEN);
    free(text);
}

static void test_dry_run(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    make_whole_set(f, SET, IDENTITY, "");
    assert_int_equal(run(f, "--dry-run", &err), SMC_OK);
    assert_null(read_metrics(f));
}

/* Found out before anything is sent. */
static void test_no_place(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    char *path = text_format("%s/none/m.prom", f->dir);
    make_whole_set(f, SET, IDENTITY, "");
    assert_int_equal(upload_with(f, &err, (const char *const[]){"--metrics-file", path, NULL}),
                     SMC_ERR_IO);
    assert_contains(err.detail, "--metrics-file: ");
    assert_contains(err.detail, "the directory does not exist");
    assert_int_equal(taken_count(f), 0);
    free(path);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_success), TEST(test_failure),
                                       TEST(test_nothing_known), TEST(test_dry_run),
                                       TEST(test_no_place)};
    return cmocka_run_group_tests_name("upload metrics", tests, NULL, NULL);
}
