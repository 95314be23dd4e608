/* Catalog's half: takes uploads and keeps what is known of each. */
#include "priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "multipart.h"

struct ingest {
    struct multipart multipart;
    EVP_MD_CTX *digest;
    FILE *save;
    uint64_t length;   /* of the part's content */
    uint64_t received; /* of the whole body */
    uint64_t announced;
    bool is_hashed;
    int refuse; /* status, 0: fine so far */
    const char *refusal;
    bool stored;
};

static const char *const roots[] = {"visualization-", "transformation-", "quality-", "warehouse-"};

/* The length of a Unix time and its hyphen at the front of `s`, 0 if there is none. */
static size_t stamp_len(const char *s)
{
    size_t n = strspn(s, "0123456789");

    return n >= 9 && s[n] == '-' && s[n + 1] != '\0' ? n + 1 : 0;
}

/* Whether what follows the source id has the form of its type. */
static bool tail_fits(const char *root, const char *tail)
{
    const char *name = strrchr(tail, '/');

    if (name && strncmp(tail, "lookml/", 7) == 0 && root == roots[0]) {
        const char *project = tail + 7;
        return name > project && strcspn(project, "/") == (size_t)(name - project) &&
               stamp_len(name + 1) > 0;
    }
    if (name || *tail == '\0')
        return false;
    if (root == roots[1])
        return stamp_len(tail) > 0 && strcmp(tail + stamp_len(tail), "manifest.json") == 0;
    return root != roots[2] || stamp_len(tail) > 0;
}

void ingest_classify(struct request *req)
{
    const char *path = req->path + (req->path[0] == '/');
    size_t i;

    for (i = 0; i < sizeof(roots) / sizeof(*roots); i++) {
        const char *name = strrchr(path, '/');
        long n;
        if (strncmp(path, roots[i], strlen(roots[i])) != 0)
            continue;
        req->kind = K_UPLOAD;
        name = name ? name + 1 : path;
        req->object_text = malloc(strlen(name) + 1);
        if (!req->object_text)
            return;
        n = url_decode(name, strlen(name), false, req->object_text);
        req->object_text[n > 0 ? n : 0] = '\0';
        return;
    }
}

static bool path_is_good(const struct request *req)
{
    const char *path = req->path + 1;
    uint8_t id[16];
    size_t i;

    for (i = 0; i < sizeof(roots) / sizeof(*roots); i++) {
        size_t len = strlen(roots[i]);
        if (strncmp(path, roots[i], len) != 0)
            continue;
        return strlen(path) > len + 37 && uuid_parse(path + len, 36, id) && path[len + 36] == '/' &&
               tail_fits(roots[i], path + len + 37) && req->object_text[0] != '\0';
    }
    return false;
}

static void refuse(struct ingest *in, int status, const char *why)
{
    if (in->refuse == 0) {
        in->refuse = status;
        in->refusal = why;
    }
}

static void check_headers(struct request *req)
{
    struct ingest *in = req->ingest;
    const char *auth = request_header(req, "Authorization");
    const char *accept = request_header(req, "Accept");
    const char *expected = req->sim->opt.upload_token;

    if (!auth || strncmp(auth, "Token ", 6) != 0)
        refuse(in, 401, "no token");
    else if (!expected || strcmp(auth + 6, expected) != 0)
        refuse(in, 403, "wrong token");
    else if (!path_is_good(req) || strchr(req->uri, '?'))
        refuse(in, 404, "no such path");
    else if (!accept || strcmp(accept, "text/csv, application/json") != 0)
        refuse(in, 400, "wrong Accept");
}

static void take_content(void *ctx, const char *bytes, size_t len)
{
    struct ingest *in = ctx;

    in->length += len;
    if (in->is_hashed)
        (void)EVP_DigestUpdate(in->digest, bytes, len);
    if (in->save)
        (void)fwrite(bytes, 1, len, in->save);
}

static FILE *open_save(const struct request *req)
{
    struct text path = TEXT_INIT;
    FILE *file = NULL;
    size_t start;
    size_t i;

    if (!req->sim->opt.save_dir)
        return NULL;
    text_str(&path, req->sim->opt.save_dir);
    text_lit(&path, "/");
    start = path.len;
    text_str(&path, req->path + 1);
    for (i = start; i < path.len; i++)
        if (path.data[i] == '/')
            path.data[i] = '_';
    if (!path.failed)
        file = fopen(path.data, "we");
    text_clear(&path);
    return file;
}

static enum MHD_Result refuse_method(struct request *req)
{
    struct answer a = ANSWER_INIT;

    answer_text(&a, 405, "only POST");
    a.allow = "POST";
    return answer_send(req, &a);
}

enum MHD_Result ingest_begin(struct request *req, const char *method)
{
    const char *length = request_header(req, "Content-Length");
    struct ingest *in;

    if (strcmp(method, "POST") != 0)
        return refuse_method(req);
    faults_match(req);
    if (req->fault.what == DO_RESET)
        return answer_reset(req);
    if (req->fault.what == DO_STALL || req->fault.what == DO_SILENT)
        return answer_silence(req);
    if (req->fault.what == DO_EARLY) {
        struct answer a = ANSWER_INIT;
        answer_text(&a, (int)req->fault.number, "not read at all");
        return answer_send(req, &a);
    }
    in = req->ingest = calloc(1, sizeof(*in));
    if (!in)
        return MHD_NO;
    in->digest = EVP_MD_CTX_new();
    if (!in->digest || !EVP_DigestInit_ex(in->digest, EVP_sha256(), NULL))
        return MHD_NO;
    in->is_hashed = !req->sim->opt.no_digest;
    in->announced = length ? strtoull(length, NULL, 10) : 0;
    check_headers(req);
    if (!multipart_start(&in->multipart, request_header(req, "Content-Type"), take_content, in))
        refuse(in, 400, in->multipart.error);
    if (in->refuse == 0)
        in->save = open_save(req);
    return MHD_YES;
}

enum MHD_Result ingest_data(struct request *req, const char *data, size_t *len)
{
    struct ingest *in = req->ingest;

    multipart_feed(&in->multipart, data, *len);
    in->received += *len;
    *len = 0;
    if (req->fault.what == DO_RESET_MID && in->received >= in->announced / 2)
        return answer_reset(req);
    return MHD_YES;
}

static struct sim_upload *new_upload(const struct request *req)
{
    const struct ingest *in = req->ingest;
    const char *type = request_header(req, "Content-Type");
    const char *texts[4] = {req->path + 1, in->multipart.filename, type ? type : "",
                            in->multipart.part_type};
    size_t size = sizeof(struct sim_upload);
    struct sim_upload *u;
    char *at;
    size_t i;

    for (i = 0; i < 4; i++)
        size += strlen(texts[i]) + 1;
    u = calloc(1, size);
    if (!u)
        return NULL;
    at = (char *)(u + 1);
    for (i = 0; i < 4; i++) {
        memcpy(at, texts[i], strlen(texts[i]) + 1);
        texts[i] = at;
        at += strlen(at) + 1;
    }
    u->path = texts[0];
    u->filename = texts[1];
    u->content_type = texts[2];
    u->part_type = texts[3];
    return u;
}

static void put_digest(EVP_MD_CTX *digest, char out[65])
{
    unsigned char raw[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    unsigned i;

    if (!EVP_DigestFinal_ex(digest, raw, &len))
        return;
    for (i = 0; i < len && i < 32; i++)
        snprintf(out + 2 * i, 3, "%02x", raw[i]);
}

/* Keeps what is known of the upload in the list; once for each. */
static void store(struct request *req, int status, bool complete)
{
    struct sim *sim = req->sim;
    struct ingest *in = req->ingest;
    struct sim_upload *u = new_upload(req);
    struct sim_upload **grown;
    long i;

    in->stored = true;
    if (!u)
        return;
    u->length = in->length;
    u->status = status;
    u->complete = complete;
    u->attempt = 1;
    if (in->is_hashed)
        put_digest(in->digest, u->sha256);
    pthread_mutex_lock(&sim->lock);
    for (i = 0; i < sim->upload_count; i++)
        u->attempt += strcmp(sim->uploads[i]->path, u->path) == 0;
    grown = realloc(sim->uploads, (size_t)(sim->upload_count + 1) * sizeof(*grown));
    if (grown) {
        sim->uploads = grown;
        sim->uploads[sim->upload_count++] = u;
    } else {
        free(u);
    }
    pthread_mutex_unlock(&sim->lock);
}

/* The answer that the upload deserves, or that a fault puts in its place. */
static void judge(struct request *req, bool complete, struct answer *a)
{
    const struct ingest *in = req->ingest;
    const struct fault_hit *f = &req->fault;

    if (f->what == DO_STATUS) {
        if (f->html)
            answer_blocked_page(a, (int)f->number);
        else
            answer_text(a, (int)f->number, f->text[0] != '\0' ? f->text : "as told");
        if (f->retry_after[0] != '\0')
            a->retry_after = f->retry_after;
    } else if (f->what == DO_REDIRECT) {
        answer_text(a, 302, "elsewhere");
        a->location = f->text;
    } else if (in->refuse != 0) {
        answer_text(a, in->refuse, in->refusal);
    } else if (!complete) {
        answer_text(a, 400, in->multipart.error);
    } else {
        answer_text(a, 201, "taken");
    }
}

enum MHD_Result ingest_end(struct request *req)
{
    struct ingest *in = req->ingest;
    struct answer a = ANSWER_INIT;
    bool complete = multipart_finish(&in->multipart);

    if (req->fault.what == DO_RESET_LATE) {
        store(req, 0, complete);
        return answer_reset(req);
    }
    if (req->fault.what == DO_WAIT)
        answer_wait(req);
    sim_latency(req);
    judge(req, complete, &a);
    store(req, a.status, complete);
    return answer_send(req, &a);
}

void ingest_free(struct request *req)
{
    struct ingest *in = req->ingest;

    if (!in)
        return;
    if (!in->stored && in->digest)
        store(req, 0, false);
    if (in->save)
        (void)fclose(in->save);
    EVP_MD_CTX_free(in->digest);
    free(in);
    req->ingest = NULL;
}

void uploads_clear(struct sim *sim)
{
    while (sim->upload_count > 0)
        free(sim->uploads[--sim->upload_count]);
    free(sim->uploads);
    sim->uploads = NULL;
}

long sim_upload_count(struct sim *sim)
{
    long n;

    pthread_mutex_lock(&sim->lock);
    n = sim->upload_count;
    pthread_mutex_unlock(&sim->lock);
    return n;
}

const struct sim_upload *sim_upload(struct sim *sim, long index)
{
    const struct sim_upload *u = NULL;

    pthread_mutex_lock(&sim->lock);
    if (index >= 0 && index < sim->upload_count)
        u = sim->uploads[index];
    pthread_mutex_unlock(&sim->lock);
    return u;
}

static void put_text(const char *before, const char *value, struct text *t)
{
    text_str(t, before);
    text_json(t, value, strlen(value));
}

char *sim_uploads_json(struct sim *sim)
{
    struct text t = TEXT_INIT;
    const struct sim_upload *u;
    long i;

    text_lit(&t, "[");
    for (i = 0; (u = sim_upload(sim, i)) != NULL; i++) {
        put_text(i > 0 ? ",\n{\"path\":" : "{\"path\":", u->path, &t);
        put_text(",\"filename\":", u->filename, &t);
        put_text(",\"content_type\":", u->content_type, &t);
        put_text(",\"part_type\":", u->part_type, &t);
        text_lit(&t, ",\"length\":");
        text_u64(&t, u->length);
        put_text(",\"sha256\":", u->sha256, &t);
        text_lit(&t, ",\"attempt\":");
        text_long(&t, u->attempt);
        text_lit(&t, ",\"status\":");
        text_long(&t, u->status);
        text_str(&t, u->complete ? ",\"complete\":true}" : ",\"complete\":false}");
    }
    text_lit(&t, "]");
    return text_take(&t, NULL);
}
