/* One page of an answer: its rows, and what it says of the page after it. */
#ifndef EXTRACT_PAGE_H
#define EXTRACT_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sigmacat/record.h>

/* How Sigma pages a call; source: sigma-api notes, section 4. */
enum paging {
    PAGING_PAGE,  /* ?limit=&page=, {"entries", "nextPage": null at the end, "total"} */
    PAGING_TOKEN, /* ?pageSize=&pageToken=, {"entries", "nextPageToken" absent, null or ""} */
    PAGING_NONE   /* no query; a bare array */
};

/* The most rows that a page may have: a hundred times what we ask for. */
#define PAGE_ROWS_MAX 100000

/* The members that are picked from each row; a page of other rows picks none. */
#define ROW_MEMBERS_MAX 4

struct row {
    struct smc_span value;
    struct smc_span members[ROW_MEMBERS_MAX]; /* in the order of page_read's names */
};

struct page {
    struct row *rows; /* owned, reused by the next page_read */
    size_t count;
    size_t allocated;
    struct smc_span entries; /* the array of rows */
    struct smc_span cursor;  /* of the next page; `p` NULL: there is none */
    bool has_cursor_member;
    int64_t total; /* -1: not said */
};

#define PAGE_INIT                                                                                  \
    {                                                                                              \
        .total = -1                                                                                \
    }

enum page_verdict {
    PAGE_OK,
    PAGE_NOT_JSON, /* another try may mend that */
    PAGE_WRONG,    /* JSON, but no page of this paging; or too many rows */
    PAGE_NO_MEMORY
};

/* Reads a page in one strict pass. The spans point into `text`. `names` (`count` of them, at most
 * ROW_MEMBERS_MAX) are picked from each row. `err` says what is wrong. A bare array is also taken
 * for a page of PAGING_PAGE when `is_bare_ok`, as a whole listing. */
enum page_verdict page_read(struct page *page, const char *text, size_t len, enum paging paging,
                            bool is_bare_ok, const char *const *names, size_t count,
                            struct smc_error *err);

void page_clear(struct page *page);

#endif
