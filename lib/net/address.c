/* Addresses: the origin that a person gives, and the encoding of what goes into a path. */
#include "address.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "lib/base/num.h"

enum smc_status smci_url_encode(const char *bytes, size_t len, struct smc_buf *out)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)bytes[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || (c && strchr("-._~", c));
        const char escaped[] = {'%', hex[c >> 4], hex[c & 15]};
        enum smc_status rc =
            is_plain ? smc_buf_add(out, &bytes[i], 1) : smc_buf_add(out, escaped, sizeof escaped);
        if (rc != SMC_OK)
            return rc;
    }
    return SMC_OK;
}

/* 127.0.0.0/8 in its four-part form, ::1 and localhost, which libcurl resolves by itself. What only
 * looks like such an address (127.999.0.1) would be asked of a name server. */
static bool is_loopback_name(const char *host, size_t len)
{
    char text[INET_ADDRSTRLEN];
    struct in_addr address;
    if ((len == 9 && strncasecmp(host, "localhost", 9) == 0) ||
        (len == 5 && memcmp(host, "[::1]", 5) == 0))
        return true;
    if (len >= sizeof text)
        return false;
    (void)memcpy(text, host, len);
    text[len] = '\0';
    return inet_pton(AF_INET, text, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

bool smci_origin_is_plain(const char *origin)
{
    return strncmp(origin, "http://", 7) == 0;
}

struct parts {
    const char *host;
    size_t host_len;
    const char *port; /* digits; NULL: none */
    bool is_plain;
};

/* The fault in words, or NULL. */
static const char *split(const char *text, struct parts *parts)
{
    const char *at = text;
    parts->is_plain = strncasecmp(at, "http://", 7) == 0;
    if (parts->is_plain)
        at += 7;
    else if (strncasecmp(at, "https://", 8) == 0)
        at += 8;
    else if (strstr(at, "://"))
        return "has another scheme than https://";
    for (const char *p = at; *p; p++)
        if (isspace((unsigned char)*p) || iscntrl((unsigned char)*p))
            return "has a space or control character in it";
    size_t len = strlen(at);
    if (len && at[len - 1] == '/')
        len--;
    if (memchr(at, '@', len))
        return "has a user name in it";
    if (memchr(at, '?', len) || memchr(at, '#', len))
        return "has a query or fragment";
    if (memchr(at, '/', len) || memchr(at, '\\', len))
        return "has a path";
    const char *first_colon = memchr(at, ':', len);
    if (*at != '[' && first_colon &&
        memchr(first_colon + 1, ':', len - (size_t)(first_colon + 1 - at)))
        return "has more than one colon (an IPv6 address goes in brackets)";
    parts->host = at;
    const char *close = *at == '[' ? memchr(at, ']', len) : NULL;
    const char *from = close ? close : at;
    const char *colon = memchr(from, ':', len - (size_t)(from - at));
    parts->host_len = colon ? (size_t)(colon - at) : len;
    parts->port = colon ? colon + 1 : NULL;
    if (close && parts->host_len != (size_t)(close - at) + 1)
        return "is no host name";
    return parts->host_len ? NULL : "is empty";
}

static bool is_host(const char *host, size_t len)
{
    bool is_literal = host[0] == '[';
    if (len > 253 || host[0] == '.' || host[0] == '-')
        return false;
    for (size_t i = is_literal ? 1 : 0; i < len - (is_literal ? 1 : 0); i++) {
        unsigned char c = (unsigned char)host[i];
        bool fits = is_literal ? (isxdigit(c) || c == ':' || c == '.')
                               : ((isalnum(c) && c < 0x80) || c == '.' || c == '-' || c == '_');
        if (!fits || (!is_literal && c == '.' && i + 1 < len && host[i + 1] == '.'))
            return false;
    }
    return true;
}

static bool is_port(const char *port)
{
    char digits[8];
    size_t len = strlen(port);
    if (len && port[len - 1] == '/')
        len--;
    if (len >= sizeof digits)
        return false;
    (void)memcpy(digits, port, len);
    digits[len] = '\0';
    int64_t number;
    return smci_parse_int64(digits, &number) && number >= 1 && number <= 65535;
}

enum smc_status smci_origin_parse(const char *text, const char *what, struct smc_buf *origin,
                                  struct smc_error *err)
{
    struct parts parts = {NULL, 0, NULL, false};
    const char *fault = split(text, &parts);
    if (!fault && !is_host(parts.host, parts.host_len))
        fault = "is no host name";
    if (!fault && parts.port && !is_port(parts.port))
        fault = "has a port that is no number from 1 to 65535";
    if (fault)
        /* The text itself may hold a password, so it is not repeated. */
        return smc_error_set(
            err, SMC_ERR_USAGE,
            "%s: the host %s; expected a host name, with or without https:// and a port", what,
            fault);
    if (parts.is_plain && !is_loopback_name(parts.host, parts.host_len))
        return smc_error_set(
            err, SMC_ERR_USAGE,
            "%s: plain http:// is for loopback only, since credentials would travel "
            "unencrypted; use https://%.*s",
            what, (int)parts.host_len, parts.host);
    size_t port_len = parts.port ? strcspn(parts.port, "/") : 0;
    enum smc_status rc = smc_buf_addf(origin, "%s://%.*s%s%.*s", parts.is_plain ? "http" : "https",
                                      (int)parts.host_len, parts.host, parts.port ? ":" : "",
                                      (int)port_len, parts.port ? parts.port : "");
    return rc == SMC_OK ? rc : smc_error_set(err, rc, "%s: %s", what, smc_error_text(rc));
}
