#include "log_line.h"

#include <stdio.h>
#include <stdlib.h>
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

const char *const smci_log_levels[] = {"error", "warn", "info", "debug", NULL};
const char *const smci_log_formats[] = {"text", "json", NULL};

size_t smci_log_time(char *to, size_t size, bool is_local)
{
    struct timespec now = {0, 0};
    struct tm tm = {0};
    char when[32] = "";
    char zone[48] = "Z";
    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (is_local ? localtime_r(&now.tv_sec, &tm) : gmtime_r(&now.tv_sec, &tm))
        (void)strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &tm);
    if (is_local) {
        long minutes = tm.tm_gmtoff / 60;
        (void)snprintf(zone, sizeof zone, "%c%02ld:%02ld", minutes < 0 ? '-' : '+',
                       labs(minutes) / 60, labs(minutes) % 60);
    }
    return (size_t)snprintf(to, size, "%s.%03ld%s", when, now.tv_nsec / 1000000, zone);
}

bool smci_text_is_command(const char *p)
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

size_t smci_log_line(char *line, size_t size, bool has_time, int level, const char *message)
{
    static const char *const names[] = {"ERROR", "WARNING", "INFO", "DEBUG"};
    char when[64] = "";
    if (has_time)
        (void)smci_log_time(when, sizeof when, true);
    size_t at = (size_t)snprintf(line, size, "%s%s%s - ", when, has_time ? " " : "", names[level]);
    for (const char *p = message; *p && at + 4 < size; p++) {
        line[at++] = *p;
        if (smci_text_is_command(p))
            line[at++] = ' ';
    }
    return at + (size_t)snprintf(line + at, size - at, "\n");
}
