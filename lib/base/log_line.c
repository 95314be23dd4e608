#include "log_line.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "log_names.h"
#include "utf8.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* ---- characters ---- */

/* Whether the character at `p`, which is UTF-8, is one that a terminal may obey. */
static bool is_control(const unsigned char *p)
{
    if (p[0] < 0x20 || p[0] == 0x7f)
        return true;
    if (p[0] == 0xc2)
        return p[1] <= 0x9f;
    return p[0] == 0xe2 && ((p[1] == 0x80 && p[2] >= 0xa8 && p[2] <= 0xae) ||
                            (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9));
}

void smci_text_clean(char *text)
{
    const char *end = text + strlen(text);
    for (char *p = text; p < end;) {
        const char *next = p;
        bool is_whole = smci_utf8_next(&next, end);
        /* At a byte that fits nowhere the next character may begin. */
        size_t len = next == p ? 1 : (size_t)(next - p);
        if (!is_whole || is_control((const unsigned char *)p))
            (void)memset(p, '?', len);
        p += len;
    }
}

void smci_text_trim(char *text)
{
    char *end = text + strlen(text);
    char *p = end;
    while (p > text && end - p < 3 && ((unsigned char)p[-1] & 0xc0) == 0x80)
        p--;
    if (p == text || (unsigned char)p[-1] < 0xc0)
        return;
    const char *at = --p;
    if (!smci_utf8_next(&at, end) && at == end)
        *p = '\0';
}

/* ---- lines ---- */

/* A line has the level's name in full. */
static const char *rest_of_name(enum smc_log_level level)
{
    return level == SMC_LOG_WARN ? "ing" : "";
}

static size_t begin_text(char *line, size_t size, enum smc_log_level level)
{
    int len = snprintf(line, size, "%s%s - ", smci_log_levels[level], rest_of_name(level));
    for (char *p = line; *p != ' '; p++)
        *p = (char)(*p - 'a' + 'A');
    return (size_t)len;
}

static size_t begin_json(char *line, size_t size, enum smc_log_level level)
{
    struct timespec now = {0, 0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    struct tm utc;
    char when[32] = "";
    if (gmtime_r(&now.tv_sec, &utc))
        (void)strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &utc);
    return (size_t)snprintf(line, size,
                            "{\"time\": \"%s.%03ldZ\", \"level\": \"%s%s\", \"message\": \"", when,
                            now.tv_nsec / 1000000, smci_log_levels[level], rest_of_name(level));
}

/* Whether a command to a CI system may begin at `p`. */
static bool is_command(const char *p)
{
    if (p[0] == '#' && p[1] == '#')
        return p[2 + strspn(p + 2, LETTERS)] == '[';
    if (p[0] != ':' || p[1] != ':')
        return false;
    size_t name_len = strspn(p + 2, LETTERS "-_");
    const char *rest = p + 2 + name_len;
    const char *end = strstr(rest, "::");
    if (name_len == 0 || !end)
        return false;
    return end == rest || (*rest == ' ' && memchr(rest, '=', (size_t)(end - rest)));
}

size_t smci_log_line(char *line, size_t size, enum smc_log_format format, enum smc_log_level level,
                     const char *message)
{
    bool is_json = format == SMC_LOG_JSON;
    size_t at = is_json ? begin_json(line, size, level) : begin_text(line, size, level);
    for (const char *p = message; *p && at + 12 < size; p++) {
        bool is_broken = is_command(p);
        if (is_broken && is_json) {
            at += (size_t)snprintf(line + at, size - at, "\\u%04x", (unsigned)*p);
            continue;
        }
        if (is_json && (*p == '"' || *p == '\\'))
            line[at++] = '\\';
        line[at++] = *p;
        if (is_broken)
            line[at++] = ' ';
    }
    return at + (size_t)snprintf(line + at, size - at, "%s\n", is_json ? "\"}" : "");
}
