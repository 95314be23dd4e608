/* --html: one page, in itself complete, that shows a set: what was extracted, how the run went, what
 * is missing and how things hang together. It is made of the set's files and the history alone, so
 * that it can be made at any time later (--from), without a call. */
#ifndef EXTRACT_PAGE_H
#define EXTRACT_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include <sigmacat/error.h>

struct smci_store;

/* All borrowed. */
struct page {
    const char *directory;    /* that the set is in */
    int64_t timestamp;        /* of the set, which has its summary */
    const char *profile;      /* "" or NULL: none */
    bool has_emails;          /* of members */
    struct smci_store *store; /* with the history of the run; NULL: it is not kept */
    const char *path;         /* to write to, as smci_cli_output_open takes it */
    int stop_fd;              /* -1: none */
};

/* Writes it. SMC_ERR_IO (also where a file of the set is damaged), SMC_ERR_STORE, SMC_ERR_NOMEM,
 * SMC_ERR_INTERNAL, SMC_ERR_CANCELLED; the place is as it was then. */
enum smc_status page_write(const struct page *page, struct smc_error *err);

/* The newest set in `directory` that has its summary; without one, SMC_ERR_IO. */
enum smc_status page_newest(const char *directory, int64_t *timestamp, struct smc_error *err);

#endif
