/* The page reader, in every idiom: its verdict and what it found, against what the scanner says of
 * the same text. */
#include "fuzz.h"

#include <string.h>

#include "lib/net/page.h"

static const char *const names[] = {"id", "type", "name", "a"};
#define NAME_COUNT (sizeof names / sizeof names[0])

static void check_rows(const struct smci_page *page, struct smc_json_span array)
{
    struct smc_json_walk walk;
    struct smc_json_span value;
    struct smc_json_span found[NAME_COUNT];
    size_t count = 0;
    FUZZ_CHECK(page->entries.p == array.p && page->entries.len == array.len);
    FUZZ_CHECK(smc_json_walk_begin(&walk, array));
    for (; smc_json_walk_next(&walk, NULL, &value, NULL); count++) {
        FUZZ_CHECK(count < page->count);
        const struct smci_page_row *row = &page->rows[count];
        FUZZ_CHECK(row->value.p == value.p && row->value.len == value.len);
        smc_json_members(value, names, NAME_COUNT, found);
        for (size_t i = 0; i < NAME_COUNT; i++)
            FUZZ_CHECK(row->members[i].p == found[i].p && row->members[i].len == found[i].len);
    }
    FUZZ_CHECK(count == page->count);
}

/* A total that is there and is not a plain number of rows may make the page a wrong one: page.h has
 * what is read. */
static bool may_be_wrong(struct smc_json_span top)
{
    struct smc_json_span total = smc_json_member(top, "total");
    int64_t count;
    return smc_json_type_of(total) > SMC_JSON_NULL &&
           !(smc_json_int64(total, &count) && count >= 0);
}

static void check_object(const struct smci_page *page, struct smc_json_span top,
                         enum smci_paging paging)
{
    bool is_token = paging == SMCI_PAGING_TOKEN;
    struct smc_json_span cursor = smc_json_member(top, is_token ? "nextPageToken" : "nextPage");
    int64_t total;
    FUZZ_CHECK(page->has_cursor_member == (cursor.p != NULL));
    if (smc_json_type_of(cursor) == SMC_JSON_NULL || (is_token && smc_json_equals(cursor, "")))
        cursor.p = NULL;
    FUZZ_CHECK(page->cursor.p == cursor.p);
    if (smc_json_int64(smc_json_member(top, "total"), &total))
        FUZZ_CHECK(page->total == total);
    else /* in another form, beyond 64 bits, or none */
        FUZZ_CHECK(page->total >= 0 || !may_be_wrong(top));
    check_rows(page, smc_json_member(top, "entries"));
}

static bool is_page(struct smc_json_span top, enum smci_paging paging, bool is_bare_ok)
{
    if (smc_json_type_of(top) == SMC_JSON_ARRAY)
        return paging == SMCI_PAGING_NONE || is_bare_ok;
    return paging != SMCI_PAGING_NONE &&
           smc_json_type_of(smc_json_member(top, "entries")) == SMC_JSON_ARRAY;
}

static void check_page(struct smci_page *page, const char *text, size_t len,
                       enum smci_paging paging, bool is_bare_ok)
{
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_json_span top;
    enum smc_status rc = smc_json_scan(text, len, &top, NULL);
    enum smci_page_verdict verdict =
        smci_page_read(page, text, len, paging, is_bare_ok, names, NAME_COUNT, &err);
    FUZZ_CHECK((verdict == SMCI_PAGE_OK) == (err.code == SMC_OK));
    if (err.code == SMC_ERR_CAP && verdict == SMCI_PAGE_WRONG)
        return; /* too many rows: known before the text's end */
    FUZZ_CHECK((verdict == SMCI_PAGE_NOT_JSON) == (rc != SMC_OK));
    if (rc != SMC_OK)
        return;
    if (verdict == SMCI_PAGE_WRONG && may_be_wrong(top))
        return;
    FUZZ_CHECK(verdict == (is_page(top, paging, is_bare_ok) ? SMCI_PAGE_OK : SMCI_PAGE_WRONG));
    if (verdict != SMCI_PAGE_OK)
        return;
    if (smc_json_type_of(top) == SMC_JSON_OBJECT)
        check_object(page, top, paging);
    else
        check_rows(page, top);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum smci_paging idioms[] = {SMCI_PAGING_PAGE, SMCI_PAGING_TOKEN,
                                              SMCI_PAGING_NONE};
    struct smci_page page = SMCI_PAGE_INIT; /* one for all, as the extractor has it */
    for (size_t i = 0; i < sizeof idioms / sizeof idioms[0]; i++) {
        check_page(&page, (const char *)data, size, idioms[i], false);
        check_page(&page, (const char *)data, size, idioms[i], true);
    }
    smci_page_clear(&page);
    return 0;
}
