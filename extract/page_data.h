/* What the page has besides records: the summary of its set, what became of the run, the gaps, and
 * what changed against the set before. */
#ifndef EXTRACT_PAGE_DATA_H
#define EXTRACT_PAGE_DATA_H

#include "page_of.h"

struct smci_packed;

/* Begins the page's object and adds these members. Errors as page_write. */
enum smc_status page_data_add(const struct page *page, int dir_fd, struct smci_packed *packed,
                              struct smc_error *err);

#endif
