/* --html: one page, in itself complete, that shows a set: what was extracted, how the run went, what
 * is missing and how things hang together. It is made of the set's files and the history alone, so
 * that it can be made at any time later (--from), without a call. */
#ifndef EXTRACT_PAGE_H
#define EXTRACT_PAGE_H

#include "page_of.h"

/* Writes it. SMC_ERR_IO (also where a file of the set is damaged), SMC_ERR_STORE, SMC_ERR_NOMEM,
 * SMC_ERR_INTERNAL, SMC_ERR_CANCELLED; the place is as it was then. */
enum smc_status page_write(const struct page *page, struct smc_error *err);

/* The newest set in `directory` that has its summary; without one, SMC_ERR_IO. */
enum smc_status page_newest(const char *directory, int64_t *timestamp, struct smc_error *err);

#endif
