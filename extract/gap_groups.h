/* The gaps of a run as the log tells them: those of one kind and cause in one line, what is new
 * since the last run apart from what was there before. */
#ifndef EXTRACT_GAP_GROUPS_H
#define EXTRACT_GAP_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sigmacat/log.h>

#include "gap.h"

/* Beyond them gaps are told by their kind alone. */
#define GAP_GROUPS_MAX 48

#define GAP_EXAMPLES 3

struct gap_group {
    const char *kind; /* static */
    char cause[96];
    enum gap_remedy remedy;
    bool is_known; /* the last run had them */
    int64_t count;
    char examples[GAP_EXAMPLES][80]; /* names, or ids where there is none */
    size_t example_count;
    char first[640]; /* the first of them in full */
};

struct gap_groups {
    struct gap_group items[GAP_GROUPS_MAX];
    size_t count;
};

/* `is_known`: the last run had it, too. */
void gap_groups_add(struct gap_groups *groups, const struct gap *gap, bool is_known);

/* What is new is a warning, the rest INFO. `has_last`: there is a run to compare with. */
void gap_groups_log(const struct gap_groups *groups, bool has_last, struct smc_log *log);

#endif
