#include "http_probe.h"

#include <stdio.h>
#include <string.h>

#include <curl/curl.h>

#include "address.h"
#include "http_certificate.h"

bool smci_is_proxy_unreadable(const struct smci_exchange *x)
{
    return strncmp(x->detail, "Unsupported proxy", 17) == 0;
}

/* By OpenSSL's verdict on the certificate; libcurl leaves 1 where all but the name fits. */
static enum smci_failed_step certificate_fault(const struct smci_exchange *x)
{
    long verdict = 0;
    (void)curl_easy_getinfo(x->easy, CURLINFO_SSL_VERIFYRESULT, &verdict);
    if (verdict <= 1)
        return SMCI_STEP_HOST;
    bool is_date = verdict == 9 || verdict == 10; /* X509_V_ERR_CERT_NOT_YET_VALID, _HAS_EXPIRED */
    return is_date ? SMCI_STEP_DATE : SMCI_STEP_ISSUER;
}

/* Where the code does not tell, as with a time-out, the steps that were done do. (7.88.1 leaves the
 * time of the connection at 0 until TLS is done.) */
static enum smci_failed_step failed_step_by_times(const struct smci_exchange *x)
{
    curl_off_t resolved = 0;
    curl_off_t secured = 0;
    const char *url = "";
    (void)curl_easy_getinfo(x->easy, CURLINFO_NAMELOOKUP_TIME_T, &resolved);
    (void)curl_easy_getinfo(x->easy, CURLINFO_APPCONNECT_TIME_T, &secured);
    (void)curl_easy_getinfo(x->easy, CURLINFO_EFFECTIVE_URL, &url);
    if (resolved == 0)
        return SMCI_STEP_NAME;
    if (!x->response.probe.address[0])
        return SMCI_STEP_CONNECTION;
    return secured == 0 && !smci_origin_is_plain(url) ? SMCI_STEP_TLS : SMCI_STEP_ANSWER;
}

static enum smci_failed_step failed_step_of(const struct smci_exchange *x, CURLcode code,
                                            long proxy_status)
{
    if (x->response.status != 0)
        return SMCI_STEP_NONE;
    if (x->is_nameless)
        return SMCI_STEP_HOST;
    /* "Proxy CONNECT aborted" and the like come with codes of the host's own troubles. */
    if (code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_PROXY || proxy_status >= 300 ||
        smci_is_proxy_unreadable(x) || strncmp(x->detail, "Proxy CONNECT", 13) == 0)
        return SMCI_STEP_PROXY;
    if (code == CURLE_COULDNT_RESOLVE_HOST)
        return SMCI_STEP_NAME;
    if (code == CURLE_COULDNT_CONNECT)
        return SMCI_STEP_CONNECTION;
    if (code == CURLE_SSL_CACERT_BADFILE)
        return SMCI_STEP_CA_FILE;
    return code == CURLE_PEER_FAILED_VERIFICATION ? certificate_fault(x) : failed_step_by_times(x);
}

void smci_probe_learn(struct smci_exchange *x, int code)
{
    struct smci_probe *probe = &x->response.probe;
    const char *address = NULL;
    long proxy_status = 0;
    (void)curl_easy_getinfo(x->easy, CURLINFO_PRIMARY_IP, &address);
    (void)curl_easy_getinfo(x->easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    (void)snprintf(probe->address, sizeof probe->address, "%s", address ? address : "");
    probe->is_proxied = proxy_status != 0;
    probe->failed_step = failed_step_of(x, (CURLcode)code, proxy_status);
    probe->certificate_end_s = smci_certificate_end_s(x->easy);
    probe->date_s = x->response.date_s;
}
