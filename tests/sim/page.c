/* Listings in pages, with cursors that must be passed back to the letter. */
#include "priv.h"
#include "rows.h"

#include <stdlib.h>
#include <string.h>

enum { DEFAULT_ROWS = 50, MAX_ROWS = 1000, MAX_SOURCES = 500 };

/* A cursor is opaque to clients, and full of what must be encoded in a URL. Its check binds it to
 * its call and object. */
void page_put_cursor(const struct sim_options *o, enum kind kind, long object, long page,
                     long offset, struct text *t)
{
    uint64_t check =
        estate_hash(o, kind, object + 1, mix64((uint64_t)page << 40 ^ (uint64_t)offset));

    text_lit(t, "c+/=%25 &#\xc3\xa9?\":");
    text_long(t, page);
    text_lit(t, ":");
    text_long(t, offset);
    text_lit(t, ":");
    text_u64(t, check);
}

/* Of whose rows: an object, or a page of it. */
static long parent_of(const struct request *req)
{
    return req->kind == K_PAGE_ELEMENTS ? estate_page(req->object, req->part) : req->object;
}

static bool read_cursor(struct request *req, const char *cursor, size_t len)
{
    struct text again = TEXT_INIT;
    const char *at = strchr(cursor, ':');
    char *end = NULL;
    bool same = false;

    if (!at)
        return false;
    req->page = strtol(at + 1, &end, 10);
    if (*end == ':' && req->page > 0 && req->page < 1L << 22)
        req->offset = strtol(end + 1, NULL, 10);
    if (req->offset >= 0 && (uint64_t)req->offset >> 39 == 0) {
        page_put_cursor(&req->sim->opt, req->kind, parent_of(req), req->page, req->offset, &again);
        same = !again.failed && again.len == len && memcmp(again.data, cursor, len) == 0;
    }
    text_clear(&again);
    return same;
}

void page_read_cursor(struct request *req)
{
    const char *name = req->call->idiom == I_TOKEN ? "pageToken" : "page";
    size_t i;

    if (req->sim->replay || (req->call->idiom != I_PAGE && req->call->idiom != I_TOKEN))
        return;
    for (i = 0; i < req->param_count; i++) {
        const struct param *p = &req->params[i];
        if (!p->name || !p->value || strcmp(p->name, name) != 0)
            continue;
        req->bad_cursor = !read_cursor(req, p->value, p->value_len);
        if (req->bad_cursor)
            req->page = 1;
        return;
    }
}

static void put_rows(const struct request *req, const struct rows *r, long from, long to,
                     struct text *t)
{
    const struct sim_options *o = &req->sim->opt;
    long indexes[MAX_ROWS];
    long i;

    if (req->call->object == KIND_COUNT) /* never more than MAX_ROWS */
        shifts_rows(req->sim, req->kind, from, to - from, indexes);
    for (i = from; i < to; i++) {
        if (i > from)
            text_lit(t, ",");
        if (req->call->object == KIND_COUNT)
            estate_record(o, req->kind, indexes[i - from], t);
        else
            rows_put(r, i, t);
    }
}

/* The rows in brackets, with what a fault does to them. */
static void put_array(const struct request *req, const struct rows *r, long from, long to,
                      struct text *t)
{
    text_lit(t, "[");
    if (req->fault.what == DO_SHORT && to > from)
        to--;
    put_rows(req, r, from, to, t);
    if (req->fault.what == DO_DUP && to > from) {
        text_lit(t, ",");
        put_rows(req, r, from, from + 1, t);
    }
    text_lit(t, "]");
}

/* The cursor as it is, or encoded, for a client to send back as it came. */
static void put_cursor_text(const struct text *cursor, bool is_encoded, struct text *t)
{
    static const char hex[] = "0123456789abcdef";
    size_t i;

    if (!is_encoded) {
        text_json(t, cursor->data, cursor->len);
        return;
    }
    text_lit(t, "\"");
    for (i = 0; i < cursor->len; i++) {
        unsigned char c = (unsigned char)cursor->data[i];
        char escape[3] = {'%', hex[c >> 4], hex[c & 15]};
        text_add(t, escape, sizeof(escape));
    }
    text_lit(t, "\"");
}

static void put_next(const struct request *req, long to, bool more, struct text *t)
{
    struct text cursor = TEXT_INIT;
    enum fault_do what = req->fault.what;
    bool again = what == DO_SAMECURSOR;
    bool pages = (req->call->idiom == I_PAGE) != (what == DO_OTHERCURSOR);

    if (what == DO_NOCURSOR)
        return;
    if (what == DO_EMPTYCURSOR) {
        text_str(t, pages ? ",\"nextPage\":\"\"" : ",\"nextPageToken\":\"\"");
        return;
    }
    if (!more && !again && what != DO_ENDLESS) {
        if (pages)
            text_lit(t, ",\"nextPage\":null");
        return;
    }
    page_put_cursor(&req->sim->opt, req->kind, parent_of(req), again ? req->page : req->page + 1,
                    again || what == DO_ENDLESS ? req->offset : to, &cursor);
    text_str(t, pages ? ",\"nextPage\":" : ",\"nextPageToken\":");
    if (cursor.failed)
        t->failed = true;
    else
        put_cursor_text(&cursor, what == DO_ENCODEDCURSOR, t);
    text_clear(&cursor);
}

/* How many rows were asked for; 0 when that is not a good number. */
static long wanted_rows(const struct request *req)
{
    const struct sim_options *o = &req->sim->opt;
    bool token = req->call->idiom == I_TOKEN;
    const char *text = request_param(req, token ? "pageSize" : "limit");
    long n = DEFAULT_ROWS;

    if (text && !parse_count(text, req->kind == K_DATAMODEL_SOURCES ? MAX_SOURCES : MAX_ROWS, &n))
        return 0;
    return o->page_size > 0 && n > o->page_size ? o->page_size : n;
}

static bool has_total(const struct request *req)
{
    if (req->fault.what == DO_ADDTOTAL)
        return true;
    return req->call->has_total && req->fault.what != DO_NOTOTAL &&
           !(req->kind == K_PATHS && req->sim->opt.paths_without_total);
}

static void put_page(const struct request *req, const struct rows *r, long total, struct answer *a)
{
    long rows = wanted_rows(req);
    long to;

    if (rows < 1) {
        answer_error(a, 400, "invalid_request", "limit or page size out of range");
        return;
    }
    to = total - req->offset > rows ? req->offset + rows : total;
    if (to < req->offset) /* rows before it were deleted */
        to = req->offset;
    text_lit(&a->body, "{\"entries\":");
    put_array(req, r, req->offset, to, &a->body);
    put_next(req, to, to < total, &a->body);
    if (has_total(req)) {
        bool is_told = req->fault.what == DO_TOTAL || req->fault.what == DO_ADDTOTAL;
        text_lit(&a->body, ",\"total\":");
        text_long(&a->body, is_told ? req->fault.number : total);
    }
    if (req->call->has_more)
        text_str(&a->body, to < total ? ",\"hasMore\":true" : ",\"hasMore\":false");
    text_lit(&a->body, "}");
}

void page_answer(const struct request *req, struct answer *a)
{
    bool is_listing = req->call->object == KIND_COUNT;
    struct rows r = {.doc = NULL};
    long total;

    if (!is_listing)
        rows_open(&r, &req->sim->opt, req->kind, parent_of(req), req->serial);
    total = is_listing ? shifts_count(req->sim, req->kind) : rows_count(&r);
    if (req->call->idiom != I_ARRAY)
        put_page(req, &r, total, a);
    else if (strchr(req->uri, '?'))
        answer_error(a, 400, "invalid_request", "takes no parameters");
    else
        put_array(req, &r, 0, total, &a->body);
    rows_close(&r);
}
