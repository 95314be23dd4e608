#include "rows.h"

#include "fields.h"

void rows_open(struct rows *r, const struct sim_options *o, enum kind kind, long parent,
               uint64_t call)
{
    enum kind document;

    *r = (struct rows){o, kind, parent, call, NULL};
    if (doc_has(o, kind, &document))
        r->doc =
            doc_new(o, document, kind == K_PAGE_ELEMENTS ? estate_page_workbook(parent) : parent);
}

long rows_count(const struct rows *r)
{
    return r->doc ? doc_row_count(r->doc, r->kind, estate_page_number(r->parent))
                  : estate_row_count(r->o, r->kind, r->parent);
}

void rows_put(const struct rows *r, long index, struct text *t)
{
    if (r->doc)
        doc_row(r->doc, r->kind, estate_page_number(r->parent), index, r->call, t);
    else if (r->kind == K_WORKBOOK_QUERIES)
        estate_query_row(r->o, r->parent, index, r->call, t);
    else
        estate_row(r->o, r->kind, r->parent, index, t);
}

void rows_close(struct rows *r)
{
    doc_free(r->doc);
    r->doc = NULL;
}
