/* Texts, each kept once and known by a number from 1 on; 0 is not one. Two are equal when their
 * numbers are. */
#ifndef EXTRACT_FIELDS_TEXTS_H
#define EXTRACT_FIELDS_TEXTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sigmacat/buf.h>

struct text_entry {
    size_t at; /* in `bytes`; terminated there */
    size_t len;
    uint32_t folded; /* 0: not known yet */
};

/* A struct of zeros has none, but for `bytes`, which texts_init prepares. */
struct texts {
    struct smc_buf bytes;
    struct text_entry *all; /* that of number n at n - 1 */
    uint32_t count;
    uint32_t allocated;
    uint32_t *slots; /* a table of numbers by hash; 0: free */
    uint32_t slot_count;
    enum smc_status status; /* the first failure, or SMC_OK */
};

void texts_init(struct texts *texts);
void texts_clear(struct texts *texts); /* twice is harmless */

/* The number of a text, which is copied when it is new; 0 when that fails, and `status` tells
 * why: SMC_ERR_NOMEM, SMC_ERR_CAP. */
uint32_t texts_add(struct texts *texts, const char *bytes, size_t len);

/* The number of a text that is there, else 0. */
uint32_t texts_find(const struct texts *texts, const char *bytes, size_t len);

/* The number of the text in plain lower case, letter for letter: Latin, Greek and Cyrillic ones of
 * up to two bytes. 0 of 0, and as texts_add. */
uint32_t texts_fold(struct texts *texts, uint32_t text);

/* Terminated; "" of 0. Borrowed until the next text is added. `len` may be NULL. */
const char *texts_get(const struct texts *texts, uint32_t text, size_t *len);

/* Whether two texts have the same ASCII letters and digits in the same order, whatever their case,
 * and at least one of them. Where one has bytes that are not ASCII these count as letters. */
bool texts_are_alike(const struct texts *texts, uint32_t a, uint32_t b);

#endif
