/* The two questions of every reference: which declared source bears a name, and which of its
 * columns does. Names are compared as they are; then, where none is equal, in lower case. */
#ifndef EXTRACT_FIELDS_FIND_H
#define EXTRACT_FIELDS_FIND_H

#include "graph.h"

enum found {
    FOUND_ONE,
    FOUND_NONE,
    FOUND_SEVERAL,
    FOUND_UNKNOWN /* nobody knows the source's columns */
};

/* Among the declared sources of an element (NOWHERE has none). Two ways to the same one are one. */
enum found find_source(struct graph *graph, uint32_t element, uint32_t name, bool is_folded,
                       struct field_source *source);

/* The same, exact first; `is_folded` tells which it was. */
enum found find_source_any(struct graph *graph, uint32_t element, uint32_t name,
                           struct field_source *source, bool *is_folded);

/* Whether that source is declared and bears the name, in either case. */
bool find_bears(struct graph *graph, uint32_t element, uint32_t name, uint32_t thing,
                bool *is_folded);

/* A column of an element by its name, then by its id, then by its name in lower case. */
enum found find_own(struct graph *graph, uint32_t element, uint32_t name, bool with_id,
                    uint32_t *column, bool *is_folded);

/* A column of a source, as an edge of kind, target, native name and how. Of tables and datasets
 * those are known that an id says ("inode-U/AMT"), that another column of the document with such an
 * id bears the same reference for, and, of a table with a list of its columns, the one that is
 * alike. Of queries and uploads each name is believed. */
enum found find_column(struct graph *graph, const struct field_source *source, uint32_t name,
                       struct field_edge *edge);

#endif
