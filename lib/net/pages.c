#include <sigmacat/pages.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "client_options.h"
#include "cursor.h"
#include "page.h"

#define TARGET_MAX ((size_t)256 * 1024)

struct smc_pages {
    struct smc_client *client;
    char *target;
    char *id_member; /* or NULL */
    const char *kind;
    int rows;
    enum smci_paging paging;
    bool is_bare_ok;

    struct smc_buf body; /* of the page that is read, which the rows point into */
    struct smci_page page;
    size_t at;      /* the next row of it */
    int64_t number; /* of the page, from 1; 0: none was asked for */
    struct smci_cursor cursor;
    struct smci_idset ids;
    int64_t distinct; /* rows that count for `total` */
    int64_t total;    /* what the server said last; -1: nothing */
    bool is_last;
    bool is_again; /* the page is asked for once more, with its cursor as it came */
    struct smc_error failure;
};

/* ---- life ---- */

static char *copy(const char *text, enum smc_status *rc)
{
    char *made = text ? strdup(text) : NULL;
    if (text && !made)
        *rc = SMC_ERR_NOMEM;
    return made;
}

static enum smc_status check(const struct smc_pages_opt *opt, struct smc_error *err)
{
    if (!opt->target || *opt->target != '/')
        return smc_error_set(err, SMC_ERR_USAGE, "target: expected a path, beginning with '/'");
    if (opt->rows < 0)
        return smc_error_set(err, SMC_ERR_USAGE, "rows: expected 0 or more");
    return SMC_OK;
}

enum smc_status smc_pages_new_sized(struct smc_pages **out, struct smc_client *client,
                                    const struct smc_pages_opt *given, size_t size,
                                    struct smc_error *err)
{
    struct smc_pages_opt known;
    const struct smc_pages_opt *opt = &known;
    *out = NULL;
    if (!smci_options_copy(&known, sizeof known, given, size))
        return smc_error_set(err, SMC_ERR_USAGE, "options: this library is older than they are");
    enum smc_status rc = check(opt, err);
    if (rc != SMC_OK)
        return rc;
    struct smc_pages *pages = calloc(1, sizeof *pages);
    if (!pages)
        return smc_error_set(err, SMC_ERR_NOMEM, "out of memory");
    pages->client = client;
    pages->target = copy(opt->target, &rc);
    pages->id_member = copy(opt->id_member, &rc);
    pages->kind = opt->kind ? opt->kind : "pages";
    pages->rows = opt->rows ? opt->rows : SMCI_PAGE_LIMIT;
    pages->paging = opt->has_token ? SMCI_PAGING_TOKEN : SMCI_PAGING_PAGE;
    pages->is_bare_ok = opt->is_bare_ok;
    pages->page = (struct smci_page)SMCI_PAGE_INIT;
    pages->total = -1;
    smc_buf_init(&pages->body, SMC_BODY_MAX);
    smci_cursor_init(&pages->cursor, (size_t)pages->rows);
    if (rc != SMC_OK) {
        smc_pages_free(pages);
        return smc_error_set(err, rc, "out of memory");
    }
    *out = pages;
    return SMC_OK;
}

void smc_pages_free(struct smc_pages *pages)
{
    if (!pages)
        return;
    smci_page_clear(&pages->page);
    smci_cursor_clear(&pages->cursor);
    smci_idset_clear(&pages->ids);
    smc_buf_clear(&pages->body);
    free(pages->id_member);
    free(pages->target);
    free(pages);
}

/* ---- one page ---- */

/* Fills `failure`, with the path and the page in front. */
static void fail(struct smc_pages *pages, enum smc_status code, const char *what)
{
    if (pages->failure.code == SMC_OK)
        (void)smc_error_set(&pages->failure, code, "GET %.*s: page %" PRId64 " %s",
                            (int)strcspn(pages->target, "?"), pages->target, pages->number, what);
}

/* The page is read from a copy, since an answer does not outlive its callback. */
static enum smc_verdict on_answer(void *ctx, const struct smc_answer *answer, struct smc_error *why)
{
    struct smc_pages *pages = ctx;
    const char *names[] = {pages->id_member};
    struct smc_error err = SMC_ERROR_INIT;
    if (answer->error.code == SMC_ERR_CANCELLED) /* the run tells why */
        return SMC_TAKE;
    pages->is_again = smci_cursor_try_as_it_came(&pages->cursor, answer->http_status);
    if (pages->is_again)
        return SMC_TAKE;
    if (answer->error.code != SMC_OK) {
        pages->failure = answer->error;
        return SMC_TAKE;
    }
    smc_buf_reset(&pages->body);
    if (smc_buf_add(&pages->body, answer->body, answer->len) != SMC_OK) {
        fail(pages, SMC_ERR_NOMEM, "could not be kept: out of memory");
        return SMC_TAKE;
    }
    switch (smci_page_read(&pages->page, smc_buf_str(&pages->body), pages->body.len, pages->paging,
                           pages->is_bare_ok && pages->number == 1, names, pages->id_member ? 1 : 0,
                           &err)) {
    case SMCI_PAGE_OK:
        break;
    case SMCI_PAGE_NOT_JSON:
        *why = err;
        return SMC_REJECT;
    case SMCI_PAGE_WRONG:
    case SMCI_PAGE_NO_MEMORY:
        smc_error_context(&err, "is wrong");
        fail(pages, err.code, err.detail);
        break;
    }
    return SMC_TAKE;
}

static void make_target(const struct smc_pages *pages, struct smc_buf *target)
{
    bool has_token = pages->paging == SMCI_PAGING_TOKEN;
    const struct smc_buf *cursor = &pages->cursor.text;
    (void)smc_buf_addf(target, "%s%c%s=%d", pages->target, strchr(pages->target, '?') ? '&' : '?',
                       has_token ? "pageSize" : "limit", pages->rows);
    if (!cursor->len)
        return;
    (void)smc_buf_addstr(target, has_token ? "&pageToken=" : "&page=");
    (void)smci_cursor_put(&pages->cursor, target);
}

static enum smc_status ask(struct smc_pages *pages)
{
    struct smc_buf target = SMC_BUF_INIT(TARGET_MAX);
    make_target(pages, &target);
    struct smc_request request = {
        .kind = pages->kind, .target = smc_buf_str(&target), .done = on_answer, .ctx = pages};
    enum smc_status rc = smc_buf_status(&target);
    if (rc == SMC_OK)
        rc = smc_client_send(pages->client, &request);
    smc_buf_clear(&target);
    if (rc != SMC_OK)
        fail(pages, rc, smc_error_text(rc));
    else
        (void)smc_client_run(pages->client, &pages->failure);
    return pages->failure.code;
}

static void check_step(struct smc_pages *pages, enum smci_cursor_step step)
{
    if (step == SMCI_CURSOR_NO_MEMORY)
        fail(pages, SMC_ERR_NOMEM, smci_cursor_fault(step));
    else if (step != SMCI_CURSOR_END && step != SMCI_CURSOR_NEXT && step != SMCI_CURSOR_EMPTY)
        fail(pages, SMC_ERR_SYNTAX, smci_cursor_fault(step));
}

/* Takes the cursor of the page after this one. An empty one is the end, if `total` is reached, or
 * where there is none, if the page is not full. */
static void take_cursor(struct smc_pages *pages)
{
    enum smci_cursor_step step = smci_cursor_take(&pages->cursor, &pages->page, pages->paging);
    if (step == SMCI_CURSOR_CUT && pages->total >= 0)
        step = SMCI_CURSOR_EMPTY;
    pages->is_last = step == SMCI_CURSOR_END || step == SMCI_CURSOR_EMPTY;
    check_step(pages, step);
}

/* Counts the rows that are there for the first time. */
static void count_rows(struct smc_pages *pages)
{
    int64_t before = pages->distinct;
    for (size_t i = 0; i < pages->page.count; i++) {
        struct smc_json_span id =
            pages->id_member ? pages->page.rows[i].members[0] : (struct smc_json_span){NULL, 0};
        bool is_new = true;
        if (id.p && !smci_idset_add(&pages->ids, id.p, id.len, &is_new))
            fail(pages, SMC_ERR_NOMEM, "could not be counted: out of memory");
        pages->distinct += is_new;
    }
    if (!pages->is_last)
        check_step(pages, smci_cursor_note(&pages->cursor, pages->distinct > before));
}

static void check_total(struct smc_pages *pages)
{
    char what[128];
    if (pages->distinct >= pages->total)
        return;
    (void)snprintf(what, sizeof what,
                   "was the last, with %" PRId64 " row%s in all where the server says %" PRId64,
                   pages->distinct, pages->distinct == 1 ? "" : "s", pages->total);
    fail(pages, SMC_ERR_SYNTAX, what);
}

/* ---- rows ---- */

static enum smc_status next_page(struct smc_pages *pages)
{
    pages->at = 0;
    pages->page.count = 0;
    pages->number++;
    do
        (void)ask(pages);
    while (pages->is_again && pages->failure.code == SMC_OK);
    if (pages->failure.code != SMC_OK)
        return pages->failure.code;
    if (pages->page.total >= 0)
        pages->total = pages->page.total;
    take_cursor(pages);
    count_rows(pages);
    return pages->failure.code;
}

enum smc_status smc_pages_next(struct smc_pages *pages, struct smc_json_span *row,
                               struct smc_error *err)
{
    *row = (struct smc_json_span){NULL, 0};
    while (pages->failure.code == SMC_OK && pages->at == pages->page.count && !pages->is_last)
        (void)next_page(pages);
    if (pages->failure.code == SMC_OK && pages->at == pages->page.count)
        check_total(pages);
    if (pages->failure.code != SMC_OK)
        return smc_error_copy(err, &pages->failure);
    if (pages->at < pages->page.count)
        *row = pages->page.rows[pages->at++].value;
    return SMC_OK;
}
