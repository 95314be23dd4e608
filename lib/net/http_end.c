#include "http_end.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "http_date.h"
#include "http_probe.h"
#include "http_transfer.h"
#include "http_upload.h"
#include "http_url.h"

/* No later attempt can mend these: the other side is not who it should be, or we are wrong. */
static bool is_permanent(CURLcode code)
{
    switch ((int)code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_URL_MALFORMAT:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return true;
    default:
        return false;
    }
}

/* libcurl 7.88.1 reports a header line above its own cap of 100 KiB as
 * memory that ran out. */
static bool is_line_cap(const struct smci_exchange *x, CURLcode code)
{
    long sent = 0;
    (void)curl_easy_getinfo(x->easy, CURLINFO_REQUEST_SIZE, &sent);
    return code == CURLE_OUT_OF_MEMORY && sent > 0 && !x->is_head_whole;
}

/* libcurl names the host that it could not connect to: where that is another than the address
 * has, it is the proxy. */
static bool is_proxy_out_of_reach(const struct smci_exchange *x, CURLcode code)
{
    const char *url = NULL;
    const char *named = strstr(x->detail, "connect to ");
    (void)curl_easy_getinfo(x->easy, CURLINFO_EFFECTIVE_URL, &url);
    const char *host = url ? strstr(url, "://") : NULL;
    if (code != CURLE_COULDNT_CONNECT || !named || !host)
        return false;
    named += strlen("connect to ");
    host += 3;
    host += *host == '['; /* of an IPv6 address, which libcurl names without */
    size_t len = strcspn(named, " ");
    return strncasecmp(host, named, len) != 0 || !strchr(":/]", host[len]);
}

static const char *describe(const struct smci_exchange *x, CURLcode code)
{
    if (smci_is_proxy_unreadable(x))
        return "the proxy that is set can't be read: http://[user:password@]host:port is expected, "
               "with special characters as %XX";
    if (x->is_nameless)
        return "the server's certificate has no subject alternative name, so it does not say "
               "whose it is; nothing was sent";
    if (x->is_strange)
        return "the answer is compressed in a way that was not asked for, or twice";
    if (x->response.is_garbled)
        return "the answer's compression can't be read";
    return x->detail[0] ? x->detail : curl_easy_strerror(code);
}

/* libcurl has a code of its own for what is garbled, and says of several members in a row that
 * it could not be written. */
static bool is_garbled(const struct smci_exchange *x, CURLcode code)
{
    if (x->is_strange)
        return true;
    bool is_ours = x->is_local_fault || x->is_body_cut || x->response.error.code != SMC_OK;
    return x->is_head_whole && !is_ours &&
           (code == CURLE_BAD_CONTENT_ENCODING ||
            (code == CURLE_WRITE_ERROR && x->response.is_compressed));
}

/* Not even the beginning of an answer: the rest of another, where the connection was used before. */
static bool is_nonsense(CURLcode code)
{
    return code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY;
}

/* Why there is no answer: libcurl's reason, in words where it has one of ours. */
static void explain(struct smci_exchange *x, CURLcode code)
{
    struct smci_http_response *response = &x->response;
    bool is_cap = is_line_cap(x, code);
    int lack = smci_connections_lack(x->common->connections);
    response->is_upload_lost =
        x->mime && x->sent > 0 && code != CURLE_OPERATION_TIMEDOUT && !x->is_local_fault;
    response->is_permanent = response->is_permanent || is_permanent(code) || is_cap ||
                             x->is_nameless || smci_is_proxy_unreadable(x);
    if (is_cap)
        (void)smc_error_set(&response->error, SMC_ERR_CAP,
                            "a header line of the answer is longer than the cap of 100 KiB, or "
                            "memory ran out");
    if (code == CURLE_COULDNT_CONNECT && lack)
        (void)smc_error_set_errno(&response->error, SMC_ERR_IO, lack,
                                  "this machine gives no connection");
    (void)smc_error_set(&response->error, SMC_ERR_NETWORK, "%s%s",
                        is_proxy_out_of_reach(x, code) ? "the proxy can't be reached: " : "",
                        describe(x, code));
}

/* The status, or 0 with the reason in the response: an answer is one only when it is whole. */
static int judge(struct smci_exchange *x, CURLcode code, int status)
{
    struct smci_http_response *response = &x->response;
    /* An answer that comes before the body was sent is CURLE_OK: at the end of an error's head
     * libcurl stops sending. */
    if ((code != CURLE_OK && !x->is_body_cut) || x->is_local_fault) {
        explain(x, code);
        return 0;
    }
    /* libcurl takes a connection that is closed within the head for the end of an empty body. */
    if (!x->is_head_whole) {
        (void)smc_error_set(&response->error, SMC_ERR_NETWORK,
                            "the answer was cut short in its head");
        return 0;
    }
    if (x->is_watched && (x->has_surplus || x->is_excess)) {
        (void)smc_error_set(&response->error, SMC_ERR_NETWORK,
                            "more than one answer came, and which is right can't be told");
        return 0;
    }
    /* Nobody can have read what was not sent. */
    if (x->mime && status < 300 && x->upload_at < x->upload.size) {
        (void)smc_error_set(&response->error, SMC_ERR_NETWORK,
                            "HTTP %d came before the whole file was sent", status);
        return 0;
    }
    return status;
}

/* ---- the head ---- */

/* The value of a header of the final answer; "" when there is none. */
static const char *header(const struct smci_exchange *x, const char *name)
{
    struct curl_header *found = NULL;
    if (curl_easy_header(x->easy, name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK)
        return "";
    return found->value + strspn(found->value, "\r\n"); /* 7.88.1 leaves them in an empty value */
}

static void read_head(struct smci_exchange *x)
{
    struct smci_http_response *response = &x->response;
    const char *location = NULL;
    (void)curl_easy_getinfo(x->easy, CURLINFO_REDIRECT_URL, &location);
    if (location)
        smci_http_url_show(location, response->location, sizeof response->location);
    (void)smci_http_date_parse(header(x, "Date"), &response->date_s);
    (void)snprintf(response->retry_after, sizeof response->retry_after, "%s",
                   header(x, "Retry-After"));
    response->is_compressed = header(x, "Content-Encoding")[0] != '\0';
    response->is_html = strncasecmp(header(x, "Content-Type"), "text/html", 9) == 0;
}

/* A byte order mark before UTF-8 does not belong to the text. */
static void pass_over_mark(struct smc_buf *body)
{
    if (body->len < 3 || memcmp(body->data, "\xef\xbb\xbf", 3) != 0)
        return;
    body->len -= 3;
    (void)memmove(body->data, body->data + 3, body->len + 1);
}

void smci_exchange_end(struct smci_exchange *x, int code)
{
    struct smci_http_response *response = &x->response;
    long status = 0;
    (void)curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
    read_head(x);
    smci_upload_end(x);
    response->is_garbled = is_garbled(x, (CURLcode)code);
    response->status = judge(x, (CURLcode)code, (int)status);
    smci_exchange_leave(x, code == CURLE_OK && x->is_head_whole, is_nonsense((CURLcode)code));
    pass_over_mark(&response->body);
    if (x->is_probe)
        smci_probe_learn(x, code);
    if (response->status != 0 && smc_buf_reserve(&response->body, 0) != SMC_OK) {
        response->status = 0;
        (void)smc_error_set(&response->error, SMC_ERR_NOMEM, "out of memory for an answer");
    }
}
