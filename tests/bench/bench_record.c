/* How fast the scanner reads a listing, against copying it and against building a tree of it.
 * Usage: bench_record [MEGABYTES] (100). The best of five rounds is shown. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/support/json_tree.h"
#include <sigmacat/json.h>

static const char *const names[] = {"workbookId", "latestVersion", "updatedAt", "name"};
#define NAME_COUNT (sizeof names / sizeof names[0])

struct bench {
    struct smc_buf text;
    struct smc_buf out;
    size_t rows;
};

static double now_s(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* A page as /v2/workbooks answers it, one row in eight with a name beyond ASCII. */
static bool make_text(struct bench *bench, size_t len)
{
    static const char *const titles[] = {"Quarterly revenue by region",
                                         "Ops \\\"live\\\" board",
                                         "Umsatz \xc3\xbc\x62\x65rsicht K\xc3\xb6ln",
                                         "Churn",
                                         "Weekly active users, mobile",
                                         "P&L (EMEA)",
                                         "Inventory / stock-outs",
                                         "Sales pipeline"};
    enum smc_status rc = smc_buf_addstr(&bench->text, "{\"entries\":[");
    for (size_t i = 0; rc == SMC_OK && bench->text.len < len; i++, bench->rows++)
        rc = smc_buf_addf(
            &bench->text,
            "%s{\"workbookId\":\"%08zx-6b9a-49b3-a491-1189fab1b206\",\"workbookUrlId\":"
            "\"4jVstLCODfn2odTNE2x%03zu\",\"name\":\"%s %zu\",\"url\":\"https://app.sigmacomputing"
            ".com/acme/workbook/4jVstLCODfn2odTNE2x%03zu\",\"path\":\"Acme/Finance/Reports\","
            "\"latestVersion\":%zu,\"ownerId\":\"uXkq0WjKkH2vRnb8cZt0Yf1lQ9s\",\"createdBy\":"
            "\"uXkq0WjKkH2vRnb8cZt0Yf1lQ9s\",\"updatedBy\":\"uXkq0WjKkH2vRnb8cZt0Yf1lQ9s\","
            "\"createdAt\":\"2024-03-11T09:26:53.589Z\",\"updatedAt\":\"2026-01-07T17:01:44.021Z\","
            "\"isArchived\":false,\"tags\":[{\"versionTagId\":\"a1b2\",\"tagName\":\"prod\","
            "\"sourceWorkbookVersion\":12}],\"description\":null}",
            i ? "," : "", i * 2654435761U % 0xffffffffU, i % 1000, titles[i % 8], i, i % 1000,
            i % 97);
    if (rc == SMC_OK)
        rc = smc_buf_addf(&bench->text, "],\"nextPage\":null,\"total\":%zu}", bench->rows);
    return rc == SMC_OK;
}

static bool run_copy(struct bench *bench)
{
    smc_buf_reset(&bench->out);
    return smc_buf_add(&bench->out, bench->text.data, bench->text.len) == SMC_OK;
}

static bool run_scan(struct bench *bench)
{
    return smc_json_scan(bench->text.data, bench->text.len, NULL, NULL) == SMC_OK;
}

typedef bool row_fn(struct bench *bench, struct smc_json_span row,
                    const struct smc_json_span *found);

static bool walk_page(struct bench *bench, row_fn *use)
{
    struct smc_json_walk page;
    struct smc_json_walk rows;
    struct smc_json_span key;
    struct smc_json_span row;
    struct smc_json_span found[NAME_COUNT];
    size_t count = 0;
    enum smc_json_type type;
    if (smc_json_walk_text(&page, bench->text.data, bench->text.len, NULL) != SMC_OK)
        return false;
    while ((type = smc_json_walk_peek(&page, &key, NULL)) != SMC_JSON_NONE) {
        if (type != SMC_JSON_ARRAY || !smc_json_equals(key, "entries"))
            continue;
        (void)smc_json_walk_enter(&page, &rows);
        while (smc_json_walk_peek(&rows, NULL, NULL) != SMC_JSON_NONE &&
               smc_json_walk_take_members(&rows, names, NAME_COUNT, found, &row, NULL))
            count += use(bench, row, found);
    }
    return page.is_done && count == bench->rows;
}

static bool use_nothing(struct bench *bench, struct smc_json_span row,
                        const struct smc_json_span *found)
{
    (void)bench;
    return row.p && found[0].p && found[3].p;
}

static bool run_page(struct bench *bench)
{
    return walk_page(bench, use_nothing);
}

/* What a reader would do without entering: scan all, then look again. */
static bool run_twice(struct bench *bench)
{
    struct smc_json_span all;
    struct smc_json_span row;
    struct smc_json_span found[NAME_COUNT];
    struct smc_json_walk rows;
    size_t count = 0;
    if (smc_json_scan(bench->text.data, bench->text.len, &all, NULL) != SMC_OK ||
        !smc_json_walk_begin(&rows, smc_json_member(all, "entries")))
        return false;
    while (smc_json_walk_next(&rows, NULL, &row, NULL)) {
        smc_json_members(row, names, NAME_COUNT, found);
        count += found[0].p && found[3].p;
    }
    return rows.is_done && count == bench->rows;
}

static bool use_splice(struct bench *bench, struct smc_json_span row,
                       const struct smc_json_span *found)
{
    struct smc_json_field member = {"workbook_id", found[0]};
    return smc_json_splice(row, &member, 1, &bench->out) == SMC_OK;
}

static bool run_splice(struct bench *bench)
{
    smc_buf_reset(&bench->out);
    return walk_page(bench, use_splice);
}

static bool run_tree(struct bench *bench)
{
    struct json_tree *root = json_tree_parse(bench->text.data, bench->text.len);
    bool ok = root != NULL;
    json_tree_free(root);
    return ok;
}

static const struct way {
    const char *name;
    bool (*run)(struct bench *bench);
    int rounds;
} ways[] = {{"copy (memcpy)", run_copy, 5},
            {"strict scan", run_scan, 5},
            {"strict page walk, 4 members a row", run_page, 5},
            {"strict scan, then looked at again", run_twice, 5},
            {"strict page walk and splice", run_splice, 5},
            {"tree (jansson)", run_tree, 2}};

int main(int argc, char **argv)
{
    size_t megabytes = argc > 1 ? strtoul(argv[1], NULL, 10) : 100;
    struct bench bench = {.text = SMC_BUF_INIT(SIZE_MAX), .out = SMC_BUF_INIT(SIZE_MAX)};
    double copy_s = 0;
    int rc = 1;
    if (!make_text(&bench, megabytes * 1000000))
        goto out;
    (void)printf("%zu rows, %zu bytes\n%-36s %8s %10s\n", bench.rows, bench.text.len, "", "GB/s",
                 "x of copy");
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        double best_s = 1e9;
        for (int round = 0; round < ways[i].rounds; round++) {
            double begin_s = now_s();
            if (!ways[i].run(&bench)) {
                (void)fprintf(stderr, "bench_record: %s failed\n", ways[i].name);
                goto out;
            }
            double took_s = now_s() - begin_s;
            best_s = took_s < best_s ? took_s : best_s;
        }
        copy_s = i == 0 ? best_s : copy_s;
        (void)printf("%-36s %8.2f %10.1f\n", ways[i].name, (double)bench.text.len / best_s / 1e9,
                     best_s / copy_s);
    }
    rc = 0;
out:
    smc_buf_clear(&bench.text);
    smc_buf_clear(&bench.out);
    return rc;
}
