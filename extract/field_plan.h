/* The order in which data models are derived: those that one reads before it, those that read each
 * other in a circle together. */
#ifndef EXTRACT_FIELD_PLAN_H
#define EXTRACT_FIELD_PLAN_H

#include "extract/fields/components.h"
#include "extract/fields/index.h"
#include "extract/fields/texts.h"

struct field_plan {
    struct texts models; /* their keys: model i is text i + 1 */
    struct index arrows; /* reader, read: 0 */
    struct components order;
};

/* A struct of zeros, but for what this prepares. field_plan_clear ends it, twice is harmless. */
void field_plan_init(struct field_plan *plan);
void field_plan_clear(struct field_plan *plan);

/* Adds a data model, once and in listing order; then which ones read which. False without memory.
 * What is not among the models is passed over. */
bool field_plan_add(struct field_plan *plan, const char *model);
bool field_plan_reads(struct field_plan *plan, const char *reader, const char *read);

/* Finds the order. False without memory. */
bool field_plan_end(struct field_plan *plan);

#endif
