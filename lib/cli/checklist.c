#include "checklist.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "lib/base/log.h"

/* Beyond it a line is cut: an error's text is far below. */
#define LINE_MAX_BYTES 1024

/* How a check ended: before its line, in its entry, and in the log. */
struct verdict {
    const char *mark;
    const char *word;
    enum smc_log_level level;
};
static const struct verdict ok = {"ok", "ok", SMC_LOG_INFO};
static const struct verdict warned = {"warn", "warn", SMC_LOG_WARN};
static const struct verdict failed = {"FAIL", "fail", SMC_LOG_ERROR};
static const struct verdict untold = {"--", "unknown", SMC_LOG_INFO};

void smci_cli_checklist_init(struct smci_cli_checklist *list, FILE *out, struct smc_log *log)
{
    *list = (struct smci_cli_checklist){.out = out ? out : stdout, .log = log};
}

/* ---- entries ---- */

void smci_cli_checklist_record(struct smci_cli_checklist *list, struct smc_buf *object)
{
    list->out = NULL;
    list->json = smci_write_begin(object, SMCI_WRITE_LINES);
    list->json.log = list->log;
    smci_write_array(&list->json, "checks");
}

static void end_entry(struct smci_cli_checklist *list, const char *remedy)
{
    if (!list->is_entry_open)
        return;
    smci_write_text(&list->json, "remedy", remedy);
    smci_write_close(&list->json);
    list->is_entry_open = false;
}

static void begin_entry(struct smci_cli_checklist *list, const char *verdict, const char *name,
                        const char *text)
{
    end_entry(list, NULL);
    smci_write_object(&list->json, NULL);
    smci_write_text(&list->json, "name", name);
    smci_write_text(&list->json, "verdict", verdict);
    smci_write_text(&list->json, "text", text);
    list->is_entry_open = true;
}

void smci_cli_checklist_close(struct smci_cli_checklist *list)
{
    end_entry(list, NULL);
    if (list->json.out)
        (void)smci_write_end(&list->json, NULL); /* the buffer remembers */
    list->json.out = NULL;
}

/* ---- lines ---- */

/* Each line is shown at once: the next one may take as long as a time-out does. */
static void write_text(struct smci_cli_checklist *list, const char *before, const char *text)
{
    errno = 0;
    bool is_written = fprintf(list->out, "%s%s\n", before, text) >= 0 && fflush(list->out) == 0;
    if (!is_written && list->write_errno == 0)
        list->write_errno = errno ? errno : EIO;
}

static void add(struct smci_cli_checklist *list, const struct verdict *verdict, const char *name,
                const char *fmt, va_list args)
{
    char before[32];
    char text[LINE_MAX_BYTES];
    (void)vsnprintf(text, sizeof text, fmt, args);
    smc_log_clean(list->log, text);
    if (!list->out) {
        begin_entry(list, verdict->word, name, text);
        smci_log_event(list->log, verdict->level, SMCI_EVENT_CHECK,
                       SMCI_FACTS(.name = name, .state = verdict->word, .reason = text), "%s: %s",
                       name, text);
        return;
    }
    (void)snprintf(before, sizeof before, "%-4s  %-12s ", verdict->mark, name);
    write_text(list, before, text);
}

void smci_cli_ok(struct smci_cli_checklist *list, const char *name, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add(list, &ok, name, fmt, args);
    va_end(args);
    list->tried++;
}

void smci_cli_warn(struct smci_cli_checklist *list, const char *name, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add(list, &warned, name, fmt, args);
    va_end(args);
    list->tried++;
    list->warned++;
}

void smci_cli_failed(struct smci_cli_checklist *list, enum smc_status status, const char *name,
                     const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add(list, &failed, name, fmt, args);
    va_end(args);
    list->tried++;
    if (list->failed++ == 0)
        list->first = status;
}

void smci_cli_untold(struct smci_cli_checklist *list, const char *name, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add(list, &untold, name, fmt, args);
    va_end(args);
}

void smci_cli_unproven(struct smci_cli_checklist *list, const char *name, const char *what)
{
    smci_cli_untold(list, name, "%s", what);
    list->unproven = what;
}

void smci_cli_untried(struct smci_cli_checklist *list, const char *name)
{
    size_t len = strlen(list->untried);
    (void)snprintf(list->untried + len, sizeof list->untried - len, "%s%s", len > 0 ? ", " : "",
                   name);
    if (!list->out)
        begin_entry(list, "not_tried", name, NULL);
}

void smci_cli_remedy(struct smci_cli_checklist *list, const char *fmt, ...)
{
    char text[LINE_MAX_BYTES];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    smc_log_clean(list->log, text);
    if (list->out) {
        write_text(list, "        do: ", text);
        return;
    }
    end_entry(list, text);
    smci_log_event(list->log, SMC_LOG_INFO, SMCI_EVENT_CHECK, SMCI_FACTS(.reason = text), "do: %s",
                   text);
}

enum smc_status smci_cli_checklist_end(struct smci_cli_checklist *list, const char *program,
                                       struct smc_error *err)
{
    char text[256];
    const char *told = list->unproven ? ", as far as can be told" : "";
    const char *mark = list->unproven ? "; " : "";
    const char *unproven = list->unproven ? list->unproven : "";
    if (list->untried[0] && list->out)
        smci_cli_untold(list, "not tried", "%s", list->untried);
    if (list->failed > 0)
        (void)snprintf(text, sizeof text, "%s would not work: %d of %d checks failed", program,
                       list->failed, list->tried);
    else if (list->warned > 0)
        (void)snprintf(text, sizeof text, "%s would work%s, with %d warning%s%s%s", program, told,
                       list->warned, list->warned == 1 ? "" : "s", mark, unproven);
    else
        (void)snprintf(text, sizeof text, "%s would work%s%s%s", program, told, mark, unproven);
    if (!list->out) {
        smci_cli_checklist_close(list);
        return list->failed > 0 ? smc_error_set(err, list->first, "%s", text) : SMC_OK;
    }
    write_text(list, "", text);
    if (list->write_errno)
        return smc_error_set_errno(err, SMC_ERR_IO, list->write_errno,
                                   "can't write to standard output");
    return list->failed > 0 ? list->first : SMC_OK;
}
