/* A reference at work, and how what it turned out to be is noted. */
#ifndef EXTRACT_FIELDS_READING_H
#define EXTRACT_FIELDS_READING_H

#include "find.h"
#include "formula.h"
#include "graph.h"

struct reading {
    struct graph *graph;
    uint32_t column;
    uint32_t element;    /* the column's, or NOWHERE */
    const char *formula; /* a copy, which stays where it is */
    struct formula_reference reference;
    uint32_t text; /* of the reference */
    size_t segments;
    bool is_only; /* the formula is nothing else */
};

/* The name that `count` segments from `first` on are together. */
uint32_t reading_name(const struct reading *r, size_t first, size_t count);

/* Notes an edge of the column, or why there is none; what is noted already is not noted again. */
void reading_edge(const struct reading *r, struct field_edge edge);
void reading_doubt(const struct reading *r, enum field_reason reason);

/* Notes what find_column made of a source's column. */
void reading_end(const struct reading *r, enum found found, const struct field_edge *edge,
                 const struct field_source *source);

#endif
