/* References to what only /spec knows: metrics and the columns of unions. */
#ifndef EXTRACT_FIELDS_SPECIAL_H
#define EXTRACT_FIELDS_SPECIAL_H

#include "reading.h"

/* [Metrics/Name], where no declared source is called that. */
bool special_is_metric(const struct reading *r, uint32_t prefix, enum found declared);
void special_metric(const struct reading *r, uint32_t name);

/* Whether the element is a union by /spec that has this column, or by the prefix that a union has
 * by itself, "Union of 2 Sources", where no declared source is called that. */
bool special_is_union(const struct reading *r, uint32_t prefix, uint32_t name, enum found declared,
                      const struct field_source *source);
void special_union(const struct reading *r, uint32_t name);

#endif
