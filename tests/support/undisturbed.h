/* What a run publishes when nothing goes wrong, and what a run that met something publishes: the
 * same to the byte, but for its time, its host, and what is lost with one object. */
#ifndef TESTS_UNDISTURBED_H
#define TESTS_UNDISTURBED_H

#include "extraction.h"

struct undisturbed {
    struct records files[EXTRACTION_FILES]; /* as extraction_names; no text: not known yet */
};

/* Takes the set that the last run published. */
void undisturbed_take(struct undisturbed *u, struct extraction *x);
void undisturbed_clear(struct undisturbed *u);

/* What could not be read: a gap's kind and the object's id. */
struct loss {
    const char *kind; /* NULL: nothing */
    const char *id;   /* NULL: a listing, or whoami */
    /* The stand-in left rows away or doubled some, where none can tell: the object's own records
     * (the listing's own file) may be anything, the rest may not. */
    bool is_unseen;
    bool is_moved; /* nothing was lost, but a later reading brought a row: in whatever order */
};

/* Fails the test unless the set that the last run published is `u` less `loss` (NULL: nothing). */
void undisturbed_compare(const struct undisturbed *u, struct extraction *x,
                         const struct loss *loss);

#endif
