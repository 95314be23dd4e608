/* A line of the log in JSON, held to the tables of lib/base/log_event.h by another reader than
 * ours. */
#ifndef TESTS_LOG_LINES_H
#define TESTS_LOG_LINES_H

#include <stddef.h>

#include "json_tree.h"

/* Fails the test unless the line, its end included, is one JSON object in UTF-8 with time, level,
 * `program` (NULL: null), a known event, a message, and just the members that belong to the event,
 * each null or of its type. The caller frees what it was made of. */
struct json_tree *log_line_read(const char *line, size_t len, const char *program);

/* Checks all lines of a text so. Returns how many there are of the event (NULL: of all). */
size_t log_lines_check(const char *text, const char *program, const char *event);

#endif
