/* Which files castor-upload sends, in which order, and where they go. */
#include "support/log_sink.h"
#include "support/support.h"

#include <sys/stat.h>
#include <unistd.h>

#include "upload/files.h"
#include "upload/path.h"

#define ID "01234567-89ab-cdef-0123-456789abcdef"

/* ---- names and sets ---- */

struct set_row {
    const char *name;
    const char *file;
    size_t set_len;
    bool is_summary;
};

static const struct set_row set_rows[] = {
    {"of_a_set", "1790000000-workbooks.json", 11, false},
    {"summary", "1790000000-summary.json", 11, true},
    {"short_digits", "7-summary.json", 2, true},
    {"no_digits", "-summary.json", 0, false},
    {"no_hyphen", "1790000000.json", 0, false},
    {"no_set", "summary.json", 0, false},
    {"letters_first", "a1-summary.json", 0, false},
    {"other_ending", "1-summary.json.csv", 2, false},
    {"two_hyphens", "1-2-summary.json", 2, false},
    {"empty", "", 0, false},
};

static void test_set(void **state)
{
    const struct set_row *row = *state;
    assert_int_equal(upload_set_len(row->file), row->set_len);
    assert_int_equal(upload_is_summary(row->file), row->is_summary);
}

static void test_same_set(void **state)
{
    (void)state;
    assert_true(upload_is_same_set("1-a.json", "1-summary.json"));
    assert_false(upload_is_same_set("1-a.json", "11-summary.json"));
    assert_false(upload_is_same_set("11-a.json", "1-summary.json"));
    assert_false(upload_is_same_set("a.json", "a.json"));
}

/* ---- directories ---- */

#define NAMES_MAX 12

struct dir_row {
    const char *name;
    const char *made[NAMES_MAX];   /* "x": a file; "x/": a directory; "x@y": a link to y; "x|": a
                                      FIFO; "x=": an empty file */
    const char *wanted[NAMES_MAX]; /* in order */
    const char *passed[NAMES_MAX]; /* in the log, in order */
    const char *reason;            /* SMC_ERR_IO with this in its text */
};

static const struct dir_row dir_rows[] = {
    {"name_order", {"b.json", "a.json", "B.json"}, {"B.json", "a.json", "b.json"}, {NULL}, NULL},
    {"byte_order", {"\xc3\xa4.json", "z.json"}, {"z.json", "\xc3\xa4.json"}, {NULL}, NULL},
    {"both_endings", {"a.csv", "b.json"}, {"a.csv", "b.json"}, {NULL}, NULL},
    {"summary_last",
     {"1-workbooks.json", "1-summary.json", "1-connections.json"},
     {"1-connections.json", "1-workbooks.json", "1-summary.json"},
     {NULL},
     NULL},
    {"summaries_of_two_sets",
     {"2-a.json", "2-summary.json", "2-z.json", "1-summary.json", "1-z.json"},
     {"1-z.json", "1-summary.json", "2-a.json", "2-z.json", "2-summary.json"},
     {NULL},
     NULL},
    {"sets_whose_digits_begin_alike",
     {"1-z.json", "1-summary.json", "11-a.json", "11-summary.json"},
     {"1-z.json", "1-summary.json", "11-a.json", "11-summary.json"},
     {NULL},
     NULL},
    {"summary_of_no_set", {"summary.json", "z.json"}, {"summary.json", "z.json"}, {NULL}, NULL},
    {"summary_and_csv_of_its_set",
     {"1-summary.json", "1-z.csv"},
     {"1-z.csv", "1-summary.json"},
     {NULL},
     NULL},
    {"other_endings",
     {"a.json", "b.txt", "c.JSON", "d.json.part", "json"},
     {"a.json"},
     {"b.txt", "c.JSON", "d.json.part", "json"},
     NULL},
    {"directories", {"a.json", "d.json/", "e/"}, {"a.json"}, {"d.json", "e"}, NULL},
    {"links_to_files", {"a.txt", "b.json@a.txt"}, {"b.json"}, {"a.txt"}, NULL},
    {"links_to_directories", {"a.json", "d/", "l.json@d"}, {"a.json"}, {"d", "l.json"}, NULL},
    {"links_to_nothing", {"a.json", "l.json@gone"}, {"a.json"}, {"l.json"}, NULL},
    {"links_in_a_ring", {"a.json", "l.json@l.json"}, {"a.json"}, {"l.json"}, NULL},
    {"fifo", {"a.json", "f.json|"}, {"a.json"}, {"f.json"}, NULL},
    {"hidden_file", {".a.json"}, {".a.json"}, {NULL}, NULL},
    {"state_directory", {"a.json", ".sigmacat/"}, {"a.json"}, {".sigmacat"}, NULL},
    {"odd_names",
     {"a b.json", "c\"d.json", "e%20.json", "f\ng.json"},
     {"a b.json", "c\"d.json", "e%20.json", "f\ng.json"},
     {NULL},
     NULL},
    {"nothing_at_all", {NULL}, {NULL}, {NULL}, "no file to send"},
    {"nothing_to_send", {"a.txt"}, {NULL}, {"a.txt"}, "no file to send"},
    {"empty_file_is_for_the_check", {"a.json", "b.json="}, {"a.json", "b.json"}, {NULL}, NULL},
    {"empty_file_passed_over", {"a.json", "b.txt="}, {"a.json"}, {"b.txt"}, NULL},
};

struct fixture {
    char *dir;
    struct upload_files files;
};

static void make(const char *dir, const char *what)
{
    size_t len = strcspn(what, "/@|=");
    char *path = text_format("%s/%.*s", dir, (int)len, what);
    int rc = 0;
    switch (what[len]) {
    case '/':
        rc = mkdir(path, 0755);
        break;
    case '@':
        rc = symlink(what + len + 1, path);
        break;
    case '|':
        rc = mkfifo(path, 0644);
        break;
    default:
        file_write(path, "x", what[len] == '=' ? 0 : 1);
        break;
    }
    free(path);
    assert_int_equal(rc, 0);
}

/* One line for each name that is passed over, in order. */
static void check_passed(const struct log_sink *log, const char *const *names)
{
    const char *at = log_sink_text(log);
    for (; *names; names++, at += strcspn(at, "\n") + 1) {
        char *line = text_format("INFO - Passed over %s in ", *names);
        if (strncmp(at, line, strlen(line)) != 0)
            fail_msg("not '%s': %s", line, at);
        free(line);
    }
    assert_string_equal(at, "");
}

/* `passed`: the names that are passed over; NULL: any. */
static enum smc_status find(struct fixture *f, const char *const *passed, struct smc_error *err)
{
    struct log_sink log;
    log_sink_init(&log);
    f->files = (struct upload_files)UPLOAD_FILES_INIT;
    enum smc_status rc = upload_files_in(&f->files, f->dir, log.log, err);
    if (passed)
        check_passed(&log, passed);
    log_sink_clear(&log);
    return rc;
}

static void test_dir(void **state)
{
    const struct dir_row *row = *state;
    struct fixture f = {.dir = temp_dir_make()};
    struct smc_error err = SMC_ERROR_INIT;
    for (size_t i = 0; row->made[i]; i++)
        make(f.dir, row->made[i]);
    enum smc_status rc = find(&f, row->passed, &err);
    if (row->reason) {
        assert_int_equal(rc, SMC_ERR_IO);
        assert_contains(err.detail, row->reason);
    } else {
        assert_int_equal(rc, SMC_OK);
        size_t count = 0;
        for (; row->wanted[count]; count++) {
            assert_true(count < f.files.count);
            assert_string_equal(f.files.items[count].name, row->wanted[count]);
            assert_int_equal(f.files.items[count].state, UPLOAD_WAITING);
        }
        assert_int_equal(f.files.count, count);
    }
    upload_files_clear(&f.files);
    upload_files_clear(&f.files);
    temp_dir_remove(f.dir);
}

static void test_directory_that_is_none(void **state)
{
    (void)state;
    char *dir = temp_dir_make();
    struct fixture f = {.dir = text_format("%s/a.json", dir)};
    for (int i = 0; i < 2; i++) {
        struct smc_error err = SMC_ERROR_INIT;
        assert_int_equal(find(&f, NULL, &err), SMC_ERR_IO);
        assert_contains(err.detail, "a.json: can't be read as a directory");
        upload_files_clear(&f.files);
        file_write(f.dir, "x", 1); /* then as a file */
    }
    free(f.dir);
    temp_dir_remove(dir);
}

static void test_many_files(void **state)
{
    (void)state;
    struct fixture f = {.dir = temp_dir_make()};
    struct smc_error err = SMC_ERROR_INIT;
    for (int i = 0; i < 10000; i++) {
        char *path = text_format("%s/%05d.json", f.dir, (i * 7919) % 10000);
        file_write(path, "x", 1);
        free(path);
    }
    assert_int_equal(find(&f, NULL, &err), SMC_OK);
    assert_int_equal(f.files.count, 10000);
    for (size_t i = 1; i < f.files.count; i++)
        assert_true(strcmp(f.files.items[i - 1].name, f.files.items[i].name) < 0);
    upload_files_clear(&f.files);
    temp_dir_remove(f.dir);
}

/* What a name stands for may change between listing and sending. */
static void test_replaced_after_listing(void **state)
{
    (void)state;
    struct fixture f = {.dir = temp_dir_make()};
    struct smc_error err = SMC_ERROR_INIT;
    char *path = text_format("%s/a.json", f.dir);
    int fd;
    struct upload_identity found;
    make(f.dir, "a.json");
    assert_int_equal(find(&f, NULL, &err), SMC_OK);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(upload_files_open(&f.files, 0, &fd, &found, &err), SMC_ERR_IO);
    assert_contains(err.detail, "a.json: can't be read");
    assert_int_equal(mkfifo(path, 0600), 0);
    err.code = SMC_OK;
    assert_int_equal(upload_files_open(&f.files, 0, &fd, &found, &err), SMC_ERR_IO);
    assert_contains(err.detail, "not a regular file");
    assert_int_equal(unlink(path), 0);
    file_write(path, "12345", 5);
    assert_int_equal(upload_files_open(&f.files, 0, &fd, &found, NULL), SMC_OK);
    assert_int_equal(found.size, 5);
    assert_true(upload_files_is_same(fd, &found));
    file_write(path, "123456", 6);
    assert_false(upload_files_is_same(fd, &found));
    (void)close(fd);
    upload_files_clear(&f.files);
    free(path);
    temp_dir_remove(f.dir);
}

/* ---- one file ---- */

struct one_row {
    const char *name;
    const char *made[2];
    const char *path; /* below the test's directory */
    const char *base; /* NULL: SMC_ERR_IO */
    const char *reason;
};

static const struct one_row one_rows[] = {
    {"regular", {"a.json"}, "a.json", "a.json", NULL},
    {"any_ending", {"a"}, "a", "a", NULL},
    {"link", {"a", "l.json@a"}, "l.json", "l.json", NULL},
    {"missing", {NULL}, "a.json", NULL, "can't be read: No such file"},
    {"empty", {"a.json="}, "a.json", NULL, "the file is empty"},
    {"directory", {"d/"}, "d", NULL, "this is a directory; a file is expected"},
    {"directory_with_slash", {"d/"}, "d/", NULL, "this is a directory; a file is expected"},
    {"file_with_slash", {"a.json"}, "a.json/", NULL, "can't be read: Not a directory"},
    {"fifo", {"f|"}, "f", NULL, "not a regular file"},
    {"link_to_nothing", {"l@gone"}, "l", NULL, "can't be read: No such file"},
};

static void test_one(void **state)
{
    const struct one_row *row = *state;
    char *dir = temp_dir_make();
    char *path = text_format("%s/%s", dir, row->path);
    struct upload_files files = UPLOAD_FILES_INIT;
    struct smc_error err = SMC_ERROR_INIT;
    for (size_t i = 0; i < 2 && row->made[i]; i++)
        make(dir, row->made[i]);
    enum smc_status rc = upload_files_one(&files, path, &err);
    if (row->base) {
        struct smc_buf shown = SMC_BUF_INIT(4096);
        assert_int_equal(rc, SMC_OK);
        assert_int_equal(files.count, 1);
        assert_string_equal(upload_files_base(&files, 0), row->base);
        assert_int_equal(upload_files_path(&files, 0, &shown), SMC_OK);
        assert_string_equal(smc_buf_str(&shown), path);
        smc_buf_clear(&shown);
    } else {
        assert_int_equal(rc, SMC_ERR_IO);
        assert_contains(err.detail, row->reason);
        assert_contains(err.detail, path);
    }
    upload_files_clear(&files);
    free(path);
    temp_dir_remove(dir);
}

/* ---- paths at Catalog ---- */

struct path_row {
    const char *name;
    enum upload_type type;
    const char *project;
    const char *file;
    const char *path;
};

static const struct path_row path_rows[] = {
    {"dbt", UPLOAD_DBT, NULL, "manifest.json", "transformation-" ID "/1790000000-manifest.json"},
    {"dbt_other_name", UPLOAD_DBT, NULL, "my.json",
     "transformation-" ID "/1790000000-manifest.json"},
    {"lookml", UPLOAD_LOOKML, "sales", "p.json",
     "visualization-" ID "/lookml/sales/1790000000-p.json"},
    {"lookml_odd_project", UPLOAD_LOOKML, "sales & more%", "p q.json",
     "visualization-" ID "/lookml/sales%20%26%20more%25/1790000000-p%20q.json"},
    {"quality", UPLOAD_QUALITY, NULL, "q.csv", "quality-" ID "/1790000000-q.csv"},
    {"viz", UPLOAD_VIZ, NULL, "1-files.json", "visualization-" ID "/1-files.json"},
    {"warehouse", UPLOAD_WAREHOUSE, NULL, "w.csv", "warehouse-" ID "/w.csv"},
    {"odd_name", UPLOAD_VIZ, NULL, "a b\"\xc3\xa4%\n?#.json",
     "visualization-" ID "/a%20b%22%C3%A4%25%0A%3F%23.json"},
};

static void test_path(void **state)
{
    const struct path_row *row = *state;
    struct upload_settings settings = {
        .file_type = (int)row->type, .project_name = row->project, .source_uuid = ID};
    struct smc_buf out = SMC_BUF_INIT(4096);
    assert_int_equal(upload_path(&settings, row->file, 1790000000, &out), SMC_OK);
    assert_string_equal(smc_buf_str(&out), row->path);
    smc_buf_clear(&out);
}

#define TABLE(rows, test)                                                                          \
    run_table(#rows, rows, sizeof(rows)[0], sizeof(rows) / sizeof(rows)[0], test)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_set),
        cmocka_unit_test(test_directory_that_is_none),
        cmocka_unit_test(test_many_files),
        cmocka_unit_test(test_replaced_after_listing),
    };
    int failed = TABLE(set_rows, test_set);
    failed += TABLE(dir_rows, test_dir);
    failed += TABLE(one_rows, test_one);
    failed += TABLE(path_rows, test_path);
    return failed + cmocka_run_group_tests_name("upload_files", tests, NULL, NULL);
}
