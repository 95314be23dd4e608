/* Secrets in texts: masked in every form in which a server may send them back. */
#include "tests/support/support.h"

#include <gnutls/gnutls.h>

#include "lib/base/mask.h"
#include "lib/base/rng.h"

/* Of each kind of byte that some form has to escape. */
#define SECRET       "t1g3r/b+r=n\"ng %25\\br&ght\xc3\xa9<\xf0\x9f\x98\x80>'."
#define PLAIN_SECRET "tiger.burning"

struct row {
    const char *name;
    const char *text; /* SECRET in some form, between "<<" and ">>" or alone */
    const char *expected;
};

static const struct row rows[] = {
    {"as it is", "a " SECRET " z", "a *** z"},
    {"percent-encoded", "a=t1g3r%2Fb%2Br%3Dn%22ng%20%2525%5Cbr%26ght%C3%A9%3C%F0%9F%98%80%3E%27.&z",
     "a=***&z"},
    {"in lower case", "a=t1g3r%2fb%2br%3dn%22ng%20%2525%5cbr%26ght%c3%a9%3c%f0%9f%98%80%3e%27.",
     "a=***"},
    {"each byte percent-encoded",
     "%74%31%67%33%72%2f%62%2b%72%3d%6e%22%6e%67%20%25%32%35%5c%62%72%26%67%68%74%c3%a9%3c%f0%9f%98"
     "%80%3e%27%2e",
     "***"},
    {"as JSON", "{\"a\":\"t1g3r/b+r=n\\\"ng %25\\\\br&ght\xc3\xa9<\xf0\x9f\x98\x80>'.\"}",
     "{\"a\":\"***\"}"},
    {"as JSON, with what may be escaped",
     "{\"a\":\"t1g3r\\/b+r=n\\u0022ng "
     "%25\\u005Cbr\\u0026ght\\u00e9\\u003c\\ud83d\\ude00>\\u0027.\"}",
     "{\"a\":\"***\"}"},
    {"as JSON, all of it",
     "\\u0074\\u0031\\u0067\\u0033\\u0072\\u002f\\u0062\\u002b\\u0072\\u003d\\u006e\\u0022\\u006e\\"
     "u00"
     "67\\u0020\\u0025\\u0032\\u0035\\u005c\\u0062\\u0072\\u0026\\u0067\\u0068\\u0074\\u00e9\\u003c"
     "\\ud83d\\ude00\\u003e\\u0027\\u002e",
     "***"},
    {"as HTML", "<b>t1g3r/b+r=n&quot;ng %25\\br&amp;ght&#233;&lt;&#x1F600;&gt;&apos;.</b>",
     "<b>***</b>"},
    {"in a language's escapes", "'t1g3r/b+r=n\"ng %25\\\\br\\x26ght\xc3\xa9<\xf0\x9f\x98\x80>\\'.'",
     "'***'"},
    {"each in another way",
     "%741g3r\\/b+r&#61;n\\\"ng%20%2525\\u005cbr&amp;ght%c3%a9<\\ud83d\\ude00>'.", "***"},
    {"two in a row", SECRET SECRET, "******"},
    {"another text", "t1g3r/b+r=n\"ng %2\\br&ght", "t1g3r/b+r=n\"ng %2\\br&ght"},
    {"all but its last byte", "t1g3r/b+r=n\"ng %25\\br&ght\xc3\xa9<\xf0\x9f\x98\x80>'",
     "t1g3r/b+r=n\"ng %25\\br&ght\xc3\xa9<\xf0\x9f\x98\x80>'"},
    {"nothing", "", ""},
    {"escapes that are not", "%4 \\u12 \\ & &# &#x; &#99999999; %",
     "%4 \\u12 \\ & &# &#x; &#99999999; %"},
    {"a sentence", "GET /v2/files: HTTP 500 internal_error",
     "GET /v2/files: HTTP 500 internal_error"},
};

static char *masked(const struct smci_mask *mask, const char *text)
{
    char *copy = strdup(text);
    assert_non_null(copy);
    smci_mask_apply(mask, copy);
    return copy;
}

static void test_row(void **state)
{
    const struct row *row = *state;
    struct smci_mask mask = {.next = 0};
    assert_int_equal(smci_mask_add(&mask, SECRET), SMC_OK);
    char *got = masked(&mask, row->text);
    assert_string_equal(got, row->expected);
    free(got);
    smci_mask_clear(&mask);
    smci_mask_clear(&mask);
}

/* ---- base64 ---- */

/* `before` and `after` stand around the secret in what is encoded. */
static void check_base64(const struct smci_mask *mask, const char *secret, const char *before,
                         const char *after, bool is_url)
{
    char *whole = text_format("%s%s%s", before, secret, after);
    gnutls_datum_t in = {(unsigned char *)whole, (unsigned)strlen(whole)};
    gnutls_datum_t out = {NULL, 0};
    assert_int_equal(gnutls_base64_encode2(&in, &out), 0);
    char *text = text_format("Authorization: Basic %.*s, denied", (int)out.size, out.data);
    for (char *p = text + 21; is_url && *p; p++)
        *p = *p == '+' ? '-' : *p == '/' ? '_' : *p;
    char *got = masked(mask, text);
    if (strcmp(got, "Authorization: Basic ***, denied") != 0)
        fail_msg("%s -> %s", text, got);
    gnutls_free(out.data);
    free(whole);
    free(text);
    free(got);
}

static void test_base64(void **state)
{
    static const char *const befores[] = {
        "", "Token ", "client-id:", "grant_type=x&client_secret=", "ab", "a"};
    static const char *const afters[] = {"", "&", "==", "xyz"};
    static const char *const secrets[] = {PLAIN_SECRET, "abcd", "\xff\xfe\xfd\xff?>~"};
    (void)state;
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        struct smci_mask mask = {.next = 0};
        assert_int_equal(smci_mask_add(&mask, secrets[i]), SMC_OK);
        for (size_t b = 0; b < sizeof befores / sizeof befores[0]; b++)
            for (size_t a = 0; a < sizeof afters / sizeof afters[0]; a++) {
                check_base64(&mask, secrets[i], befores[b], afters[a], false);
                check_base64(&mask, secrets[i], befores[b], afters[a], true);
            }
        smci_mask_clear(&mask);
    }
    struct smci_mask mask = {.next = 0};
    assert_int_equal(smci_mask_add(&mask, "a/b+c=d"), SMC_OK);
    check_base64(&mask, "a%2Fb%2Bc%3Dd", "client_secret=", "", false);
    /* The text of base64 escaped in its turn. */
    char *got = masked(&mask, "x YS9iK2M9\\u005aA== YS9i%4B2M9ZA%3D%3D");
    assert_string_equal(got, "x *** ***%3D%3D");
    free(got);
    smci_mask_clear(&mask);
}

/* ---- any secret, any mixture of forms ---- */

static void put_byte(struct smc_buf *out, unsigned char c, unsigned form)
{
    switch (form) {
    case 0:
        (void)smc_buf_addf(out, "%%%02X", c);
        return;
    case 1:
        (void)smc_buf_addf(out, "\\u%04x", c);
        return;
    case 2:
        (void)smc_buf_addf(out, "&#%u;", c);
        return;
    case 3:
        if (c == '"' || c == '\\' || c == '/')
            (void)smc_buf_add(out, "\\", 1);
        (void)smc_buf_add(out, &c, 1);
        return;
    default:
        (void)smc_buf_add(out, &c, 1);
        return;
    }
}

static void test_any(void **state)
{
    struct smci_rng rng;
    (void)state;
    smci_rng_seed(&rng, 1);
    for (int round = 0; round < 20000; round++) {
        char secret[40];
        struct smci_mask mask = {.next = 0};
        struct smc_buf text = SMC_BUF_INIT(65536);
        size_t len = 4 + (size_t)(smci_rng_unit(&rng) * 30);
        for (size_t i = 0; i < len; i++)
            secret[i] = (char)('!' + (int)(smci_rng_unit(&rng) * 94));
        secret[len] = '\0';
        assert_int_equal(smci_mask_add(&mask, secret), SMC_OK);
        (void)smc_buf_addstr(&text, " ");
        for (size_t i = 0; i < len; i++)
            put_byte(&text, (unsigned char)secret[i], (unsigned)(smci_rng_unit(&rng) * 8));
        (void)smc_buf_addstr(&text, " ");
        assert_int_equal(smc_buf_status(&text), SMC_OK);
        char *got = masked(&mask, text.data);
        if (strcmp(got, " *** ") != 0)
            fail_msg("round %d: %s in%s-> %s", round, secret, text.data, got);
        /* Wherever it ends, nothing of it is left but what is a part of the mark. */
        size_t cut = 1 + (size_t)(smci_rng_unit(&rng) * (double)(text.len - 2));
        text.data[cut] = '\0';
        smci_mask_mend_cut(&mask, text.data);
        smci_mask_apply(&mask, text.data);
        if (strcmp(text.data, " ") != 0 && strncmp(text.data, " ***", 4) != 0)
            fail_msg("round %d: %s, cut: '%s'", round, secret, text.data);
        free(got);
        smc_buf_clear(&text);
        smci_mask_clear(&mask);
    }
}

/* ---- many ---- */

static void test_many(void **state)
{
    struct smci_mask mask = {.next = 0};
    (void)state;
    for (int i = 0; i < 100; i++) {
        char *secret = text_format("secret-%03d", i);
        assert_int_equal(smci_mask_add(&mask, secret), SMC_OK);
        assert_int_equal(smci_mask_add(&mask, secret), SMC_OK); /* takes no second place */
        free(secret);
    }
    char *got = masked(&mask, "secret-000 secret-007 secret-091 secret-092 secret-099");
    assert_string_equal(got, "*** *** secret-091 *** ***");
    free(got);
    smci_mask_clear(&mask);
}

/* The longer of two that begin alike. */
static void test_longest(void **state)
{
    struct smci_mask mask = {.next = 0};
    (void)state;
    assert_int_equal(smci_mask_add(&mask, "tiger"), SMC_OK);
    assert_int_equal(smci_mask_add(&mask, PLAIN_SECRET), SMC_OK);
    char *got = masked(&mask, "x " PLAIN_SECRET " tiger.bur");
    assert_string_equal(got, "x *** ***.bur");
    free(got);
    smci_mask_clear(&mask);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base64),
        cmocka_unit_test(test_any),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_longest),
    };
    int failed = RUN_TABLE("forms", rows, test_row);
    return failed + cmocka_run_group_tests_name("mask", tests, NULL, NULL);
}
