/* Addresses that people give, and the encoding of what goes into a path. */
#include "support/support.h"

#include <sigmacat/client.h>
#include "lib/net/address.h"

/* ---- origins ---- */

struct origin_row {
    const char *name;
    const char *text;
    const char *origin; /* NULL: refused */
    const char *reason; /* what the text must say then */
};

static const struct origin_row origin_rows[] = {
    {"bare_host", "aws-api.sigmacomputing.com", "https://aws-api.sigmacomputing.com", NULL},
    {"https", "https://api.example.com", "https://api.example.com", NULL},
    {"https_in_capitals", "HTTPS://api.example.com", "https://api.example.com", NULL},
    {"slash_at_the_end", "https://api.example.com/", "https://api.example.com", NULL},
    {"bare_with_slash", "api.example.com/", "https://api.example.com", NULL},
    {"port", "api.example.com:8443", "https://api.example.com:8443", NULL},
    {"port_and_slash", "https://api.example.com:8443/", "https://api.example.com:8443", NULL},
    {"highest_port", "h:65535", "https://h:65535", NULL},
    {"underscore", "my_host", "https://my_host", NULL},
    {"address", "10.0.0.1:99", "https://10.0.0.1:99", NULL},
    {"ipv6", "https://[2001:db8::1]:444", "https://[2001:db8::1]:444", NULL},
    {"plain_localhost", "http://localhost:8080", "http://localhost:8080", NULL},
    {"plain_127", "http://127.0.0.1", "http://127.0.0.1", NULL},
    {"plain_127_other", "http://127.255.3.2:1/", "http://127.255.3.2:1", NULL},
    {"plain_ipv6_loopback", "http://[::1]:8080", "http://[::1]:8080", NULL},
    {"plain_elsewhere", "http://api.example.com", NULL, "loopback"},
    {"plain_address", "http://10.0.0.1", NULL, "loopback"},
    {"plain_like_loopback", "http://127.0.0.1.example.com", NULL, "loopback"},
    {"plain_like_localhost", "http://localhost.example.com", NULL, "loopback"},
    {"plain_127_short", "http://127.1", NULL, "loopback"},
    {"empty", "", NULL, "empty"},
    {"scheme_alone", "https://", NULL, "empty"},
    {"slash_alone", "/", NULL, "empty"},
    {"other_scheme", "ftp://api.example.com", NULL, "scheme"},
    {"doubled_scheme", "https://https://api.example.com", NULL, "--host"},
    {"space_inside", "api example.com", NULL, "space"},
    {"space_before", " api.example.com", NULL, "space"},
    {"newline_after", "api.example.com\n", NULL, "control"},
    {"header_injection", "api.example.com\r\nX: y", NULL, "control"},
    {"path", "api.example.com/v2", NULL, "path"},
    {"two_slashes", "api.example.com//", NULL, "path"},
    {"backslash", "api.example.com\\v2", NULL, "path"},
    {"query", "api.example.com?a=b", NULL, "query"},
    {"fragment", "api.example.com#x", NULL, "query"},
    {"user", "user:secret-word@api.example.com", NULL, "user name"},
    {"port_empty", "api.example.com:", NULL, "port"},
    {"port_zero", "api.example.com:0", NULL, "port"},
    {"port_too_high", "api.example.com:65536", NULL, "port"},
    {"port_word", "api.example.com:https", NULL, "port"},
    {"port_signed", "api.example.com:+1", NULL, "port"},
    {"port_very_long", "api.example.com:000000000443", NULL, "port"},
    {"two_ports", "api.example.com:1:2", NULL, "more than one colon"},
    {"ipv6_bare", "::1", NULL, "brackets"},
    {"ipv6_open", "[2001:db8::1", NULL, "host name"},
    {"ipv6_and_more", "[2001:db8::1]x:1", NULL, "host name"},
    {"ipv6_letters", "[nonsense]", NULL, "host name"},
    {"dot_first", ".example.com", NULL, "host name"},
    {"dots_doubled", "api..example.com", NULL, "host name"},
    {"hyphen_first", "-api.example.com", NULL, "host name"},
    {"comma", "a,b", NULL, "host name"},
    {"not_ascii", "\xc3\xa4pi.example.com", NULL, "host name"},
    {"percent", "api%2eexample.com", NULL, "host name"},
};

static void test_origin(void **state)
{
    const struct origin_row *row = *state;
    struct smc_buf origin = SMC_BUF_INIT(512);
    struct smc_error err = SMC_ERROR_INIT;
    enum smc_status rc = smci_origin_parse(row->text, "--host", &origin, &err);
    if (row->origin) {
        assert_int_equal(rc, SMC_OK);
        assert_string_equal(smc_buf_str(&origin), row->origin);
    } else {
        assert_int_equal(rc, SMC_ERR_USAGE);
        assert_int_equal(err.code, SMC_ERR_USAGE);
        assert_int_equal(origin.len, 0);
        assert_ptr_equal(strstr(err.detail, "--host"), err.detail);
        assert_contains(err.detail, row->reason);
        assert_lacks(err.detail, "secret-word");
    }
    smc_buf_clear(&origin);
}

/* ---- encoding ---- */

struct encode_row {
    const char *name;
    const char *bytes;
    size_t len; /* 0: up to the NUL */
    const char *encoded;
};

static const struct encode_row encode_rows[] = {
    {"nothing", "", 0, ""},
    {"unreserved", "AZaz09-._~", 0, "AZaz09-._~"},
    {"space", "a b", 0, "a%20b"},
    {"slash", "a/b", 0, "a%2Fb"},
    {"dots", "../x", 0, "..%2Fx"},
    {"percent", "100%25", 0, "100%2525"},
    {"query", "?a=b&c#d", 0, "%3Fa%3Db%26c%23d"},
    {"quotes", "\"'`", 0, "%22%27%60"},
    {"plus_and_others", "+!*();:@,$[]", 0, "%2B%21%2A%28%29%3B%3A%40%2C%24%5B%5D"},
    {"line_breaks", "a\r\nb", 0, "a%0D%0Ab"},
    {"utf8", "\xc3\xa4\xe2\x82\xac", 0, "%C3%A4%E2%82%AC"},
    {"not_utf8", "\xff\x80", 0, "%FF%80"},
    {"nul", "a\0b", 3, "a%00b"},
    {"delete", "\x7f", 0, "%7F"},
};

static void test_encode(void **state)
{
    const struct encode_row *row = *state;
    struct smc_buf out = SMC_BUF_INIT(256);
    size_t len = row->len ? row->len : strlen(row->bytes);
    assert_int_equal(smci_url_encode(row->bytes, len, &out), SMC_OK);
    assert_string_equal(smc_buf_str(&out), row->encoded);
    smc_buf_clear(&out);
}

static void test_encode_stops_at_the_cap(void **state)
{
    (void)state;
    struct smc_buf out = SMC_BUF_INIT(4);
    assert_int_equal(smci_url_encode("a//", 3, &out), SMC_ERR_CAP);
    smc_buf_clear(&out);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(test_encode_stops_at_the_cap)};
    int failed = RUN_TABLE("origin", origin_rows, test_origin);
    failed += RUN_TABLE("encode", encode_rows, test_encode);
    return failed + cmocka_run_group_tests_name("encode_cap", tests, NULL, NULL);
}
