/* A message on its way to the log: made harmless, cut at a whole character, put into a line. */
#ifndef SMCI_LOG_LINE_H
#define SMCI_LOG_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* The room that a line needs for a message of `len` bytes, its line end and the NUL included. */
#define SMCI_LOG_LINE_MAX(len) (2 * (len) + 128)

/* Puts '?' in the place of each byte that is not UTF-8, that is a control character, or that is
 * part of one that a terminal may obey: U+0080..U+009F, the line separators U+2028 and U+2029, the
 * bidirectional controls U+202A..U+202E and U+2066..U+2069. */
void smci_text_clean(char *text);

/* Takes away the beginning of a character that a cut has left at the end. */
void smci_text_trim(char *text);

/* Whether a CI system would take what begins at `p` for a command to itself. These are, as their
 * readers have it: "##vso[" and "##[" anywhere in a line (Azure Pipelines, and GitHub's runner for
 * the second), "##teamcity[" (TeamCity), and "::name::" or "::name key=value::" (GitHub Actions,
 * Gitea). */
bool smci_text_is_command(const char *p);

/* The time now by RFC 3339: "2026-11-28T18:30:00.123+01:00", or in UTC "...Z". Cut to `size`.
 * Returns its length. */
size_t smci_log_time(char *to, size_t size, bool is_local);

/* Writes `message`, which is clean, as a line of text into `line`, which has `size` bytes,
 * SMCI_LOG_LINE_MAX of it or more: "LEVEL - message", with the local time before it where it
 * `has_time`. Commands are broken up by a space. `level` is an enum smc_log_level. Returns the
 * length. */
size_t smci_log_line(char *line, size_t size, bool has_time, int level, const char *message);

#endif
