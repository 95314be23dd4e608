/* The rows of the listings. */
#include "estate.h"

#include <string.h>

enum { FIRST_DAY = 1704067200 }; /* 2024-01-01, seconds since 1970 */

void estate_put_person(const struct sim_options *o, const char *before, long member, struct text *t)
{
    uint8_t id[16];

    estate_id(o, K_MEMBERS, member, id);
    text_str(t, before);
    text_base62(t, id, false);
    text_lit(t, "Sim01\"");
}

long estate_some_member(const struct sim_options *o, enum kind kind, long index, uint64_t salt)
{
    return o->members > 0 ? estate_pick(o, kind, index, salt, o->members) : 0;
}

void estate_put_stamps(const struct sim_options *o, enum kind kind, long index, struct text *t)
{
    uint64_t h = estate_hash(o, kind, index, 10);
    int64_t created = FIRST_DAY + (int64_t)(h % (600L * 86400));

    estate_put_person(o, ",\"createdBy\":\"", estate_some_member(o, kind, index, 11), t);
    estate_put_person(o, ",\"updatedBy\":\"", estate_some_member(o, kind, index, 12), t);
    text_lit(t, ",\"createdAt\":\"");
    text_time(t, created, (unsigned)(h >> 40) % 1000);
    text_lit(t, "\",\"updatedAt\":\"");
    text_time(t, created + (int64_t)((h >> 20) % (300L * 86400)), (unsigned)(h >> 44) % 1000);
    text_lit(t, "\"");
}

void estate_put_url_id(const struct sim_options *o, const char *before, enum kind kind, long index,
                       struct text *t)
{
    uint8_t id[16];

    estate_id(o, kind, index, id);
    text_str(t, before);
    text_base62(t, id, false);
    text_lit(t, "\"");
}

void estate_put_name(const struct sim_options *o, const char *before, const char *word, long index,
                     struct text *t)
{
    text_str(t, before);
    estate_name(o, word, index, t);
    text_lit(t, "\"");
}

static void connection(const struct sim_options *o, long i, struct text *t)
{
    static const char *const types[] = {"snowflake", "bigQuery", "redshift", "databricks"};

    estate_put_id(o, "\"organizationId\":\"", K_WHOAMI, 0, t);
    estate_put_id(o, ",\"connectionId\":\"", K_CONNECTIONS, i, t);
    text_lit(t, ",\"isSample\":false,\"isAuditLog\":false,"
                "\"lastActiveAt\":\"2026-10-01T08:00:00.000Z\"");
    estate_put_name(o, ",\"name\":\"", "connection", i, t);
    text_lit(t, ",\"type\":\"");
    text_str(t, types[i % 4]);
    text_lit(t, "\",\"useOauth\":");
    text_str(t, i % 2 ? "true" : "false");
    estate_put_stamps(o, K_CONNECTIONS, i, t);
    if (i % 3 == 0)
        text_lit(t, ",\"isArchived\":false,\"account\":\"xy12345.sim\",\"warehouse\":\"SIM_WH\","
                    "\"timeout\":{\"default\":120},\"poolSizes\":{\"isPoolConfigured\":true,"
                    "\"adhocPoolSize\":8},\"writebacks\":[{\"database\":\"DB\","
                    "\"schema\":\"WB\"}],\"oauthUsePkce\":null");
    if (o->odd && i % 3 == 1)
        text_lit(t, ",\"host\":\"sim.example\",\"friendlyName\":true");
}

/* What is said of a document under a name of its own. */
static const struct document {
    enum kind kind;
    const char *id;
    const char *url_id;
    const char *url;
    const char *word;
    const char *tag_name;
    const char *tag_version;
    const char *tagged_id; /* NULL: a tag has no such member */
    const char *tagged_at;
} documents[] = {
    {K_WORKBOOKS, "\"workbookId\":\"", ",\"workbookUrlId\":\"",
     ",\"url\":\"https://app.sim.example/acme/workbook/", "workbook", ",\"name\":",
     ",\"sourceWorkbookVersion\":", ",\"taggedWorkbookId\":\"", ",\"workbookTaggedAt\":\""},
    {K_DATAMODELS, "\"dataModelId\":\"", ",\"dataModelUrlId\":\"",
     ",\"url\":\"https://app.sim.example/acme/data-model/", "dataModel",
     ",\"tagName\":", ",\"sourceVersion\":", NULL, ",\"taggedAt\":\""},
    {K_REPORTS, "\"reportId\":\"", ",\"reportUrlId\":\"",
     ",\"url\":\"https://app.sim.example/acme/report/", "report",
     ",\"tagName\":", ",\"sourceVersion\":", ",\"taggedReportId\":\"", ",\"taggedAt\":\""},
};

static void document_tags(const struct sim_options *o, const struct document *d, long i,
                          struct text *t)
{
    if (i % 5 == 4) /* an optional member is absent, not null */
        return;
    if (i % 5 != 3) {
        text_lit(t, ",\"tags\":[]");
        return;
    }
    estate_put_id(o, ",\"tags\":[{\"versionTagId\":\"", K_TAGS, i % 3, t);
    text_str(t, d->tag_name);
    text_lit(t, "\"Production\"");
    text_str(t, d->tag_version);
    text_lit(t, "7");
    if (d->tagged_id)
        estate_put_id(o, d->tagged_id, K_OTHER, i, t);
    text_str(t, d->tagged_at);
    text_lit(t, "2026-09-01T00:00:00.000Z\"}]");
}

static void document(const struct sim_options *o, enum kind kind, long i, struct text *t)
{
    const struct document *d = documents;
    uint64_t h = estate_hash(o, kind, i, 20);

    while (d->kind != kind)
        d++;
    estate_put_id(o, d->id, kind, i, t);
    estate_put_url_id(o, d->url_id, kind, i, t);
    estate_put_name(o, ",\"name\":\"", d->word, i, t);
    estate_put_url_id(o, d->url, kind, i, t);
    estate_put_name(o, ",\"path\":\"Acme/", "folder", i % 50, t);
    text_lit(t, ",\"latestVersion\":");
    text_u64(t, 1 + h % 60);
    estate_put_person(o, ",\"ownerId\":\"", estate_some_member(o, kind, i, 13), t);
    estate_put_stamps(o, kind, i, t);
    if (h % 4 != 0)
        text_str(t, h % 4 == 1 ? ",\"isArchived\":true" : ",\"isArchived\":false");
    if (kind != K_DATAMODELS && h % 3 == 0)
        estate_put_name(o, ",\"description\":\"", "described", i, t);
    document_tags(o, d, i, t);
}

static void dataset(const struct sim_options *o, long i, struct text *t)
{
    estate_put_id(o, "\"datasetId\":\"", K_DATASETS, i, t);
    estate_put_stamps(o, K_DATASETS, i, t);
    estate_put_name(o, ",\"name\":\"", "dataset", i, t);
    estate_put_name(o, ",\"description\":\"", "old", i, t);
    estate_put_url_id(o, ",\"url\":\"https://app.sim.example/acme/dataset/", K_DATASETS, i, t);
    estate_put_person(o, ",\"owner\":\"", estate_some_member(o, K_DATASETS, i, 13), t);
    text_lit(t, ",\"referenceCount\":");
    text_long(t, i % 9);
    text_lit(t, ",\"path\":\"Acme\"");
    if (i % 2 == 1 && o->datamodels > 0) {
        estate_put_id(o, ",\"migrationToDataModel\":{\"dataModelId\":\"", K_DATAMODELS,
                      i % o->datamodels, t);
        text_lit(t, ",\"dataModelUrl\":\"https://app.sim.example/m\","
                    "\"migratedAt\":\"2026-05-01T00:00:00.000Z\"");
        estate_put_person(o, ",\"migratedBy\":\"", 0, t);
        text_lit(t, "},\"migrationStatus\":\"migrated\"");
    } else {
        text_lit(t, ",\"migrationToDataModel\":null,\"migrationStatus\":\"not-migrated\"");
    }
}

static void file(const struct sim_options *o, long i, struct text *t)
{
    static const char *const types[] = {"folder", "workbook", "data-model", "dataset",
                                        "report", "symlink",  "table",      "workspace"};

    estate_put_id(o, "\"id\":\"", K_FILES, i, t);
    estate_put_url_id(o, ",\"urlId\":\"", K_FILES, i, t);
    estate_put_name(o, ",\"name\":\"", "file", i, t);
    text_lit(t, ",\"type\":\"");
    text_str(t, types[estate_hash(o, K_FILES, i, 21) % 8]);
    estate_put_id(o, "\",\"parentId\":\"", K_FILES, i / 20, t);
    estate_put_url_id(o, ",\"parentUrlId\":\"", K_FILES, i / 20, t);
    text_str(t, i % 3 ? ",\"permission\":\"edit\"" : ",\"permission\":\"view\"");
    estate_put_name(o, ",\"path\":\"Acme/", "folder", i / 20, t);
    text_str(t, i % 4 ? ",\"badge\":null" : ",\"badge\":\"Certified\"");
    text_lit(t, ",\"isArchived\":false");
    estate_put_stamps(o, K_FILES, i, t);
    if (i % 3 == 0)
        text_lit(t, ",\"ownerId\":null");
    else if (i % 3 == 1)
        estate_put_person(o, ",\"ownerId\":\"", estate_some_member(o, K_FILES, i, 13), t);
}

static void member(const struct sim_options *o, long i, struct text *t)
{
    estate_put_id(o, "\"organizationId\":\"", K_WHOAMI, 0, t);
    estate_put_person(o, ",\"memberId\":\"", i, t);
    text_lit(t, ",\"memberType\":\"Creator\"");
    estate_put_name(o, ",\"firstName\":\"", "first", i, t);
    estate_put_name(o, ",\"lastName\":\"", "last", i + 7, t);
    text_lit(t, ",\"email\":\"user");
    text_long(t, i);
    text_lit(t, "@sim.example\",\"profileImgUrl\":");
    text_str(t, i % 2 ? "null" : "\"https://img.sim.example/p.png\"");
    estate_put_stamps(o, K_MEMBERS, i, t);
    estate_put_id(o, ",\"homeFolderId\":\"", K_FILES, i, t);
    text_lit(t, ",\"userKind\":\"internal\"");
    if (i % 3 != 2)
        text_str(t, i % 3 ? ",\"isArchived\":true" : ",\"isArchived\":false,\"isInactive\":false");
}

/* Sigma puts an error object in place of a file that it failed to read. */
static void file_error(const struct sim_options *o, long i, struct text *t)
{
    text_lit(t, "{\"code\":403,\"message\":\"No access to file ");
    text_long(t, i);
    estate_put_id(o, "\",\"requestId\":\"", K_OTHER, i, t);
    text_lit(t, "}");
}

void estate_record(const struct sim_options *o, enum kind kind, long index, struct text *t)
{
    if (kind == K_PATHS) {
        estate_path_row(o, index, t);
        return;
    }
    if (kind == K_FILES && o->odd && o->undescribed && index % 97 == 11) {
        file_error(o, index, t);
        return;
    }
    estate_open(o, index, t);
    if (kind == K_CONNECTIONS)
        connection(o, index, t);
    else if (kind == K_WORKBOOKS || kind == K_DATAMODELS || kind == K_REPORTS)
        document(o, kind, index, t);
    else if (kind == K_DATASETS)
        dataset(o, index, t);
    else if (kind == K_FILES)
        file(o, index, t);
    else if (!estate_org_record(o, kind, index, t))
        member(o, index, t);
    estate_close(o, index, t);
}
