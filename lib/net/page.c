#include "page.h"

#include <stdlib.h>

#include "lib/base/num.h"

/* So much of a total that is not one is shown in an error. */
#define TOTAL_SHOWN_MAX 40

struct reader {
    struct smci_page *page;
    const char *const *names;
    size_t count;
    enum smci_page_verdict verdict;
    struct smc_error *err;
    struct smc_json_span total;      /* as it came; the last one counts */
    struct smc_json_span cursors[2]; /* the other idiom's member, and that of this one */
};

static struct smci_page_row *add_row(struct reader *reader)
{
    struct smci_page *page = reader->page;
    if (page->count == SMCI_PAGE_ROWS_MAX) {
        reader->verdict = SMCI_PAGE_WRONG;
        (void)smc_error_set(reader->err, SMC_ERR_CAP, "the page has more rows than the cap of %d",
                            SMCI_PAGE_ROWS_MAX);
        return NULL;
    }
    if (page->count == page->allocated) {
        size_t size = page->allocated ? page->allocated * 2 : 1024;
        struct smci_page_row *rows = realloc(page->rows, size * sizeof *rows);
        if (!rows) {
            reader->verdict = SMCI_PAGE_NO_MEMORY;
            (void)smc_error_set(reader->err, SMC_ERR_NOMEM, "out of memory");
            return NULL;
        }
        page->rows = rows;
        page->allocated = size;
    }
    return &page->rows[page->count++];
}

/* False when the walk must not go on. */
static bool read_rows(struct reader *reader, struct smc_json_walk *rows)
{
    while (smc_json_walk_peek(rows, NULL, reader->err) != SMC_JSON_NONE) {
        struct smci_page_row *row = add_row(reader);
        if (!row || !smc_json_walk_take_members(rows, reader->names, reader->count, row->members,
                                                &row->value, reader->err))
            return false;
    }
    return rows->is_done;
}

/* What is not understood must not be taken for no total at all: rows could be lacking without a
 * word. */
static bool read_total(struct reader *reader)
{
    struct smc_json_span value = reader->total;
    enum smc_json_type type = smc_json_type_of(value);
    if (type == SMC_JSON_NULL || !value.p)
        return true;
    size_t quote = type == SMC_JSON_STRING;
    if ((type == SMC_JSON_STRING || type == SMC_JSON_NUMBER) &&
        smci_parse_count(value.p + quote, value.len - 2 * quote, &reader->page->total))
        return true;
    (void)smc_error_set(reader->err, SMC_ERR_SYNTAX, "its total is not a count: %.*s",
                        value.len < TOTAL_SHOWN_MAX ? (int)value.len : TOTAL_SHOWN_MAX, value.p);
    return false;
}

static void read_member(struct reader *reader, struct smc_json_span key, struct smc_json_span value,
                        enum smci_paging paging)
{
    struct smci_page *page = reader->page;
    bool is_token = smc_json_equals(key, "nextPageToken");
    if (is_token || smc_json_equals(key, "nextPage")) {
        bool is_own = is_token == (paging == SMCI_PAGING_TOKEN);
        reader->cursors[is_own] = value;
    } else if (smc_json_equals(key, "entries")) { /* no array, but the last one counts */
        page->entries = (struct smc_json_span){NULL, 0};
        page->count = 0;
    } else if (smc_json_equals(key, "total")) {
        reader->total = value;
    }
}

static void read_object(struct reader *reader, struct smc_json_walk *top, enum smci_paging paging)
{
    struct smci_page *page = reader->page;
    struct smc_json_span key;
    struct smc_json_span value;
    enum smc_json_type type;
    while ((type = smc_json_walk_peek(top, &key, reader->err)) != SMC_JSON_NONE) {
        if (type == SMC_JSON_ARRAY && smc_json_equals(key, "entries")) {
            struct smc_json_walk rows;
            const char *from = top->at;
            page->count = 0; /* of doubled members the last one counts */
            if (!smc_json_walk_enter(top, &rows) || !read_rows(reader, &rows))
                return;
            page->entries = (struct smc_json_span){from, (size_t)(top->at - from)};
        } else if (smc_json_walk_take(top, &value, reader->err)) {
            read_member(reader, key, value, paging);
        } else {
            return;
        }
    }
}

/* What the cursor members say, now that the last ones are known. Null is the ordinary end; of a
 * token "" is, too. */
static void settle_cursors(const struct reader *reader, bool has_tokens)
{
    struct smci_page *page = reader->page;
    struct smc_json_span own = reader->cursors[1];
    bool is_end =
        smc_json_type_of(own) == SMC_JSON_NULL || (has_tokens && smc_json_equals(own, ""));
    page->has_cursor_member = own.p;
    page->cursor = is_end ? (struct smc_json_span){NULL, 0} : own;
    page->other = reader->cursors[0];
    page->has_other_cursor = page->other.p && smc_json_type_of(page->other) != SMC_JSON_NULL &&
                             !smc_json_equals(page->other, "");
}

static enum smci_page_verdict judge(struct reader *reader, const struct smc_json_walk *top,
                                    bool is_right)
{
    if (reader->verdict != SMCI_PAGE_OK)
        return reader->verdict;
    if (!top->is_done)
        return SMCI_PAGE_NOT_JSON;
    if (is_right)
        return read_total(reader) ? SMCI_PAGE_OK : SMCI_PAGE_WRONG;
    (void)smc_error_set(reader->err, SMC_ERR_SYNTAX,
                        "the answer has no array of rows where one belongs");
    return SMCI_PAGE_WRONG;
}

enum smci_page_verdict smci_page_read(struct smci_page *page, const char *text, size_t len,
                                      enum smci_paging paging, bool is_bare_ok,
                                      const char *const *names, size_t count, struct smc_error *err)
{
    struct reader reader = {.page = page, .names = names, .count = count, .err = err};
    struct smc_json_walk top;
    *page = (struct smci_page){.rows = page->rows, .allocated = page->allocated, .total = -1};
    if (smc_json_walk_text(&top, text, len, err) != SMC_OK) {
        /* A text that is JSON but neither array nor object is not a page; all else is not JSON. */
        bool is_json = smc_json_scan(text, len, NULL, NULL) == SMC_OK;
        return is_json ? SMCI_PAGE_WRONG : SMCI_PAGE_NOT_JSON;
    }
    if (top.is_object) {
        read_object(&reader, &top, paging);
        settle_cursors(&reader, paging == SMCI_PAGING_TOKEN);
        return judge(&reader, &top, paging != SMCI_PAGING_NONE && page->entries.p);
    }
    const char *from = top.at - 1;
    if (read_rows(&reader, &top))
        page->entries = (struct smc_json_span){from, (size_t)(top.at - from)};
    page->has_cursor_member = page->is_bare = true;
    return judge(&reader, &top, paging == SMCI_PAGING_NONE || is_bare_ok);
}

void smci_page_clear(struct smci_page *page)
{
    free(page->rows);
    *page = (struct smci_page)SMCI_PAGE_INIT;
}
