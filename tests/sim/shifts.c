/* Listings that change while they are read: rows deleted, inserted and replaced between two pages.
 *
 * The estate stays a pure function: what is kept is the list of changes, through which a row's
 * place is traced back to the place that it had before them. New rows are the estate's beyond
 * its count. */
#include "priv.h"

#include <stdlib.h>

static bool is_listing(const struct request *req)
{
    return req->call && req->call->object == KIND_COUNT && req->call->idiom == I_PAGE &&
           req->kind != K_PATHS && !req->sim->replay;
}

bool shifts_is_one(const struct fault_hit *f)
{
    return f->what == DO_DELETE || f->what == DO_INSERT || f->what == DO_REPLACE;
}

void shifts_want(struct request *req, const struct fault_hit *f)
{
    if (is_listing(req) && req->shift_count < SHIFTS_AT_ONCE)
        req->shifts[req->shift_count++] = (struct shift){req->kind, f->what, f->number, -1, 0};
}

/* ---- under the lock ---- */

static long count_rows(const struct sim *sim, enum kind kind)
{
    long count = estate_count(&sim->opt, kind);
    size_t i;

    for (i = 0; i < sim->shift_count; i++)
        if (sim->shifts[i].kind == kind)
            count += (sim->shifts[i].what == DO_INSERT) - (sim->shifts[i].what == DO_DELETE);
    return count;
}

/* Goes back through the changes, from the place that a row has now to the one it began at. */
static long index_of(const struct sim *sim, enum kind kind, long row)
{
    size_t i;

    for (i = sim->shift_count; i-- > 0;) {
        const struct shift *s = &sim->shifts[i];
        if (s->kind != kind)
            continue;
        if (s->what != DO_DELETE && row == s->row)
            return s->index;
        if (s->what == DO_DELETE && row >= s->row)
            row++;
        else if (s->what == DO_INSERT && row > s->row)
            row--;
    }
    return row;
}

static long next_index(const struct sim *sim, enum kind kind)
{
    long index = estate_count(&sim->opt, kind);
    size_t i;

    for (i = 0; i < sim->shift_count; i++)
        index += sim->shifts[i].kind == kind && sim->shifts[i].what != DO_DELETE;
    return index;
}

/* The number of the call of the kind that is being answered. */
static long call_number(const struct sim *sim, enum kind kind)
{
    long number = 1;
    int i;

    for (i = 0; i < STATUS_MAX; i++)
        number += sim->stats.by_status[kind][i];
    return number;
}

/* What names a row that is not there changes nothing. */
static void add(struct sim *sim, struct shift shift)
{
    long count = count_rows(sim, shift.kind);
    struct shift *grown;

    if (shift.row >= count + (shift.what == DO_INSERT))
        return;
    grown = realloc(sim->shifts, (sim->shift_count + 1) * sizeof(*grown));
    if (!grown)
        return;
    sim->shifts = grown;
    shift.index = next_index(sim, shift.kind);
    shift.call = call_number(sim, shift.kind);
    sim->shifts[sim->shift_count++] = shift;
}

/* ---- for others ---- */

void shifts_apply(struct request *req)
{
    size_t i;

    if (req->shift_count == 0)
        return;
    pthread_mutex_lock(&req->sim->lock);
    for (i = 0; i < req->shift_count; i++)
        add(req->sim, req->shifts[i]);
    pthread_mutex_unlock(&req->sim->lock);
}

void shifts_clear(struct sim *sim)
{
    free(sim->shifts);
    sim->shifts = NULL;
    sim->shift_count = 0;
}

long shifts_count(struct sim *sim, enum kind kind)
{
    long count;

    pthread_mutex_lock(&sim->lock);
    count = count_rows(sim, kind);
    pthread_mutex_unlock(&sim->lock);
    return count;
}

void shifts_rows(struct sim *sim, enum kind kind, long row, long count, long *indexes)
{
    long i;

    pthread_mutex_lock(&sim->lock);
    for (i = 0; i < count; i++)
        indexes[i] = index_of(sim, kind, row + i);
    pthread_mutex_unlock(&sim->lock);
}

bool shifts_has(struct sim *sim, enum kind kind, long index)
{
    long row = index >= 0 && index < estate_count(&sim->opt, kind) ? index : -1;
    size_t i;

    pthread_mutex_lock(&sim->lock);
    for (i = 0; i < sim->shift_count; i++) {
        const struct shift *s = &sim->shifts[i];
        if (s->kind != kind)
            continue;
        if (row == s->row && s->what != DO_INSERT)
            row = -1; /* it never comes back */
        else if (row >= s->row)
            row += s->what == DO_INSERT ? 1 : s->what == DO_DELETE ? -1 : 0;
        if (s->what != DO_DELETE && s->index == index)
            row = s->row;
    }
    pthread_mutex_unlock(&sim->lock);
    return row >= 0;
}

long shifts_last_call(struct sim *sim, enum kind kind, long before)
{
    long call = 0;
    size_t i;

    pthread_mutex_lock(&sim->lock);
    for (i = 0; i < sim->shift_count; i++)
        if (sim->shifts[i].kind == kind && sim->shifts[i].call < before)
            call = sim->shifts[i].call;
    pthread_mutex_unlock(&sim->lock);
    return call;
}
