/* The stand-in for Sigma's REST API and for Catalog's ingest, for tests: in process (this header)
 * or as the program sigmacat-sim (main.c).
 *
 * It listens on 127.0.0.1 only, one thread per connection. What it serves is a pure function of the
 * options' seed and counts: nothing is stored, so an estate of a million files costs no memory.
 * All functions may be called from any thread between sim_start and sim_stop, unless they say
 * otherwise. None prints anything.
 *
 * Calls are named everywhere by their kind:
 *   token whoami connections workbooks datamodels datasets files members workbook_sources elements
 *   datamodel_sources datamodel_lineage dataset_sources path paths upload
 *   teams team_members tags workspaces reports report_sources grants table_columns workbook_pages
 *   page_elements workbook_columns workbook_lineage workbook_queries datamodel_columns
 *   datamodel_elements datamodel_spec workbook_controls
 * "other" are all other calls; /_sim/... is not counted at all. */
#ifndef SIGMACAT_SIM_H
#define SIGMACAT_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim; /* a running server */

/* Start from SIM_OPTIONS_INIT and change what matters. All texts are borrowed until sim_start
 * returns. A number of 0 means none, no limit or off unless it says otherwise. */
struct sim_options {
    unsigned port; /* 0: any free one */

    /* the estate */
    uint64_t seed;
    long connections;
    long workbooks;
    long datamodels;
    long datasets;
    long files;
    long members;
    long tables;
    long elements;          /* per workbook; with odd values some have none, some twice as many */
    long sources;           /* per workbook; varies likewise */
    long datamodel_sources; /* per data model */
    long lineage;           /* entries per data model */
    long dataset_sources;   /* per data set */
    long teams;
    long tags;
    long workspaces;
    long reports;
    long grants;
    /* Columns of a workbook, of data models half as many; 0: elements, columns, lineage and sources
     * are as above and fit each other loosely. Else they are made of scenes whose true lineage
     * GET /_sim/lineage tells, and `elements`, `sources` and `lineage` count for nothing. */
    long columns;
    int lineage_broken_percent; /* workbooks whose lineage answers 400, as many of Sigma's do */
    int columns_broken_percent; /* workbooks and data models whose columns answer 400 */

    /* Strange values that Sigma may send: control characters, unpaired surrogates, numbers beyond
     * double, deep nesting, white space, escaped member names, members that the toolkit adds. */
    bool odd;
    /* What Sigma sends in practice but its description does not have (only with `odd`): error
     * objects among the files, null instead of an id list, unknown types, sources without an id. */
    bool undescribed;
    bool big_strings;           /* workbook 0, data model 0 and file 0 hold a 5 MB string */
    int paths_missing_percent;  /* tables that the bulk listing of paths lacks */
    int paths_conflict_percent; /* tables that answer 409 singly and are lacking in the listing */
    bool paths_disagree;        /* the bulk listing's paths differ from the single answers */
    bool paths_without_total;

    /* the account */
    const char *client_id;
    const char *client_secret;
    bool not_admin;           /* skipPermissionCheck=true answers 403 */
    bool explorations_strict; /* excludeExplorations without skipPermissionCheck answers 400 */
    long token_life_seconds;  /* 0: 3600; by `now_ms` */
    long token_uses;          /* a token dies after so many calls */
    bool token_strict;        /* a second token call within a second answers 429 */

    /* the wire */
    long page_size;  /* a page never has more rows, whatever `limit` says */
    long latency_ms; /* before each answer, in real time; an upload waits after its body */
    long jitter_ms;  /* up to so much more */
    bool no_gzip;
    const char *date; /* the Date header of Sigma's and Catalog's answers; NULL: the right one */
    const char *tls_cert_pem; /* PEM texts; both or none */
    const char *tls_key_pem;
    const char *tls_priority; /* a priority string of GnuTLS; NULL: its default */

    /* limits; time is taken from `now_ms` */
    double rate;   /* calls a second, token bucket; token and upload are not part of it */
    long burst;    /* 0: 1 */
    double refuse; /* percent of the calls are refused at random, by the seed, and take no token */
    bool limit_html;               /* refusals are HTML instead of JSON */
    const char *limit_retry_after; /* its value, or NULL for no such header */
    long edge_after;   /* so many refusals within 10 s: the edge blocks everything of Sigma */
    long edge_seconds; /* and for how long */
    long down_after;   /* after so many calls all answer 503 */
    int64_t (*now_ms)(void *ctx); /* NULL: the system's monotonic clock */
    void *now_ctx;

    /* the ingest */
    const char *upload_token;
    const char *save_dir; /* uploaded bodies are written here; NULL: nowhere */
    bool no_digest;       /* sha256 stays "": hashing is what bounds a large upload */

    /* A file of calls with answers: [{"call": "GET /v2/..?..", "status": 200, "answer": ...}].
     * Instead of the estate, exactly these are answered, else 404; token only if it isn't there. */
    const char *replay_file;
};

#define SIM_OPTIONS_INIT                                                                           \
    {                                                                                              \
        .seed = 1, .connections = 3, .workbooks = 20, .datamodels = 6, .datasets = 4, .files = 30, \
        .members = 8, .tables = 25, .elements = 5, .sources = 4, .datamodel_sources = 4,           \
        .lineage = 14, .dataset_sources = 2, .teams = 6, .tags = 4, .workspaces = 5, .reports = 7, \
        .grants = 40, .lineage_broken_percent = 15, .columns_broken_percent = 5, .odd = true,      \
        .undescribed = true, .paths_missing_percent = 8, .paths_conflict_percent = 4,              \
        .client_id = "sim-client", .client_secret = "sim-secret", .upload_token = "sim-token"      \
    }

/* Starts a server and returns it, or NULL with the reason in `why`. It accepts connections when
 * this returns. Free with sim_stop. */
struct sim *sim_start(const struct sim_options *opt, char *why, size_t why_size);

/* Stops at once, whatever is being waited for, and frees everything. NULL is harmless. */
void sim_stop(struct sim *sim);

unsigned sim_port(const struct sim *sim);

/* "http://127.0.0.1:PORT" or "https://..."; borrowed until sim_stop. */
const char *sim_url(const struct sim *sim);

/* Replays `file` from now on, in place of what it replayed: an organisation that has changed. Only
 * while no call is under way. Returns 0, or -1 with the reason in `why`. */
int sim_replay(struct sim *sim, const char *file, char *why, size_t why_size);

/* ---- faults ----
 * A fault is one text, "key=value,key=value", with the keys (all but `do` optional)
 *   call=KIND       the calls it is for; * (default) is all but token
 *   object=X        its index in its listing, its id, or a pattern with * and ?; for an
 *                   upload its file name, with or without the leading Unix time
 *   page=N          from 1
 *   attempt=N, A-B, A-, *   counted from 1 for each call, object and page since the fault was added
 *   every=K         only each K-th call that fits otherwise
 *   do=WHAT         status:N  (with retry-after=V, html=1, code=SLUG, body=TEXT, skew=SECONDS;
 *                     V may be date:N, a date N seconds after the answer's Date, which is SECONDS
 *                     (-N: behind) from the right one)
 *                   reset  cut  stall  silent  html  broken  notype  redirect:URL  empty  wait:MS
 *                   huge:BYTES  bomb[:BYTES]  bigheader[:BYTES]  deep:N  wrongshape
 *                   bom (a byte order mark)  members (gzip in two of them)  encoding:NAME (says
 *                     it has it, and has not; but where `identity` alone is asked for, with
 *                     identity=1 also there)
 *                   samecursor  nocursor  emptycursor  othercursor (the other idiom's member)
 *                   encodedcursor (as it is to be sent back)  endless (always one more page)
 *                   short  dup  total:N  addtotal:N (where it has none, too)  nototal
 *                   delete:ROW  insert:ROW  replace:ROW  (of a listing but paths; see below)
 *                   for an upload also reset-mid  reset-late  early[:N]
 * A listing changes by the last three once a page that fits was answered, and stays so: from then on
 * its row ROW, from 0, is gone, is a new one, or is another one in its place; what is gone answers 404.
 * These are besides another fault, and several may fit one page: in the order in which they came.
 * `%2C` in a value stands for a comma, `%25` for a percent sign. The first fault that fits decides.
 * Returns 0, or -1 with the reason in `why`. */
int sim_fault(struct sim *sim, const char *text, char *why, size_t why_size);
void sim_faults_clear(struct sim *sim);

/* ---- what was seen ---- `kind` NULL is all kinds, `status` 0 all statuses */

/* Calls that got an answer with that status; with status 0 also those that got none (-1: only). */
long sim_calls(struct sim *sim, const char *kind, int status);
/* Most calls at once, uploads included. A call is over when its answer begins to be sent, so that a
 * client which keeps to a limit is never seen above it. */
long sim_max_in_flight(struct sim *sim);
/* Whether it holds calls without a word, and does nothing else. */
bool sim_is_silent(struct sim *sim);
long sim_connections(struct sim *sim); /* TCP connections accepted */
long sim_open(struct sim *sim);        /* of these: until it is 0, calls may yet be answered */
long sim_bytes(struct sim *sim);       /* of answer bodies, as they were sent */
/* Token calls within a second of the one before. */
long sim_token_violations(struct sim *sim);
/* Calls that are not of these kinds, that replay has no answer for, or with a parameter that the
 * description does not have. */
long sim_unexpected(struct sim *sim);
long sim_refusals(struct sim *sim); /* 429 by rate or block */
long sim_blocks(struct sim *sim);   /* times that the edge began to block */
/* GETs that had been answered 200 before, to the letter. */
long sim_repeats(struct sim *sim, const char *kind);
/* Forgets all of the above and the uploads; not the tokens, faults and limits. */
void sim_stats_reset(struct sim *sim);
/* Everything above as one JSON object; free() it. NULL when memory ran out. */
char *sim_stats_json(struct sim *sim);

/* ---- uploads ---- in the order in which they ended, those that failed included, except what a
 * fault ended before its body was read (reset, early, stall, silent) */
struct sim_upload {
    const char *path;         /* as sent, without the leading slash */
    const char *filename;     /* of the part named file; "" if there was none */
    const char *content_type; /* of the request */
    const char *part_type;    /* of the part; "" if it has none */
    uint64_t length;          /* of the part's content */
    char sha256[65];          /* of the same, lower-case hex */
    int attempt;              /* which upload of this path it was, from 1 */
    int status;               /* what was answered; 0: nothing */
    bool complete;            /* well-formed to the end */
};
long sim_upload_count(struct sim *sim);
/* Borrowed until sim_stop or sim_stats_reset; NULL beyond the end. */
const struct sim_upload *sim_upload(struct sim *sim, long index);
/* The list as a JSON array; free() it. */
char *sim_uploads_json(struct sim *sim);

/* ---- the estate ---- what the server serves, byte for byte, so that a test can compare.
 * Kinds of listings: connections workbooks datamodels datasets files members paths teams tags
 * workspaces reports grants. Kinds of an object's rows: workbook_sources elements workbook_pages
 * workbook_columns workbook_lineage workbook_controls workbook_queries (of workbook `parent`; queries
 * without the comment that Sigma puts behind the SQL), page_elements (of sim_estate_page),
 * datamodel_sources datamodel_lineage datamodel_elements datamodel_columns (of a data model),
 * dataset_sources, report_sources, team_members, table_columns (of what they say). */

/* All this is what there was at first; whether a listing's row is there now. New rows have the
 * indexes from the count on. */
bool sim_estate_has(struct sim *sim, const char *kind, long index);
/* The call of a listing, from 1 and before this one, behind whose answer it changed last; 0:
 * none. */
long sim_estate_changed(struct sim *sim, const char *kind, long before);
/* Rows of a listing, or `tables`; -1 for another kind. */
long sim_estate_count(const struct sim *sim, const char *kind);
/* Row `index` of a listing. For `path`: the answer for table `index`, NULL when that is not 200; for
 * `datamodel_spec` that for a data model.
 * free() it; it is NUL-terminated, `*len` (may be NULL) does not count that. */
char *sim_estate_record(const struct sim *sim, const char *kind, long index, size_t *len);
/* Rows of object `parent`, and one of them; likewise. */
long sim_estate_row_count(const struct sim *sim, const char *kind, long parent);
char *sim_estate_row(const struct sim *sim, const char *kind, long parent, long index, size_t *len);
/* All of them as one JSON array. */
char *sim_estate_rows(const struct sim *sim, const char *kind, long parent, size_t *len);
/* One of a workbook's pages, as the `parent` of page_elements. */
long sim_estate_page(long workbook, long page);
/* The UUID of one of `workbooks`, `datamodels`, `datasets`, `connections`, `files`, `tables`. */
void sim_estate_id(const struct sim *sim, const char *kind, long index, char id[37]);
/* The index that a UUID stands for, or -1 if it is not of that kind. */
long sim_estate_index(const struct sim *sim, const char *kind, const char *id);
/* The true lineage of the columns of one of `workbooks` or `datamodels`, with option `columns`: a
 * JSON array of records as castor-extract-sigma --with field_lineage derives them, in Sigma's order.
 * What only other answers tell is there if `with` names them: a list of the words spec,
 * table_columns, controls, or NULL. Records of a workbook whose lineage answers 400 have one more
 * member, "lacks": less of them can be found, but nothing else. free() it; NULL: there is no such
 * document. GET /_sim/lineage?with=... gives all, workbooks first. */
char *sim_estate_lineage(const struct sim *sim, const char *kind, long index, const char *with,
                         size_t *len);
/* Whether the bulk listing of paths has table `index`, and the status of its single answer. */
bool sim_estate_is_listed(const struct sim *sim, long table);
int sim_estate_path_status(const struct sim *sim, long table);

#endif
