/* Answers from a file of calls with answers. The answers are slices of the file, so that they are
 * sent as they were recorded. */
#include "priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sigmacat/json.h>

struct recorded {
    char *key;
    int status;
    struct smc_json_span answer; /* in the file's text */
};

struct replay {
    char *json;
    struct recorded *calls;
    size_t count;
};

/* ---- keys: method, path and the query's pairs, decoded and in order ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *make_key(const char *method, const char *path, const struct param *params,
                      size_t count)
{
    struct text key = TEXT_INIT;
    char *pairs[MAX_PARAMS];
    size_t i;

    text_str(&key, method);
    text_lit(&key, " ");
    text_str(&key, path);
    for (i = 0; i < count; i++) {
        struct text pair = TEXT_INIT;
        text_json(&pair, params[i].name, strlen(params[i].name));
        text_lit(&pair, "=");
        text_json(&pair, params[i].value, params[i].value_len);
        pairs[i] = text_take(&pair, NULL);
        if (!pairs[i])
            pairs[i] = strdup("");
    }
    qsort(pairs, count, sizeof(*pairs), by_text);
    for (i = 0; i < count; i++) {
        text_lit(&key, " ");
        text_str(&key, pairs[i]);
        free(pairs[i]);
    }
    return text_take(&key, NULL);
}

static char *key_of_call(const char *call)
{
    struct param params[MAX_PARAMS];
    size_t count = 0;
    const char *path = strchr(call, ' ');
    const char *query = strchr(call, '?');
    char *method;
    char *plain;
    char *key = NULL;

    if (!path)
        return NULL;
    memset(params, 0, sizeof(params));
    method = strndup(call, (size_t)(path - call));
    plain = query ? strndup(path + 1, (size_t)(query - path - 1)) : strdup(path + 1);
    if (method && plain && (!query || params_parse(query + 1, strlen(query + 1), params, &count)))
        key = make_key(method, plain, params, count);
    params_free(params, count);
    free(method);
    free(plain);
    return key;
}

static bool read_call(struct smc_json_span value, struct recorded *r)
{
    struct smc_buf call = SMC_BUF_INIT(SIZE_MAX);
    int64_t status = 0;
    r->answer = smc_json_member(value, "answer");
    if (smc_json_int64(smc_json_member(value, "status"), &status))
        r->status = (int)status;
    if (smc_json_decode(smc_json_member(value, "call"), &call) == SMC_OK)
        r->key = key_of_call(smc_buf_str(&call));
    smc_buf_clear(&call);
    return r->key && r->answer.p && status >= 100 && status < STATUS_MAX;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct recorded *)a)->key, ((const struct recorded *)b)->key);
}

static bool read_calls(struct replay *r, size_t len)
{
    struct smc_json_span whole;
    struct smc_json_span value;
    struct smc_json_walk walk;

    if (smc_json_scan(r->json, len, &whole, NULL) != SMC_OK ||
        smc_json_type_of(whole) != SMC_JSON_ARRAY || !smc_json_walk_begin(&walk, whole))
        return false;
    while (smc_json_walk_next(&walk, NULL, &value, NULL)) {
        struct recorded *grown = realloc(r->calls, (r->count + 1) * sizeof(*grown));
        if (!grown)
            return false;
        r->calls = grown;
        memset(&grown[r->count], 0, sizeof(*grown));
        if (!read_call(value, &grown[r->count++]))
            return false;
    }
    return true;
}

struct replay *replay_parse(const char *json, size_t len, char *why, size_t why_size)
{
    struct replay *r = calloc(1, sizeof(*r));

    if (r)
        r->json = strndup(json, len);
    if (!r || !r->json || strlen(r->json) != len || !read_calls(r, len)) {
        snprintf(why, why_size, "not a list of calls, near call %zu", r ? r->count : 0);
        replay_free(r);
        return NULL;
    }
    if (r->count > 1)
        qsort(r->calls, r->count, sizeof(*r->calls), by_key);
    return r;
}

struct replay *replay_load(const char *file, char *why, size_t why_size)
{
    struct text json = TEXT_INIT;
    struct replay *r = NULL;
    FILE *in = fopen(file, "re");
    size_t n = 0;

    if (!in) {
        snprintf(why, why_size, "%s: can't be opened", file);
        return NULL;
    }
    do {
        char *to = text_room(&json, 1 << 16);
        n = to ? fread(to, 1, 1 << 16, in) : 0;
        json.len += n;
    } while (n > 0);
    if (json.failed || ferror(in))
        snprintf(why, why_size, "%s: can't be read", file);
    else
        r = replay_parse(json.data, json.len, why, why_size);
    (void)fclose(in);
    text_clear(&json);
    return r;
}

void replay_free(struct replay *r)
{
    size_t i;

    if (!r)
        return;
    for (i = 0; i < r->count; i++)
        free(r->calls[i].key);
    free(r->calls);
    free(r->json);
    free(r);
}

bool replay_answer(const struct replay *r, const char *method, const struct request *req,
                   struct answer *a)
{
    const struct recorded *found;
    struct recorded wanted = {NULL, 0, {NULL, 0}};

    if (req->bad_query || r->count == 0)
        return false;
    wanted.key = make_key(method, req->path, req->params, req->param_count);
    if (!wanted.key)
        return false;
    found = bsearch(&wanted, r->calls, r->count, sizeof(*r->calls), by_key);
    free(wanted.key);
    if (!found)
        return false;
    a->status = found->status;
    text_add(&a->body, found->answer.p, found->answer.len);
    return true;
}
