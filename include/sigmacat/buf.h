/* A growable byte buffer with a cap. Its bytes are always followed by a NUL that is not counted. */
#ifndef SIGMACAT_BUF_H
#define SIGMACAT_BUF_H

#include <stddef.h>

#include <sigmacat/error.h>

#ifdef __cplusplus
extern "C" {
#endif

struct smc_buf {
    char *data;       /* NULL only while nothing was added */
    size_t len;       /* bytes in use, without the NUL */
    size_t allocated; /* bytes owned */
    size_t cap;       /* `len` never gets beyond it */
};

#define SMC_BUF_INIT(cap_bytes)                                                                    \
    {                                                                                              \
        NULL, 0, 0, (cap_bytes)                                                                    \
    }

/* Prepares the caller's struct; nothing is allocated yet. */
SMC_API void smc_buf_init(struct smc_buf *buf, size_t cap);

/* Frees the bytes and leaves an empty buffer of the same cap; twice is harmless. */
SMC_API void smc_buf_clear(struct smc_buf *buf);

/* As smc_buf_clear, with all owned bytes overwritten first: for secrets. A buffer that will hold a
 * secret should be reserved to its size first, since growing leaves copies behind. */
SMC_API void smc_buf_wipe(struct smc_buf *buf);

/* Empties without freeing. */
SMC_API void smc_buf_reset(struct smc_buf *buf);

/* Appends. SMC_ERR_CAP when the cap would be passed, SMC_ERR_NOMEM; then nothing was added. */
SMC_API enum smc_status smc_buf_add(struct smc_buf *buf, const void *bytes, size_t len);
SMC_API enum smc_status smc_buf_addstr(struct smc_buf *buf, const char *text);
SMC_API enum smc_status smc_buf_addf(struct smc_buf *buf, const char *fmt, ...) SMC_PRINTF(2, 3);

/* Makes room for `extra` more bytes. Errors as smc_buf_add. */
SMC_API enum smc_status smc_buf_reserve(struct smc_buf *buf, size_t extra);

/* Reads `fd` to its end. All of the cap is reserved first, so that nothing of a secret is left behind
 * by growing. SMC_ERR_CAP when there is more, SMC_ERR_IO with errno set, SMC_ERR_NOMEM. */
SMC_API enum smc_status smc_buf_read(struct smc_buf *buf, int fd);

/* The bytes as a C string; "" while nothing was added. Borrowed until the next change. */
SMC_API const char *smc_buf_str(const struct smc_buf *buf);

#ifdef __cplusplus
}
#endif

#endif
