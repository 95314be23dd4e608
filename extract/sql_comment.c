#include "sql_comment.h"

#include <string.h>

/* The letter in UTF-8. */
#define BEGINNING "-- Sigma \xce\xa3"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Where the comment begins, or `len`. The text may have NULs in it. */
static size_t find(const char *text, size_t len)
{
    const size_t size = sizeof BEGINNING - 1;
    size_t end = len;
    while (end > 0 && is_blank(text[end - 1]))
        end--;
    for (size_t at = end; at-- > 0 && text[at] != '\n';)
        if (end - at >= size && memcmp(text + at, BEGINNING, size) == 0)
            return at;
    return len;
}

enum smc_status sql_without_comment(struct smc_json_span sql, struct smc_buf *out)
{
    struct smc_buf text = SMC_BUF_INIT(out->cap);
    if (smc_json_type_of(sql) != SMC_JSON_STRING)
        return SMC_OK;
    enum smc_status rc = smc_json_decode(sql, &text);
    size_t len = rc == SMC_OK && text.len ? find(text.data, text.len) : text.len;
    bool is_there = len < text.len;
    while (is_there && len > 0 && is_blank(text.data[len - 1]))
        len--;
    if (rc == SMC_OK && is_there)
        rc = smc_json_encode(text.data, len, out);
    smc_buf_clear(&text);
    return rc;
}
