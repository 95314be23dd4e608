/* The page reader, in every idiom: its verdict and what it found, against what the scanner says of
 * the same text. */
#include "fuzz.h"

#include <string.h>

#include "extract/page.h"

static const char *const names[] = {"id", "type", "name", "a"};
#define NAME_COUNT (sizeof names / sizeof names[0])

static void check_rows(const struct page *page, struct smc_span array)
{
    struct smc_walk walk;
    struct smc_span value;
    struct smc_span found[NAME_COUNT];
    size_t count = 0;
    FUZZ_CHECK(page->entries.p == array.p && page->entries.len == array.len);
    FUZZ_CHECK(smc_walk_begin(&walk, array));
    for (; smc_walk_next(&walk, NULL, &value, NULL); count++) {
        FUZZ_CHECK(count < page->count);
        const struct row *row = &page->rows[count];
        FUZZ_CHECK(row->value.p == value.p && row->value.len == value.len);
        smc_span_members(value, names, NAME_COUNT, found);
        for (size_t i = 0; i < NAME_COUNT; i++)
            FUZZ_CHECK(row->members[i].p == found[i].p && row->members[i].len == found[i].len);
    }
    FUZZ_CHECK(count == page->count);
}

static void check_object(const struct page *page, struct smc_span top, enum paging paging)
{
    bool is_token = paging == PAGING_TOKEN;
    struct smc_span cursor = smc_span_member(top, is_token ? "nextPageToken" : "nextPage");
    int64_t total;
    FUZZ_CHECK(page->has_cursor_member == (cursor.p != NULL));
    if (smc_span_type(cursor) == SMC_JSON_NULL || (is_token && smc_span_equals(cursor, "")))
        cursor.p = NULL;
    FUZZ_CHECK(page->cursor.p == cursor.p);
    if (!smc_span_int64(smc_span_member(top, "total"), &total))
        total = -1;
    FUZZ_CHECK(page->total == total);
    check_rows(page, smc_span_member(top, "entries"));
}

static bool is_page(struct smc_span top, enum paging paging, bool is_bare_ok)
{
    if (smc_span_type(top) == SMC_JSON_ARRAY)
        return paging == PAGING_NONE || is_bare_ok;
    return paging != PAGING_NONE &&
           smc_span_type(smc_span_member(top, "entries")) == SMC_JSON_ARRAY;
}

static void check_page(struct page *page, const char *text, size_t len, enum paging paging,
                       bool is_bare_ok)
{
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_span top;
    enum smc_status rc = smc_record_scan(text, len, &top, NULL);
    enum page_verdict verdict =
        page_read(page, text, len, paging, is_bare_ok, names, NAME_COUNT, &err);
    FUZZ_CHECK((verdict == PAGE_OK) == (err.code == SMC_OK));
    if (err.code == SMC_ERR_CAP && verdict == PAGE_WRONG)
        return; /* too many rows: known before the text's end */
    FUZZ_CHECK((verdict == PAGE_NOT_JSON) == (rc != SMC_OK));
    if (rc != SMC_OK)
        return;
    FUZZ_CHECK(verdict == (is_page(top, paging, is_bare_ok) ? PAGE_OK : PAGE_WRONG));
    if (verdict != PAGE_OK)
        return;
    if (smc_span_type(top) == SMC_JSON_OBJECT)
        check_object(page, top, paging);
    else
        check_rows(page, top);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum paging idioms[] = {PAGING_PAGE, PAGING_TOKEN, PAGING_NONE};
    struct page page = PAGE_INIT; /* one for all, as the extractor has it */
    for (size_t i = 0; i < sizeof idioms / sizeof idioms[0]; i++) {
        check_page(&page, (const char *)data, size, idioms[i], false);
        check_page(&page, (const char *)data, size, idioms[i], true);
    }
    page_clear(&page);
    return 0;
}
