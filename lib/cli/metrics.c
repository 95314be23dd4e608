#include "metrics.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/utf8.h"

void smci_cli_metrics_family(struct smci_cli_metrics *metrics, const char *name, const char *help)
{
    metrics->family = name;
    (void)smc_buf_addf(metrics->text, "# HELP %s%s %s\n# TYPE %s%s gauge\n", metrics->prefix, name,
                       help, metrics->prefix, name);
}

/* Of a value three characters are escaped; bytes that are not UTF-8, which Prometheus refuses the
 * whole file for, become U+FFFD. */
static void add_value(struct smc_buf *text, const char *value)
{
    const char *end = value + strlen(value);
    for (const char *at = value; at < end;) {
        const char *from = at;
        if (!smci_utf8_next(&at, end)) {
            at = at > from ? at : from + 1;
            (void)smc_buf_addstr(text, "\xef\xbf\xbd");
        } else if (*from == '\n') {
            (void)smc_buf_addstr(text, "\\n");
        } else {
            if (*from == '"' || *from == '\\')
                (void)smc_buf_addstr(text, "\\");
            (void)smc_buf_add(text, from, (size_t)(at - from));
        }
    }
}

static void add_label(struct smc_buf *text, const struct smci_cli_label *label, bool is_first)
{
    (void)smc_buf_addf(text, "%s%s=\"", is_first ? "" : ",", label->name);
    add_value(text, label->value);
    (void)smc_buf_addstr(text, "\"");
}

static void add_sample(struct smci_cli_metrics *metrics, const struct smci_cli_label *label)
{
    struct smc_buf *text = metrics->text;
    (void)smc_buf_addf(text, "%s%s{", metrics->prefix, metrics->family);
    for (int i = 0; i < metrics->common_count; i++)
        add_label(text, &metrics->common[i], i == 0);
    if (label)
        add_label(text, label, metrics->common_count == 0);
    (void)smc_buf_addstr(text, "} ");
}

void smci_cli_metrics_int(struct smci_cli_metrics *metrics, const struct smci_cli_label *label,
                          int64_t value)
{
    add_sample(metrics, label);
    (void)smc_buf_addf(metrics->text, "%" PRId64 "\n", value);
}

void smci_cli_metrics_ms(struct smci_cli_metrics *metrics, const struct smci_cli_label *label,
                         int64_t milliseconds)
{
    add_sample(metrics, label);
    (void)smc_buf_addf(metrics->text, "%s%" PRIu64 ".%03u\n", milliseconds < 0 ? "-" : "",
                       (uint64_t)(milliseconds < 0 ? -milliseconds : milliseconds) / 1000,
                       (unsigned)((milliseconds < 0 ? -milliseconds : milliseconds) % 1000));
}
