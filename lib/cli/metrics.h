/* Figures in Prometheus's text format, for node_exporter's textfile collector: families of gauges
 * whose names begin with the program's, and labels that all of them have.
 * https://prometheus.io/docs/instrumenting/exposition_formats/ */
#ifndef CLI_METRICS_H
#define CLI_METRICS_H

#include <stdint.h>

#include <sigmacat/buf.h>

/* A label's name (letters, digits, _) and value, which may be any bytes. */
struct smci_cli_label {
    const char *name;
    const char *value;
};

struct smci_cli_metrics {
    struct smc_buf *text; /* borrowed; its status tells how it went */
    const char *prefix;   /* before each name, such as "castor_upload_" */
    const struct smci_cli_label *common;
    int common_count;
    const char *family; /* whose samples follow */
};

/* Begins a family of gauges: its name without the prefix, which must last until the next one, and
 * a line that says what it is. */
void smci_cli_metrics_family(struct smci_cli_metrics *metrics, const char *name, const char *help);

/* A sample of the family, with one more label where `label` is not NULL. */
void smci_cli_metrics_int(struct smci_cli_metrics *metrics, const struct smci_cli_label *label,
                          int64_t value);

/* As smci_cli_metrics_int, for milliseconds that are given in seconds. */
void smci_cli_metrics_ms(struct smci_cli_metrics *metrics, const struct smci_cli_label *label,
                         int64_t milliseconds);

#endif
