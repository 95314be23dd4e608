#include "http_head.h"

#include <string.h>
#include <strings.h>

/* A header's value as it stands in its line. */
struct value {
    const char *p;
    size_t len;
};

static bool is_header(const char *line, size_t len, const char *name, struct value *value)
{
    size_t name_len = strlen(name);
    if (len <= name_len || strncasecmp(line, name, name_len) != 0 || line[name_len] != ':')
        return false;
    const char *at = line + name_len + 1;
    const char *end = line + len;
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    while (end > at && strchr(" \t\r\n", end[-1]))
        end--;
    *value = (struct value){at, (size_t)(end - at)};
    return true;
}

static void keep(char *to, size_t size, struct value value)
{
    size_t len = value.len < size ? value.len : size - 1;
    (void)memcpy(to, value.p, len);
    to[len] = '\0';
}

void smci_http_head_read(struct smci_http_response *response, const char *line, size_t len)
{
    struct value value;
    /* A Retry-After that doesn't fit is no date: its first digits say "too long" just as well. */
    if (is_header(line, len, "Retry-After", &value))
        keep(response->retry_after, sizeof response->retry_after, value);
    else if (is_header(line, len, "Date", &value))
        keep(response->date, sizeof response->date, value);
    else if (is_header(line, len, "Content-Type", &value))
        response->is_html = value.len >= 9 && strncasecmp(value.p, "text/html", 9) == 0;
}
