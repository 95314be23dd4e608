/* What changed from one file of a set to a later one, and the reading of records that it stands on. */
#include "support/support.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/set/changes.h"
#include "lib/set/records.h"

static int file_of(const char *text)
{
    int fd = memfd_create("file", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    return fd;
}

static enum smc_status collect(void *ctx, struct smc_json_span record, struct smc_error *err)
{
    (void)err;
    struct smc_buf *out = ctx;
    return smc_buf_addf(out, "<%.*s>", (int)record.len, record.p);
}

static void test_records(void **state)
{
    static const struct {
        const char *text;
        const char *records; /* NULL: not an array of JSON */
    } rows[] = {
        {"[]", ""},
        {" [ \n] \n", ""},
        {"[1]", "<1>"},
        {"[\n1,\n{\"a\":[1,2]},\n\"x,]y\\\"[\",[]\n]\n", "<1><{\"a\":[1,2]}><\"x,]y\\\"[\"><[]>"},
        {"[\"\\\\\",\"\\\\\\\"\"]", "<\"\\\\\"><\"\\\\\\\"\">"},
        {"", NULL},
        {" ", NULL},
        {"{}", NULL},
        {"[", NULL},
        {"[1", NULL},
        {"[1,]", NULL},
        {"[,1]", NULL},
        {"[1 2]", NULL},
        {"[1]]", NULL},
        {"[1] 2", NULL},
        {"[}", NULL},
        {"[{]", NULL},
        {"[\"a]", NULL},
        {"[nul]", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct smc_buf out;
        struct smc_error err = SMC_ERROR_INIT;
        int fd = file_of(rows[i].text);
        smc_buf_init(&out, 1000);
        enum smc_status rc = smci_each_record(fd, -1, collect, &out, &err);
        if (rows[i].records)
            assert_string_equal(smc_buf_str(&out), rows[i].records);
        if (rc != (rows[i].records ? SMC_OK : SMC_ERR_SYNTAX))
            fail_msg("'%s': %d %s", rows[i].text, (int)rc, err.detail);
        smc_buf_clear(&out);
        (void)close(fd);
    }
}

/* A record whose bytes lie over the borders of the pieces that are read. */
static void test_long_records(void **state)
{
    (void)state;
    struct smc_buf text;
    struct smc_buf out;
    struct smc_buf expected;
    struct smc_error err = SMC_ERROR_INIT;
    smc_buf_init(&text, (size_t)4 << 20);
    smc_buf_init(&out, (size_t)4 << 20);
    smc_buf_init(&expected, (size_t)4 << 20);
    for (int i = 0; i < 60; i++) {
        (void)smc_buf_addf(&text, "%s\n{\"n\":\"%0*d\\\"],[\"}", i ? "," : "[", 1000 + 997 * i, i);
        (void)smc_buf_addf(&expected, "<{\"n\":\"%0*d\\\"],[\"}>", 1000 + 997 * i, i);
    }
    (void)smc_buf_addstr(&text, "\n]\n");
    int fd = file_of(smc_buf_str(&text));
    assert_int_equal(smci_each_record(fd, -1, collect, &out, &err), SMC_OK);
    assert_string_equal(smc_buf_str(&out), smc_buf_str(&expected));
    smc_buf_clear(&text);
    smc_buf_clear(&out);
    smc_buf_clear(&expected);
    (void)close(fd);
}

static enum smc_status refuse(void *ctx, struct smc_json_span record, struct smc_error *err)
{
    ++*(int *)ctx;
    return smc_error_set(err, SMC_ERR_INTERNAL, "%.*s", (int)record.len, record.p);
}

static void test_a_refused_record_ends_it(void **state)
{
    (void)state;
    struct smc_error err = SMC_ERROR_INIT;
    int calls = 0;
    int fd = file_of("[1,2]");
    assert_int_equal(smci_each_record(fd, -1, refuse, &calls, &err), SMC_ERR_INTERNAL);
    assert_int_equal(calls, 1);
    assert_string_equal(err.detail, "1");
    (void)close(fd);
}

static void write_change(void *ctx, enum smci_change change, struct smc_json_span record)
{
    (void)smc_buf_addf(ctx, "%c%.*s ", "+-~"[change], (int)record.len, record.p);
}

static void test_changes(void **state)
{
    static const struct {
        const char *before, *now, *told;
        int64_t came, went, changed;
    } rows[] = {
        {"[]", "[]", "", 0, 0, 0},
        {"[]", "[{\"id\":1}]", "+{\"id\":1} ", 1, 0, 0},
        {"[{\"id\":1}]", "[]", "-{\"id\":1} ", 0, 1, 0},
        {"[{\"id\":1}]", "[{\"id\":1}]", "", 0, 0, 0},
        {"[{\"id\":1},{\"id\":2}]", "[{\"id\":2},{\"id\":1}]", "", 0, 0, 0},
        {"[{\"id\":1,\"a\":1}]", "[{\"id\":1,\"a\":2}]", "~{\"id\":1,\"a\":2} ", 0, 0, 1},
        {"[{\"id\":\"1\"}]", "[{\"id\":1}]", "+{\"id\":1} -{\"id\":\"1\"} ", 1, 1, 0},
        {"[{\"id\":1,\"of\":1}]", "[{\"id\":1,\"of\":2}]",
         "+{\"id\":1,\"of\":2} -{\"id\":1,\"of\":1} ", 1, 1, 0},
        {"[{\"a\":1},{\"a\":2}]", "[{\"a\":2},{\"a\":3}]", "+{\"a\":3} -{\"a\":1} ", 1, 1, 0},
        {"[7]", "[8,7]", "+8 ", 1, 0, 0},
        {"[{\"id\":1},{\"id\":1}]", "[{\"id\":1}]", "", 0, 0, 0},
        {"[{\"id\":1},{\"id\":1}]", "[]", "-{\"id\":1} ", 0, 1, 0},
    };
    static const char *const ids[] = {"of", "id"};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct smci_changes_of of = {file_of(rows[i].before), file_of(rows[i].now), ids, 2, -1};
        struct smci_changes found;
        struct smc_error err = SMC_ERROR_INIT;
        struct smc_buf told;
        smc_buf_init(&told, 1000);
        assert_int_equal(smci_changes(&of, write_change, &told, &found, &err), SMC_OK);
        assert_string_equal(smc_buf_str(&told), rows[i].told);
        assert_int_equal(found.came, rows[i].came);
        assert_int_equal(found.went, rows[i].went);
        assert_int_equal(found.changed, rows[i].changed);
        smc_buf_clear(&told);
        (void)close(of.before_fd);
        (void)close(of.now_fd);
    }
}

/* More than the table's first size, each kind of change among them. */
static void test_many_changes(void **state)
{
    (void)state;
    static const char *const ids[] = {"id"};
    struct smc_buf before;
    struct smc_buf now;
    struct smci_changes found;
    struct smc_error err = SMC_ERROR_INIT;
    smc_buf_init(&before, (size_t)8 << 20);
    smc_buf_init(&now, (size_t)8 << 20);
    for (int i = 0; i < 10000; i++) {
        (void)smc_buf_addf(&before, "%s{\"id\":\"%d\",\"v\":0}", i ? "," : "[", i);
        (void)smc_buf_addf(&now, "%s{\"id\":\"%d\",\"v\":%d}", i ? "," : "[", i + 100, i % 7 == 0);
    }
    (void)smc_buf_addstr(&before, "]");
    (void)smc_buf_addstr(&now, "]");
    struct smci_changes_of of = {file_of(smc_buf_str(&before)), file_of(smc_buf_str(&now)), ids, 1,
                                 -1};
    assert_int_equal(smci_changes(&of, NULL, NULL, &found, &err), SMC_OK);
    assert_int_equal(found.before, 10000);
    assert_int_equal(found.now, 10000);
    assert_int_equal(found.came, 100);
    assert_int_equal(found.went, 100);
    assert_int_equal(found.changed, 1415);
    smc_buf_clear(&before);
    smc_buf_clear(&now);
    (void)close(of.before_fd);
    (void)close(of.now_fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_long_records),
        cmocka_unit_test(test_a_refused_record_ends_it),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_many_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
