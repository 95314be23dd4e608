/* One gap: what could not be read of one object, and what may mend it. */
#ifndef EXTRACT_GAP_H
#define EXTRACT_GAP_H

#include <stdbool.h>

#include <sigmacat/buf.h>
#include <sigmacat/client_types.h>

/* The remedies of a gap. */
enum gap_remedy { GAP_RERUN, GAP_RIGHTS, GAP_NOTHING };

/* All texts are borrowed, and may be NULL for none. */
struct gap {
    const char *kind; /* static: an asset's name, or a KIND_ of assets.h */
    const char *id;   /* of the object */
    const char *name; /* its own; of a table that of an object which uses it */
    const char *call; /* its path, without the query */
    int http_status;  /* 0: no answer */
    const char *code; /* Sigma's */
    const char *request_id;
    const char *reason; /* in words, without the remedy */
    const char *cause;  /* of others too, up to ": ": gaps of one are told together; NULL: status
                         * and code */
    enum gap_remedy remedy;
    bool is_extra; /* of what --with alone asks for: the set is none the worse for it */
};

/* Of a call that has failed: status, code, request id, reason and remedy are its answer's. */
struct gap gap_of(const struct smc_answer *answer);

/* The remedy for a failure of this status, 0 for none. */
enum gap_remedy gap_remedy(int http_status);

/* Appends code, request id and reason as one text, a line each, from which gap_unpack has them
 * again: it cuts the text up, and `gap` borrows the parts. A text without lines is the reason. */
enum smc_status gap_pack(const struct gap *gap, struct smc_buf *text);
void gap_unpack(char *text, struct gap *gap);

/* The remedy in words; static. */
const char *gap_words(enum gap_remedy remedy);

/* Its fixed word for the report: "rerun", "rights", "nothing". */
const char *gap_word(enum gap_remedy remedy);

#endif
