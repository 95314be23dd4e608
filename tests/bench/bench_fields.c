/* What field lineage costs: 2,000 workbooks with 200,000 columns, from a stand-in on this machine.
 *
 * Usage: bench_fields (with SMC_BUILD, the build's folder). Ends with 1 when an aim is missed or a
 * program fails. */
#include <stdlib.h>

#include "tests/support/bench.h"
#include "tests/support/program.h"
#include "tests/support/stand_in.h"
#include "tests/support/support.h"

#define ESTATE                                                                                     \
    "--no-odd --columns 100 --workbooks 2000 --datamodels 100 --tables 2000 --columns-broken 0"

static void extract(const char *url, const char *output, struct program_cost *cost)
{
    char *path = program_path("castor-extract-sigma");
    const char *argv[] = {path,         "-H", url,    "-c",     "sim-client",    "-a",
                          "sim-secret", "-o", output, "--with", "field_lineage", "--log-level",
                          "error",      NULL};
    bench_must(program_measure(argv, cost), "the extraction failed");
    free(path);
}

int main(void)
{
    struct figure cpu = {"CPU for the lineage of 200,000 columns", "s", "20 s", .most = 1};
    struct figure peak = {"peak memory for the same", "MiB", "64 MiB", .most = 1};
    struct figure wall = {"time for the same", "s", "its CPU", .most = 0};
    bench_use_memory();
    char *dir = temp_dir_make();
    figure_print_head();
    for (int i = 0; i < ROUNDS; i++) {
        struct stand_in s;
        struct program_cost cost;
        char *output = text_format("%s/%d", dir, i);
        bench_must(stand_in_start(&s, ESTATE), "no stand-in");
        extract(s.url, output, &cost);
        json_tree_free(stand_in_stop(&s));
        cpu.measured[i] = cost.cpu_s;
        cpu.floor[i] = 20;
        peak.measured[i] = (double)cost.peak_kib / 1024;
        peak.floor[i] = 64;
        wall.measured[i] = cost.wall_s;
        wall.floor[i] = cost.cpu_s;
        temp_dir_remove(output);
    }
    bool is_met = figure_print(&cpu);
    is_met = figure_print(&peak) && is_met;
    (void)figure_print(&wall);
    temp_dir_remove(dir);
    return !is_met;
}
