/* One page of an answer: its rows, and what it says of the page after it. */
#ifndef SMCI_PAGE_H
#define SMCI_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sigmacat/json.h>

/* How Sigma pages a call: castor-extract-sigma(1), "CALLS". */
enum smci_paging {
    SMCI_PAGING_PAGE,  /* ?limit=&page=, {"entries", "nextPage": null at the end, "total"} */
    SMCI_PAGING_TOKEN, /* ?pageSize=&pageToken=, {"entries", "nextPageToken" absent, null or ""} */
    SMCI_PAGING_NONE   /* no query; a bare array */
};

/* So many rows are asked for in a page of nextPage: the most that Sigma gives. */
#define SMCI_PAGE_LIMIT 1000

/* The most rows that a page may have: a hundred times what we ask for. */
#define SMCI_PAGE_ROWS_MAX 100000

/* The members that are picked from each row; a page of other rows picks none. */
#define SMCI_PAGE_MEMBERS_MAX 4

struct smci_page_row {
    struct smc_json_span value;
    struct smc_json_span
        members[SMCI_PAGE_MEMBERS_MAX]; /* in the order of smci_page_read's names */
};

struct smci_page {
    struct smci_page_row *rows; /* owned, reused by the next smci_page_read */
    size_t count;
    size_t allocated;
    struct smc_json_span entries; /* the array of rows */
    struct smc_json_span cursor;  /* of the next page; `p` NULL: there is none */
    bool has_cursor_member;
    bool is_bare;               /* an array, which says nothing of what follows */
    struct smc_json_span other; /* the other idiom's cursor member; `p` NULL: it has none */
    bool has_other_cursor;      /* it is neither null nor "" */
    int64_t total;              /* -1: not said; INT64_MAX: that or more */
};

#define SMCI_PAGE_INIT                                                                             \
    {                                                                                              \
        .total = -1                                                                                \
    }

enum smci_page_verdict {
    SMCI_PAGE_OK,
    SMCI_PAGE_NOT_JSON, /* another try may mend that */
    SMCI_PAGE_WRONG, /* JSON, but no page of this paging; or too many rows, or a total that is not
                           a count */
    SMCI_PAGE_NO_MEMORY
};

/* Reads a page in one strict pass. The spans point into `text`. `names` (`count` of them, at
 * most SMCI_PAGE_MEMBERS_MAX) are picked from each row. `err` says what is wrong. A bare array
 * is also taken for a page of SMCI_PAGING_PAGE when `is_bare_ok`, as a whole listing. */
enum smci_page_verdict smci_page_read(struct smci_page *page, const char *text, size_t len,
                                      enum smci_paging paging, bool is_bare_ok,
                                      const char *const *names, size_t count,
                                      struct smc_error *err);

void smci_page_clear(struct smci_page *page);

#endif
