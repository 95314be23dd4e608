#include "http_certificate.h"

#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "http_date.h"

/* OpenSSL's name of the extension, and how the names begin that libcurl compares with the host. */
#define ALTERNATIVE_NAMES "X509v3 Subject Alternative Name:"

/* What is told of the server's own certificate, the first of its chain; NULL: nothing. */
static const struct curl_slist *own_certificate(void *easy)
{
    struct curl_certinfo *chain = NULL;
    (void)curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain);
    return chain && chain->num_of_certs > 0 ? chain->certinfo[0] : NULL;
}

/* The text of one of its fields; NULL: it has none. */
static const char *field(const struct curl_slist *line, const char *name)
{
    size_t len = strlen(name);
    for (; line; line = line->next)
        if (strncmp(line->data, name, len) == 0)
            return line->data + len;
    return NULL;
}

/* Whether there has to be a certificate: of a session that is resumed, too, there is. */
static bool is_new_and_secure(void *easy)
{
    long connections = 0;
    const char *scheme = NULL;
    (void)curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connections);
    (void)curl_easy_getinfo(easy, CURLINFO_SCHEME, &scheme);
    return connections > 0 && scheme && strcasecmp(scheme, "https") == 0;
}

bool smci_is_certificate_named(void *easy)
{
    const struct curl_slist *certificate = own_certificate(easy);
    const char *names = field(certificate, ALTERNATIVE_NAMES);
    for (; names; names = strchr(names, ',')) {
        names += strspn(names, ", ");
        if (strncmp(names, "DNS:", 4) == 0 || strncmp(names, "IP Address:", 11) == 0)
            return true;
    }
    return !certificate && !is_new_and_secure(easy);
}

int64_t smci_certificate_end_s(void *easy)
{
    int64_t end_s = 0;
    const char *date = field(own_certificate(easy), "Expire date:");
    if (date)
        (void)smci_certificate_date_parse(date, &end_s);
    return end_s;
}
