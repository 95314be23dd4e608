#include <sigmacat/error.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "log_line.h"

const char *smc_error_text(enum smc_status code)
{
    switch (code) {
    case SMC_OK:
        return "success";
    case SMC_ERR_NOMEM:
        return "out of memory";
    case SMC_ERR_USAGE:
        return "wrong usage or configuration";
    case SMC_ERR_SYNTAX:
        return "not the JSON that was expected";
    case SMC_ERR_CAP:
        return "a size limit was reached";
    case SMC_ERR_IO:
        return "a local file or directory failed";
    case SMC_ERR_NETWORK:
        return "the network failed";
    case SMC_ERR_HTTP:
        return "the server answered with an error";
    case SMC_ERR_AUTH:
        return "credentials or rights refused";
    case SMC_ERR_STORE:
        return "the state file can't be used";
    case SMC_ERR_LOCKED:
        return "locked by another run";
    case SMC_ERR_CANCELLED:
        return "stopped";
    case SMC_ERR_TIME:
        return "time is over";
    case SMC_ERR_INTERNAL:
        return "internal error";
    case SMC_ERR_GAPS:
        return "done, but with more gaps than were allowed";
    case SMC_ERR_REFUSED:
        return "refused for good";
    }
    return "unknown error";
}

void smc_error_reset(struct smc_error *err)
{
    if (err)
        *err = (struct smc_error)SMC_ERROR_INIT;
}

enum smc_status smc_error_copy(struct smc_error *err, const struct smc_error *from)
{
    if (err && from && err->code == SMC_OK)
        *err = *from;
    return from ? from->code : SMC_OK;
}

/* Texts may hold bytes of a server or a file name: they must not steer a terminal. What did not fit
 * was cut off, maybe in the middle of a character. */
static void clean(char *text)
{
    smci_text_trim(text);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 0x20 || c == 0x7f)
            *text = '?';
    }
}

static void set(struct smc_error *err, enum smc_status code, const char *fmt, va_list args)
{
    err->code = code;
    err->http_status = 0;
    err->sys_errno = 0;
    (void)vsnprintf(err->detail, sizeof err->detail, fmt, args);
    clean(err->detail);
}

enum smc_status smc_error_set(struct smc_error *err, enum smc_status code, const char *fmt, ...)
{
    if (err && err->code == SMC_OK) {
        va_list args;
        va_start(args, fmt);
        set(err, code, fmt, args);
        va_end(args);
    }
    return code;
}

enum smc_status smc_error_set_errno(struct smc_error *err, enum smc_status code, int sys_errno,
                                    const char *fmt, ...)
{
    if (err && err->code == SMC_OK) {
        va_list args;
        va_start(args, fmt);
        set(err, code, fmt, args);
        va_end(args);
        err->sys_errno = sys_errno;
        size_t len = strlen(err->detail);
        (void)snprintf(err->detail + len, sizeof err->detail - len, ": %s", strerror(sys_errno));
    }
    return code;
}

void smc_error_context(struct smc_error *err, const char *fmt, ...)
{
    if (!err || err->code == SMC_OK)
        return;
    char was[sizeof err->detail];
    (void)memcpy(was, err->detail, sizeof was);
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(err->detail, sizeof err->detail, fmt, args);
    va_end(args);
    /* The event is worth more than its place: the context gives way when both don't fit. */
    size_t len = strlen(err->detail);
    if (len + strlen(was) + 3 > sizeof err->detail && len > 120)
        len = 120;
    int room = (int)(sizeof err->detail - len) - 3;
    (void)snprintf(err->detail + len, sizeof err->detail - len, ": %.*s", room, was);
    clean(err->detail);
}

void smc_error_append(struct smc_error *err, const char *text)
{
    if (!err || err->code == SMC_OK)
        return;
    size_t len = strlen(err->detail);
    (void)snprintf(err->detail + len, sizeof err->detail - len, "%s", text);
    clean(err->detail);
}
