/* One object's call, from its first page to its end. objects.c decides which and when. */
#ifndef EXTRACT_OBJECT_H
#define EXTRACT_OBJECT_H

#include <stdbool.h>

#include "lib/net/cursor.h"
#include "objects.h"

struct object {
    struct run *run;
    struct object *next;
    int asset; /* or OBJECT_PATH */
    char *id;  /* a key */
    char *tag;
    char *name;
    bool is_last_chance; /* one try, and then it is a gap */
    bool is_urgent;
    int pages;
    struct smci_cursor cursor;
    object_ended_fn *ended; /* may be NULL */
};

/* Copies the texts; the object is on the list of those under way until it has ended. NULL when memory
 * ran out. */
struct object *object_new(struct run *run, int asset, const char *id, const char *tag,
                          const char *name);

/* Asks for its first page. It ends by itself; failures end the client's run. False when its id can't
 * be asked for: then it has ended here and now, as a gap. */
bool object_begin(struct object *object);

/* Counts the gap that an earlier run met: `outcome` is what the store has of it. */
enum smc_status object_note_old_gap(struct object *object, const struct smci_outcome *outcome,
                                    struct smc_error *err);

/* Ends it here: calls `ended`, and frees. */
void object_end(struct object *object, bool is_read);

/* Frees one whose run has ended before it. */
void object_drop(struct object *object);

#endif
