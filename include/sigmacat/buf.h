/* A growable byte buffer with a cap. Its bytes are always followed by a NUL that is not counted.
 *
 * An add that fails adds nothing, and the buffer remembers it: later adds do nothing and return the
 * same failure. So a text can be put together without a look at each step, and one look at the end,
 * at smc_buf_status or the last add, tells how all of it went. */
#ifndef SIGMACAT_BUF_H
#define SIGMACAT_BUF_H

#include <stddef.h>

#include <sigmacat/error.h>

#ifdef __cplusplus
extern "C" {
#endif

struct smc_buf {
    char *data;             /* NULL only while nothing was added */
    size_t len;             /* bytes in use, without the NUL */
    size_t allocated;       /* bytes owned */
    size_t cap;             /* `len` never gets beyond it */
    enum smc_status status; /* the first failure, or SMC_OK */
};

#define SMC_BUF_INIT(cap_bytes)                                                                    \
    {                                                                                              \
        NULL, 0, 0, (cap_bytes), SMC_OK                                                            \
    }

/* Prepares the caller's struct; nothing is allocated yet. */
SMC_API void smc_buf_init(struct smc_buf *buf, size_t cap);

/* Frees the bytes and leaves an empty buffer of the same cap, without a failure; twice is
 * harmless. */
SMC_API void smc_buf_clear(struct smc_buf *buf);

/* As smc_buf_clear, with all owned bytes overwritten first: for secrets. A buffer that will hold a
 * secret should be reserved to its size first, since growing leaves copies behind. */
SMC_API void smc_buf_wipe(struct smc_buf *buf);

/* Empties without freeing, and forgets a failure. */
SMC_API void smc_buf_reset(struct smc_buf *buf);

/* Takes back all bytes but the first `len`; a failure stays. */
SMC_API void smc_buf_cut(struct smc_buf *buf, size_t len);

/* How the adds went: SMC_OK, or the first failure since the buffer was last reset or cleared. */
SMC_API enum smc_status smc_buf_status(const struct smc_buf *buf);

/* Makes the buffer a failed one unless it is that already: for a function that adds to a caller's
 * buffer and fails for a reason of its own. Returns the buffer's status. */
SMC_API enum smc_status smc_buf_fail(struct smc_buf *buf, enum smc_status status);

/* Appends. SMC_ERR_CAP when the cap would be passed, SMC_ERR_NOMEM, or the earlier failure; then
 * nothing was added. */
SMC_API enum smc_status smc_buf_add(struct smc_buf *buf, const void *bytes, size_t len);
SMC_API enum smc_status smc_buf_addstr(struct smc_buf *buf, const char *text);
SMC_API enum smc_status smc_buf_addf(struct smc_buf *buf, const char *fmt, ...) SMC_PRINTF(2, 3);

/* Makes room for `extra` more bytes. Errors as smc_buf_add. */
SMC_API enum smc_status smc_buf_reserve(struct smc_buf *buf, size_t extra);

/* Reads `fd` to its end. All of the cap is reserved first, so that nothing of a secret is left
 * behind by growing. SMC_ERR_CAP when there is more, SMC_ERR_IO with errno set, SMC_ERR_NOMEM; what
 * was read by then stays. */
SMC_API enum smc_status smc_buf_read(struct smc_buf *buf, int fd);

/* The bytes as a C string; "" while nothing was added. Borrowed until the next change. */
SMC_API const char *smc_buf_str(const struct smc_buf *buf);

#ifdef __cplusplus
}
#endif

#endif
