#include "http_url.h"

#include <stdio.h>
#include <string.h>

#include <curl/curl.h>

static enum smc_status status_of(CURLUcode code)
{
    if (code == CURLUE_OK)
        return SMC_OK;
    return code == CURLUE_OUT_OF_MEMORY ? SMC_ERR_NOMEM : SMC_ERR_USAGE;
}

enum smc_status smci_http_url_origin(const char *url, struct smc_buf *origin, bool *is_port)
{
    char *whole = NULL;
    CURLU *parts = curl_url();
    CURLUcode code = parts ? curl_url_set(parts, CURLUPART_URL, url, 0) : CURLUE_OUT_OF_MEMORY;
    *is_port = code == CURLUE_BAD_PORT_NUMBER;
    if (code == CURLUE_OK)
        code = curl_url_get(parts, CURLUPART_URL, &whole, 0);
    enum smc_status rc = status_of(code);
    if (rc == SMC_OK) /* with the path "/" behind it */
        rc = smc_buf_add(origin, whole, strlen(whole) - 1);
    curl_free(whole);
    curl_url_cleanup(parts);
    return rc;
}

void smci_http_url_show(const char *url, char *shown, size_t size)
{
    static const CURLUPart secret[] = {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS,
                                       CURLUPART_QUERY, CURLUPART_FRAGMENT};
    char *whole = NULL;
    CURLU *parts = curl_url();
    CURLUcode code = parts ? curl_url_set(parts, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME)
                           : CURLUE_OUT_OF_MEMORY;
    for (size_t i = 0; code == CURLUE_OK && i < sizeof secret / sizeof *secret; i++)
        code = curl_url_set(parts, secret[i], NULL, 0);
    if (code == CURLUE_OK)
        code = curl_url_get(parts, CURLUPART_URL, &whole, 0);
    (void)snprintf(shown, size, "%s", code == CURLUE_OK ? whole : "");
    curl_free(whole);
    curl_url_cleanup(parts);
}

enum smc_status smci_http_url_password(const char *url, struct smc_buf *password)
{
    char *part = NULL;
    CURLU *parts = curl_url();
    CURLUcode code = parts ? curl_url_set(parts, CURLUPART_URL, url,
                                          CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME)
                           : CURLUE_OUT_OF_MEMORY;
    if (code == CURLUE_OK)
        code = curl_url_get(parts, CURLUPART_PASSWORD, &part, CURLU_URLDECODE);
    if (code == CURLUE_NO_PASSWORD)
        code = curl_url_get(parts, CURLUPART_USER, &part, CURLU_URLDECODE);
    enum smc_status rc = code == CURLUE_OUT_OF_MEMORY ? SMC_ERR_NOMEM : SMC_OK;
    if (code == CURLUE_OK) {
        rc = smc_buf_addstr(password, part);
        explicit_bzero(part, strlen(part));
    }
    curl_free(part);
    curl_url_cleanup(parts);
    return rc;
}
