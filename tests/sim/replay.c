/* Answers from a file of calls with answers. The answers are slices of the file, so that they are
 * sent as they were recorded. */
#include "priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct recorded {
    char *key;
    int status;
    size_t at; /* the answer's text */
    size_t len;
};

struct replay {
    char *json;
    struct recorded *calls;
    size_t count;
};

/* ---- a reader of JSON that only finds where things end ---- */

struct cursor {
    const char *at;
    const char *end;
};

static char peek(struct cursor *c)
{
    while (c->at < c->end && strchr(" \t\r\n", *c->at))
        c->at++;
    return c->at < c->end ? *c->at : '\0';
}

static bool take(struct cursor *c, char wanted)
{
    if (peek(c) != wanted)
        return false;
    c->at++;
    return true;
}

static bool skip_string(struct cursor *c)
{
    if (!take(c, '"'))
        return false;
    for (; c->at < c->end && *c->at != '"'; c->at++)
        if (*c->at == '\\')
            c->at++;
    if (c->at >= c->end)
        return false;
    c->at++;
    return true;
}

/* Brackets are only counted: the file is ours. */
static bool skip_value(struct cursor *c)
{
    long depth = 0;

    do {
        char first = peek(c);
        if (first == '"') {
            if (!skip_string(c))
                return false;
        } else if (first == '\0') {
            return false;
        } else if (strchr("{[", first)) {
            depth++;
            c->at++;
        } else if (strchr("}]", first)) {
            depth--;
            c->at++;
        } else if (strchr(",:", first)) {
            c->at++;
        } else {
            while (c->at < c->end && !strchr(" \t\r\n,:]}\"", *c->at))
                c->at++;
        }
    } while (depth > 0);
    return depth == 0;
}

static bool read_plain(struct cursor *c, char *out, size_t size)
{
    const char *from;
    size_t n = 0;

    if (peek(c) != '"')
        return false;
    from = c->at + 1;
    if (!skip_string(c))
        return false;
    for (; from < c->at - 1; from++) {
        if (*from == '\\')
            from++; /* calls hold no escapes but \" \\ \/ */
        if (n + 1 >= size)
            return false;
        out[n++] = *from;
    }
    out[n] = '\0';
    return true;
}

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

static bool read_member(struct cursor *c, const char *json, struct recorded *r)
{
    char name[32];
    char call[8192];

    if (!read_plain(c, name, sizeof(name)) || !take(c, ':'))
        return false;
    (void)peek(c);
    if (strcmp(name, "call") == 0) {
        if (!read_plain(c, call, sizeof(call)))
            return false;
        free(r->key);
        r->key = key_of_call(call);
        return r->key != NULL;
    }
    r->at = strcmp(name, "answer") == 0 ? (size_t)(c->at - json) : r->at;
    if (strcmp(name, "status") == 0)
        r->status = (int)strtol(c->at, NULL, 10);
    if (!skip_value(c))
        return false;
    if (strcmp(name, "answer") == 0)
        r->len = (size_t)(c->at - json) - r->at;
    return true;
}

static bool read_call(struct cursor *c, const char *json, struct recorded *r)
{
    if (!take(c, '{'))
        return false;
    do {
        if (!read_member(c, json, r))
            return false;
    } while (take(c, ','));
    return take(c, '}') && r->key && r->status >= 100 && r->status < STATUS_MAX;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct recorded *)a)->key, ((const struct recorded *)b)->key);
}

static bool read_calls(struct replay *r, size_t len)
{
    struct cursor c = {r->json, r->json + len};

    if (!take(&c, '['))
        return false;
    if (take(&c, ']'))
        return true;
    do {
        struct recorded *grown = realloc(r->calls, (r->count + 1) * sizeof(*grown));
        if (!grown)
            return false;
        r->calls = grown;
        memset(&grown[r->count], 0, sizeof(*grown));
        if (!read_call(&c, r->json, &grown[r->count++]))
            return false;
    } while (take(&c, ','));
    return take(&c, ']') && peek(&c) == '\0';
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
    struct recorded wanted = {NULL, 0, 0, 0};

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
    text_add(&a->body, r->json + found->at, found->len);
    return true;
}
