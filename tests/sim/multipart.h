/* A small reader of multipart/form-data, fed in pieces of any size, in constant memory. It is
 * strict: it takes exactly one part, named `file`, with a file name. */
#ifndef SIM_MULTIPART_H
#define SIM_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>

enum { MULTIPART_BOUNDARY_MAX = 70, MULTIPART_LINE_MAX = 4096 };

enum multipart_state { MP_START, MP_AFTER, MP_HEADERS, MP_BODY, MP_END, MP_FAILED };

struct multipart {
    enum multipart_state state;
    const char *error;                          /* when failed; static */
    char delimiter[MULTIPART_BOUNDARY_MAX + 5]; /* CR LF -- boundary */
    size_t delimiter_len;
    size_t matched; /* bytes of the delimiter seen so far */
    char line[MULTIPART_LINE_MAX];
    size_t line_len;
    bool in_file; /* the part is the one wanted */
    int parts;
    char filename[1024]; /* "" when none */
    char part_type[128];
    void (*sink)(void *ctx, const char *bytes, size_t len); /* gets the part's content */
    void *ctx;
};

/* Starts with the Content-Type of the request (may be NULL). False, with `error` set, when that is
 * not multipart/form-data with a good boundary. */
bool multipart_start(struct multipart *m, const char *content_type,
                     void (*sink)(void *ctx, const char *bytes, size_t len), void *ctx);
/* Takes the next bytes. After a failure it does nothing. */
void multipart_feed(struct multipart *m, const char *bytes, size_t len);
/* Whether the whole is well-formed to its end; else `error` says why. */
bool multipart_finish(struct multipart *m);

#endif
