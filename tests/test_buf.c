#include "support/support.h"

#include <errno.h>
#include <unistd.h>

#include <sigmacat/buf.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void test_adds(void **state)
{
    (void)state;
    struct smc_buf buf = SMC_BUF_INIT(20);
    assert_string_equal(smc_buf_str(&buf), "");
    assert_int_equal(smc_buf_add(&buf, "ab\0", 3), SMC_OK);
    assert_int_equal(smc_buf_addstr(&buf, "c"), SMC_OK);
    assert_int_equal(smc_buf_addf(&buf, "-%d-%s", 12, "x"), SMC_OK);
    assert_int_equal(buf.len, 9);
    assert_memory_equal(buf.data, "ab\0c-12-x", 10);
    smc_buf_cut(&buf, 100);
    assert_int_equal(buf.len, 9);
    smc_buf_cut(&buf, 2);
    assert_string_equal(smc_buf_str(&buf), "ab");
    smc_buf_clear(&buf);
    smc_buf_clear(&buf);
    assert_int_equal(buf.cap, 20);
}

/* The first failure stays, whatever is added then and however little. */
static void test_failure_stays(void **state)
{
    (void)state;
    struct smc_buf buf = SMC_BUF_INIT(4);
    assert_int_equal(smc_buf_addstr(&buf, "abc"), SMC_OK);
    assert_int_equal(smc_buf_status(&buf), SMC_OK);
    assert_int_equal(smc_buf_addstr(&buf, "de"), SMC_ERR_CAP);
    assert_int_equal(smc_buf_addstr(&buf, "d"), SMC_ERR_CAP);
    assert_int_equal(smc_buf_add(&buf, "", 0), SMC_ERR_CAP);
    assert_int_equal(smc_buf_addf(&buf, "%d", 1), SMC_ERR_CAP);
    assert_int_equal(smc_buf_reserve(&buf, 0), SMC_ERR_CAP);
    assert_int_equal(smc_buf_read(&buf, -1), SMC_ERR_CAP);
    assert_int_equal(smc_buf_fail(&buf, SMC_ERR_SYNTAX), SMC_ERR_CAP);
    smc_buf_cut(&buf, 1);
    assert_int_equal(smc_buf_status(&buf), SMC_ERR_CAP);
    assert_string_equal(smc_buf_str(&buf), "a");
    smc_buf_clear(&buf);
}

static void test_failure_is_forgotten(void **state)
{
    (void)state;
    static void (*const forget[])(struct smc_buf *) = {smc_buf_reset, smc_buf_clear, smc_buf_wipe};
    struct smc_buf buf = SMC_BUF_INIT(4);
    for (size_t i = 0; i < COUNT(forget); i++) {
        assert_int_equal(smc_buf_fail(&buf, SMC_ERR_SYNTAX), SMC_ERR_SYNTAX);
        assert_int_equal(smc_buf_addstr(&buf, "x"), SMC_ERR_SYNTAX);
        forget[i](&buf);
        assert_int_equal(smc_buf_addstr(&buf, "1234"), SMC_OK);
        forget[i](&buf);
    }
    smc_buf_clear(&buf);
}

static void test_read(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "12345", 5), 5);
    (void)close(ends[1]);
    struct smc_buf buf = SMC_BUF_INIT(4);
    assert_int_equal(smc_buf_read(&buf, ends[0]), SMC_ERR_CAP);
    assert_string_equal(smc_buf_str(&buf), "1234");
    smc_buf_reset(&buf);
    assert_int_equal(smc_buf_read(&buf, ends[0]), SMC_OK);
    (void)close(ends[0]);
    assert_int_equal(smc_buf_read(&buf, ends[0]), SMC_ERR_IO);
    assert_int_equal(errno, EBADF);
    assert_int_equal(smc_buf_status(&buf), SMC_ERR_IO);
    smc_buf_clear(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_adds),
        cmocka_unit_test(test_failure_stays),
        cmocka_unit_test(test_failure_is_forgotten),
        cmocka_unit_test(test_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
