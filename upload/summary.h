/* A set's summary, and the counts that it has of its set. */
#ifndef UPLOAD_SUMMARY_H
#define UPLOAD_SUMMARY_H

#include <stdbool.h>
#include <stdint.h>

#include <sigmacat/buf.h>
#include <sigmacat/json.h>

struct upload_summary {
    struct smc_buf text;
    struct smc_json_span files;        /* the member `extraction.files`; NULL: it has none */
    struct smc_json_span extras;       /* likewise */
    struct smc_json_span gaps;         /* likewise */
    struct smc_json_span degraded;     /* likewise; NULL also where it says that nothing is */
    struct smc_json_span organization; /* `connection_identity.organization_id`, likewise */
    struct smc_json_span host;         /* and its `host` */
    bool is_partial;
    bool is_python; /* of the Python tool, which counts nothing */
};

/* One file as the summary has it. */
struct upload_summary_file {
    struct smc_json_span name; /* as it stands there, quoted: "workbooks" */
    int64_t record_count;
    int64_t byte_count;
};

/* Reads the open file. One that is not ours, or not JSON, is one without counts. SMC_ERR_IO,
 * SMC_ERR_NOMEM. To be cleared also after an error. */
enum smc_status upload_summary_read(struct upload_summary *summary, int fd, struct smc_error *err);
void upload_summary_clear(struct upload_summary *summary);

/* The next of its files, in `walk`, which begins as smc_json_walk_begin(walk, summary->files);
 * false at the end. A count that can't be read is -1. Borrows from the summary. */
bool upload_summary_next(struct smc_json_walk *walk, struct upload_summary_file *file);

/* Whether that is the file of this name, which is without the set's digits and hyphen. */
bool upload_summary_is(const struct upload_summary_file *file, const char *name);

/* Whether the summary lists a file of this name, likewise. */
bool upload_summary_has(const struct upload_summary *summary, const char *name);

/* Whether the summary says of a file of this name, likewise, that Catalog does not ask for it. */
bool upload_summary_is_extra(const struct upload_summary *summary, const char *name);

/* How many gaps the summary counts. The counts by kind are appended to `text`, as in
 * "5 of elements, 2 of path"; what finds no room or no memory is left out of it. */
int64_t upload_summary_gaps(const struct upload_summary *summary, struct smc_buf *text);

/* Appends the names of what is degraded, divided by commas, likewise. */
void upload_summary_degraded(const struct upload_summary *summary, struct smc_buf *text);

#endif
