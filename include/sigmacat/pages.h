/* The rows of a call that a server answers page by page, one after the other.
 *
 *   while ((rc = smc_pages_next(pages, &row, &err)) == SMC_OK && row.p)
 *       use(row);
 *
 * A page is asked for when its first row is: smc_pages_next runs the client until the answer is
 * there, with all other calls that were queued. So it must not be called from a callback. */
#ifndef SIGMACAT_PAGES_H
#define SIGMACAT_PAGES_H

#include <stdbool.h>
#include <stddef.h>

#include <sigmacat/client.h>
#include <sigmacat/error.h>
#include <sigmacat/json.h>

#ifdef __cplusplus
extern "C" {
#endif

struct smc_pages;

/* Zero means the default, and more members may come at the end; see client_types.h. */
struct smc_pages_opt {
    const char *target; /* path, and query if it has one, without what pages: "/v2/workbooks" */
    const char *kind;   /* a static word for statistics and texts; NULL: "pages" */
    /* The member that tells rows apart, for "total": of rows with the same one, which come when
     * rows are added meanwhile, one counts. NULL: every row counts. */
    const char *id_member;
    int rows; /* asked for in one page; 0: 1000 */
    /* False: ?limit=&page= and "nextPage", which is null at the end; "" too, once "total" is
     * reached, or where none is said and the page is not full: it has neither `rows` rows nor 50,
     * nor as many as one before it. True: ?pageSize=&pageToken= and "nextPageToken", which is
     * absent, null or "" at the end. */
    bool has_token;
    /* An array in place of the first page's object is taken for all there is, unless it has `rows`
     * rows exactly: then it may be cut. */
    bool is_bare_ok;
};

#ifdef __cplusplus
#define SMC_PAGES_OPT_INIT                                                                         \
    {                                                                                              \
    }
#else
#define SMC_PAGES_OPT_INIT                                                                         \
    {                                                                                              \
        NULL                                                                                       \
    }
#endif

/* Prepares; nothing is asked for yet. `size` is that of `*opt`, which is copied but for `kind`.
 * `client` is borrowed until smc_pages_free. SMC_ERR_USAGE for an option that can't be (its text
 * names it), SMC_ERR_NOMEM. */
SMC_API enum smc_status smc_pages_new_sized(struct smc_pages **pages, struct smc_client *client,
                                            const struct smc_pages_opt *opt, size_t size,
                                            struct smc_error *err);
static inline enum smc_status smc_pages_new(struct smc_pages **pages, struct smc_client *client,
                                            const struct smc_pages_opt *opt, struct smc_error *err)
{
    return smc_pages_new_sized(pages, client, opt, sizeof *opt, err);
}

/* The next row in `row`, as its bytes came, valid until the next call; at the end `row->p` is NULL.
 *
 * Errors are final: the same one is returned from then on. Those of the call and of smc_client_run;
 * SMC_ERR_SYNTAX for an answer that is not a page, for a cursor that is missing, not a text, in the
 * other idiom's member alone, or was there before (the pages would go round in a circle), for 100
 * pages in a row without a row that counts, for an end that is not sure (see `has_token` and
 * `is_bare_ok`), and at the end where fewer rows came than the last "total" of any page says. The
 * rows that came before it are right all the same.
 * A cursor is percent-encoded; where it has escapes in it and is refused with 400, it was encoded
 * already: the page is asked for once more with it as it came. */
SMC_API enum smc_status smc_pages_next(struct smc_pages *pages, struct smc_json_span *row,
                                       struct smc_error *err);

/* NULL is harmless. */
SMC_API void smc_pages_free(struct smc_pages *pages);

#ifdef __cplusplus
}
#endif

#endif
