/* The records of a set's files as the page needs them: of each record the members that it shows, as
 * an array, so that a large set makes a small page. */
#ifndef EXTRACT_PAGE_ROWS_H
#define EXTRACT_PAGE_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include <sigmacat/error.h>

struct smci_packed;

struct page_rows {
    int dir_fd; /* of the set's directory; borrowed */
    int64_t timestamp;
    bool has_emails; /* of members; else they are left out */
    int stop_fd;     /* -1: none */
};

/* Adds ,"NAME":[[...],...] for each file of the set that is there and has something to show. Values
 * are the bytes of the file; one of more than 64 KiB becomes null, as one that is lacking. Memory
 * grows with the largest record alone. What can't be read is an error, and the page is none:
 * SMC_ERR_IO, SMC_ERR_SYNTAX, SMC_ERR_CAP, SMC_ERR_NOMEM, SMC_ERR_CANCELLED. */
enum smc_status page_rows_add(const struct page_rows *rows, struct smci_packed *packed,
                              struct smc_error *err);

#endif
