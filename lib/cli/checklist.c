#include "checklist.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

/* Beyond it a line is cut: an error's text is far below. */
#define LINE_MAX_BYTES 1024

void smci_cli_checklist_init(struct smci_cli_checklist *list, FILE *out, const struct smc_log *log)
{
    *list = (struct smci_cli_checklist){.out = out ? out : stdout, .log = log};
}

/* Each line is shown at once: the next one may take as long as a time-out does. */
static void write_text(struct smci_cli_checklist *list, const char *before, const char *text)
{
    errno = 0;
    bool is_written = fprintf(list->out, "%s%s\n", before, text) >= 0 && fflush(list->out) == 0;
    if (!is_written && list->write_errno == 0)
        list->write_errno = errno ? errno : EIO;
}

static void add(struct smci_cli_checklist *list, const char *verdict, const char *name,
                const char *fmt, va_list args)
{
    char before[32];
    char text[LINE_MAX_BYTES];
    (void)vsnprintf(text, sizeof text, fmt, args);
    smc_log_clean(list->log, text);
    (void)snprintf(before, sizeof before, "%-4s  %-12s ", verdict, name);
    write_text(list, before, text);
}

void smci_cli_ok(struct smci_cli_checklist *list, const char *name, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add(list, "ok", name, fmt, args);
    va_end(args);
    list->tried++;
}

void smci_cli_warn(struct smci_cli_checklist *list, const char *name, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add(list, "warn", name, fmt, args);
    va_end(args);
    list->tried++;
    list->warned++;
}

void smci_cli_failed(struct smci_cli_checklist *list, enum smc_status status, const char *name,
                     const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add(list, "FAIL", name, fmt, args);
    va_end(args);
    list->tried++;
    if (list->failed++ == 0)
        list->first = status;
}

void smci_cli_untold(struct smci_cli_checklist *list, const char *name, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add(list, "--", name, fmt, args);
    va_end(args);
}

void smci_cli_untried(struct smci_cli_checklist *list, const char *name)
{
    size_t len = strlen(list->untried);
    (void)snprintf(list->untried + len, sizeof list->untried - len, "%s%s", len > 0 ? ", " : "",
                   name);
}

void smci_cli_remedy(struct smci_cli_checklist *list, const char *fmt, ...)
{
    char text[LINE_MAX_BYTES];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    smc_log_clean(list->log, text);
    write_text(list, "        do: ", text);
}

enum smc_status smci_cli_checklist_end(struct smci_cli_checklist *list, const char *program,
                                       struct smc_error *err)
{
    char text[128];
    if (list->untried[0])
        smci_cli_untold(list, "not tried", "%s", list->untried);
    if (list->failed > 0)
        (void)snprintf(text, sizeof text, "%s would not work: %d of %d checks failed", program,
                       list->failed, list->tried);
    else if (list->warned > 0)
        (void)snprintf(text, sizeof text, "%s would work, with %d warning%s", program, list->warned,
                       list->warned == 1 ? "" : "s");
    else
        (void)snprintf(text, sizeof text, "%s would work", program);
    write_text(list, "", text);
    if (list->write_errno)
        return smc_error_set_errno(err, SMC_ERR_IO, list->write_errno,
                                   "can't write to standard output");
    return list->failed > 0 ? list->first : SMC_OK;
}
