/* Errors: one number that a program decides by, one text that a person can act on.
 *
 * A function that can fail returns an `enum smc_status` and fills a caller's `struct smc_error`
 * (which may be NULL). The first error wins: a filled struct is not overwritten, only given
 * context. No secret, no query string and no body of more than 200 bytes is ever put into
 * `detail`. */
#ifndef SIGMACAT_ERROR_H
#define SIGMACAT_ERROR_H

#include <stddef.h>

#include <sigmacat/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Numbers are stable: never reused, never renumbered. */
enum smc_status {
    SMC_OK = 0,
    SMC_ERR_NOMEM = 1,      /* memory ran out */
    SMC_ERR_USAGE = 2,      /* an option, a variable or a configuration file is wrong */
    SMC_ERR_SYNTAX = 3,     /* a text is not the JSON it should be */
    SMC_ERR_CAP = 4,        /* a documented cap was reached; `detail` names it */
    SMC_ERR_IO = 5,         /* the local side failed: file, directory, disk */
    SMC_ERR_NETWORK = 6,    /* no answer: resolving, connecting, TLS, time out, cut short */
    SMC_ERR_HTTP = 7,       /* an answer with a status that is an error; see `http_status` */
    SMC_ERR_AUTH = 8,       /* credentials or rights refused */
    SMC_ERR_STORE = 9,      /* the state file is damaged or from a newer version */
    SMC_ERR_LOCKED = 10,    /* another run holds the lock */
    SMC_ERR_CANCELLED = 11, /* a signal or the caller stopped it */
    SMC_ERR_TIME = 12,      /* the time for the whole run is over */
    SMC_ERR_INTERNAL = 13,  /* a fault of ours */
    SMC_ERR_GAPS = 14,      /* done, but with more gaps than were allowed */
    SMC_ERR_REFUSED = 15    /* an answer that no later try changes: a 4xx, a redirect; see
                               `http_status` */
};

struct smc_error {
    enum smc_status code;
    int http_status;  /* 0 when no answer arrived */
    int sys_errno;    /* 0 when not a system error */
    char detail[512]; /* always terminated; safe to show */
};

#define SMC_ERROR_INIT                                                                             \
    {                                                                                              \
        SMC_OK, 0, 0,                                                                              \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }

/* Empties `err` (may be NULL), so that it can take an error again. */
SMC_API void smc_error_reset(struct smc_error *err);

/* Copies `from` (may be NULL) into `err` (may be NULL) unless `err` is filled already: the first
 * error wins here, too. Returns the code of `from`. */
SMC_API enum smc_status smc_error_copy(struct smc_error *err, const struct smc_error *from);

/* A short English phrase for a code; never NULL, static. */
SMC_API const char *smc_error_text(enum smc_status code);

/* Fills `err` (may be NULL) with code and text unless it is filled already; control characters
 * that a server may have sent are replaced by '?'. Returns `code`, so that a function can end
 * with `return smc_error_set(...)`. */
SMC_API enum smc_status smc_error_set(struct smc_error *err, enum smc_status code, const char *fmt,
                                      ...) SMC_PRINTF(3, 4);

/* As smc_error_set, and appends ": " with the text of errno `sys_errno`, which is kept in the
 * struct. */
SMC_API enum smc_status smc_error_set_errno(struct smc_error *err, enum smc_status code,
                                            int sys_errno, const char *fmt, ...) SMC_PRINTF(4, 5);

/* Puts "CONTEXT: " before the text of a filled `err` (NULL or empty: does nothing). */
SMC_API void smc_error_context(struct smc_error *err, const char *fmt, ...) SMC_PRINTF(2, 3);

/* Puts a text, such as what to do now, behind that of a filled `err` (NULL or empty: does
 * nothing). */
SMC_API void smc_error_append(struct smc_error *err, const char *text);

#ifdef __cplusplus
}
#endif

#endif
