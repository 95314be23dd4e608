/* Of which set a page is to be made, and where to: what --html says, for all parts of it. */
#ifndef EXTRACT_PAGE_OF_H
#define EXTRACT_PAGE_OF_H

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

#endif
