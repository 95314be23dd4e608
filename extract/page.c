#include "page.h"

#include <stdlib.h>
#include <string.h>

struct reader {
    struct page *page;
    const char *const *names;
    size_t count;
    enum page_verdict verdict;
    struct smc_error *err;
};

static struct row *add_row(struct reader *reader)
{
    struct page *page = reader->page;
    if (page->count == PAGE_ROWS_MAX) {
        reader->verdict = PAGE_WRONG;
        (void)smc_fail(reader->err, SMC_ERR_CAP, "the page has more rows than the cap of %d",
                       PAGE_ROWS_MAX);
        return NULL;
    }
    if (page->count == page->allocated) {
        size_t size = page->allocated ? page->allocated * 2 : 1024;
        struct row *rows = realloc(page->rows, size * sizeof *rows);
        if (!rows) {
            reader->verdict = PAGE_NO_MEMORY;
            (void)smc_fail(reader->err, SMC_ERR_NOMEM, "out of memory");
            return NULL;
        }
        page->rows = rows;
        page->allocated = size;
    }
    return &page->rows[page->count++];
}

/* False when the walk must not go on. */
static bool read_rows(struct reader *reader, struct smc_walk *rows)
{
    while (smc_walk_peek(rows, NULL, reader->err) != SMC_JSON_NONE) {
        struct row *row = add_row(reader);
        if (!row || !smc_walk_take_members(rows, reader->names, reader->count, row->members,
                                           &row->value, reader->err))
            return false;
    }
    return rows->is_done;
}

static void read_member(struct reader *reader, struct smc_span key, struct smc_span value,
                        enum paging paging)
{
    struct page *page = reader->page;
    const char *cursor = paging == PAGING_TOKEN ? "nextPageToken" : "nextPage";
    if (smc_span_equals(key, cursor)) {
        page->has_cursor_member = true;
        page->cursor = value;
        /* The ordinary end: null; of a token also "". */
        if (smc_span_type(value) == SMC_JSON_NULL ||
            (paging == PAGING_TOKEN && smc_span_equals(value, "")))
            page->cursor = (struct smc_span){NULL, 0};
    } else if (smc_span_equals(key, "entries")) { /* no array, but the last one counts */
        page->entries = (struct smc_span){NULL, 0};
        page->count = 0;
    } else if (smc_span_equals(key, "total") && !smc_span_int64(value, &page->total)) {
        page->total = -1;
    }
}

static void read_object(struct reader *reader, struct smc_walk *top, enum paging paging)
{
    struct page *page = reader->page;
    struct smc_span key;
    struct smc_span value;
    enum smc_json_type type;
    while ((type = smc_walk_peek(top, &key, reader->err)) != SMC_JSON_NONE) {
        if (type == SMC_JSON_ARRAY && smc_span_equals(key, "entries")) {
            struct smc_walk rows;
            const char *from = top->at;
            page->count = 0; /* of doubled members the last one counts */
            if (!smc_walk_enter(top, &rows) || !read_rows(reader, &rows))
                return;
            page->entries = (struct smc_span){from, (size_t)(top->at - from)};
        } else if (smc_walk_take(top, &value, reader->err)) {
            read_member(reader, key, value, paging);
        } else {
            return;
        }
    }
}

static enum page_verdict judge(struct reader *reader, const struct smc_walk *top, bool is_right)
{
    if (reader->verdict != PAGE_OK)
        return reader->verdict;
    if (!top->is_done)
        return PAGE_NOT_JSON;
    if (is_right)
        return PAGE_OK;
    (void)smc_fail(reader->err, SMC_ERR_SYNTAX,
                   "the answer has no array of rows where one belongs");
    return PAGE_WRONG;
}

enum page_verdict page_read(struct page *page, const char *text, size_t len, enum paging paging,
                            bool is_bare_ok, const char *const *names, size_t count,
                            struct smc_error *err)
{
    struct reader reader = {page, names, count, PAGE_OK, err};
    struct smc_walk top;
    *page = (struct page){.rows = page->rows, .allocated = page->allocated, .total = -1};
    if (smc_walk_text(&top, text, len, err) != SMC_OK) {
        /* A text that is JSON but neither array nor object is no page; all else is not JSON. */
        bool is_json = smc_record_scan(text, len, NULL, NULL) == SMC_OK;
        return is_json ? PAGE_WRONG : PAGE_NOT_JSON;
    }
    if (top.is_object) {
        read_object(&reader, &top, paging);
        return judge(&reader, &top, paging != PAGING_NONE && page->entries.p);
    }
    const char *from = top.at - 1;
    if (read_rows(&reader, &top))
        page->entries = (struct smc_span){from, (size_t)(top.at - from)};
    page->has_cursor_member = true; /* a bare array is all there is */
    return judge(&reader, &top, paging == PAGING_NONE || is_bare_ok);
}

void page_clear(struct page *page)
{
    free(page->rows);
    *page = (struct page)PAGE_INIT;
}
