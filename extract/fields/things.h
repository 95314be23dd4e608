/* Tables, datasets, queries and uploads that a document names: found by id, with their paths. */
#ifndef EXTRACT_FIELDS_THINGS_H
#define EXTRACT_FIELDS_THINGS_H

#include "graph.h"

/* Indexes the things of the rows, adds the inodes that only sourceIds name, and asks for paths, and
 * for the columns of tables where the services have those. */
void things_seal(struct graph *graph);

/* The table, dataset or other thing that "inode-..." (up to a slash) stands for, or NOWHERE. */
uint32_t things_inode(struct graph *graph, uint32_t document, const char *text, size_t len);

/* The table of the document that has this path (JSON), or NOWHERE. */
uint32_t things_path(struct graph *graph, uint32_t document, uint32_t path);

/* The id of the table or dataset that "inode-..." encodes; 0 for another text. */
uint32_t things_inode_id(struct graph *graph, const char *text, size_t len);

#endif
