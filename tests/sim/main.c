/* sigmacat-sim: the stand-in as a program. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim.h"

enum { EXIT_USAGE = 2, FAULTS_MAX = 64, PEM_MAX = 64 << 10 };

enum form {
    F_LONG,
    F_INT,
    F_DOUBLE,
    F_TEXT,
    F_FLAG,
    F_OFF,
    F_SEED,
    F_PORT,
    F_FAULT,
    F_PEM,
    F_HELP
};

struct settings {
    struct sim_options sim;
    const char *port_file;
    const char *faults[FAULTS_MAX];
    size_t fault_count;
    char *cert;
    char *key;
    bool until_eof;
    bool stats_at_end;
};

/* One row is all there is to know about an option: its name, what its value is, and which member
 * of the settings takes it. */
static const struct option_row {
    const char *name;
    enum form form;
    size_t offset;
    const char *help;
} rows[] = {
#define AT(member) offsetof(struct settings, member)
    {"port", F_PORT, AT(sim.port), "N  listen on 127.0.0.1:N (any free one)"},
    {"port-file", F_TEXT, AT(port_file), "FILE  write the port there once ready"},
    {"seed", F_SEED, AT(sim.seed), "N  another estate"},
    {"connections", F_LONG, AT(sim.connections), "N"},
    {"workbooks", F_LONG, AT(sim.workbooks), "N"},
    {"datamodels", F_LONG, AT(sim.datamodels), "N"},
    {"datasets", F_LONG, AT(sim.datasets), "N"},
    {"files", F_LONG, AT(sim.files), "N"},
    {"members", F_LONG, AT(sim.members), "N"},
    {"tables", F_LONG, AT(sim.tables), "N"},
    {"elements", F_LONG, AT(sim.elements), "N  per workbook"},
    {"sources", F_LONG, AT(sim.sources), "N  per workbook"},
    {"datamodel-sources", F_LONG, AT(sim.datamodel_sources), "N  per data model"},
    {"lineage", F_LONG, AT(sim.lineage), "N  entries per data model"},
    {"dataset-sources", F_LONG, AT(sim.dataset_sources), "N  per data set"},
    {"teams", F_LONG, AT(sim.teams), "N"},
    {"tags", F_LONG, AT(sim.tags), "N"},
    {"workspaces", F_LONG, AT(sim.workspaces), "N"},
    {"reports", F_LONG, AT(sim.reports), "N"},
    {"grants", F_LONG, AT(sim.grants), "N"},
    {"columns", F_LONG, AT(sim.columns),
     "N  per workbook, with a lineage that GET /_sim/lineage knows (0: without)"},
    {"lineage-broken", F_INT, AT(sim.lineage_broken_percent),
     "PERCENT  of the workbooks: their lineage answers 400"},
    {"columns-broken", F_INT, AT(sim.columns_broken_percent),
     "PERCENT  of the workbooks and data models: their columns answer 400"},
    {"no-odd", F_OFF, AT(sim.odd), "no strange values"},
    {"no-undescribed", F_OFF, AT(sim.undescribed), "nothing that the description does not have"},
    {"big-strings", F_FLAG, AT(sim.big_strings), "strings of 5 MB in some first records"},
    {"paths-missing", F_INT, AT(sim.paths_missing_percent), "PERCENT  lacking in the listing"},
    {"paths-conflict", F_INT, AT(sim.paths_conflict_percent), "PERCENT  that answer 409"},
    {"paths-disagree", F_FLAG, AT(sim.paths_disagree), "the listing's paths differ"},
    {"paths-without-total", F_FLAG, AT(sim.paths_without_total), ""},
    {"client-id", F_TEXT, AT(sim.client_id), "TEXT (sim-client)"},
    {"client-secret", F_TEXT, AT(sim.client_secret), "TEXT (sim-secret)"},
    {"not-admin", F_FLAG, AT(sim.not_admin), "skipPermissionCheck answers 403"},
    {"explorations-strict", F_FLAG, AT(sim.explorations_strict),
     "excludeExplorations alone answers 400"},
    {"token-life", F_LONG, AT(sim.token_life_seconds), "SECONDS (3600)"},
    {"token-uses", F_LONG, AT(sim.token_uses), "N  calls, then a token is dead"},
    {"token-strict", F_FLAG, AT(sim.token_strict), "a second token call a second answers 429"},
    {"page-size", F_LONG, AT(sim.page_size), "N  rows at most, whatever is asked for"},
    {"latency", F_LONG, AT(sim.latency_ms), "MS  before each answer"},
    {"jitter", F_LONG, AT(sim.jitter_ms), "MS  up to so much more"},
    {"no-gzip", F_FLAG, AT(sim.no_gzip), "never compress"},
    {"date", F_TEXT, AT(sim.date), "TEXT  the Date header of all answers"},
    {"tls-cert", F_PEM, AT(cert), "FILE  PEM"},
    {"tls-key", F_PEM, AT(key), "FILE  PEM"},
    {"rate", F_DOUBLE, AT(sim.rate), "R  calls a second, else 429"},
    {"burst", F_LONG, AT(sim.burst), "B  (1)"},
    {"refuse", F_DOUBLE, AT(sim.refuse), "PERCENT  of the calls, at random, by the seed: 429"},
    {"limit-html", F_FLAG, AT(sim.limit_html), "refusals are HTML"},
    {"limit-retry-after", F_TEXT, AT(sim.limit_retry_after), "VALUE  refusals have the header"},
    {"edge-after", F_LONG, AT(sim.edge_after), "N  refusals in 10 s: everything is blocked"},
    {"edge-seconds", F_LONG, AT(sim.edge_seconds), "S  for so long"},
    {"down-after", F_LONG, AT(sim.down_after), "N  calls, then 503"},
    {"fault", F_FAULT, 0,
     "TEXT  such as call=files,page=1,do=delete:0; see sim.h; may be repeated"},
    {"upload-token", F_TEXT, AT(sim.upload_token), "TEXT (sim-token)"},
    {"save", F_TEXT, AT(sim.save_dir), "DIR  write uploads there"},
    {"no-digest", F_FLAG, AT(sim.no_digest), "uploads are not hashed"},
    {"replay", F_TEXT, AT(sim.replay_file), "FILE  answer these calls only"},
    {"until-eof", F_FLAG, AT(until_eof), "end when standard input ends"},
    {"stats-at-end", F_FLAG, AT(stats_at_end), "print the statistics as JSON at the end"},
    {"help", F_HELP, 0, ""},
#undef AT
};

enum { ROW_COUNT = sizeof(rows) / sizeof(*rows) };

static bool takes_value(enum form form)
{
    return form != F_FLAG && form != F_OFF && form != F_HELP;
}

static void print_help(void)
{
    size_t i;

    puts("usage: sigmacat-sim [OPTION]...\nA stand-in for Sigma's REST API and Catalog's ingest.\n"
         "Prints \"listening on URL\" when ready; GET /_sim/stats and /_sim/uploads tell what it "
         "saw,\nGET /_sim/lineage?with=spec,table_columns,controls the true lineage of columns.\n");
    for (i = 0; i < ROW_COUNT; i++)
        printf("  --%-20s %s\n", rows[i].name, rows[i].help);
}

static char *read_pem(const char *file)
{
    FILE *in = fopen(file, "re");
    char *text = in ? calloc(1, PEM_MAX + 1) : NULL;

    if (text && (fread(text, 1, PEM_MAX, in) == 0 || ferror(in))) {
        free(text);
        text = NULL;
    }
    if (in)
        (void)fclose(in);
    return text;
}

static bool read_double(const char *text, double *out)
{
    char *end = NULL;

    errno = 0;
    *out = strtod(text, &end);
    return end != text && *end == '\0' && errno == 0 && *out >= 0;
}

static bool read_long(const char *text, unsigned long long max, unsigned long long *out)
{
    char *end = NULL;

    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    *out = strtoull(text, &end, 10);
    return *end == '\0' && errno == 0 && *out <= max;
}

static bool set(struct settings *s, const struct option_row *row, char *value)
{
    void *at = (char *)s + row->offset;
    unsigned long long n = 0;

    switch (row->form) {
    case F_LONG:
        if (!read_long(value, LONG_MAX, &n))
            return false;
        *(long *)at = (long)n;
        return true;
    case F_INT:
        if (!read_long(value, 100, &n))
            return false;
        *(int *)at = (int)n;
        return true;
    case F_PORT:
        if (!read_long(value, 65535, &n))
            return false;
        *(unsigned *)at = (unsigned)n;
        return true;
    case F_SEED:
        if (!read_long(value, UINT64_MAX, &n))
            return false;
        *(uint64_t *)at = (uint64_t)n;
        return true;
    case F_DOUBLE:
        return read_double(value, at);
    case F_TEXT:
        *(const char **)at = value;
        return true;
    case F_PEM:
        free(*(char **)at);
        *(char **)at = read_pem(value);
        return *(char **)at != NULL;
    case F_FAULT:
        if (s->fault_count == FAULTS_MAX)
            return false;
        s->faults[s->fault_count++] = value;
        return true;
    case F_FLAG:
    case F_OFF:
        *(bool *)at = row->form == F_FLAG;
        return true;
    case F_HELP:
        break;
    }
    return true;
}

/* 0: go on; -1: help was printed; else the exit status. */
static int read_options(struct settings *s, int argc, char **argv)
{
    struct option options[ROW_COUNT + 1];
    int index = 0;
    int c;
    size_t i;

    memset(options, 0, sizeof(options));
    for (i = 0; i < ROW_COUNT; i++) {
        options[i].name = rows[i].name;
        options[i].has_arg = takes_value(rows[i].form) ? required_argument : no_argument;
    }
    while ((c = getopt_long(argc, argv, "", options, &index)) != -1) {
        if (c != 0) /* getopt_long has printed what is wrong */
            return EXIT_USAGE;
        if (rows[index].form == F_HELP) {
            print_help();
            return -1;
        }
        if (!set(s, &rows[index], optarg)) {
            fprintf(stderr, "sigmacat-sim: --%s: bad value: %s\n", rows[index].name, optarg);
            return EXIT_USAGE;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "sigmacat-sim: not an option: %s\n", argv[optind]);
        return EXIT_USAGE;
    }
    s->sim.tls_cert_pem = s->cert;
    s->sim.tls_key_pem = s->key;
    return 0;
}

static int announce(const struct settings *s, const struct sim *sim)
{
    FILE *out;

    if (s->port_file) {
        /* Written aside first, so that who waits for the file never reads half of it. */
        char part[4096];
        int n = snprintf(part, sizeof(part), "%s.part", s->port_file);
        out = n > 0 && (size_t)n < sizeof(part) ? fopen(part, "we") : NULL;
        if (!out || fprintf(out, "%u\n", sim_port(sim)) < 0 || fclose(out) != 0 ||
            rename(part, s->port_file) != 0) {
            fprintf(stderr, "sigmacat-sim: %s: can't be written\n", s->port_file);
            return 1;
        }
    }
    printf("listening on %s\n", sim_url(sim));
    (void)fflush(stdout);
    return 0;
}

/* Until SIGINT or SIGTERM, which are blocked but here, or the end of standard input. */
static void wait_for_end(bool until_eof, const sigset_t *outside)
{
    struct pollfd in = {STDIN_FILENO, POLLIN, 0};
    char waste[512];

    for (;;) {
        int n = ppoll(&in, until_eof ? 1 : 0, NULL, outside);
        if (n < 0)
            return;
        if (n > 0 && read(STDIN_FILENO, waste, sizeof(waste)) <= 0)
            return;
    }
}

static void on_signal(int signal_number)
{
    (void)signal_number;
}

static int serve(const struct settings *s, const sigset_t *outside)
{
    char why[512] = "";
    struct sim *sim = sim_start(&s->sim, why, sizeof(why));
    char *json;
    size_t i;
    int rc = sim ? 0 : EXIT_USAGE;

    for (i = 0; rc == 0 && i < s->fault_count; i++)
        if (sim_fault(sim, s->faults[i], why, sizeof(why)) != 0)
            rc = EXIT_USAGE;
    if (rc != 0)
        fprintf(stderr, "sigmacat-sim: %s\n", why);
    else
        rc = announce(s, sim);
    if (rc == 0) {
        wait_for_end(s->until_eof, outside);
        json = s->stats_at_end ? sim_stats_json(sim) : NULL;
        if (json)
            puts(json);
        free(json);
    }
    sim_stop(sim);
    return rc;
}

int main(int argc, char **argv)
{
    struct settings s = {.sim = SIM_OPTIONS_INIT};
    struct sigaction action;
    sigset_t ours;
    sigset_t outside;
    int rc = read_options(&s, argc, argv);

    if (rc == 0) {
        memset(&action, 0, sizeof(action));
        action.sa_handler = on_signal;
        sigaction(SIGINT, &action, NULL);
        sigaction(SIGTERM, &action, NULL);
        action.sa_handler = SIG_IGN;
        sigaction(SIGPIPE, &action, NULL);
        sigemptyset(&ours);
        sigaddset(&ours, SIGINT);
        sigaddset(&ours, SIGTERM);
        sigprocmask(SIG_BLOCK, &ours, &outside);
        sigdelset(&outside, SIGINT);
        sigdelset(&outside, SIGTERM);
        rc = serve(&s, &outside);
    }
    free(s.cert);
    free(s.key);
    return rc < 0 ? 0 : rc;
}
