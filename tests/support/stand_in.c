#include "stand_in.h"

#include <fcntl.h>
#include <unistd.h>

#include "program.h"
#include "support.h"

/* ---- in process ---- */

struct sim *stand_in_new(const struct sim_options *opt)
{
    char why[256] = "";
    struct sim *sim = sim_start(opt, why, sizeof why);
    if (!sim)
        fail_msg("no stand-in: %s", why);
    return sim;
}

void stand_in_fault(struct sim *sim, const char *fault)
{
    char why[256] = "";
    if (fault && sim_fault(sim, fault, why, sizeof why) != 0)
        fail_msg("%s: %s", fault, why);
}

static bool is_silent(void *ctx)
{
    return sim_is_silent(ctx);
}

void stand_in_clock(struct live_clock *live, struct sim *sim)
{
    live_clock_run_while(live, is_silent, sim);
}

/* ---- as a program ---- */

static bool read_url(struct stand_in *s)
{
    char line[sizeof s->url];
    return fgets(line, sizeof line, s->out) && sscanf(line, "listening on %127s", s->url) == 1;
}

bool stand_in_start(struct stand_in *s, const char *options)
{
    char *path = program_path("sigmacat-sim");
    struct words argv = {.count = 0};
    int in[2] = {-1, -1};
    int out[2] = {-1, -1};
    *s = (struct stand_in){.pid = -1, .in = -1};
    words_add(&argv, "%s", path);
    words_split(&argv, "--until-eof --stats-at-end", ' ', NULL);
    words_split(&argv, options, ' ', NULL);
    bool ok = pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0;
    if (ok)
        s->pid = program_spawn(argv.v, NULL, (const int[]){in[0], out[1], STDERR_FILENO});
    (void)close(in[0]);
    (void)close(out[1]);
    s->in = in[1];
    s->out = fdopen(out[0], "r");
    ok = ok && s->pid > 0 && s->out && read_url(s);
    words_clear(&argv);
    free(path);
    if (!ok)
        json_tree_free(stand_in_stop(s));
    return ok;
}

struct json_tree *stand_in_stop(struct stand_in *s)
{
    struct program_cost cost;
    char *line = NULL;
    size_t size = 0;
    struct json_tree *stats = NULL;
    if (s->in >= 0)
        (void)close(s->in);
    ssize_t len = s->out ? getline(&line, &size, s->out) : -1;
    if (len > 0)
        stats = json_tree_parse(line, (size_t)len);
    free(line);
    if (s->out)
        (void)fclose(s->out);
    (void)program_wait(s->pid, &cost);
    *s = (struct stand_in){.pid = -1, .in = -1};
    return stats;
}

long stand_in_calls(struct json_tree *stats, const char *kind)
{
    static const char *const kinds[] = {"token",
                                        "whoami",
                                        "connections",
                                        "workbooks",
                                        "datamodels",
                                        "datasets",
                                        "files",
                                        "members",
                                        "workbook_sources",
                                        "elements",
                                        "path",
                                        "datamodel_sources",
                                        "paths",
                                        "datamodel_lineage",
                                        "dataset_sources",
                                        "other"};
    struct json_tree *calls = json_tree_get(stats, "calls");
    long sum = 0;
    if (kind)
        return (long)json_tree_int(json_tree_get(calls, kind), "all", 0);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        sum += stand_in_calls(stats, kinds[i]);
    return sum;
}
