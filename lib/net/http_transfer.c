#include "http_transfer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "address.h"
#include "http_body.h"
#include "http_certificate.h"
#include "http_upload.h"

#define CONNECT_TIMEOUT_MAX_MS 30000
/* What libcurl reads at once, and decompresses before anybody can stop it: a thousand times as
 * much. */
#define READ_MAX 8192L

#define HEADERS_MAX_BYTES ((size_t)256 * 1024)
#define ANSWER_MIN_BYTES  17 /* of "HTTP/1.1 200 ", and two line breaks */

/* ---- what libcurl calls ---- */

static size_t on_body(char *bytes, size_t size, size_t count, void *ctx)
{
    struct smci_exchange *x = ctx;
    x->progress_ms = smci_exchange_now(x);
    return smci_body_take(x, bytes, size * count);
}

static void end_head(struct smci_exchange *x)
{
    long status = 0;
    (void)curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
    x->is_head_whole = true;
    smci_body_begin(x, (int)status);
}

/* A 100 comes before a body that is sent, which may take as long as it likes. */
static void note_answer(struct smci_exchange *x, const char *line, size_t len)
{
    bool is_interim = len > 9 && memcmp(line, "HTTP/", 5) == 0 && line[9] == '1';
    if (!(x->mime && is_interim && !x->is_out))
        x->is_coming = true;
}

static size_t on_header(char *line, size_t size, size_t count, void *ctx)
{
    struct smci_exchange *x = ctx;
    size_t len = size * count;
    x->progress_ms = smci_exchange_now(x);
    note_answer(x, line, len);
    x->header_bytes += len;
    if (x->header_bytes > HEADERS_MAX_BYTES) {
        x->response.is_permanent = true;
        (void)smc_error_set(&x->response.error, SMC_ERR_CAP,
                            "the answer's headers are larger than the cap of %zu KiB",
                            HEADERS_MAX_BYTES / 1024);
        return 0;
    }
    if (len <= 2)
        end_head(x);
    else if (len > 5 && memcmp(line, "HTTP/", 5) == 0) /* after a 1xx, another */
        x->is_head_whole = false;
    else if (!smci_body_is_readable(x, line, len))
        return 0;
    return len;
}

static int on_progress(void *ctx, curl_off_t dltotal, curl_off_t dlnow, curl_off_t ultotal,
                       curl_off_t ulnow)
{
    struct smci_exchange *x = ctx;
    (void)dltotal;
    static_assert(sizeof(curl_off_t) == sizeof(int64_t), "curl_off_t has 64 bits");
    int64_t moved = dlnow + smci_upload_moved(x, ultotal, ulnow);
    if (moved != x->moved) {
        x->moved = moved;
        x->progress_ms = smci_exchange_now(x);
    }
    /* Its last call comes when all is read, and before the connection may be closed. */
    if (x->use.id && x->is_head_whole)
        x->has_surplus = smci_connections_is_too_much(x->common->connections, &x->use);
    return smci_body_is_within(x, dlnow) ? 0 : 1;
}

/* Only here libcurl 7.88.1 tells what it has read beyond an answer's end. */
static int on_debug(CURL *easy, curl_infotype type, char *text, size_t len, void *ctx)
{
    static const char *const starts[] = {"Excess found", "Leftovers after chunking"};
    struct smci_exchange *x = ctx;
    char line[128];
    (void)easy;
    if (type != CURLINFO_TEXT)
        return 0;
    (void)snprintf(line, sizeof line, "%.*s", (int)len, text);
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        const char *number = strpbrk(line, "0123456789");
        if (strncmp(line, starts[i], strlen(starts[i])) == 0)
            x->is_excess = !number || strtol(number, NULL, 10) >= ANSWER_MIN_BYTES;
    }
    return 0;
}

/* Takes the connection, if it may be used; else why not, for libcurl. */
static int take_connection(struct smci_exchange *x, int to_port, int from_port)
{
    const struct smci_connection_ends ends = {.local_port = from_port,
                                              .remote_port = to_port,
                                              .is_tls = x->is_tls,
                                              .is_sole = x->is_sole,
                                              .is_watched = x->is_watched};
    smci_exchange_leave(x, false, false); /* one that died under it */
    switch (smci_connections_begin(x->common->connections, &ends, &x->use)) {
    case SMCI_CONNECTION_GOOD:
        x->response.connection = x->use.id;
        x->response.is_reused = x->use.call > 1;
        return CURL_PREREQFUNC_OK;
    case SMCI_CONNECTION_STALE:
        x->is_turned_away = true;
        break;
    case SMCI_CONNECTION_EARLY:
        (void)smc_error_set(&x->response.error, SMC_ERR_NETWORK,
                            "an answer came before anything was asked");
        break;
    }
    return CURL_PREREQFUNC_ABORT;
}

/* Each time that a connection is there, before the first byte of the request goes out. */
static int on_sending(void *ctx, char *to, char *from, int to_port, int from_port)
{
    struct smci_exchange *x = ctx;
    (void)to;
    (void)from;
    if (!smci_is_certificate_named(x->easy)) {
        x->is_nameless = true;
        return CURL_PREREQFUNC_ABORT;
    }
    if (take_connection(x, to_port, from_port) != CURL_PREREQFUNC_OK)
        return CURL_PREREQFUNC_ABORT;
    smci_upload_begin(x, from_port);
    if (x->sent++ > 0 && x->resent)
        x->resent(x->ctx);
    return CURL_PREREQFUNC_OK;
}

/* ---- options ---- */

static_assert(CURL_ERROR_SIZE <= sizeof((struct smci_exchange *)NULL)->detail,
              "libcurl's words fit");

static CURLcode set_common(struct smci_exchange *x, const char *url)
{
    const struct smc_network *network = x->common->network;
    const struct smci_trust *trust = x->common->trust;
    bool is_plain = smci_origin_is_plain(url);
    long connect_ms = (long)(network->timeout_ms < CONNECT_TIMEOUT_MAX_MS ? network->timeout_ms
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
    SET(CURLOPT_ACCEPT_ENCODING, x->is_plain ? "identity" : "gzip");
    SET(CURLOPT_CERTINFO, 1L);
    SET(CURLOPT_PREREQFUNCTION, on_sending);
    SET(CURLOPT_PREREQDATA, x);
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
    SET(CURLOPT_DEBUGFUNCTION, on_debug);
    SET(CURLOPT_DEBUGDATA, x);
    SET(CURLOPT_VERBOSE, 1L); /* to `on_debug` */
    if (is_plain)             /* loopback: a proxy would see the token */
        SET(CURLOPT_PROXY, "");
    /* What was chosen stands in for the system's store, it is not added to it: libcurl's own
     * default directory is taken away too. */
    if (trust->file || trust->directory) {
        SET(CURLOPT_CAINFO, trust->file);
        SET(CURLOPT_CAPATH, trust->directory);
    }
    x->is_tls = !is_plain;
    return rc != CURLE_OK ? rc : (CURLcode)smci_connections_serve(x->common->connections, easy);
}

/* A connection of its own. On a kept one that dies libcurl sends a call again by itself, even a
 * POST, which would be two token calls within a second; on a fresh one it does not. And what must
 * not be asked twice can't be asked again once its answer is doubtful. */
static CURLcode set_sole(struct smci_exchange *x)
{
    x->is_sole = true;
    CURLcode rc = curl_easy_setopt(x->easy, CURLOPT_FRESH_CONNECT, 1L);
    return rc != CURLE_OK ? rc : curl_easy_setopt(x->easy, CURLOPT_FORBID_REUSE, 1L);
}

static CURLcode set_body(struct smci_exchange *x, const struct smci_http_request *request)
{
    curl_off_t len = (curl_off_t)request->body_len;
    CURLcode rc = curl_easy_setopt(x->easy, CURLOPT_POSTFIELDSIZE_LARGE, len);
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(x->easy, CURLOPT_POSTFIELDS, request->body);
    return rc;
}

/* 7.88.1 keeps the buffer of a transfer that ended before it had a connection, and then refuses
 * another size for the handle's next one. */
static CURLcode set_read_max(struct smci_exchange *x)
{
    if (curl_easy_setopt(x->easy, CURLOPT_BUFFERSIZE, READ_MAX) == CURLE_OK)
        return CURLE_OK;
    CURL *fresh = curl_easy_init();
    if (!fresh)
        return CURLE_OUT_OF_MEMORY;
    curl_easy_cleanup(x->easy);
    x->easy = fresh;
    return curl_easy_setopt(x->easy, CURLOPT_BUFFERSIZE, READ_MAX);
}

static CURLcode set_request(struct smci_exchange *x, const struct smci_http_request *request)
{
    x->is_plain = request->is_plain;
    x->is_watched = request->is_watched;
    x->resent = request->resent;
    CURLcode rc = set_read_max(x);
    if (rc == CURLE_OK)
        rc = set_common(x, request->url);
    if (rc == CURLE_OK && (request->body || smci_connections_are_used_once(x->common->connections)))
        rc = set_sole(x);
    if (rc == CURLE_OK && request->body)
        rc = set_body(x, request);
    x->is_probe = request->is_probe;
    if (rc == CURLE_OK)
        rc = (CURLcode)smci_upload_set(x, request);
    for (const char *const *h = request->headers; rc == CURLE_OK && *h; h++) {
        struct curl_slist *more = curl_slist_append(x->headers, *h);
        if (!more)
            return CURLE_OUT_OF_MEMORY;
        x->headers = more;
    }
    return rc != CURLE_OK ? rc : curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, x->headers);
}

/* ---- life ---- */

struct smci_exchange *smci_exchange_new(const struct smci_exchange_common *common)
{
    struct smci_exchange *x = calloc(1, sizeof *x);
    if (!x)
        return NULL;
    x->common = common;
    x->easy = curl_easy_init();
    if (x->easy)
        return x;
    free(x);
    return NULL;
}

enum smc_status smci_exchange_prepare(struct smci_exchange *x,
                                      const struct smci_http_request *request,
                                      struct smc_error *err)
{
    x->progress_ms = smci_exchange_now(x);
    x->timeout_ms = x->common->network->timeout_ms;
    if (x->timeout_ms < request->timeout_min_ms)
        x->timeout_ms = request->timeout_min_ms;
    x->is_coming = false;
    x->coming_ms = 0;
    smc_buf_init(&x->response.body, request->body_max ? request->body_max : SMC_BODY_MAX);
    CURLcode rc = set_request(x, request);
    if (rc == CURLE_OK)
        return SMC_OK;
    if (rc == CURLE_OUT_OF_MEMORY)
        return smc_error_set(err, SMC_ERR_NOMEM, "out of memory for a call");
    return smc_error_set(err, SMC_ERR_INTERNAL, "libcurl refused an option: %s",
                         curl_easy_strerror(rc));
}

void smci_exchange_again(struct smci_exchange *x)
{
    x->is_turned_away = false;
    x->detail[0] = '\0';
    x->progress_ms = smci_exchange_now(x);
    x->is_coming = false;
    x->coming_ms = 0;
    if (smci_connections_are_used_once(x->common->connections))
        (void)set_sole(x);
}

void smci_exchange_leave(struct smci_exchange *x, bool is_whole, bool is_nonsense)
{
    bool has_surplus = (is_whole && (x->has_surplus || x->is_excess)) || is_nonsense;
    smci_connections_end(x->common->connections, &x->use, is_whole, has_surplus);
    x->use = (struct smci_connection_use){0, 0};
}

static void wipe_headers(struct curl_slist *headers)
{
    for (struct curl_slist *one = headers; one; one = one->next)
        explicit_bzero(one->data, strlen(one->data));
    curl_slist_free_all(headers);
}

void smci_exchange_reset(struct smci_exchange *x)
{
    smci_body_end(x);
    curl_easy_reset(x->easy);
    curl_mime_free(x->mime); /* after the handle has let go of it */
    wipe_headers(x->headers);
    smc_buf_clear(&x->response.body);
    *x = (struct smci_exchange){.common = x->common, .easy = x->easy};
}

void smci_exchange_free(struct smci_exchange *x)
{
    smci_exchange_reset(x);
    curl_easy_cleanup(x->easy);
    free(x);
}
