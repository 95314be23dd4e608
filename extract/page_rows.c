#include "page_rows.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sigmacat/json.h>

#include "lib/cli/packed.h"
#include "lib/set/records.h"

#define VALUE_MAX   65536
#define COLUMNS_MAX 8
#define LEVELS_MAX  2

/* A column has the first of its members that is there: names with blanks between. */
struct level {
    const char *list; /* the member that holds the rows of this level; NULL: the record is one */
    const char *columns[COLUMNS_MAX];
};

struct row_form {
    const char *name; /* of the file */
    struct level record;
    struct level nested[LEVELS_MAX]; /* lists within it: all rows of the innermost, as one list */
};

#define DOCUMENT(id, owner)                                                                        \
    {                                                                                              \
        NULL,                                                                                      \
        {                                                                                          \
            id, "name", "path", "url", owner, "updatedBy", "updatedAt"                             \
        }                                                                                          \
    }
#define SOURCE                                                                                     \
    {                                                                                              \
        "type", "inodeId tableId datasetId dataModelId", "connectionId", "path"                    \
    }
#define SOURCES(file)                                                                              \
    {                                                                                              \
        file, {NULL, {"asset_id"}},                                                                \
        {                                                                                          \
            {                                                                                      \
                "sources", SOURCE                                                                  \
            }                                                                                      \
        }                                                                                          \
    }

/* The page's model.js reads them by position. */
static const struct row_form forms[] = {
    {"connections", {NULL, {"connectionId", "name", "type"}}, {{NULL, {NULL}}}},
    {"members", {NULL, {"memberId", "firstName", "lastName", "email"}}, {{NULL, {NULL}}}},
    {"datasets", DOCUMENT("datasetId", "owner"), {{NULL, {NULL}}}},
    {"datamodels", DOCUMENT("dataModelId", "ownerId"), {{NULL, {NULL}}}},
    {"workbooks", DOCUMENT("workbookId", "ownerId"), {{NULL, {NULL}}}},
    SOURCES("dataset_sources"),
    SOURCES("datamodel_sources"),
    SOURCES("workbook_sources"),
    {"datamodel_lineage", {NULL, {"dataModelId"}}, {{"elements", {NULL}}, {"sources", SOURCE}}},
    {"elements", {NULL, {"workbook_id", "elementId", "name", "type", "columns"}}, {{NULL, {NULL}}}},
    {"field_lineage",
     {NULL,
      {"asset", "asset_id", "element_id", "column_id", "column", "reads", "unresolved", "formula"}},
     {{NULL, {NULL}}}},
};

struct adding {
    const struct row_form *form;
    struct smci_packed *packed;
    bool has_emails;
    bool has_rows;
};

static void add_text(struct adding *to, const char *text)
{
    smci_packed_add(to->packed, text, strlen(text));
}

/* The first member of the column that is there and is not null. */
static struct smc_json_span pick(struct smc_json_span record, const char *names)
{
    struct smc_json_span value = {NULL, 0};
    char name[32];
    while (*names && (!value.p || smc_json_type_of(value) == SMC_JSON_NULL)) {
        size_t len = strcspn(names, " ");
        (void)snprintf(name, sizeof name, "%.*s", (int)len, names);
        value = smc_json_member(record, name);
        names += len + strspn(names + len, " ");
    }
    return value;
}

/* The values of a row, without its brackets. */
static void add_columns(struct adding *to, const struct level *level, struct smc_json_span record)
{
    for (size_t i = 0; i < COLUMNS_MAX && level->columns[i]; i++) {
        struct smc_json_span value = {NULL, 0};
        if (to->has_emails || strcmp(level->columns[i], "email") != 0)
            value = pick(record, level->columns[i]);
        if (i > 0)
            add_text(to, ",");
        if (value.p && value.len <= VALUE_MAX)
            smci_packed_add(to->packed, value.p, value.len);
        else
            add_text(to, "null");
    }
}

static bool is_innermost(const struct row_form *form, size_t i)
{
    return i + 1 == LEVELS_MAX || !form->nested[i + 1].list;
}

static void add_row(struct adding *to, const struct level *level, struct smc_json_span item,
                    bool *has_rows)
{
    add_text(to, *has_rows ? ",[" : "[");
    add_columns(to, level, item);
    add_text(to, "]");
    *has_rows = true;
}

/* One list, of the outer one's item or of the record. */
static void add_list(struct adding *to, size_t i, struct smc_json_span holder, bool *has_rows)
{
    struct smc_json_walk walk;
    struct smc_json_span item;
    const struct level *level = &to->form->nested[i];
    if (!smc_json_walk_begin(&walk, smc_json_member(holder, level->list)))
        return;
    while (smc_json_walk_next(&walk, NULL, &item, NULL))
        add_row(to, level, item, has_rows);
}

static void add_nested(struct adding *to, struct smc_json_span record)
{
    struct smc_json_walk walk;
    struct smc_json_span item;
    bool has_rows = false;
    if (is_innermost(to->form, 0)) {
        add_list(to, 0, record, &has_rows);
        return;
    }
    if (!smc_json_walk_begin(&walk, smc_json_member(record, to->form->nested[0].list)))
        return;
    while (smc_json_walk_next(&walk, NULL, &item, NULL))
        add_list(to, 1, item, &has_rows);
}

static enum smc_status add_record(void *ctx, struct smc_json_span record, struct smc_error *err)
{
    struct adding *to = ctx;
    (void)err;
    add_text(to, to->has_rows ? ",\n[" : "[");
    to->has_rows = true;
    add_columns(to, &to->form->record, record);
    if (to->form->nested[0].list) {
        add_text(to, ",[");
        add_nested(to, record);
        add_text(to, "]");
    }
    add_text(to, "]");
    return SMC_OK;
}

static enum smc_status add_file(const struct page_rows *rows, int fd, struct adding *to,
                                struct smc_error *err)
{
    add_text(to, ",\"");
    add_text(to, to->form->name);
    add_text(to, "\":[");
    enum smc_status rc = smci_each_record(fd, rows->stop_fd, add_record, to, err);
    add_text(to, "]\n");
    return rc;
}

enum smc_status page_rows_add(const struct page_rows *rows, struct smci_packed *packed,
                              struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    for (size_t i = 0; rc == SMC_OK && i < sizeof forms / sizeof forms[0]; i++) {
        char name[80];
        struct adding to = {&forms[i], packed, rows->has_emails, false};
        (void)snprintf(name, sizeof name, "%" PRId64 "-%s.json", rows->timestamp, forms[i].name);
        int fd = openat(rows->dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (fd < 0 && errno == ENOENT)
            continue; /* it was not asked for */
        rc = fd >= 0 ? add_file(rows, fd, &to, err)
                     : smc_error_set(err, SMC_ERR_IO, "%s", strerror(errno));
        if (fd >= 0)
            (void)close(fd);
        if (rc != SMC_OK)
            smc_error_context(err, "%s", name);
    }
    return rc;
}
