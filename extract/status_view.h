/* --status: what is known of this state directory and its runs, found out without a call, without a
 * lock and without changing anything. */
#ifndef EXTRACT_STATUS_VIEW_H
#define EXTRACT_STATUS_VIEW_H

#include <sigmacat/clock.h>

#include "newest_set.h"
#include "options_table.h"
#include "status_file.h"

/* Who holds the state directory's lock. */
enum status_holder {
    STATUS_HELD_BY_NOBODY,
    STATUS_HELD_BY_RUN,   /* the run of `entry` */
    STATUS_HELD_BY_OTHER, /* one that is of another host or client id, or has told nothing yet */
    STATUS_HELD_UNKNOWN   /* it could not be asked */
};

struct status_view {
    int64_t now_s;
    char *state; /* the directory */
    struct status_file *file;
    const struct status_entry *entry; /* of the settings' host and client id, or the latest; NULL:
                                         there was no run */
    enum status_state shown;          /* of its run: what the file says, or that it was killed */
    enum status_holder holder;
    int64_t holder_pid;    /* 0: not known */
    size_t others;         /* entries that are not this one */
    const char *directory; /* of the sets; "": not known */
    struct newest_set set;
    struct smc_error trouble; /* the first thing that could not be read; the rest is there all the
                                 same */
};

/* SMC_ERR_NOMEM; what can't be read is `trouble`. `settings` are borrowed. */
enum smc_status status_view_make(struct status_view *view, const struct extract_settings *settings,
                                 const struct smc_clock *clock, struct smc_error *err);
void status_view_clear(struct status_view *view);

/* The lines for a person. `has_color` as of a terminal. */
void status_view_text(const struct status_view *view, bool has_color, struct smc_buf *text);

/* The members for --json, as an object of their own (lib/cli/result.h). */
enum smc_status status_view_json(const struct status_view *view, const struct smc_log *log,
                                 struct smc_buf *text, struct smc_error *err);

/* The same without a view: all of them null. */
enum smc_status status_view_json_none(struct smc_buf *text, struct smc_error *err);

#endif
