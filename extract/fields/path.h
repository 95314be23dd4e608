/* References of three segments or more, which may be a slash in a name, the id of a column, a way
 * through a join or one along a relationship: only if exactly one of these checks out, it is that. */
#ifndef EXTRACT_FIELDS_PATH_H
#define EXTRACT_FIELDS_PATH_H

#include "reading.h"

/* Notes what such a reference reads, an edge of its column, or that it can't be told. */
void path_resolve(const struct reading *r);

#endif
