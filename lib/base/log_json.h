/* A line of the log as one JSON object. */
#ifndef SMCI_LOG_JSON_H
#define SMCI_LOG_JSON_H

#include <stddef.h>

#include "log_event.h"
#include "mask.h"

/* One message on its way. All is borrowed. */
struct smci_log_record {
    int level; /* enum smc_log_level */
    enum smci_log_event event;
    const struct smci_log_facts *facts; /* NULL: none */
    const char *program;                /* NULL: not known */
    const char *message;                /* clean, and shorter than SMCI_LOG_MESSAGE_MAX */
};

/* Bytes that a message has at most, its NUL included, and so a text among the facts. */
#define SMCI_LOG_MESSAGE_MAX 4000

/* The room for a line, its end and the NUL included, whatever is in it. */
#define SMCI_LOG_JSON_MAX ((size_t)8 * SMCI_LOG_MESSAGE_MAX)

/* Writes the record as a line into `line`, which has SMCI_LOG_JSON_MAX bytes. Returns its length.
 * Valid JSON and UTF-8 whatever the facts' texts are: these are cleaned as messages are, `mask`
 * hides their secrets, and what finds no room is cut off. What a CI system would take for a command
 * (log_line.h) is broken up by an escape. Needs no memory. */
size_t smci_log_json(char *line, const struct smci_log_record *record,
                     const struct smci_mask *mask);

#endif
