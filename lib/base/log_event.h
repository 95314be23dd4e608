/* What a line of the log is about, for programs that read it as JSON: one word for each kind of
 * line, and its facts. Both manual pages list the words and the members from the tables here. */
#ifndef SMCI_LOG_EVENT_H
#define SMCI_LOG_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The words are in log_event.c, in this order. */
enum smci_log_event {
    SMCI_EVENT_NONE, /* a line by smc_log_write */
    /* both programs, and the library */
    SMCI_EVENT_ANSWER_TOO_MANY,
    SMCI_EVENT_CALL,
    SMCI_EVENT_CHECK,
    SMCI_EVENT_FAILED,
    SMCI_EVENT_OUTPUT_FAILED,
    SMCI_EVENT_PROGRESS,
    SMCI_EVENT_REFUSED,
    SMCI_EVENT_REFUSED_ALL,
    SMCI_EVENT_RETRY,
    SMCI_EVENT_SECRET,
    SMCI_EVENT_SET_GAPS,
    SMCI_EVENT_SETTING,
    /* castor-extract-sigma */
    SMCI_EVENT_ASKED_AGAIN,
    SMCI_EVENT_DELETED,
    SMCI_EVENT_DONE,
    SMCI_EVENT_EXTRAS_CUT,
    SMCI_EVENT_FIELD_LINEAGE,
    SMCI_EVENT_FIELD_LINEAGE_OF,
    SMCI_EVENT_FILE_LEFT_OUT,
    SMCI_EVENT_FILE_WRITTEN,
    SMCI_EVENT_GAP,
    SMCI_EVENT_GAPS,
    SMCI_EVENT_GAPS_EXCEEDED,
    SMCI_EVENT_LISTING,
    SMCI_EVENT_LISTING_CALL,
    SMCI_EVENT_LISTING_CHANGED,
    SMCI_EVENT_LISTING_DOUBLED,
    SMCI_EVENT_PAGE,
    SMCI_EVENT_PAGE_WRITTEN,
    SMCI_EVENT_RESUMED,
    SMCI_EVENT_REUSED,
    SMCI_EVENT_REUSING,
    SMCI_EVENT_RIGHTS,
    SMCI_EVENT_SET_AHEAD,
    SMCI_EVENT_SET_DEGRADED,
    SMCI_EVENT_SET_ELSEWHERE,
    SMCI_EVENT_SET_LEFT,
    SMCI_EVENT_SET_PARTIAL,
    SMCI_EVENT_SET_PRUNED,
    SMCI_EVENT_SET_RECOVERED,
    SMCI_EVENT_SET_SWEPT,
    SMCI_EVENT_SET_TIME,
    SMCI_EVENT_STATE_DAMAGED,
    SMCI_EVENT_STATE_SHRUNK,
    SMCI_EVENT_STATUS_UNWRITTEN,
    SMCI_EVENT_TABLES,
    SMCI_EVENT_TABLES_LISTED,
    SMCI_EVENT_TABLES_UNLISTED,
    /* castor-upload */
    SMCI_EVENT_BATCH_LACKS,
    SMCI_EVENT_BYTE_ORDER_MARK,
    SMCI_EVENT_DRY_RUN,
    SMCI_EVENT_EXTRAS_LEFT_OUT,
    SMCI_EVENT_FILE_FAILED,
    SMCI_EVENT_FILE_PASSED_OVER,
    SMCI_EVENT_FILE_READ,
    SMCI_EVENT_FILE_SKIPPED,
    SMCI_EVENT_FILE_UNRECORDED,
    SMCI_EVENT_FILE_UPLOADED,
    SMCI_EVENT_FILE_WOULD_UPLOAD,
    SMCI_EVENT_FILES,
    SMCI_EVENT_FORCED,
    SMCI_EVENT_FOREIGN_FILES,
    SMCI_EVENT_NOTHING_RECORDED,
    SMCI_EVENT_PROBLEM,
    SMCI_EVENT_RECORD_LACKING,
    SMCI_EVENT_SENT,
    SMCI_EVENT_SET_CHOSEN,
    SMCI_EVENT_SET_PASSED_OVER,
    SMCI_EVENT_SEVERAL_SETS,
    SMCI_EVENT_SUMMARY_HELD,
    SMCI_EVENT_TOKEN_RENEWED,
    SMCI_EVENT_UNLOCKED,
    SMCI_EVENT_WEB_PAGE,
    SMCI_EVENT_COUNT
};

/* What belongs to a line; all borrowed, and by its zero not known, but for counts: of those a line
 * has, -1 is not known. smci_log_members says what each is. */
struct smci_log_facts {
    const char *asset;
    const char *id;
    const char *name;
    const char *file;
    const char *state;
    const char *type;
    const char *method;
    const char *path;
    size_t path_len; /* of `path`, which then needs no NUL; 0: up to it */
    const char *request_id;
    const char *reason;
    int64_t set;
    int64_t page;
    int reading;
    int status;
    int attempt;
    int attempts_max;
    int exit_status;
    int64_t count;
    int64_t total;
    int64_t done;
    int64_t records;
    int64_t bytes;
    int64_t body_bytes;
    int64_t ms;
    int64_t calls;
    int64_t refused;
    int64_t retries;
    double seconds;
    double rate;
    bool is_reused;
};

enum smci_log_member_type {
    SMCI_MEMBER_TEXT,    /* NULL and "" are null */
    SMCI_MEMBER_NUMBER,  /* int; 0 is null */
    SMCI_MEMBER_ORDINAL, /* int64_t; 0 is null */
    SMCI_MEMBER_COUNT,   /* int64_t; less than 0 is null */
    SMCI_MEMBER_REAL,    /* double, with three digits behind the point; less than 0 is null */
    SMCI_MEMBER_FLAG
};

struct smci_log_member {
    const char *name;
    enum smci_log_member_type type;
    size_t offset; /* in struct smci_log_facts */
    const char *meaning;
};

/* Which programs have lines of a kind. */
enum { SMCI_LOGS_EXTRACT = 1, SMCI_LOGS_UPLOAD = 2, SMCI_LOGS_BOTH = 3 };

struct smci_log_kind {
    const char *word;
    unsigned programs;
    const char *members; /* names with spaces between them: a line has all of these */
    const char *meaning;
};

/* By enum smci_log_event; NONE has no word. */
extern const struct smci_log_kind smci_log_kinds[SMCI_EVENT_COUNT];

/* In the order in which a line has them; one without a name is behind the last. */
extern const struct smci_log_member smci_log_members[];

/* Whether lines of this kind have the member. */
bool smci_log_kind_has(const struct smci_log_kind *kind, const struct smci_log_member *member);

#endif
