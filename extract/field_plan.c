#include "field_plan.h"

#include <stdlib.h>
#include <string.h>

void field_plan_init(struct field_plan *plan)
{
    *plan = (struct field_plan){.arrows = {.count = 0}};
    texts_init(&plan->models);
}

void field_plan_clear(struct field_plan *plan)
{
    texts_clear(&plan->models);
    index_clear(&plan->arrows);
    components_clear(&plan->order);
}

bool field_plan_add(struct field_plan *plan, const char *model)
{
    return texts_add(&plan->models, model, strlen(model)) != 0;
}

bool field_plan_reads(struct field_plan *plan, const char *reader, const char *read)
{
    const uint32_t from = texts_find(&plan->models, reader, strlen(reader));
    const uint32_t to = texts_find(&plan->models, read, strlen(read));
    return !from || !to || index_add(&plan->arrows, from - 1, to - 1, 0);
}

bool field_plan_end(struct field_plan *plan)
{
    const uint32_t count = plan->models.count;
    uint32_t *first = calloc((size_t)count + 1, sizeof *first);
    uint32_t *to = calloc((size_t)plan->arrows.count + 1, sizeof *to);
    if (!first || !to) {
        free(first);
        free(to);
        return false;
    }
    index_sort(&plan->arrows);
    for (uint32_t i = 0; i < plan->arrows.count; i++) {
        first[plan->arrows.rows[i].a + 1]++;
        to[i] = plan->arrows.rows[i].b;
    }
    for (uint32_t i = 0; i < count; i++)
        first[i + 1] += first[i];
    const struct arrows arrows = {count, first, to};
    const bool ok = components_find(&arrows, &plan->order);
    free(first);
    free(to);
    return ok;
}
