/* Tokens: given out, kept, refused. */
#include "priv.h"

#include <stdlib.h>
#include <string.h>

static const char token_start[] = "sim.";

static void put_token(const struct sim *sim, unsigned long serial, struct text *t)
{
    text_str(t, token_start);
    text_u64(t, serial);
    text_lit(t, ".");
    text_u64(t, estate_hash(&sim->opt, K_TOKEN, (long)serial, 40));
}

static long token_life(const struct sim *sim)
{
    return sim->opt.token_life_seconds > 0 ? sim->opt.token_life_seconds : 3600;
}

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static const char *field(const struct param *params, size_t count, const char *name)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (same(params[i].name, name))
            return params[i].value;
    return NULL;
}

/* 0: good, else the status to refuse with. */
static int check_form(const struct request *req)
{
    const struct sim_options *o = &req->sim->opt;
    const char *type = request_header(req, "Content-Type");
    struct param params[MAX_PARAMS];
    size_t count = 0;
    int status = 0;

    if (!type || strncmp(type, "application/x-www-form-urlencoded", 33) != 0 || !req->body.data)
        return 400;
    memset(params, 0, sizeof(params));
    if (!params_parse(req->body.data, req->body.len, params, &count) ||
        !same(field(params, count, "grant_type"), "client_credentials"))
        status = 400;
    else if (!same(field(params, count, "client_id"), o->client_id) ||
             !same(field(params, count, "client_secret"), o->client_secret))
        status = 401;
    params_free(params, count);
    return status;
}

/* Notes a token call; true when the one before was less than a second ago. */
static bool too_soon(struct sim *sim)
{
    int64_t now = sim_now(sim);
    bool soon;

    pthread_mutex_lock(&sim->lock);
    soon = sim->token_called && now - sim->token_call_ms < 1000;
    sim->token_called = true;
    sim->token_call_ms = now;
    sim->stats.token_violations += soon;
    pthread_mutex_unlock(&sim->lock);
    return soon;
}

static unsigned long token_issue(struct sim *sim)
{
    struct token *token;
    unsigned long serial;

    pthread_mutex_lock(&sim->lock);
    serial = ++sim->token_serial;
    token = &sim->tokens[serial % TOKENS_KEPT];
    token->serial = serial;
    token->born_ms = sim_now(sim);
    token->uses = 0;
    pthread_mutex_unlock(&sim->lock);
    return serial;
}

void auth_token(struct request *req, struct answer *a)
{
    bool soon = too_soon(req->sim);
    int status = check_form(req);

    if (soon && req->sim->opt.token_strict) {
        answer_error(a, 429, "too_many_requests", "one token call a second");
    } else if (status == 400) {
        answer_error(a, 400, "invalid_request", "not a client_credentials form");
    } else if (status != 0) {
        answer_error(a, status, "unauthorized", "unknown client or wrong secret");
    } else {
        text_lit(&a->body, "{\"access_token\":\"");
        put_token(req->sim, token_issue(req->sim), &a->body);
        text_lit(&a->body, "\",\"refresh_token\":\"unused\",\"token_type\":\"bearer\","
                           "\"expires_in\":");
        text_long(&a->body, token_life(req->sim));
        text_lit(&a->body, "}");
    }
}

static bool token_is_alive(struct sim *sim, unsigned long serial)
{
    struct token *token;
    bool alive;

    pthread_mutex_lock(&sim->lock);
    token = &sim->tokens[serial % TOKENS_KEPT];
    alive = serial > 0 && token->serial == serial &&
            sim_now(sim) - token->born_ms < token_life(sim) * 1000 &&
            (sim->opt.token_uses <= 0 || token->uses < sim->opt.token_uses);
    if (alive)
        token->uses++;
    pthread_mutex_unlock(&sim->lock);
    return alive;
}

bool auth_accept(struct request *req)
{
    const char *header = request_header(req, "Authorization");
    struct text again = TEXT_INIT;
    unsigned long serial;
    bool known;

    if (!header || strncmp(header, "Bearer ", 7) != 0 ||
        strncmp(header + 7, token_start, sizeof(token_start) - 1) != 0)
        return false;
    header += 7;
    serial = strtoul(header + sizeof(token_start) - 1, NULL, 10);
    put_token(req->sim, serial, &again);
    known = !again.failed && strcmp(again.data, header) == 0;
    text_clear(&again);
    return known && token_is_alive(req->sim, serial);
}
