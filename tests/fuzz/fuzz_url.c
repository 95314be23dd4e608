/* Addresses: a host that we accept must be the host that libcurl will go to, and nothing that is
 * encoded gets out of its segment. */
#include "fuzz.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include <sigmacat/client.h>

#include "lib/net/address.h"

static bool is_loopback(const char *host)
{
    struct in_addr address;
    if (strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0)
        return true;
    return inet_pton(AF_INET, host, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

/* `origin` is "SCHEME://HOST[:PORT]" to libcurl, with no other part. */
static void check_with_libcurl(const char *origin, bool is_plain)
{
    CURLU *url = curl_url();
    char *host = NULL;
    char *part = NULL;
    const char *authority = strstr(origin, "://") + 3;
    struct smc_buf target = SMC_BUF_INIT(SIZE_MAX);
    FUZZ_CHECK(url && smc_buf_addf(&target, "%s/v2/x", origin) == SMC_OK);
    /* What libcurl can't read, it does not go to. */
    if (curl_url_set(url, CURLUPART_URL, target.data, 0) == CURLUE_OK) {
        FUZZ_CHECK(curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK);
        FUZZ_CHECK(!is_plain || is_loopback(host));
        /* It normalises numbers only: any other host is the one that was given. */
        if (!isdigit((unsigned char)host[0]) && host[0] != '[') {
            size_t len = strlen(host);
            FUZZ_CHECK(strncasecmp(host, authority, len) == 0);
            FUZZ_CHECK(authority[len] == '\0' || authority[len] == ':');
        }
        FUZZ_CHECK(curl_url_get(url, CURLUPART_USER, &part, 0) == CURLUE_NO_USER);
        FUZZ_CHECK(curl_url_get(url, CURLUPART_PATH, &part, 0) == CURLUE_OK);
        FUZZ_CHECK(strcmp(part, "/v2/x") == 0);
    }
    curl_free(part);
    curl_free(host);
    curl_url_cleanup(url);
    smc_buf_clear(&target);
}

static void check_origin(const char *text)
{
    struct smc_buf origin = SMC_BUF_INIT(4096);
    struct smc_buf again = SMC_BUF_INIT(4096);
    struct smc_error err = SMC_ERROR_INIT;
    enum smc_status rc = smci_origin_parse(text, "--host", &origin, &err);
    FUZZ_CHECK(rc == err.code && (rc == SMC_OK || rc == SMC_ERR_USAGE));
    if (rc == SMC_OK) {
        bool is_plain = smci_origin_is_plain(origin.data);
        FUZZ_CHECK(is_plain || strncmp(origin.data, "https://", 8) == 0);
        FUZZ_CHECK(smci_origin_parse(origin.data, "--host", &again, NULL) == SMC_OK);
        FUZZ_CHECK(strcmp(origin.data, again.data) == 0);
        check_with_libcurl(origin.data, is_plain);
    } else {
        FUZZ_CHECK(origin.len == 0 && strncmp(err.detail, "--host: ", 8) == 0);
    }
    smc_buf_clear(&origin);
    smc_buf_clear(&again);
}

static int hex_of(char c)
{
    return c <= '9' ? c - '0' : c - 'A' + 10;
}

static void check_encoding(const char *bytes, size_t len)
{
    struct smc_buf out = SMC_BUF_INIT(SIZE_MAX);
    FUZZ_CHECK(smci_url_encode(bytes, len, &out) == SMC_OK);
    const char *p = smc_buf_str(&out);
    for (size_t i = 0; i < len; i++, p++) {
        if (*p == '%') {
            FUZZ_CHECK(isxdigit((unsigned char)p[1]) && isxdigit((unsigned char)p[2]));
            FUZZ_CHECK(hex_of(p[1]) * 16 + hex_of(p[2]) == (unsigned char)bytes[i]);
            p += 2;
        } else {
            FUZZ_CHECK(*p == bytes[i] && *p && (isalnum((unsigned char)*p) || strchr("-._~", *p)));
        }
    }
    FUZZ_CHECK(*p == '\0');
    smc_buf_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    check_origin(text);
    check_encoding((const char *)data, size);
    free(text);
    return 0;
}
