/* Columns whose id names the column of a table or dataset: the first rule. */
#ifndef EXTRACT_FIELDS_NATIVE_H
#define EXTRACT_FIELDS_NATIVE_H

#include "graph.h"

/* Finds them all, and learns from them what a table's columns are called in formulas. */
void native_find(struct graph *graph);

#endif
