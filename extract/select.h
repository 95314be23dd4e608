/* Which files of a set are written (--only, --skip, --with), and which calls that takes: what a file
 * depends on is asked for too, and not written. */
#ifndef EXTRACT_SELECT_H
#define EXTRACT_SELECT_H

#include <stdbool.h>
#include <stddef.h>

#include <sigmacat/error.h>

#include "assets.h"

struct extract_settings;

struct selection {
    bool is_written[ASSET_COUNT];
    bool is_asked[CALL_COUNT]; /* its calls are made */
    bool is_feed[CALL_COUNT];  /* of these, what a file takes that Catalog asks for: the rest is for
                                  extras, and never endangers the set */
    bool has_spec;             /* field_lineage takes /spec of data models too */
    bool is_one_page_enough;   /* of the workbooks: the first decides for the other listings
                                       whether the whole organisation can be seen */
    bool is_partial;           /* not all files are written that Catalog asks for */
};

/* Whether a list with commas, or NULL, has `name`. */
bool select_has_name(const char *list, const char *name);

/* Reads --only or --skip; with neither, everything is written that Catalog asks for. Adds what
 * --with names. SMC_ERR_USAGE for a name that is none of the files, and when nothing is left. */
enum smc_status select_read(const struct extract_settings *settings, struct selection *selection,
                            struct smc_error *err);

/* As select_read, for the error alone. */
enum smc_status select_check(const struct extract_settings *settings, struct smc_error *err);

/* The selection of files with these names (commas between them), extras too. NULL, or a text without
 * a known name: everything that Catalog asks for. */
void select_names(const char *names, struct selection *selection);

/* The names of the files of a set, in the order of their publication; how many is returned.
 * `selection` NULL: of one with everything, extras too. */
size_t select_file_names(const struct selection *selection, const char *names[ASSET_COUNT + 1]);

/* Whether it is asked for extras alone, or is such a file. */
bool select_is_extra(const struct selection *selection, enum asset_id kind);

/* Whether calls of that kind are made for single objects. */
bool select_asks_objects(const struct selection *selection, enum asset_id kind);

/* Whether such calls follow from this listing. */
bool select_has_objects(const struct selection *selection, enum asset_id listing);

/* Whether all tables' paths are wanted that a whole set wants. */
bool select_wants_all_tables(const struct selection *selection);

/* Whether the account's rights become known. */
bool select_knows_rights(const struct selection *selection);

#endif
