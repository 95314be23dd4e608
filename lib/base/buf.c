#include <sigmacat/buf.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void smc_buf_init(struct smc_buf *buf, size_t cap)
{
    *buf = (struct smc_buf)SMC_BUF_INIT(cap);
}

void smc_buf_clear(struct smc_buf *buf)
{
    free(buf->data);
    smc_buf_init(buf, buf->cap);
}

void smc_buf_wipe(struct smc_buf *buf)
{
    if (buf->data)
        explicit_bzero(buf->data, buf->allocated);
    smc_buf_clear(buf);
}

void smc_buf_reset(struct smc_buf *buf)
{
    smc_buf_cut(buf, 0);
    buf->status = SMC_OK;
}

void smc_buf_cut(struct smc_buf *buf, size_t len)
{
    if (len > buf->len)
        return;
    buf->len = len;
    if (buf->data)
        buf->data[len] = '\0';
}

enum smc_status smc_buf_status(const struct smc_buf *buf)
{
    return buf->status;
}

enum smc_status smc_buf_fail(struct smc_buf *buf, enum smc_status status)
{
    if (buf->status == SMC_OK)
        buf->status = status;
    return buf->status;
}

enum smc_status smc_buf_reserve(struct smc_buf *buf, size_t extra)
{
    if (buf->status != SMC_OK)
        return buf->status;
    if (extra > buf->cap - buf->len)
        return smc_buf_fail(buf, SMC_ERR_CAP);
    size_t need;
    if (__builtin_add_overflow(buf->len + 1, extra, &need))
        return smc_buf_fail(buf, SMC_ERR_NOMEM);
    if (need <= buf->allocated)
        return SMC_OK;
    size_t size = buf->allocated > SIZE_MAX / 2 ? need : buf->allocated * 2;
    if (size > buf->cap && buf->cap < SIZE_MAX)
        size = buf->cap + 1;
    if (size < need)
        size = need;
    if (size < 64 && buf->cap >= 64)
        size = 64;
    char *data = realloc(buf->data, size);
    if (!data)
        return smc_buf_fail(buf, SMC_ERR_NOMEM);
    buf->data = data;
    buf->allocated = size;
    buf->data[buf->len] = '\0';
    return SMC_OK;
}

enum smc_status smc_buf_add(struct smc_buf *buf, const void *bytes, size_t len)
{
    if (smc_buf_reserve(buf, len) != SMC_OK)
        return buf->status;
    if (len)
        (void)memcpy(buf->data + buf->len, bytes, len);
    buf->len += len;
    buf->data[buf->len] = '\0';
    return SMC_OK;
}

enum smc_status smc_buf_addstr(struct smc_buf *buf, const char *text)
{
    return smc_buf_add(buf, text, strlen(text));
}

enum smc_status smc_buf_addf(struct smc_buf *buf, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (len < 0)
        (void)smc_buf_fail(buf, SMC_ERR_NOMEM);
    else if (smc_buf_reserve(buf, (size_t)len) == SMC_OK) {
        (void)vsnprintf(buf->data + buf->len, (size_t)len + 1, fmt, again);
        buf->len += (size_t)len;
    }
    va_end(again);
    return buf->status;
}

enum smc_status smc_buf_read(struct smc_buf *buf, int fd)
{
    char more;
    ssize_t got = smc_buf_reserve(buf, buf->cap - buf->len) == SMC_OK;
    while (got != 0 && buf->status == SMC_OK) {
        size_t room = buf->cap - buf->len;
        got = read(fd, room > 0 ? buf->data + buf->len : &more, room > 0 ? room : 1);
        if (got < 0 && errno != EINTR)
            (void)smc_buf_fail(buf, SMC_ERR_IO);
        else if (got > 0 && room == 0)
            (void)smc_buf_fail(buf, SMC_ERR_CAP);
        else if (got > 0)
            buf->len += (size_t)got;
    }
    if (buf->data)
        buf->data[buf->len] = '\0';
    return buf->status;
}

const char *smc_buf_str(const struct smc_buf *buf)
{
    return buf->data ? buf->data : "";
}
