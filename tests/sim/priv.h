/* What the stand-in's own files share. Tests include sim.h only. */
#ifndef SIM_PRIV_H
#define SIM_PRIV_H

#include <pthread.h>

#include <microhttpd.h>

#include "counts.h"
#include "estate.h"
#include "sim.h"
#include "text.h"

enum { STATUS_MAX = 600, TOKENS_KEPT = 64, MAX_PARAMS = 32 };

/* ---- faults ---- */

enum fault_do {
    DO_NOTHING,
    DO_STATUS,
    DO_RESET,
    DO_CUT,
    DO_STALL,
    DO_SILENT,
    DO_HTML,
    DO_BROKEN,
    DO_NOTYPE,
    DO_REDIRECT,
    DO_EMPTY,
    DO_WAIT,
    DO_HUGE,
    DO_BOMB,
    DO_BIGHEADER,
    DO_DEEP,
    DO_WRONGSHAPE,
    DO_BOM,
    DO_MEMBERS,
    DO_ENCODING,
    DO_SAMECURSOR,
    DO_NOCURSOR,
    DO_EMPTYCURSOR,
    DO_OTHERCURSOR,
    DO_ENCODEDCURSOR,
    DO_ENDLESS,
    DO_SHORT,
    DO_DUP,
    DO_TOTAL,
    DO_ADDTOTAL,
    DO_NOTOTAL,
    DO_DELETE,
    DO_INSERT,
    DO_REPLACE,
    DO_RESET_MID,
    DO_RESET_LATE,
    DO_EARLY
};

/* A fault that fits a call, copied so that faults may be cleared meanwhile. */
struct fault_hit {
    enum fault_do what;
    long number;
    bool html;
    bool is_identity_too; /* of DO_ENCODING: also where none is asked for */
    char text[512];       /* a URL, a body or an encoding */
    char retry_after[64]; /* "date:N": so many seconds after the answer's Date */
    long skew;            /* of the answer's Date, in seconds */
    char code[64];
};

struct fault {
    struct fault *next;
    enum kind kind; /* KIND_COUNT: any */
    char *object;   /* NULL: any */
    long page;      /* 0: any */
    long first;     /* attempts, 0: any */
    long last;
    long every; /* 0: each */
    long fitted;
    struct counts seen; /* attempts by object and page; only if `first` */
    struct fault_hit hit;
};

/* ---- state that calls change, all under sim.lock ---- */

struct token {
    unsigned long serial; /* 0: none */
    int64_t born_ms;
    long uses;
};

struct stats {
    long by_status[KIND_COUNT][STATUS_MAX]; /* index 0: no answer */
    long in_flight;
    long max_in_flight;
    long silent;  /* of those in flight, held without an answer */
    long stalled; /* held in the middle of an answer */
    long connections;
    long open; /* of these */
    long bytes;
    long token_violations;
    long unexpected;
    long refusals;
    long blocks;
    long repeats[KIND_COUNT];
    struct counts answered; /* hashes of the GETs that were answered 200 */
};

struct limits {
    double tokens;
    int64_t filled_ms;
    int64_t *refused_ms; /* ring of the last edge_after refusals */
    long refused_count;
    int64_t blocked_until_ms;
    long calls;
    long asked; /* refused ones included */
};

struct replay; /* replay.c */

/* A change of a listing, by which the rows behind it shift. */
struct shift {
    enum kind kind;
    enum fault_do what; /* DO_DELETE, DO_INSERT, DO_REPLACE */
    long row;           /* at the time */
    long index;         /* of the new row in the estate, beyond all that it began with */
    long call;          /* of its kind, behind whose answer it came */
};

enum { SHIFTS_AT_ONCE = 16 }; /* by one page */

struct sim {
    struct sim_options opt; /* its texts are owned, see sim.c */
    struct MHD_Daemon *daemon;
    unsigned port;
    char url[64];
    int stop_pipe[2]; /* its writing end is closed to end all waits */
    struct replay *replay;
    pthread_mutex_t lock;
    struct fault *faults;
    struct shift *shifts; /* oldest first */
    size_t shift_count;
    struct token tokens[TOKENS_KEPT];
    unsigned long token_serial;
    int64_t token_call_ms;
    bool token_called;
    uint64_t serial; /* of the last request */
    struct stats stats;
    struct limits limits;
    struct sim_upload **uploads;
    long upload_count;
};

/* ---- one request ---- */

struct param {
    char *name; /* decoded, NUL-terminated */
    char *value;
    size_t value_len;
};

struct request {
    struct sim *sim;
    struct MHD_Connection *conn;
    char *uri;  /* as sent */
    char *path; /* the same without the query, still encoded */
    struct param params[MAX_PARAMS];
    size_t param_count;
    bool bad_query;
    const struct call *call; /* NULL: none of Sigma's */
    enum kind kind;
    long object;       /* index in its listing, -1: unknown or none */
    long part;         /* which of the object's pages; -1: none that it has */
    char *object_text; /* the id, or the file name of an upload; "" */
    long page;         /* from 1 */
    long offset;
    bool bad_cursor;
    uint64_t serial; /* of all requests, from 1 */
    bool own;        /* /_sim/...: not counted */
    bool begun;      /* the first call of the handler is over */
    bool in_flight;
    bool counted;
    struct text body; /* of a token call */
    struct ingest *ingest;
    struct fault_hit fault;
    struct shift shifts[SHIFTS_AT_ONCE]; /* that follow its answer */
    size_t shift_count;
};

struct request *request_new(struct sim *sim, struct MHD_Connection *conn, const char *uri);
void request_free(struct request *req);
/* The decoded value of a query parameter; NULL when it is not there. */
const char *request_param(const struct request *req, const char *name);
/* The same of a header; borrowed. */
const char *request_header(const struct request *req, const char *name);
int request_fd(const struct request *req);
/* Splits `text` (name=value&...) and decodes; false when it is garbled. */
bool params_parse(const char *text, size_t len, struct param *params, size_t *count);
void params_free(struct param *params, size_t count);

/* ---- answers (answer.c) ---- */

enum sending { SEND_WHOLE, SEND_CUT, SEND_STALL, SEND_HUGE };

struct answer {
    int status;
    const char *type; /* Content-Type, NULL: none */
    struct text body;
    const char *retry_after;
    long skew; /* of Date, in seconds */
    const char *location;
    const char *allow;
    long header_bytes; /* of an additional header */
    long huge_bytes;
    enum sending sending;
    const char *encoding; /* the body has it already; NULL: it may be compressed */
    bool has_members;     /* it is compressed in several parts */
};

#define ANSWER_INIT                                                                                \
    {                                                                                              \
        .status = 200, .type = "application/json; charset=utf-8", .body = TEXT_INIT                \
    }

/* Fills an error as Sigma words them. */
void answer_error(struct answer *a, int status, const char *code, const char *message);
void answer_text(struct answer *a, int status, const char *text);
void answer_blocked_page(struct answer *a, int status);
/* Sends it, counts it and clears it. What the access handler has to return. */
enum MHD_Result answer_send(struct request *req, struct answer *a);
/* Answers by breaking the connection, at once or when the client gave up. */
enum MHD_Result answer_reset(struct request *req);
enum MHD_Result answer_silence(struct request *req);
/* As its fault says, without a word. */
void answer_wait(const struct request *req);
/* Waits; false when the server is being stopped, or the client of `fd` (-1: none) is gone. */
bool sim_wait(const struct sim *sim, int fd, long ms);
void sim_latency(struct request *req);
/* A valid gzip stream of `bytes` blanks and an empty array. */
void gzip_bomb(struct text *t, long bytes);

/* ---- Sigma (sigma.c, page.c, auth.c) ---- */

/* Finds out which call it is. */
void sigma_classify(struct request *req, const char *method);
enum MHD_Result sigma_respond(struct request *req, const char *method);

enum idiom { I_NONE, I_PAGE, I_TOKEN, I_ARRAY };

struct call {
    enum kind kind;
    const char *method;
    const char *path; /* {} is one segment */
    enum kind object; /* of what kind the id is; KIND_COUNT: no id */
    enum idiom idiom;
    bool has_total;
    bool has_more;
    const char *params; /* names, blank before and after each */
};

/* Reads the cursor of the query into `page` and `offset`. */
void page_read_cursor(struct request *req);
void page_put_cursor(const struct sim_options *o, enum kind kind, long object, long page,
                     long offset, struct text *t);
/* The page, or the bare array, that was asked for. */
void page_answer(const struct request *req, struct answer *a);

/* ---- listings that change (shifts.c) ---- */

bool shifts_is_one(const struct fault_hit *f);
/* Notes a change that follows this request's answer; one that is of no listing has none. */
void shifts_want(struct request *req, const struct fault_hit *f);
/* Does what was noted. */
void shifts_apply(struct request *req);
void shifts_clear(struct sim *sim);
/* How many rows a listing has now, and which of the estate's the first `count` from `row` are. */
long shifts_count(struct sim *sim, enum kind kind);
void shifts_rows(struct sim *sim, enum kind kind, long row, long count, long *indexes);
/* Whether the listing has this one now. */
bool shifts_has(struct sim *sim, enum kind kind, long index);
long shifts_last_call(struct sim *sim, enum kind kind, long before);

void auth_token(struct request *req, struct answer *a);
/* Whether the request has a bearer token that is good; counts a use. */
bool auth_accept(struct request *req);

/* ---- the rest ---- */

int64_t sim_now(const struct sim *sim);

enum admission { ADMITTED, REFUSED, BLOCKED, DOWN };

/* 0, or -1 when memory ran out. */
int limits_start(struct sim *sim);
void limits_stop(struct sim *sim);
/* What becomes of a call of Sigma's half; counts it. */
enum admission limits_admit(struct sim *sim, bool is_token);

struct fault *fault_parse(const char *text, char *why, size_t why_size);
void fault_free(struct fault *f);
/* Fills req->fault. */
void faults_match(struct request *req);

void ingest_classify(struct request *req);
enum MHD_Result ingest_begin(struct request *req, const char *method);
enum MHD_Result ingest_data(struct request *req, const char *data, size_t *len);
enum MHD_Result ingest_end(struct request *req);
void ingest_free(struct request *req);
void uploads_clear(struct sim *sim);

struct replay *replay_load(const char *file, char *why, size_t why_size);
struct replay *replay_parse(const char *json, size_t len, char *why, size_t why_size);
void replay_free(struct replay *r);
/* False when the file has no such call. */
bool replay_answer(const struct replay *r, const char *method, const struct request *req,
                   struct answer *a);

/* Answers GET /_sim/lineage. */
enum MHD_Result lineage_send(struct request *req);

void stats_begin(struct request *req);
/* `status` 0: no answer was given. */
void stats_end(struct request *req, int status, size_t bytes);
void stats_unexpected(struct sim *sim);
void stats_clear(struct sim *sim);
/* Adds to a count of the stats. */
void stats_add(struct sim *sim, long *count, long more);

#endif
