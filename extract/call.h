/* One object's call (its sources, elements, lineage or path), from its first page to its last.
 * Pages go into the store as they come; calls.c decides which calls are made and what follows. */
#ifndef EXTRACT_CALL_H
#define EXTRACT_CALL_H

#include <stdbool.h>

#include <sigmacat/json.h>

#include "lib/net/cursor.h"

#include "job.h"

enum call_event {
    CALL_PAGE,   /* a page is in the store */
    CALL_WHOLE,  /* that was the last one */
    CALL_FAILED, /* the answer is a failure */
    CALL_ASTRAY, /* its cursor leads nowhere */
    CALL_WRONG   /* answer or id can't be used */
};

struct call_fact {
    enum call_event event;
    const struct smc_answer *answer; /* NULL: none was asked for */
    struct smc_json_span rows;       /* of a page; of a table's path all of the answer */
    const char *reason;              /* of what is wrong */
    const char *cause;               /* the same, without the page */
};

struct call;

/* Takes a fact. False when the run is over. After any event but CALL_PAGE the call has ended, and
 * the callee may clear it. */
typedef bool call_told_fn(void *ctx, struct call *call, const struct call_fact *fact);

struct call {
    const struct job *job;
    enum asset_id asset;
    char *id; /* a key; of a part, its own and its owner's: see `path_part` in assets.h */
    char *tag;
    char *name;
    call_told_fn *told;
    void *ctx;
    bool is_last_chance; /* one try, and then it is a gap */
    bool is_urgent;
    char *again;         /* its id in the store, beside the first, where it is read a second time */
    int pages;           /* in the store */
    int64_t rows;        /* on these; where they have ids, one of two pages counts once */
    int64_t total;       /* the largest that they named; -1: none did */
    bool is_end_unknown; /* the last one has an empty cursor, and none named a total */
    struct smci_cursor cursor;
    struct smci_idset seen; /* rows of pages, where there is more than one */
};

/* Prepares a struct of zeros; copies the texts. False without memory; call_clear ends it anyway. */
bool call_init(struct call *call, const struct job *job, enum asset_id asset,
               const struct smci_item *item);
void call_clear(struct call *call);

/* Asks for the first page. It ends by itself; what fails here ends the client's run. False when its
 * id can't be asked for: then it has ended here and now, as CALL_WRONG. */
bool call_begin(struct call *call);

/* Appends its path, without a query. SMC_ERR_CAP, with a part of it, when the id is too long. */
enum smc_status call_address(const struct call *call, struct smc_buf *address);

#endif
