/* One request: its address taken apart. libmicrohttpd's own decoding is not used, since it hides
 * what a client failed to encode. */
#include "priv.h"

#include <stdlib.h>
#include <string.h>

static char *decoded(const char *s, size_t len, size_t *out_len)
{
    char *out = malloc(len + 1);
    long n = out ? url_decode(s, len, true, out) : -1;

    if (n < 0) {
        free(out);
        return NULL;
    }
    out[n] = '\0';
    if (out_len)
        *out_len = (size_t)n;
    return out;
}

bool params_parse(const char *text, size_t len, struct param *params, size_t *count)
{
    const char *end = text + len;

    while (text < end) {
        const char *stop = memchr(text, '&', (size_t)(end - text));
        const char *equals;
        struct param *p = &params[*count];

        if (!stop)
            stop = end;
        equals = memchr(text, '=', (size_t)(stop - text));
        if (*count == MAX_PARAMS || !equals)
            return false;
        p->name = decoded(text, (size_t)(equals - text), NULL);
        p->value = decoded(equals + 1, (size_t)(stop - equals - 1), &p->value_len);
        (*count)++;
        if (!p->name || !p->value)
            return false;
        text = stop < end ? stop + 1 : end;
    }
    return true;
}

void params_free(struct param *params, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        free(params[i].name);
        free(params[i].value);
    }
}

struct request *request_new(struct sim *sim, struct MHD_Connection *conn, const char *uri)
{
    struct request *req = calloc(1, sizeof(*req));
    const char *query = strchr(uri, '?');
    size_t path_len = query ? (size_t)(query - uri) : strlen(uri);

    if (!req)
        return NULL;
    req->sim = sim;
    req->conn = conn;
    req->kind = K_OTHER;
    req->object = -1;
    req->part = -1;
    req->page = 1;
    req->uri = strdup(uri);
    req->path = strndup(uri, path_len);
    if (!req->uri || !req->path) {
        request_free(req);
        return NULL;
    }
    if (query)
        req->bad_query =
            !params_parse(query + 1, strlen(query + 1), req->params, &req->param_count);
    req->own = strncmp(req->path, "/_sim/", 6) == 0;
    return req;
}

void request_free(struct request *req)
{
    if (!req)
        return;
    ingest_free(req);
    params_free(req->params, req->param_count);
    text_clear(&req->body);
    free(req->object_text);
    free(req->path);
    free(req->uri);
    free(req);
}

const char *request_param(const struct request *req, const char *name)
{
    size_t i;

    for (i = 0; i < req->param_count; i++)
        if (req->params[i].name && strcmp(req->params[i].name, name) == 0)
            return req->params[i].value;
    return NULL;
}

const char *request_header(const struct request *req, const char *name)
{
    return MHD_lookup_connection_value(req->conn, MHD_HEADER_KIND, name);
}

int request_fd(const struct request *req)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(req->conn, MHD_CONNECTION_INFO_CONNECTION_FD);

    return info ? info->connect_fd : -1;
}
