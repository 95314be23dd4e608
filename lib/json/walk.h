/* Walking, as the rest of the room needs it beside <sigmacat/json.h>. */
#ifndef SMCI_WALK_H
#define SMCI_WALK_H

#include <sigmacat/json.h>

/* Walks the object that `object` is at the beginning of to its end, and picks the members `names`
 * as smc_json_members does. False when the walk fails, with all of `found` cleared. */
bool smci_walk_members(struct smc_json_walk *object, const char *const *names, size_t count,
                       struct smc_json_span *found, struct smc_error *err);

static inline void smci_clear_spans(struct smc_json_span *spans, size_t count)
{
    for (size_t i = 0; i < count; i++)
        spans[i] = (struct smc_json_span){NULL, 0};
}

/* smc_json_equals for a scanned member's name, where most are told apart by their first byte. */
static inline bool smci_name_is(struct smc_json_span key, const char *name)
{
    char first = '\0';
    if (key.p)
        first = key.p[1];
    return (first == *name || first == '\\' || !*name) && smc_json_equals(key, name);
}

#endif
