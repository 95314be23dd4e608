/* The sets among the files: what belongs together, which is the newest, and how one stands. */
#ifndef UPLOAD_SETS_H
#define UPLOAD_SETS_H

#include "files.h"

/* The files `begin` to `end` - 1, which stand together in the files' order, the summary last. */
struct upload_set {
    size_t begin;
    size_t end;
};

/* The set that begins with that file; a file that is of no set stands alone. */
struct upload_set upload_set_from(const struct upload_files *files, size_t begin);

/* How many digits a set's names begin with, for texts; 0: the name is of no set. */
int upload_set_digits(const char *name);

/* The newest set older than the one of the name `before` (NULL: the newest); false: none. */
bool upload_set_newest(const struct upload_files *files, const char *before,
                       struct upload_set *set);

/* The set whose names begin with these digits; false: none. */
bool upload_set_find(const struct upload_files *files, const char *digits, struct upload_set *set);

enum upload_standing {
    UPLOAD_SET_WHOLE,     /* the rest of the set is at Catalog */
    UPLOAD_SET_UNDER_WAY, /* some is still to be sent */
    UPLOAD_SET_BROKEN     /* some failed */
};

/* How the rest of the set stands whose summary is the file `summary`. */
enum upload_standing upload_set_standing(const struct upload_files *files, size_t summary);

#endif
