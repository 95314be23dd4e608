/* What is known of a workbook or of a data model, whichever calls have brought it: of a data model
 * those of the files that Catalog asks for, where these have asked about it, else those of extras. */
#ifndef EXTRACT_DOCUMENT_H
#define EXTRACT_DOCUMENT_H

#include "join.h"

enum document_type { DOCUMENT_WORKBOOK, DOCUMENT_DATAMODEL, DOCUMENT_TYPES };

enum document_part {
    DOCUMENT_ELEMENTS,
    DOCUMENT_COLUMNS,
    DOCUMENT_LINEAGE,
    DOCUMENT_SOURCES,
    DOCUMENT_PARTS
};

/* Calls `fn` for each of them in listing order, behind the listed data models those that are only
 * named; join->id is its id, join->name its name. `file` is where it writes to; NULL: nowhere. */
enum smc_status document_each(const struct job *job, enum document_type type,
                              struct smci_part *file, join_object_fn *fn, void *ctx,
                              struct smc_error *err);

/* From within: turns to a part of the same document. Then join->is_read tells whether it could be
 * read, and join_each_row goes through its rows. */
enum smc_status document_turn(struct join *join, enum document_type type, enum document_part part,
                              struct smc_error *err);

#endif
