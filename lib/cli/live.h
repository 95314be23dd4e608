/* What a run is doing, while it does it: one line at the bottom of a terminal, with the log's lines
 * above it; where there is no terminal, one line of the log a minute.
 *
 * The line is cut before the terminal's edge, behind the last part that fits whole; the width is
 * asked for at each drawing. A line that wraps can't be cleared. What the display costs is bounded
 * by how often it is drawn. */
#ifndef CLI_LIVE_H
#define CLI_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sigmacat/clock.h>
#include <sigmacat/client_types.h>
#include <sigmacat/log.h>

#include "lib/base/log_event.h"

/* ---- what is shown ---- */

#define SMCI_CLI_LINE_MAX 250

/* One line that is being composed. Its members are live.c's own, but for `facts`. */
struct smci_cli_line {
    char text[SMCI_CLI_LINE_MAX + 1];
    size_t len;
    size_t columns;
    struct smci_log_facts facts; /* of SMCI_EVENT_PROGRESS: for the log */
};

/* Appends, as far as there is room. A name may hold anything, and how wide it is nobody knows: what
 * is not plain ASCII becomes a question mark. */
void smci_cli_line_add(struct smci_cli_line *line, const char *fmt, ...) SMC_PRINTF(2, 3);

/* "4.0 MB". */
void smci_cli_line_add_bytes(struct smci_cli_line *line, double count);

/* "1:02:03" or "2:03". */
void smci_cli_line_add_time(struct smci_cli_line *line, int64_t seconds);

/* ", 3 refused, waited 0:41, Sigma asked to wait 12 s", as far as there is something to say, and
 * the facts. `service` is who is called, for texts. */
void smci_cli_line_add_waits(struct smci_cli_line *line, const char *service,
                             const struct smc_client_stats *stats);

/* ---- when and where ---- */

enum smci_cli_progress_when { SMCI_CLI_AUTO, SMCI_CLI_ALWAYS, SMCI_CLI_NEVER };

/* Their names, as settings take them; NULL behind the last. */
extern const char *const smci_cli_progress_names[];

/* Composes the line from what is known now. */
typedef void smci_cli_live_fn(void *ctx, struct smci_cli_line *line);

struct smci_cli_live_opt {
    int fd;              /* borrowed; a terminal or not */
    struct smc_log *log; /* writes to the same place; its lines are taken over until the end */
    enum smci_cli_progress_when when; /* the line at the bottom: where fd is a terminal that can
                                            clear a line, wherever fd is, or not at all */
    const struct smc_clock *clock;
    smci_cli_live_fn *compose;
    void *ctx;
};

struct smci_cli_live;

/* Begins. NULL when memory ran out: then nothing is shown. Every function accepts that. */
struct smci_cli_live *smci_cli_live_new(const struct smci_cli_live_opt *opt);

/* To be called as often as there may be news, and at least once a second: draws when it is time
 * to, which costs nothing otherwise. */
void smci_cli_live_tick(struct smci_cli_live *live);

/* Takes the line away. */
void smci_cli_live_free(struct smci_cli_live *live);

#endif
