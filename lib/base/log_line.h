/* A message on its way to the log: made harmless, cut at a whole character, put into a line. */
#ifndef SMCI_LOG_LINE_H
#define SMCI_LOG_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* How lines look. */
struct smci_log_style {
    bool is_json;
    bool has_time;     /* of a text: local time by RFC 3339 before it; JSON has a time anyway */
    bool has_priority; /* "<6>" before it, as systemd's journal reads it: sd-daemon(3) */
};

/* The room that a line needs for a message of `len` bytes, its line end and the NUL included. */
#define SMCI_LOG_LINE_MAX(len) (3 * (len) + 128)

/* Puts '?' in the place of each byte that is not UTF-8, that is a control character, or that is
 * part of one that a terminal may obey: U+0080..U+009F, the line separators U+2028 and U+2029, the
 * bidirectional controls U+202A..U+202E and U+2066..U+2069. */
void smci_text_clean(char *text);

/* Takes away the beginning of a character that a cut has left at the end. */
void smci_text_trim(char *text);

/* Writes `message`, which is clean, as a line of this style into `line`, which has `size` bytes,
 * SMCI_LOG_LINE_MAX of it or more. `level` is an enum smc_log_level. Returns the length.
 *
 * What a CI system would take for a command to itself is broken up, by a space in a text and by an
 * escape in JSON. Commands are, as their readers have it: "##vso[" and "##[" anywhere in a line
 * (Azure Pipelines, and GitHub's runner for the second), "##teamcity[" (TeamCity), and "::name::"
 * or "::name key=value::" (GitHub Actions, Gitea). */
size_t smci_log_line(char *line, size_t size, const struct smci_log_style *style, int level,
                     const char *message);

#endif
