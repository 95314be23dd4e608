#include "sql_comment.h"

#include <string.h>

/* The letter in UTF-8. */
#define BEGINNING "-- Sigma \xce\xa3"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t without_blanks(const char *text, size_t len)
{
    while (len > 0 && is_blank(text[len - 1]))
        len--;
    return len;
}

/* Where the comment begins that goes on to the end, or `len`. The text may have NULs in it. */
static size_t find(const char *text, size_t len)
{
    const size_t size = sizeof BEGINNING - 1;
    for (size_t at = len; at-- > 0 && text[at] != '\n';)
        if (len - at >= size && memcmp(text + at, BEGINNING, size) == 0)
            return at;
    return len;
}

/* So much of the text is left. What a comment has behind another one is a comment of its own. */
static size_t cut(const char *text, size_t len)
{
    for (;;) {
        size_t end = without_blanks(text, len);
        size_t at = find(text, end);
        if (at == end)
            return len;
        len = without_blanks(text, at);
        if (len == 0 || text[len - 1] != '}')
            return len;
    }
}

enum smc_status sql_without_comment(struct smc_json_span sql, struct smc_buf *out)
{
    struct smc_buf text = SMC_BUF_INIT(out->cap);
    if (smc_json_type_of(sql) != SMC_JSON_STRING)
        return SMC_OK;
    enum smc_status rc = smc_json_decode(sql, &text);
    size_t left = rc == SMC_OK && text.len ? cut(text.data, text.len) : text.len;
    if (rc == SMC_OK && left < text.len)
        rc = smc_json_encode(text.data, left, out);
    smc_buf_clear(&text);
    return rc;
}
