#include "http.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>

#include "lib/base/stop.h"
#include "trust.h"
#include "http_head.h"
#include "httpdate.h"
#include "address.h"

#define CONNECT_TIMEOUT_MAX_MS 30000
#define HEADERS_MAX_BYTES      ((size_t)256 * 1024)
#define POLL_MAX_MS            1000

struct exchange {
    struct smci_http *http;
    struct exchange *next; /* in flight, or spare */
    CURL *easy;
    curl_mime *mime;
    struct curl_slist *headers;
    struct smci_upload upload;
    int64_t upload_at;   /* bytes of the body read so far */
    int64_t progress_ms; /* when a byte last went either way */
    size_t header_bytes;
    bool is_head_whole;  /* the empty line behind the last header came */
    bool is_local_fault; /* the body to be sent could not be read */
    bool is_probe;
    char detail[CURL_ERROR_SIZE];
    struct smci_http_response response;
    smci_http_done_fn *done;
    void *ctx;
};

struct smci_http {
    CURLM *multi;
    struct smci_trust ca;
    int64_t timeout_ms;
    int stop_fd;
    const struct smc_clock *clock;
    struct exchange *active;
    struct exchange *spare; /* easy handles to be used again */
    int in_flight;
    int64_t ended; /* transfers, since the start */
};

static int64_t now_ms(const struct smci_http *http)
{
    return http->clock->now_ms(http->clock->ctx);
}

/* ---- life ---- */

enum smc_status smci_http_new(struct smci_http **out, const struct smci_http_opt *opt,
                              struct smc_error *err)
{
    *out = NULL;
    struct smci_trust ca = {NULL, NULL};
    enum smc_status rc = smci_trust_choose(&ca, opt->network.cacert, err);
    if (rc != SMC_OK) {
        smci_trust_clear(&ca);
        return rc;
    }
    struct smci_http *http = calloc(1, sizeof *http);
    if (!http || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(http);
        smci_trust_clear(&ca);
        return smc_error_set(err, SMC_ERR_NOMEM, "libcurl could not be started");
    }
    *http = (struct smci_http){.ca = ca,
                               .timeout_ms = opt->network.timeout_ms,
                               .stop_fd = opt->network.stop_fd,
                               .clock = opt->network.clock,
                               .multi = curl_multi_init()};
    if (!http->multi) {
        smci_http_free(http);
        return smc_error_set(err, SMC_ERR_NOMEM, "out of memory");
    }
    (void)curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)opt->connections);
    *out = http;
    return SMC_OK;
}

static void wipe_headers(struct curl_slist *headers)
{
    for (struct curl_slist *one = headers; one; one = one->next)
        explicit_bzero(one->data, strlen(one->data));
    curl_slist_free_all(headers);
}

/* Takes a transfer off the wire; what it holds stays until `recycle`. */
static void detach(struct exchange *x)
{
    (void)curl_multi_remove_handle(x->http->multi, x->easy);
    struct exchange **link = &x->http->active;
    while (*link != x)
        link = &(*link)->next;
    *link = x->next;
    x->http->in_flight--;
}

static void release(struct exchange *x)
{
    curl_easy_reset(x->easy);
    curl_mime_free(x->mime); /* after the handle has let go of it */
    x->mime = NULL;
    wipe_headers(x->headers);
    x->headers = NULL;
    smc_buf_clear(&x->response.body);
}

static void recycle(struct exchange *x)
{
    release(x);
    x->next = x->http->spare;
    x->http->spare = x;
}

static void free_exchange(struct exchange *x)
{
    release(x);
    curl_easy_cleanup(x->easy);
    free(x);
}

void smci_http_drop(struct smci_http *http)
{
    while (http->active) {
        struct exchange *x = http->active;
        detach(x);
        recycle(x);
    }
}

void smci_http_free(struct smci_http *http)
{
    if (!http)
        return;
    smci_http_drop(http);
    while (http->spare) {
        struct exchange *x = http->spare;
        http->spare = x->next;
        free_exchange(x);
    }
    if (http->multi)
        (void)curl_multi_cleanup(http->multi);
    curl_global_cleanup();
    smci_trust_clear(&http->ca);
    free(http);
}

/* ---- what libcurl calls ---- */

static size_t on_body(char *bytes, size_t size, size_t count, void *ctx)
{
    struct exchange *x = ctx;
    size_t len = size * count;
    x->progress_ms = now_ms(x->http);
    enum smc_status rc = smc_buf_add(&x->response.body, bytes, len);
    if (rc == SMC_OK)
        return len;
    x->response.is_permanent = rc == SMC_ERR_CAP;
    if (rc == SMC_ERR_CAP)
        (void)smc_error_set(&x->response.error, rc,
                            "the answer is larger than the cap of %zu MiB (decompressed)",
                            SMC_BODY_MAX / 1024 / 1024);
    else
        (void)smc_error_set(&x->response.error, rc, "out of memory for an answer");
    return CURL_WRITEFUNC_ERROR;
}

static size_t on_header(char *line, size_t size, size_t count, void *ctx)
{
    struct exchange *x = ctx;
    size_t len = size * count;
    x->progress_ms = now_ms(x->http);
    x->header_bytes += len;
    if (x->header_bytes > HEADERS_MAX_BYTES) {
        x->response.is_permanent = true;
        (void)smc_error_set(&x->response.error, SMC_ERR_CAP,
                            "the answer's headers are larger than the cap of %zu KiB",
                            HEADERS_MAX_BYTES / 1024);
        return 0;
    }
    if (len <= 2)
        x->is_head_whole = true;
    else if (len > 5 && memcmp(line, "HTTP/", 5) == 0) /* after a 1xx, another */
        x->is_head_whole = false;
    smci_http_head_read(&x->response, line, len);
    return len;
}

/* pread from our own position: a try always begins at the first byte, whatever was read before. */
static size_t on_read(char *to, size_t size, size_t count, void *ctx)
{
    struct exchange *x = ctx;
    int64_t left = x->upload.size - x->upload_at;
    size_t want = size * count;
    if ((int64_t)want > left)
        want = (size_t)left;
    ssize_t got;
    do
        got = want ? pread(x->upload.fd, to, want, (off_t)x->upload_at) : 0;
    while (got < 0 && errno == EINTR);
    if (got < 0 || (got == 0 && left > 0)) {
        x->is_local_fault = true;
        x->response.is_permanent = true;
        if (got < 0)
            (void)smc_error_set_errno(&x->response.error, SMC_ERR_IO, errno,
                                      "reading the file failed");
        else
            (void)smc_error_set(&x->response.error, SMC_ERR_IO,
                                "the file became shorter while it was sent");
        return CURL_READFUNC_ABORT;
    }
    x->upload_at += got;
    x->progress_ms = now_ms(x->http);
    if (x->upload.progress)
        x->upload.progress(x->upload.progress_ctx, x->upload_at);
    return (size_t)got;
}

/* libcurl reads ahead of what it sends; only this tells that the last bytes are moving. */
static int on_progress(void *ctx, curl_off_t dltotal, curl_off_t dlnow, curl_off_t ultotal,
                       curl_off_t ulnow)
{
    struct exchange *x = ctx;
    (void)dltotal;
    (void)ultotal;
    static_assert(sizeof(curl_off_t) == sizeof(int64_t), "curl_off_t has 64 bits");
    if (dlnow + ulnow != x->response.moved) {
        x->response.moved = dlnow + ulnow;
        x->progress_ms = now_ms(x->http);
    }
    return 0;
}

/* ---- starting ---- */

static CURLcode set_common(struct exchange *x, const char *url)
{
    const struct smci_http *http = x->http;
    bool is_plain = smci_origin_is_plain(url);
    long connect_ms = (long)(http->timeout_ms < CONNECT_TIMEOUT_MAX_MS ? http->timeout_ms
                                                                       : CONNECT_TIMEOUT_MAX_MS);
    CURL *easy = x->easy;
    CURLcode rc = CURLE_OK;
#define SET(option, value) rc = rc != CURLE_OK ? rc : curl_easy_setopt(easy, option, value)
    SET(CURLOPT_URL, url);
    SET(CURLOPT_PROTOCOLS_STR, is_plain ? "http" : "https");
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_PATH_AS_IS, 1L);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_QUICK_EXIT, 1L); /* a slow name server holds up no signal and no time limit */
    SET(CURLOPT_USERAGENT, "sigmacat/" SMC_VERSION);
    SET(CURLOPT_ACCEPT_ENCODING, "");
    SET(CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
    SET(CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE); /* no token for a proxy */
    SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    SET(CURLOPT_ERRORBUFFER, x->detail);
    SET(CURLOPT_PRIVATE, x);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, x);
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, x);
    SET(CURLOPT_XFERINFOFUNCTION, on_progress);
    SET(CURLOPT_XFERINFODATA, x);
    SET(CURLOPT_NOPROGRESS, 0L);
    if (is_plain) /* loopback: a proxy would see the token */
        SET(CURLOPT_PROXY, "");
    /* What was chosen stands in for the system's store, it is not added to it: libcurl's own default
     * directory is taken away too. */
    if (http->ca.file || http->ca.directory) {
        SET(CURLOPT_CAINFO, http->ca.file);
        SET(CURLOPT_CAPATH, http->ca.directory);
    }
    return rc;
}

static CURLcode set_upload(struct exchange *x)
{
    x->mime = curl_mime_init(x->easy);
    curl_mimepart *part = x->mime ? curl_mime_addpart(x->mime) : NULL;
    if (!part)
        return CURLE_OUT_OF_MEMORY;
    CURLcode rc = curl_mime_name(part, "file");
    if (rc == CURLE_OK)
        rc = curl_mime_filename(part, x->upload.filename);
    if (rc == CURLE_OK)
        rc = curl_mime_type(part, "application/octet-stream");
    if (rc == CURLE_OK)
        /* No seek function: libcurl then can't send a body again by itself on a connection that
         * died; a try is one try, and ours begins at byte 0. */
        rc = curl_mime_data_cb(part, x->upload.size, on_read, NULL, NULL, x);
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(x->easy, CURLOPT_MIMEPOST, x->mime);
    return rc;
}

/* On a kept connection that dies libcurl sends a call again by itself, even a POST, which would be two
 * token calls within a second; on a fresh one it does not. */
static CURLcode set_body(struct exchange *x, const struct smci_http_request *request)
{
    curl_off_t len = (curl_off_t)request->body_len;
    CURLcode rc = curl_easy_setopt(x->easy, CURLOPT_POSTFIELDSIZE_LARGE, len);
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(x->easy, CURLOPT_POSTFIELDS, request->body);
    return rc != CURLE_OK ? rc : curl_easy_setopt(x->easy, CURLOPT_FRESH_CONNECT, 1L);
}

static CURLcode set_request(struct exchange *x, const struct smci_http_request *request)
{
    CURLcode rc = set_common(x, request->url);
    if (rc == CURLE_OK && request->body)
        rc = set_body(x, request);
    x->is_probe = request->is_probe;
    if (rc == CURLE_OK && request->is_probe)
        rc = curl_easy_setopt(x->easy, CURLOPT_CERTINFO, 1L);
    if (rc == CURLE_OK && request->upload) {
        x->upload = *request->upload;
        rc = set_upload(x);
    }
    for (const char *const *h = request->headers; rc == CURLE_OK && *h; h++) {
        struct curl_slist *more = curl_slist_append(x->headers, *h);
        if (!more)
            return CURLE_OUT_OF_MEMORY;
        x->headers = more;
    }
    return rc != CURLE_OK ? rc : curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, x->headers);
}

static struct exchange *take_exchange(struct smci_http *http)
{
    struct exchange *x = http->spare;
    if (x) {
        http->spare = x->next;
        CURL *easy = x->easy;
        *x = (struct exchange){.http = http, .easy = easy};
        return x;
    }
    x = calloc(1, sizeof *x);
    if (!x)
        return NULL;
    x->http = http;
    x->easy = curl_easy_init();
    if (!x->easy) {
        free(x);
        return NULL;
    }
    return x;
}

enum smc_status smci_http_start(struct smci_http *http, const struct smci_http_request *request,
                                smci_http_done_fn *done, void *ctx, struct smc_error *err)
{
    struct exchange *x = take_exchange(http);
    if (!x)
        return smc_error_set(err, SMC_ERR_NOMEM, "out of memory for a call");
    x->done = done;
    x->ctx = ctx;
    x->progress_ms = now_ms(http);
    smc_buf_init(&x->response.body, SMC_BODY_MAX);
    CURLcode rc = set_request(x, request);
    if (rc != CURLE_OK) {
        recycle(x);
        return rc == CURLE_OUT_OF_MEMORY
                   ? smc_error_set(err, SMC_ERR_NOMEM, "out of memory for a call")
                   : smc_error_set(err, SMC_ERR_INTERNAL, "libcurl refused an option: %s",
                                   curl_easy_strerror(rc));
    }
    if (curl_multi_add_handle(http->multi, x->easy) != CURLM_OK) {
        recycle(x);
        return smc_error_set(err, SMC_ERR_NOMEM, "out of memory for a call");
    }
    x->next = http->active;
    http->active = x;
    http->in_flight++;
    return SMC_OK;
}

int smci_http_in_flight(const struct smci_http *http)
{
    return http->in_flight;
}

/* ---- moving on ---- */

/* No later try can mend these: the other side is not who it should be, or we are wrong. */
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
static bool is_line_cap(const struct exchange *x, CURLcode code)
{
    long sent = 0;
    (void)curl_easy_getinfo(x->easy, CURLINFO_REQUEST_SIZE, &sent);
    return code == CURLE_OUT_OF_MEMORY && sent > 0 && !x->is_head_whole;
}

/* libcurl's text then has the variable's value, and that may have a password. */
static bool is_proxy_unreadable(const struct exchange *x)
{
    return strncmp(x->detail, "Unsupported proxy", 17) == 0;
}

static const char *describe(const struct exchange *x, CURLcode code)
{
    if (is_proxy_unreadable(x))
        return "the proxy that is set can't be read: http://[user:password@]host:port is expected, "
               "with special characters as %XX";
    return x->detail[0] ? x->detail : curl_easy_strerror(code);
}

/* The status, or 0 with the reason in the response: an answer is one only when it is whole. */
static int judge(struct exchange *x, CURLcode code, int status)
{
    struct smci_http_response *response = &x->response;
    /* An answer that came before the body was sent is an answer, whatever became of the sending. */
    bool is_early = code == CURLE_SEND_ERROR && status >= 400;
    if ((code != CURLE_OK && !is_early) || x->is_local_fault) {
        bool is_cap = is_line_cap(x, code);
        response->is_permanent =
            response->is_permanent || is_permanent(code) || is_cap || is_proxy_unreadable(x);
        if (is_cap)
            (void)smc_error_set(&response->error, SMC_ERR_CAP,
                                "a header line of the answer is longer than the cap of 100 KiB, or "
                                "memory ran out");
        (void)smc_error_set(&response->error, SMC_ERR_NETWORK, "%s", describe(x, code));
        return 0;
    }
    /* libcurl takes a connection that is closed within the head for the end of an empty body. */
    if (!x->is_head_whole) {
        (void)smc_error_set(&response->error, SMC_ERR_NETWORK,
                            "the answer was cut short in its head");
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

/* ---- what a probe learns ---- */

/* By OpenSSL's verdict on the certificate; libcurl leaves 1 where all but the name fits. */
static enum smci_failed_step certificate_fault(const struct exchange *x)
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
static enum smci_failed_step failed_step_by_times(const struct exchange *x)
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

static enum smci_failed_step failed_step_of(const struct exchange *x, CURLcode code,
                                            long proxy_status)
{
    if (x->response.status != 0)
        return SMCI_STEP_NONE;
    /* "Proxy CONNECT aborted" and the like come with codes of the host's own troubles. */
    if (code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_PROXY || proxy_status >= 300 ||
        is_proxy_unreadable(x) || strncmp(x->detail, "Proxy CONNECT", 13) == 0)
        return SMCI_STEP_PROXY;
    if (code == CURLE_COULDNT_RESOLVE_HOST)
        return SMCI_STEP_NAME;
    if (code == CURLE_COULDNT_CONNECT)
        return SMCI_STEP_CONNECTION;
    if (code == CURLE_SSL_CACERT_BADFILE)
        return SMCI_STEP_CA_FILE;
    return code == CURLE_PEER_FAILED_VERIFICATION ? certificate_fault(x) : failed_step_by_times(x);
}

static void learn_probe(struct exchange *x, CURLcode code)
{
    struct smci_probe *probe = &x->response.probe;
    const struct smc_clock *clock = x->http->clock;
    const char *address = NULL;
    struct curl_certinfo *chain = NULL;
    long proxy_status = 0;
    (void)curl_easy_getinfo(x->easy, CURLINFO_PRIMARY_IP, &address);
    (void)curl_easy_getinfo(x->easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    (void)curl_easy_getinfo(x->easy, CURLINFO_CERTINFO, &chain);
    (void)snprintf(probe->address, sizeof probe->address, "%s", address ? address : "");
    probe->is_proxied = proxy_status != 0;
    probe->failed_step = failed_step_of(x, code, proxy_status);
    /* The first of the chain is the server's own. */
    const struct curl_slist *line = chain && chain->num_of_certs > 0 ? chain->certinfo[0] : NULL;
    for (; line; line = line->next)
        if (strncmp(line->data, "Expire date:", 12) == 0)
            (void)smci_certificate_date_parse(line->data + 12, &probe->certificate_end_s);
    (void)smci_http_date_parse(x->response.date, clock->wall_ms(clock->ctx), &probe->date_s);
}

static void complete(struct exchange *x, CURLcode code)
{
    struct smci_http_response *response = &x->response;
    long status = 0;
    (void)curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
    response->status = judge(x, code, (int)status);
    if (x->is_probe)
        learn_probe(x, code);
    detach(x);
    x->http->ended++;
    if (response->status != 0 && smc_buf_reserve(&response->body, 0) != SMC_OK) {
        response->status = 0;
        (void)smc_error_set(&response->error, SMC_ERR_NOMEM, "out of memory for an answer");
    }
    x->done(x->ctx, response);
    recycle(x);
}

/* Only right after curl_multi_perform: what has arrived meanwhile counts as progress, however long the
 * program itself was held up. */
static void give_up_stalled(struct smci_http *http)
{
    int64_t now = now_ms(http);
    struct exchange *next;
    for (struct exchange *x = http->active; x; x = next) {
        next = x->next;
        if (now - x->progress_ms < http->timeout_ms)
            continue;
        (void)smc_error_set(&x->response.error, SMC_ERR_NETWORK, "no byte came or went for %g s",
                            (double)http->timeout_ms / 1000);
        complete(x, CURLE_OPERATION_TIMEDOUT);
        next = http->active; /* the callback may have changed the list: look again */
    }
}

static void drain(struct smci_http *http)
{
    int left;
    for (CURLMsg *m = curl_multi_info_read(http->multi, &left); m;
         m = curl_multi_info_read(http->multi, &left)) {
        if (m->msg != CURLMSG_DONE)
            continue;
        struct exchange *x = NULL;
        CURLcode code = m->data.result; /* the message dies with the handle's removal */
        (void)curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &x);
        complete(x, code);
    }
}

/* Until the first transfer would be given up; never long, so that what libcurl does not report
 * through a socket is seen. */
static int poll_ms(const struct smci_http *http, int64_t wait_ms)
{
    int64_t ms = wait_ms < POLL_MAX_MS ? wait_ms : POLL_MAX_MS;
    int64_t now = now_ms(http);
    for (const struct exchange *x = http->active; x; x = x->next) {
        int64_t left = x->progress_ms + http->timeout_ms - now;
        if (left < ms)
            ms = left;
    }
    return ms < 0 ? 0 : (int)ms;
}

enum smc_status smci_http_poll(struct smci_http *http, int64_t wait_ms, struct smc_error *err)
{
    /* Before curl_multi_perform: what was started meanwhile is not to be sent any more. */
    if (smci_check_stop(http->stop_fd, err) != SMC_OK)
        return SMC_ERR_CANCELLED;
    int running = 0;
    int64_t ended_before = http->ended;
    CURLMcode rc = curl_multi_perform(http->multi, &running);
    drain(http);
    if (rc == CURLM_OK)
        give_up_stalled(http);
    bool has_news = http->ended != ended_before;
    struct curl_waitfd extra = {.fd = http->stop_fd, .events = CURL_WAIT_POLLIN};
    if (rc == CURLM_OK)
        rc = curl_multi_poll(http->multi, &extra, http->stop_fd > 0 ? 1 : 0,
                             has_news ? 0 : poll_ms(http, wait_ms), NULL);
    if (rc != CURLM_OK)
        return smc_error_set(err, rc == CURLM_OUT_OF_MEMORY ? SMC_ERR_NOMEM : SMC_ERR_INTERNAL,
                             "libcurl: %s", curl_multi_strerror(rc));
    if (extra.revents)
        return smc_error_set(err, SMC_ERR_CANCELLED, SMCI_STOPPED);
    return SMC_OK;
}
