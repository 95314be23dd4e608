/* Faults: their texts, and which one a call meets. */
#include "priv.h"

#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    enum fault_do what;
    bool needs_number;
    long number; /* without one */
} deeds[] = {
    {"status", DO_STATUS, true, 0},
    {"reset", DO_RESET, false, 0},
    {"cut", DO_CUT, false, 0},
    {"stall", DO_STALL, false, 0},
    {"silent", DO_SILENT, false, 0},
    {"html", DO_HTML, false, 0},
    {"broken", DO_BROKEN, false, 0},
    {"notype", DO_NOTYPE, false, 0},
    {"redirect", DO_REDIRECT, false, 0},
    {"empty", DO_EMPTY, false, 0},
    {"wait", DO_WAIT, true, 0},
    {"huge", DO_HUGE, true, 0},
    {"bomb", DO_BOMB, false, 256L << 20},
    {"bigheader", DO_BIGHEADER, false, 150L << 10},
    {"deep", DO_DEEP, true, 0},
    {"wrongshape", DO_WRONGSHAPE, false, 0},
    {"bom", DO_BOM, false, 0},
    {"members", DO_MEMBERS, false, 0},
    {"encoding", DO_ENCODING, false, 0},
    {"samecursor", DO_SAMECURSOR, false, 0},
    {"nocursor", DO_NOCURSOR, false, 0},
    {"emptycursor", DO_EMPTYCURSOR, false, 0},
    {"othercursor", DO_OTHERCURSOR, false, 0},
    {"encodedcursor", DO_ENCODEDCURSOR, false, 0},
    {"endless", DO_ENDLESS, false, 0},
    {"short", DO_SHORT, false, 0},
    {"dup", DO_DUP, false, 0},
    {"total", DO_TOTAL, true, 0},
    {"addtotal", DO_ADDTOTAL, true, 0},
    {"nototal", DO_NOTOTAL, false, 0},
    {"delete", DO_DELETE, true, 0},
    {"insert", DO_INSERT, true, 0},
    {"replace", DO_REPLACE, true, 0},
    {"reset-mid", DO_RESET_MID, false, 0},
    {"reset-late", DO_RESET_LATE, false, 0},
    {"early", DO_EARLY, false, 413},
};

static bool copy(char *to, size_t size, const char *from)
{
    if (strlen(from) >= size)
        return false;
    memcpy(to, from, strlen(from) + 1);
    return true;
}

static bool parse_do(struct fault *f, char *value)
{
    char *arg = strchr(value, ':');
    size_t i;

    if (arg)
        *arg++ = '\0';
    for (i = 0; i < sizeof(deeds) / sizeof(*deeds); i++)
        if (strcmp(deeds[i].name, value) == 0)
            break;
    if (i == sizeof(deeds) / sizeof(*deeds))
        return false;
    f->hit.what = deeds[i].what;
    f->hit.number = deeds[i].number;
    if (f->hit.what == DO_REDIRECT || f->hit.what == DO_ENCODING)
        return arg && copy(f->hit.text, sizeof(f->hit.text), arg);
    if (arg && !deeds[i].needs_number && deeds[i].number == 0)
        return false;
    if (!arg)
        return !deeds[i].needs_number;
    if (!parse_count(arg, LONG_MAX / 2, &f->hit.number))
        return false;
    return (f->hit.what != DO_STATUS && f->hit.what != DO_EARLY) ||
           (f->hit.number >= 200 && f->hit.number < STATUS_MAX);
}

static bool parse_attempt(struct fault *f, char *value)
{
    char *dash = strchr(value, '-');

    if (strcmp(value, "*") == 0)
        return true;
    if (dash)
        *dash++ = '\0';
    if (!parse_count(value, LONG_MAX, &f->first) || f->first < 1)
        return false;
    f->last = f->first;
    if (dash && *dash == '\0')
        f->last = LONG_MAX;
    else if (dash && !parse_count(dash, LONG_MAX, &f->last))
        return false;
    return f->last >= f->first;
}

static bool parse_bool(const char *value, bool *is_so)
{
    *is_so = strcmp(value, "1") == 0;
    return *is_so || strcmp(value, "0") == 0;
}

/* Seconds, with or without a minus. */
static bool parse_skew(const char *value, long *skew)
{
    bool is_behind = *value == '-';

    if (!parse_count(value + is_behind, INT_MAX, skew))
        return false;
    *skew = is_behind ? -*skew : *skew;
    return true;
}

static bool parse_pair(struct fault *f, const char *key, char *value)
{
    if (strcmp(key, "call") == 0) {
        f->kind = strcmp(value, "*") == 0 ? KIND_COUNT : kind_of(value);
        return strcmp(value, "*") == 0 || f->kind != KIND_COUNT;
    }
    if (strcmp(key, "object") == 0) {
        free(f->object);
        f->object = strdup(value);
        return f->object != NULL;
    }
    if (strcmp(key, "page") == 0)
        return parse_count(value, LONG_MAX, &f->page) && f->page > 0;
    if (strcmp(key, "attempt") == 0)
        return parse_attempt(f, value);
    if (strcmp(key, "every") == 0)
        return parse_count(value, LONG_MAX, &f->every) && f->every > 0;
    if (strcmp(key, "do") == 0)
        return parse_do(f, value);
    if (strcmp(key, "retry-after") == 0)
        return copy(f->hit.retry_after, sizeof(f->hit.retry_after), value);
    if (strcmp(key, "code") == 0)
        return copy(f->hit.code, sizeof(f->hit.code), value);
    if (strcmp(key, "body") == 0)
        return copy(f->hit.text, sizeof(f->hit.text), value);
    if (strcmp(key, "skew") == 0)
        return parse_skew(value, &f->hit.skew);
    if (strcmp(key, "html") == 0)
        return parse_bool(value, &f->hit.html);
    if (strcmp(key, "identity") == 0)
        return parse_bool(value, &f->hit.is_identity_too);
    return false;
}

/* One "key=value" of `len` bytes. */
static bool parse_item(struct fault *f, const char *item, size_t len)
{
    char *pair = malloc(len + 1);
    long n = pair ? url_decode(item, len, false, pair) : -1;
    char *value;
    bool good = false;

    if (n >= 0) {
        pair[n] = '\0';
        value = strchr(pair, '=');
        if (value) {
            *value++ = '\0';
            good = parse_pair(f, pair, value);
        }
    }
    free(pair);
    return good;
}

void fault_free(struct fault *f)
{
    if (!f)
        return;
    counts_clear(&f->seen);
    free(f->object);
    free(f);
}

struct fault *fault_parse(const char *text, char *why, size_t why_size)
{
    struct fault *f = calloc(1, sizeof(*f));

    if (!f) {
        snprintf(why, why_size, "no memory");
        return NULL;
    }
    f->kind = KIND_COUNT;
    while (*text != '\0') {
        size_t len = strcspn(text, ",");
        if (!parse_item(f, text, len)) {
            snprintf(why, why_size, "not understood in a fault: %.*s", (int)len, text);
            fault_free(f);
            return NULL;
        }
        text += len + (text[len] == ',');
    }
    if (f->hit.what == DO_NOTHING) {
        snprintf(why, why_size, "a fault without do=");
        fault_free(f);
        return NULL;
    }
    return f;
}

int sim_fault(struct sim *sim, const char *text, char *why, size_t why_size)
{
    struct fault *f = fault_parse(text, why, why_size);
    struct fault **end;

    if (!f)
        return -1;
    pthread_mutex_lock(&sim->lock);
    for (end = &sim->faults; *end; end = &(*end)->next)
        continue;
    *end = f;
    pthread_mutex_unlock(&sim->lock);
    return 0;
}

void sim_faults_clear(struct sim *sim)
{
    struct fault *f;

    pthread_mutex_lock(&sim->lock);
    f = sim->faults;
    sim->faults = NULL;
    pthread_mutex_unlock(&sim->lock);
    while (f) {
        struct fault *next = f->next;
        fault_free(f);
        f = next;
    }
}

static bool object_fits(const char *pattern, const struct request *req)
{
    const char *text = req->object_text ? req->object_text : "";
    size_t digits = strspn(text, "0123456789");
    long index;

    if (fnmatch(pattern, text, 0) == 0)
        return true;
    if (req->kind == K_UPLOAD)
        return digits > 0 && text[digits] == '-' && fnmatch(pattern, text + digits + 1, 0) == 0;
    return req->object >= 0 && parse_count(pattern, LONG_MAX, &index) && index == req->object;
}

/* Counts what has to be counted, so it is called once for each request and fault. */
static bool fits(struct fault *f, const struct request *req)
{
    if (f->kind == KIND_COUNT ? req->kind == K_TOKEN : f->kind != req->kind)
        return false;
    if ((f->page > 0 && f->page != req->page) || (f->object && !object_fits(f->object, req)))
        return false;
    if (f->first > 0) {
        uint64_t key = hash_bytes(req->path, strlen(req->path), (uint64_t)req->kind);
        long attempt = (long)counts_up(&f->seen, mix64(key ^ (uint64_t)req->page));
        if (attempt < f->first || attempt > f->last)
            return false;
    }
    return f->every == 0 || ++f->fitted % f->every == 0;
}

void faults_match(struct request *req)
{
    struct fault *f;

    pthread_mutex_lock(&req->sim->lock);
    /* All are asked, also after one has fitted: each counts the attempts that it sees. */
    for (f = req->sim->faults; f; f = f->next) {
        if (!fits(f, req))
            continue;
        if (shifts_is_one(&f->hit))
            shifts_want(req, &f->hit);
        else if (req->fault.what == DO_NOTHING)
            req->fault = f->hit;
    }
    pthread_mutex_unlock(&req->sim->lock);
}
