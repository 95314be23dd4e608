#include "support/support.h"

#include "lib/base/digest.h"

/* The first three and the last are the examples of FIPS 180-2, appendix B, and NIST's for "". */
struct row {
    const char *name;
    const char *text;
    size_t repeat;
    const char *hex;
};

static const struct row rows[] = {
    {"nothing", "", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"two blocks", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"a million letters", "a", 1000000,
     "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
};

static void test_known(void **state)
{
    const struct row *row = *state;
    char hex[SMCI_DIGEST_SIZE];
    struct smci_digest *digest = smci_digest_new();
    assert_non_null(digest);
    for (size_t i = 0; i < row->repeat; i++)
        assert_int_equal(smci_digest_add(digest, row->text, strlen(row->text)), SMC_OK);
    assert_int_equal(smci_digest_finish(digest, hex), SMC_OK);
    assert_string_equal(hex, row->hex);
    /* it has begun anew: the same again, in single bytes, gives the same */
    for (size_t i = 0; i < row->repeat; i++)
        for (const char *p = row->text; *p; p++)
            assert_int_equal(smci_digest_add(digest, p, 1), SMC_OK);
    assert_int_equal(smci_digest_finish(digest, hex), SMC_OK);
    assert_string_equal(hex, row->hex);
    smci_digest_free(digest);
}

static void test_free_null(void **state)
{
    (void)state;
    smci_digest_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_free_null)};
    int failed = RUN_TABLE("digest", rows, test_known);
    return failed + cmocka_run_group_tests_name("digest, other", tests, NULL, NULL);
}
