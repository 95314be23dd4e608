/* The rows of one object, of either sort of estate: of a document with known lineage (fields.h),
 * which is built once for all of them, or row by row (estate.h). */
#ifndef SIM_ROWS_H
#define SIM_ROWS_H

#include "estate.h"

struct rows {
    const struct sim_options *o;
    enum kind kind;
    long parent;
    uint64_t call;   /* a number that no other call has, 0: none */
    struct doc *doc; /* NULL: row by row */
};

/* Borrows `o`; rows_close ends it. */
void rows_open(struct rows *r, const struct sim_options *o, enum kind kind, long parent,
               uint64_t call);
/* -1: there are no rows of this kind. */
long rows_count(const struct rows *r);
void rows_put(const struct rows *r, long index, struct text *t);
void rows_close(struct rows *r);

#endif
