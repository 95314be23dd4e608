#include "http_body.h"

#include <string.h>
#include <strings.h>

#include <curl/curl.h>

/* What compression and its framing may add to a body that can't be made smaller. */
#define RAW_EXTRA ((int64_t)64 * 1024)

#define KIB ((size_t)1024)

/* ---- compression ---- */

/* A part of a header's line, without the space around it. */
struct part {
    const char *p;
    size_t len;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Takes what stands before `end`, or all, off the front of `rest`. */
static struct part take_part(struct part *rest, char end)
{
    const char *at = memchr(rest->p, end, rest->len);
    struct part part = {rest->p, at ? (size_t)(at - rest->p) : rest->len};
    size_t taken = part.len + (at != NULL);
    *rest = (struct part){rest->p + taken, rest->len - taken};
    for (; part.len > 0 && is_space(*part.p); part.len--)
        part.p++;
    while (part.len > 0 && is_space(part.p[part.len - 1]))
        part.len--;
    return part;
}

static bool is_one_of(struct part part, const char *const *words)
{
    for (; *words; words++)
        if (strlen(*words) == part.len && strncasecmp(part.p, *words, part.len) == 0)
            return true;
    return false;
}

bool smci_body_is_readable(struct smci_exchange *x, const char *line, size_t len)
{
    static const char *const headers[] = {"Content-Encoding", "Transfer-Encoding", NULL};
    static const char *const none[] = {"", "identity", "chunked", NULL};
    static const char *const asked_for[] = {"gzip", "x-gzip", NULL};
    struct part rest = {line, len};
    if (!is_one_of(take_part(&rest, ':'), headers))
        return true;
    while (rest.len > 0) {
        struct part coding = take_part(&rest, ',');
        if (is_one_of(coding, none))
            continue;
        if (!is_one_of(coding, asked_for) || x->compressions++ > 0)
            x->is_strange = true;
    }
    return !x->is_strange;
}

/* ---- caps ---- */

void smci_body_begin(struct smci_exchange *x, int status)
{
    x->is_error = status < 200 || status > 299;
    x->is_dropped = x->mime && !x->is_error;
}

static size_t cap_of(const struct smci_exchange *x)
{
    return x->is_error ? SMCI_ERROR_BODY_MAX : x->response.body.cap;
}

/* Beyond a cap. Of an error the status is all that counts. */
static void refuse(struct smci_exchange *x, const char *counted)
{
    size_t cap = cap_of(x);
    bool is_mib = cap >= KIB * KIB;
    x->is_body_cut = x->is_error;
    if (x->is_error) {
        smc_buf_reset(&x->response.body);
        return;
    }
    x->response.is_permanent = true;
    (void)smc_error_set(&x->response.error, SMC_ERR_CAP,
                        "the answer is larger than the cap of %zu %s (%s)",
                        cap / (is_mib ? KIB * KIB : KIB), is_mib ? "MiB" : "KiB", counted);
}

/* ---- the room ---- */

/* Whether a body may grow to `size` bytes now. */
static bool has_room(struct smci_exchange *x, size_t size)
{
    struct smci_room *room = x->common->room;
    if (size <= SMCI_BODY_FREE)
        return true;
    if (!room->large)
        room->large = x;
    return room->large == x;
}

size_t smci_body_take(struct smci_exchange *x, const char *bytes, size_t len)
{
    struct smc_buf *body = &x->response.body;
    if (x->is_dropped)
        return len;
    if (len > cap_of(x) - body->len) {
        refuse(x, "decompressed");
        return CURL_WRITEFUNC_ERROR;
    }
    if (!has_room(x, body->len + len)) {
        x->is_paused = true;
        x->paused_at_ms = smci_exchange_now(x);
        return CURL_WRITEFUNC_PAUSE;
    }
    if (smc_buf_add(body, bytes, len) == SMC_OK)
        return len;
    (void)smc_error_set(&x->response.error, SMC_ERR_NOMEM, "out of memory for an answer");
    return CURL_WRITEFUNC_ERROR;
}

bool smci_body_is_within(struct smci_exchange *x, int64_t raw)
{
    if (x->is_dropped || raw <= (int64_t)cap_of(x) + RAW_EXTRA)
        return true;
    refuse(x, "compressed");
    return false;
}

void smci_body_end(struct smci_exchange *x)
{
    if (x->common->room->large == x)
        x->common->room->large = NULL;
}

struct smci_exchange *smci_body_next(struct smci_exchange *active)
{
    struct smci_exchange *next = NULL;
    if (!active || active->common->room->large)
        return NULL;
    for (struct smci_exchange *x = active; x; x = x->next)
        if (x->is_paused && (!next || x->response.body.len > next->response.body.len))
            next = x;
    if (!next)
        return NULL;
    int64_t now = smci_exchange_now(next);
    next->common->room->large = next;
    next->is_paused = false;
    next->paused_ms += now - next->paused_at_ms;
    next->progress_ms = now;
    return next;
}
