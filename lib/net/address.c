/* Addresses: the origin that a person gives, and the encoding of what goes into a path. */
#include "address.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "http_url.h"

enum smc_status smci_url_encode(const char *bytes, size_t len, struct smc_buf *out)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)bytes[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || (c && strchr("-._~", c));
        const char escaped[] = {'%', hex[c >> 4], hex[c & 15]};
        (void)smc_buf_add(out, is_plain ? &bytes[i] : escaped, is_plain ? 1 : sizeof escaped);
    }
    return smc_buf_status(out);
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

/* ---- the origin: what libcurl would make something of, and must not ---- */

#define HOST_MAX       253
#define PORT_DIGITS    5
#define NOT_A_HOST     "is not a host name"
#define NOT_A_PORT     "has a port that is not a number from 1 to 65535"
#define DIGITS         "0123456789"
#define HOST_CHARS     DIGITS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-_"
#define ADDRESS6_CHARS DIGITS "abcdefABCDEF:."

/* An address as it was given, without scheme and the slash at its end. */
struct given {
    bool is_plain;
    const char *scheme; /* the one to go by */
    const char *host;
    int len; /* of host and port */
    int host_len;
};

static const char *split(const char *text, struct given *given)
{
    const char *at = text;
    given->is_plain = strncasecmp(at, "http://", 7) == 0;
    given->scheme = given->is_plain ? "http" : "https";
    if (given->is_plain)
        at += 7;
    else if (strncasecmp(at, "https://", 8) == 0)
        at += 8;
    else if (strstr(at, "://"))
        return "has another scheme than https://";
    size_t len = strlen(at);
    if (len && at[len - 1] == '/')
        len--;
    for (const char *p = at; *p; p++)
        if (isspace((unsigned char)*p) || iscntrl((unsigned char)*p))
            return "has a space or control character in it";
    if (memchr(at, '@', len))
        return "has a user name in it";
    if (memchr(at, '?', len) || memchr(at, '#', len))
        return "has a query or fragment";
    if (memchr(at, '/', len) || memchr(at, '\\', len))
        return "has a path";
    const char *colon = *at == '[' ? NULL : memchr(at, ':', len);
    if (colon && memchr(colon + 1, ':', len - (size_t)(colon + 1 - at)))
        return "has more than one colon (an IPv6 address goes in brackets)";
    size_t host_len = *at == '[' ? strcspn(at, "]") + 1 : strcspn(at, ":/");
    if (host_len > HOST_MAX || len > HOST_MAX + 1 + PORT_DIGITS)
        return NOT_A_HOST;
    given->host = at;
    given->len = (int)len;
    given->host_len = (int)host_len;
    return len && host_len ? NULL : "is empty";
}

/* Whether all bytes are of `chars`, and there is one. */
static bool host_is_of(const char *host, size_t len, const char *chars)
{
    for (size_t i = 0; i < len; i++)
        if (!strchr(chars, host[i]))
            return false;
    return len > 0;
}

static const char *find_host_fault(const struct given *given)
{
    const char *host = given->host;
    size_t len = (size_t)given->host_len;
    if (*host == '[')
        return host_is_of(host + 1, len - 2, ADDRESS6_CHARS) && host[len - 1] == ']' ? NULL
                                                                                     : NOT_A_HOST;
    bool is_host = host_is_of(host, len, HOST_CHARS) && *host != '.' && *host != '-' &&
                   !memmem(host, len, "..", 2);
    return is_host ? NULL : NOT_A_HOST;
}

static const char *find_port_fault(const struct given *given)
{
    const char *rest = given->host + given->host_len;
    size_t len = (size_t)(given->len - given->host_len);
    if (len == 0)
        return NULL;
    if (*rest != ':')
        return NOT_A_HOST;
    size_t digits = strspn(rest + 1, DIGITS);
    bool is_number = digits == len - 1 && digits <= PORT_DIGITS;
    return is_number && strspn(rest + 1, "0") < digits ? NULL : NOT_A_PORT;
}

/* Asks libcurl, whose word on the address is the last one. */
static enum smc_status read_origin(const struct given *given, struct smc_buf *origin,
                                   const char **fault)
{
    char url[8 + HOST_MAX + 1 + PORT_DIGITS + 1];
    bool is_port = false;
    (void)snprintf(url, sizeof url, "%s://%.*s", given->scheme, given->len, given->host);
    enum smc_status rc = smci_http_url_origin(url, origin, &is_port);
    if (rc == SMC_ERR_USAGE)
        *fault = is_port ? NOT_A_PORT : NOT_A_HOST;
    return rc;
}

enum smc_status smci_origin_parse(const char *text, const char *what, struct smc_buf *origin,
                                  struct smc_error *err)
{
    struct given given = {.host = NULL};
    enum smc_status rc = SMC_ERR_USAGE;
    const char *fault = split(text, &given);
    if (!fault)
        fault = find_host_fault(&given);
    if (!fault)
        fault = find_port_fault(&given);
    if (!fault && given.is_plain && !is_loopback_name(given.host, (size_t)given.host_len))
        return smc_error_set(
            err, rc,
            "%s: plain http:// is for loopback only, since credentials would travel "
            "unencrypted; use https://%.*s",
            what, given.host_len, given.host);
    if (!fault)
        rc = read_origin(&given, origin, &fault);
    if (fault) /* the text itself may hold a password, so it is not repeated */
        return smc_error_set(
            err, rc, "%s: the host %s; expected a host name, with or without https:// and a port",
            what, fault);
    return rc == SMC_OK ? rc : smc_error_set(err, rc, "%s: %s", what, smc_error_text(rc));
}
