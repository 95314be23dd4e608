#include "field_lineage.h"

#include <inttypes.h>
#include <string.h>

#include "extract/fields/link.h"
#include "extract/fields/reach.h"
#include "extract/fields/record.h"
#include "extract/fields/resolve.h"
#include "extract/fields/saved.h"
#include "extract/fields/seal.h"
#include "extract/fields/things.h"
#include "lib/base/log.h"

#include "field_coverage.h"
#include "field_load.h"
#include "field_plan.h"
#include "field_services.h"

#define KIND_RECORDS "field_records" /* in the store: of a data model, until its turn comes */
#define RECORDS_PAGE ((size_t)1024 * 1024)

/* The derivation at work. */
struct derivation {
    struct field_lineage *fields;
    struct field_lookup lookup;
    struct field_services services;
    struct field_plan plan;
    struct graph graph;
};

/* ---- the tables ---- */

static enum smc_status want_document(struct join *join, enum document_type type,
                                     struct smc_error *err)
{
    struct derivation *d = join->ctx;
    uint32_t document;
    graph_clear(&d->graph);
    d->lookup.user = smc_buf_str(&join->name);
    enum smc_status rc = field_load(&d->graph, join, type, FIELD_PARTS_LINKS, &document, err);
    if (rc == SMC_OK) {
        things_seal(&d->graph);
        rc = graph_status(&d->graph, err);
    }
    return rc == SMC_ERR_CAP ? SMC_OK : rc; /* one too large for a graph has no lineage either */
}

static enum smc_status want_workbook(struct join *join, struct smc_error *err)
{
    return want_document(join, DOCUMENT_WORKBOOK, err);
}

static enum smc_status want_model(struct join *join, struct smc_error *err)
{
    return want_document(join, DOCUMENT_DATAMODEL, err);
}

enum smc_status field_lineage_want_tables(struct field_lineage *fields, struct smc_error *err)
{
    struct derivation d = {.fields = fields, .lookup = {fields->job, fields->tables, ""}};
    d.services = field_services_wanting(&d.lookup);
    graph_init(&d.graph, &d.services);
    enum smc_status rc =
        document_each(fields->job, DOCUMENT_WORKBOOK, NULL, want_workbook, &d, err);
    if (rc == SMC_OK)
        rc = document_each(fields->job, DOCUMENT_DATAMODEL, NULL, want_model, &d, err);
    graph_clear(&d.graph);
    return rc;
}

/* ---- the order of the data models ---- */

static enum smc_status plan_model(struct join *join, struct smc_error *err)
{
    struct derivation *d = join->ctx;
    (void)err;
    return field_plan_add(&d->plan, smc_buf_str(&join->id)) ? SMC_OK : SMC_ERR_NOMEM;
}

static enum smc_status plan_reads(struct join *join, struct smc_error *err)
{
    struct derivation *d = join->ctx;
    struct graph *graph = &d->graph;
    const char *id = smc_buf_str(&join->id);
    uint32_t document;
    bool ok = true;
    graph_clear(graph);
    enum smc_status rc = field_load(graph, join, DOCUMENT_DATAMODEL,
                                    FIELD_PARTS_LINKS | 1U << PART_SPEC, &document, err);
    for (uint32_t i = 0; rc == SMC_OK && ok && i < graph->links.count; i++) {
        link_split_model(graph, &graph->links.all[i]);
        ok = field_plan_reads(&d->plan, id,
                              texts_get(&graph->texts, graph->links.all[i].model, NULL));
    }
    for (uint32_t i = 0; rc == SMC_OK && ok && i < graph->matches.count; i++)
        ok = field_plan_reads(&d->plan, id,
                              texts_get(&graph->texts, graph->matches.all[i].branch.model, NULL));
    if (rc == SMC_OK)
        rc = ok ? graph_status(graph, err) : SMC_ERR_NOMEM;
    return rc == SMC_ERR_CAP ? SMC_OK : rc;
}

static enum smc_status plan_models(struct derivation *d, struct smc_error *err)
{
    const struct job *job = d->fields->job;
    enum smc_status rc = document_each(job, DOCUMENT_DATAMODEL, NULL, plan_model, d, err);
    if (rc == SMC_OK)
        rc = document_each(job, DOCUMENT_DATAMODEL, NULL, plan_reads, d, err);
    if (rc == SMC_OK && !field_plan_end(&d->plan))
        rc = SMC_ERR_NOMEM;
    return rc;
}

/* ---- one graph ---- */

static enum smc_status derive(struct derivation *d, struct smc_error *err)
{
    graph_seal(&d->graph);
    resolve_columns(&d->graph);
    reach_find(&d->graph);
    coverage_count(&d->graph);
    return graph_status(&d->graph, err);
}

static enum smc_status note_coverage(const struct derivation *d, uint32_t document,
                                     const struct join *join, struct smc_error *err)
{
    const struct field_document *of = &d->graph.documents.all[document];
    coverage_add(&d->fields->total, &of->coverage);
    return field_coverage_note(d->fields->job, of->is_model, smc_buf_str(&join->id),
                               smc_buf_str(&join->name), &of->coverage, err);
}

/* ---- data models ---- */

/* Records on their way into the store, in pages of lines. */
struct kept {
    const struct job *job;
    const char *model;
    int pages;
    struct smc_buf page;
};

static enum smc_status keep_page(struct kept *kept, struct smc_error *err)
{
    if (!kept->page.len)
        return SMC_OK;
    enum smc_status rc = smci_store_put_page(kept->job->store, KIND_RECORDS, kept->model,
                                             kept->pages++, kept->page.data, kept->page.len, err);
    smc_buf_reset(&kept->page);
    return rc;
}

static enum smc_status keep_record(void *ctx, const char *bytes, size_t len, struct smc_error *err)
{
    struct kept *kept = ctx;
    (void)smc_buf_add(&kept->page, bytes, len);
    enum smc_status rc = smc_buf_addstr(&kept->page, "\n");
    return rc == SMC_OK && kept->page.len >= RECORDS_PAGE ? keep_page(kept, err) : rc;
}

static enum smc_status keep_records(const struct derivation *d, uint32_t document,
                                    struct smc_error *err)
{
    const struct graph *graph = &d->graph;
    struct kept kept = {.job = d->fields->job,
                        .model = texts_get(&graph->texts, graph->documents.all[document].id, NULL),
                        .page = SMC_BUF_INIT(2 * SMC_BODY_MAX + RECORDS_PAGE)};
    enum smc_status rc = record_each(graph, document, keep_record, &kept, err);
    if (rc == SMC_OK)
        rc = keep_page(&kept, err);
    const struct smci_outcome outcome = {.http_status = 200, .pages = kept.pages};
    if (rc == SMC_OK)
        rc = smci_store_finish(kept.job->store, KIND_RECORDS, kept.model, "", &outcome, err);
    smc_buf_clear(&kept.page);
    return rc;
}

/* What other documents may read. */
static enum smc_status keep_elements(const struct derivation *d, struct smc_error *err)
{
    const struct graph *graph = &d->graph;
    struct smc_buf saved = SMC_BUF_INIT(2 * SMC_BODY_MAX);
    enum smc_status rc = SMC_OK;
    for (uint32_t i = 0; rc == SMC_OK && i < graph->elements.count; i++) {
        const struct field_element *element = &graph->elements.all[i];
        if (element->document == NOWHERE ||
            link_element(graph, element->document, element->id) != i)
            continue;
        smc_buf_reset(&saved);
        rc = saved_write(graph, i, &saved);
        if (rc == SMC_OK)
            rc = field_services_keep(
                d->fields->job,
                texts_get(&graph->texts, graph->documents.all[element->document].id, NULL),
                texts_get(&graph->texts, element->id, NULL), &saved, err);
    }
    smc_buf_clear(&saved);
    return rc;
}

/* Turns to a data model by its place in the plan. */
static enum smc_status turn_to(const struct derivation *d, struct join *join, uint32_t model,
                               struct smc_error *err)
{
    struct smci_item item;
    bool found = false;
    const char *id = texts_get(&d->plan.models, model + 1, NULL);
    enum smc_status rc = smci_list_find(d->fields->job->store, LIST_MODELS, id, &found, &item, err);
    return rc == SMC_OK ? join_turn_to(join, EXTRA_DATAMODEL_COLUMNS, &item, err) : rc;
}

/* `parts` of the data models of one component, into a new graph. */
static enum smc_status load_models(struct derivation *d, struct join *join, uint32_t component,
                                   unsigned parts, struct smc_error *err)
{
    const struct components *order = &d->plan.order;
    enum smc_status rc = SMC_OK;
    graph_clear(&d->graph);
    for (uint32_t i = order->first[component]; rc == SMC_OK && i < order->first[component + 1];
         i++) {
        uint32_t document;
        rc = turn_to(d, join, order->order[i], err);
        if (rc == SMC_OK)
            rc = field_load(&d->graph, join, DOCUMENT_DATAMODEL, parts, &document, err);
    }
    return rc;
}

static enum smc_status keep_models(struct derivation *d, struct join *join, uint32_t component,
                                   struct smc_error *err)
{
    const uint32_t first = d->plan.order.first[component];
    enum smc_status rc = keep_elements(d, err);
    for (uint32_t i = 0; rc == SMC_OK && i < d->graph.documents.count; i++) {
        rc = turn_to(d, join, d->plan.order.order[first + i], err);
        if (rc == SMC_OK)
            rc = keep_records(d, i, err);
        if (rc == SMC_OK)
            rc = note_coverage(d, i, join, err);
    }
    return rc;
}

/* What is too large for a graph counts as not read. */
static enum smc_status derive_models(struct derivation *d, struct smc_error *err)
{
    struct join join;
    enum smc_status rc = SMC_OK;
    join_init(&join, d->fields->job, NULL, NULL);
    for (uint32_t i = 0; rc == SMC_OK && i < d->plan.order.count; i++) {
        rc = load_models(d, &join, i, FIELD_PARTS_ALL, err);
        if (rc == SMC_OK)
            rc = derive(d, err);
        if (rc == SMC_ERR_CAP) {
            smc_error_reset(err);
            rc = load_models(d, &join, i, 0, err);
            if (rc == SMC_OK)
                rc = derive(d, err);
        }
        if (rc == SMC_OK)
            rc = keep_models(d, &join, i, err);
    }
    join_clear(&join);
    return rc;
}

/* ---- the file ---- */

static enum smc_status write_record(void *ctx, const char *bytes, size_t len, struct smc_error *err)
{
    struct smci_part *file = ctx;
    enum smc_status rc = smci_part_record(file, err);
    return rc == SMC_OK ? smci_part_write(file, bytes, len, err) : rc;
}

static enum smc_status write_workbook(struct join *join, struct smc_error *err)
{
    struct derivation *d = join->ctx;
    uint32_t document;
    graph_clear(&d->graph);
    enum smc_status rc =
        field_load(&d->graph, join, DOCUMENT_WORKBOOK, FIELD_PARTS_ALL, &document, err);
    if (rc == SMC_OK)
        rc = derive(d, err);
    if (rc == SMC_ERR_CAP) {
        smc_error_reset(err);
        graph_clear(&d->graph);
        rc = field_load(&d->graph, join, DOCUMENT_WORKBOOK, 0, &document, err);
        if (rc == SMC_OK)
            rc = derive(d, err);
    }
    if (rc == SMC_OK)
        rc = record_each(&d->graph, document, write_record, join->file, err);
    return rc == SMC_OK ? note_coverage(d, document, join, err) : rc;
}

static enum smc_status write_model(struct join *join, struct smc_error *err)
{
    struct smc_buf page = SMC_BUF_INIT(2 * SMC_BODY_MAX + RECORDS_PAGE); /* as it was kept */
    struct smci_outcome outcome = {0};
    bool found = false;
    const char *id = smc_buf_str(&join->id);
    enum smc_status rc =
        smci_store_get(join->job->store, KIND_RECORDS, id, NULL, &found, &outcome, err);
    if (rc == SMC_OK && !found)
        rc = smci_store_reject(join->job->store, err);
    for (int i = 0; rc == SMC_OK && i < outcome.pages; i++) {
        const char *line;
        smc_buf_reset(&page);
        rc = smci_store_page(join->job->store, KIND_RECORDS, id, i, &page, err);
        const char *at = smc_buf_str(&page);
        for (; rc == SMC_OK && (line = strchr(at, '\n')); at = line + 1)
            rc = write_record(join->file, at, (size_t)(line - at), err);
    }
    smc_buf_clear(&page);
    return rc;
}

static enum smc_status forget(const struct job *job, struct smc_error *err)
{
    static const char *const kinds[] = {KIND_RECORDS};
    enum smc_status rc = smci_store_forget(job->store, kinds, 1, err);
    return rc == SMC_OK ? field_services_forget(job, err) : rc;
}

static enum smc_status write_all(struct derivation *d, struct smc_error *err)
{
    const struct job *job = d->fields->job;
    struct smci_part *file = job->files[EXTRA_FIELD_LINEAGE];
    enum smc_status rc = forget(job, err); /* of a run that did not come to its end */
    if (rc == SMC_OK)
        rc = plan_models(d, err);
    if (rc == SMC_OK)
        rc = derive_models(d, err);
    if (rc == SMC_OK)
        rc = document_each(job, DOCUMENT_WORKBOOK, file, write_workbook, d, err);
    if (rc == SMC_OK)
        rc = document_each(job, DOCUMENT_DATAMODEL, file, write_model, d, err);
    return rc == SMC_OK ? forget(job, err) : rc;
}

enum smc_status field_lineage_write(struct field_lineage *fields, struct smc_error *err)
{
    struct derivation d = {.fields = fields, .lookup = {fields->job, fields->tables, ""}};
    fields->total = (struct field_coverage){.columns = 0};
    d.services = field_services_of(&d.lookup);
    field_plan_init(&d.plan);
    graph_init(&d.graph, &d.services);
    enum smc_status rc = write_all(&d, err);
    fields->is_written = rc == SMC_OK;
    if (rc == SMC_OK)
        field_coverage_tell(fields->job, &fields->total);
    graph_clear(&d.graph);
    field_plan_clear(&d.plan);
    return rc == SMC_OK ? rc : smc_error_set(err, rc, "field_lineage: %s", smc_error_text(rc));
}
