/* The lines of --check: what was looked at, one line each, as it is found out.
 *
 *   ok    TLS          the certificate is trusted, and valid until 2027-01-03
 *   warn  rights       not an Org Admin's: ...
 *           do: use an Org Admin's credentials
 *   FAIL  credentials  Sigma refused them: ...
 *           do: check client id and secret
 *   --    not tried    organisation, rights, readable
 *   castor-extract-sigma would not work: 1 of 9 checks failed
 *
 * They are what was asked for, so they go to standard output; with --json, where that has the object
 * alone, they are entries of its array "checks", and go to the log. Texts may come from a server:
 * control characters are replaced and hidden secrets masked. Not thread safe. */
#ifndef CLI_CHECKLIST_H
#define CLI_CHECKLIST_H

#include <stdio.h>

#include <sigmacat/error.h>
#include <sigmacat/log.h>

#include "lib/json/write.h"

struct smci_cli_checklist {
    FILE *out;               /* borrowed; NULL: lines go to the log, */
    struct smci_writer json; /* and entries are written with this; its `out` is NULL else */
    bool is_entry_open;      /* a remedy may follow */
    struct smc_log *log;     /* borrowed; knows the secrets; may be NULL */
    int tried;               /* lines but those of what could not be tried */
    int failed;
    int warned;
    enum smc_status first; /* failure */
    int write_errno;       /* of the first write that failed */
    char untried[160];     /* names */
    const char *unproven;  /* static; what no check can prove; NULL: nothing */
};

/* `out` NULL: standard output. */
void smci_cli_checklist_init(struct smci_cli_checklist *list, FILE *out, struct smc_log *log);

/* With --json: for entries in place of lines. `object` (borrowed) becomes an object that has the
 * member "checks" alone, for smci_write_members: an array of {"name", "verdict", "text", "remedy"},
 * whose verdict is "ok", "warn", "fail", "unknown" or "not_tried". */
void smci_cli_checklist_record(struct smci_cli_checklist *list, struct smc_buf *object);

/* One line; `name` is what was looked at, in a word of at most 12 letters. */
void smci_cli_ok(struct smci_cli_checklist *list, const char *name, const char *fmt, ...)
    SMC_PRINTF(3, 4);

/* A run would do its work, but not as one might think. */
void smci_cli_warn(struct smci_cli_checklist *list, const char *name, const char *fmt, ...)
    SMC_PRINTF(3, 4);

/* A run would end with `status`. */
void smci_cli_failed(struct smci_cli_checklist *list, enum smc_status status, const char *name,
                     const char *fmt, ...) SMC_PRINTF(4, 5);

/* Nothing can be said about it. */
void smci_cli_untold(struct smci_cli_checklist *list, const char *name, const char *fmt, ...)
    SMC_PRINTF(3, 4);

/* No check can prove it: a line, and the last one says so too. `what` is static and short: "the
 * token is unproven until an upload". */
void smci_cli_unproven(struct smci_cli_checklist *list, const char *name, const char *what);

/* An earlier failure is in the way. All such names are one line before the last. */
void smci_cli_untried(struct smci_cli_checklist *list, const char *name);

/* The remedy for the line before: one thing to do, after each warning and each failure. */
void smci_cli_remedy(struct smci_cli_checklist *list, const char *fmt, ...) SMC_PRINTF(2, 3);

/* The last line, for `program`. SMC_OK, or the status of the first failure, at which a run would
 * end too: then `err` stays empty, since the lines have said it all, but has the last line where
 * entries are made. SMC_ERR_IO, with `err`, when not all of them could be written. */
enum smc_status smci_cli_checklist_end(struct smci_cli_checklist *list, const char *program,
                                       struct smc_error *err);

/* Ends the object of entries, for a check that ends before smci_cli_checklist_end, and after it.
 * Harmless without one, and twice. */
void smci_cli_checklist_close(struct smci_cli_checklist *list);

#endif
