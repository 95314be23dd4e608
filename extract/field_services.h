/* What the derivation of field lineage asks for beyond a document, out of the store:
 * fields/graph.h, struct field_services. And what it keeps there for later documents, which no
 * later run reads. */
#ifndef EXTRACT_FIELD_SERVICES_H
#define EXTRACT_FIELD_SERVICES_H

#include "extract/fields/graph.h"

#include "tables.h"

/* All borrowed. */
struct field_lookup {
    const struct job *job;
    const struct tables *tables;
    const char *user; /* the name of the document at work, for the log; only for wanting */
};

/* They find what is known. */
struct field_services field_services_of(struct field_lookup *lookup);

/* They only note which tables' paths are wanted, and find nothing. */
struct field_services field_services_wanting(struct field_lookup *lookup);

/* Keeps what saved.h makes of an element of a data model. */
enum smc_status field_services_keep(const struct job *job, const char *model, const char *element,
                                    const struct smc_buf *saved, struct smc_error *err);

/* Forgets all that was kept. */
enum smc_status field_services_forget(const struct job *job, struct smc_error *err);

#endif
