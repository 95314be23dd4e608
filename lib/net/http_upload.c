#include "http_upload.h"

#include <assert.h>
#include <errno.h>
#include <unistd.h>

#include <curl/curl.h>

#include "http_socket.h"

#define LOOK_MS 100

/* ---- the body ---- */

static size_t fail(struct smci_exchange *x, ssize_t got)
{
    x->is_local_fault = true;
    x->response.is_permanent = true;
    if (got < 0)
        (void)smc_error_set_errno(&x->response.error, SMC_ERR_IO, errno, "reading the file failed");
    else
        (void)smc_error_set(&x->response.error, SMC_ERR_IO,
                            "the file became shorter while it was sent");
    return CURL_READFUNC_ABORT;
}

/* pread from our own position: an attempt always begins at the first byte, whatever was read
 * before. */
static size_t on_read(char *to, size_t size, size_t count, void *ctx)
{
    struct smci_exchange *x = ctx;
    int64_t left = x->upload.size - x->upload_at;
    size_t want = size * count;
    if ((int64_t)want > left)
        want = (size_t)left;
    ssize_t got;
    do
        got = want ? pread(x->upload.fd, to, want, (off_t)x->upload_at) : 0;
    while (got < 0 && errno == EINTR);
    if (got < 0 || (got == 0 && left > 0))
        return fail(x, got);
    if (x->upload.read && got > 0)
        x->upload.read(x->upload.ctx, x->upload_at, to, (size_t)got);
    x->upload_at += got;
    return (size_t)got;
}

int smci_upload_set(struct smci_exchange *x, const struct smci_http_request *request)
{
    int64_t expect_ms = x->common->network->timeout_ms / 2;
    if (!request->upload)
        return CURLE_OK;
    x->upload = *request->upload;
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
         * died: an attempt is one sending, and ours begins at byte 0. */
        rc = curl_mime_data_cb(part, x->upload.size, on_read, NULL, NULL, x);
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(x->easy, CURLOPT_MIMEPOST, x->mime);
    /* Nothing moves meanwhile, which must not look like a stall. */
    if (expect_ms > SMCI_EXPECT_MS)
        expect_ms = SMCI_EXPECT_MS;
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(x->easy, CURLOPT_EXPECT_100_TIMEOUT_MS, (long)expect_ms);
    return (int)rc;
}

/* ---- how far it got ---- */

/* As a person wants to see it: of the file, and never more than was read. The few bytes around it,
 * and TLS's own, make it a little early. */
static void tell(struct smci_exchange *x, int64_t sent)
{
    if (x->upload.progress)
        x->upload.progress(x->upload.ctx, sent < x->upload_at ? sent : x->upload_at);
}

void smci_upload_begin(struct smci_exchange *x, int port)
{
    if (!x->mime)
        return;
    x->port = port;
    x->acked = 0;
    x->ack_base = smci_socket_acknowledged(smci_connections_find(x->common->connections, port));
}

void smci_upload_look(struct smci_exchange *x)
{
    int64_t now = smci_exchange_now(x);
    bool is_stalled = now - x->progress_ms >= x->timeout_ms;
    if (x->port == 0 || x->ack_base < 0 || (now - x->looked_ms < LOOK_MS && !is_stalled))
        return;
    x->looked_ms = now;
    int64_t all = smci_socket_acknowledged(smci_connections_find(x->common->connections, x->port));
    if (all - x->ack_base <= x->acked)
        return;
    x->acked = all - x->ack_base;
    x->progress_ms = now;
    tell(x, x->acked);
}

int64_t smci_upload_moved(struct smci_exchange *x, int64_t total, int64_t sent)
{
    bool is_acked_known = x->port > 0 && x->ack_base >= 0;
    if (x->mime && !x->is_out && total > 0 && sent >= total) {
        x->is_out = true;
        if (x->upload.out)
            x->upload.out(x->upload.ctx);
    }
    if (x->mime && !is_acked_known && sent > 0)
        tell(x, sent);
    return is_acked_known ? 0 : sent;
}

void smci_upload_end(struct smci_exchange *x)
{
    curl_off_t total = 0;
    curl_off_t sent = 0;
    static_assert(sizeof(curl_off_t) == sizeof(int64_t), "curl_off_t has 64 bits");
    (void)curl_easy_getinfo(x->easy, CURLINFO_CONTENT_LENGTH_UPLOAD_T, &total);
    (void)curl_easy_getinfo(x->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    (void)smci_upload_moved(x, total, sent);
}
