/* JSON that is made: written into a buffer as it is said, with nothing to be freed or looked at in
 * between. The buffer remembers a failure, and smci_write_end tells of it. */
#ifndef SMCI_WRITE_H
#define SMCI_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include <sigmacat/buf.h>
#include <sigmacat/log.h>

#define SMCI_WRITE_DEPTH_MAX 8

enum smci_write_layout {
    SMCI_WRITE_COMPACT, /* on one line, without spaces */
    SMCI_WRITE_LINES    /* each value on a line of its own, indented by a space a level */
};

/* A text under way. Its members are the writer's own, but `log` may be set after it has begun. */
struct smci_writer {
    struct smc_buf *out;
    enum smci_write_layout layout;
    const struct smc_log *log; /* masks the secrets that it knows in texts; may be NULL */
    bool has_items;            /* of the innermost container */
    int depth;
    char closers[SMCI_WRITE_DEPTH_MAX]; /* of the containers that are open */
};

/* Begins a text whose outermost value is an object, at the end of what `out` (borrowed) has. */
struct smci_writer smci_write_begin(struct smc_buf *out, enum smci_write_layout layout);

/* Add one value to the innermost container: a member of this name, or an item of an array, where
 * `name` is NULL. A container stays open until smci_write_close. In a text, each stretch of bytes
 * that are not UTF-8 is replaced by U+FFFD; a text that is NULL becomes null. Names are plain
 * ASCII. */
void smci_write_object(struct smci_writer *json, const char *name);
void smci_write_array(struct smci_writer *json, const char *name);
void smci_write_text(struct smci_writer *json, const char *name, const char *text);
void smci_write_int(struct smci_writer *json, const char *name, int64_t number);
void smci_write_bool(struct smci_writer *json, const char *name, bool value);
void smci_write_null(struct smci_writer *json, const char *name);

/* As smci_write_text, where an empty text, too, stands for none: it becomes null. */
void smci_write_text_or_null(struct smci_writer *json, const char *name, const char *text);

/* Unix time in milliseconds as a text in UTC to the second, "2026-11-28T22:05:00Z"; null where it is
 * not above 0, which stands for none. */
void smci_write_time(struct smci_writer *json, const char *name, int64_t wall_ms);

/* Adds all members of an object that another writer of this layout has made as its outermost value
 * and ended. Only where the outermost object is the innermost that is open. */
void smci_write_members(struct smci_writer *json, const struct smc_buf *object);

/* Closes the innermost container. */
void smci_write_close(struct smci_writer *json);

/* Closes all that is open and ends the line. Returns how it all went, with `err` filled:
 * SMC_ERR_NOMEM, SMC_ERR_CAP, or what else had made the buffer fail. */
enum smc_status smci_write_end(struct smci_writer *json, struct smc_error *err);

#endif
