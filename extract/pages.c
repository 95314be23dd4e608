#include "pages.h"

#include <string.h>

#include "lib/base/idset.h"
#include "lib/net/address.h"

#include "join.h"
#include "key.h"

/* What the record says that has the elements which are on no page. */
#define PAGE_UNKNOWN "page-unknown"

/* ---- calls ---- */

/* Makes the id of a page's call: the workbook's and its own, as assets.h says. False where it has no
 * id that can be asked about. */
static enum smc_status make_id(const char *workbook, struct smc_json_span page, struct smc_buf *id,
                               bool *is_made)
{
    struct smc_buf key = SMC_BUF_INIT(SMC_BODY_MAX);
    bool has_id = false;
    smc_buf_reset(id);
    enum smc_status rc = key_make(smc_json_member(page, "pageId"), &key, &has_id);
    *is_made = rc == SMC_OK && has_id && key_is_addressable(key.data);
    if (*is_made) {
        (void)smci_url_encode(workbook, strlen(workbook), id);
        (void)smc_buf_addstr(id, "/");
        rc = smci_url_encode(key.data, key.len, id);
    }
    smc_buf_clear(&key);
    return rc;
}

static enum smc_status want_page(struct calls *calls, const struct call *call,
                                 struct smc_json_span page, struct smc_buf *id,
                                 struct smc_error *err)
{
    bool is_made;
    enum smc_status rc = make_id(call->id, page, id, &is_made);
    if (rc != SMC_OK || !is_made)
        return rc;
    rc = smci_list_add(calls->job->store, LIST_PAGES, id->data, call->tag, call->name, NULL, err);
    return rc == SMC_OK
               ? calls_want(calls, CALL_PAGE_ELEMENTS, id->data, call->tag, call->name, err)
               : rc;
}

enum smc_status pages_want_elements(struct calls *calls, const struct call *call,
                                    struct smc_json_span rows, struct smc_error *err)
{
    struct smc_json_walk walk;
    struct smc_json_span page;
    struct smc_buf id = SMC_BUF_INIT(SMC_BODY_MAX);
    enum smc_status rc = SMC_OK;
    if (!calls->job->selection.is_asked[CALL_PAGE_ELEMENTS] || !smc_json_walk_begin(&walk, rows))
        return SMC_OK;
    while (rc == SMC_OK && smc_json_walk_next(&walk, NULL, &page, err))
        rc = want_page(calls, call, page, &id, err);
    smc_buf_clear(&id);
    return rc;
}

/* ---- records ---- */

/* One workbook. */
struct book {
    struct join elements;   /* of a page, or of all of it */
    struct smci_idset seen; /* elements that are on a page */
    struct smc_buf id;      /* of a page's call */
};

/* Appends an element's id to the list in join->text. */
static enum smc_status add_id(struct join *join, struct smc_json_span id)
{
    (void)smc_buf_addstr(&join->text, join->rows++ ? ", " : "[");
    return smc_buf_add(&join->text, id.p, id.len);
}

static enum smc_status add_element(struct join *join, struct smc_json_span element,
                                   struct smc_error *err)
{
    struct book *book = join->ctx;
    struct smc_json_span id = smc_json_member(element, "elementId");
    bool added;
    (void)err;
    if (!id.p)
        return SMC_OK;
    return smci_idset_add(&book->seen, id.p, id.len, &added) ? add_id(join, id) : SMC_ERR_NOMEM;
}

static enum smc_status add_unknown(struct join *join, struct smc_json_span element,
                                   struct smc_error *err)
{
    const struct book *book = join->ctx;
    struct smc_json_span id = smc_json_member(element, "elementId");
    (void)err;
    return id.p && !smci_idset_last(&book->seen, id.p, id.len) ? add_id(join, id) : SMC_OK;
}

/* Makes the list of ids in book->elements.text: of those rows of the answer that `fn` takes. */
static enum smc_status list_ids(struct book *book, enum asset_id asset,
                                const struct smci_item *object, join_row_fn *fn,
                                struct smc_error *err)
{
    struct join *join = &book->elements;
    enum smc_status rc = join_turn_to(join, asset, object, err);
    smc_buf_reset(&join->text);
    if (rc == SMC_OK && join->is_read)
        rc = join_each_row(join, fn, err);
    if (rc == SMC_OK && join->is_read)
        rc = smc_buf_addstr(&join->text, join->rows ? "]" : "[]");
    return rc;
}

/* Writes `page` with the workbook's id and the ids of its elements: null, where they are not
 * known. */
static enum smc_status write_record(struct join *join, struct smc_json_span page,
                                    const struct book *book, struct smc_error *err)
{
    const struct smc_buf *ids = &book->elements.text;
    smc_buf_reset(&join->text);
    enum smc_status rc = key_json(join->id.data, &join->text);
    const struct smc_json_field members[] = {
        {"asset_id", {join->text.data, join->text.len}},
        {"elementIds", {ids->len ? ids->data : "null", ids->len ? ids->len : 4}}};
    return rc == SMC_OK ? join_write_spliced(join, page, members, 2, err) : rc;
}

static enum smc_status write_page(struct join *join, struct smc_json_span page,
                                  struct smc_error *err)
{
    struct book *book = join->ctx;
    bool is_made;
    enum smc_status rc = make_id(join->id.data, page, &book->id, &is_made);
    const struct smci_item object = {.id = smc_buf_str(&book->id), .tag = "", .name = ""};
    smc_buf_reset(&book->elements.text);
    if (rc == SMC_OK && is_made)
        rc = list_ids(book, CALL_PAGE_ELEMENTS, &object, add_element, err);
    return rc == SMC_OK ? write_record(join, page, book, err) : rc;
}

/* What is on none of the pages that could be read. */
static enum smc_status write_rest(struct join *join, struct smc_error *err)
{
    static const char page[] = "{\"pageId\": null, \"reason\": \"" PAGE_UNKNOWN "\"}";
    struct book *book = join->ctx;
    const struct smci_item object = {.id = join->id.data, .tag = "", .name = ""};
    enum smc_status rc = list_ids(book, ASSET_ELEMENTS, &object, add_unknown, err);
    if (rc != SMC_OK || !book->elements.rows)
        return rc;
    return write_record(join, (struct smc_json_span){page, sizeof page - 1}, book, err);
}

static enum smc_status write_book(struct join *join, struct smc_error *err)
{
    struct book *book = join->ctx;
    smci_idset_clear(&book->seen);
    enum smc_status rc = join->is_read ? join_each_row(join, write_page, err) : SMC_OK;
    return rc == SMC_OK && join->is_read ? write_rest(join, err) : rc;
}

enum smc_status pages_write(const struct job *job, struct smc_error *err)
{
    struct book book = {.id = SMC_BUF_INIT(SMC_BODY_MAX)};
    join_init(&book.elements, job, NULL, &book);
    enum smc_status rc = join_each_object(job, EXTRA_WORKBOOK_PAGES,
                                          job->files[EXTRA_WORKBOOK_PAGES], write_book, &book, err);
    join_clear(&book.elements);
    smci_idset_clear(&book.seen);
    smc_buf_clear(&book.id);
    return rc;
}
