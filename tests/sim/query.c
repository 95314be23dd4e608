/* The estate as tests ask for it. */
#include "lib/base/uuid.h"

#include "estate.h"
#include "priv.h"
#include "rows.h"

bool sim_estate_has(struct sim *sim, const char *kind, long index)
{
    return shifts_has(sim, kind_of(kind), index);
}

long sim_estate_changed(struct sim *sim, const char *kind, long before)
{
    return shifts_last_call(sim, kind_of(kind), before);
}

long sim_estate_count(const struct sim *sim, const char *kind)
{
    return estate_count(&sim->opt, kind_of(kind));
}

char *sim_estate_record(const struct sim *sim, const char *kind, long index, size_t *len)
{
    struct text t = TEXT_INIT;
    enum kind k = kind_of(kind);

    if (index < 0 || index >= estate_count(&sim->opt, k == K_DATAMODEL_SPEC ? K_DATAMODELS : k))
        return NULL;
    if (k == K_DATAMODEL_SPEC)
        estate_spec(&sim->opt, index, &t);
    else if (k != K_PATH)
        estate_record(&sim->opt, k, index, &t);
    else if (estate_path_status(&sim->opt, index) == 200)
        estate_path_answer(&sim->opt, index, &t);
    else
        return NULL;
    return text_take(&t, len);
}

long sim_estate_page(long workbook, long page)
{
    return estate_page(workbook, page);
}

long sim_estate_row_count(const struct sim *sim, const char *kind, long parent)
{
    struct rows r;
    long count;

    rows_open(&r, &sim->opt, kind_of(kind), parent, 0);
    count = rows_count(&r);
    rows_close(&r);
    return count;
}

char *sim_estate_row(const struct sim *sim, const char *kind, long parent, long index, size_t *len)
{
    struct text t = TEXT_INIT;
    struct rows r;
    bool is_there;

    rows_open(&r, &sim->opt, kind_of(kind), parent, 0);
    is_there = index >= 0 && index < rows_count(&r);
    if (is_there)
        rows_put(&r, index, &t);
    rows_close(&r);
    return is_there ? text_take(&t, len) : NULL;
}

char *sim_estate_rows(const struct sim *sim, const char *kind, long parent, size_t *len)
{
    struct text t = TEXT_INIT;
    struct rows r;
    long i;

    rows_open(&r, &sim->opt, kind_of(kind), parent, 0);
    text_lit(&t, "[");
    for (i = 0; i < rows_count(&r); i++) {
        if (i > 0)
            text_lit(&t, ",");
        rows_put(&r, i, &t);
    }
    text_lit(&t, "]");
    rows_close(&r);
    return text_take(&t, len);
}

void sim_estate_id(const struct sim *sim, const char *kind, long index, char id[37])
{
    uint8_t raw[16];

    estate_id(&sim->opt, kind_of(kind), index, raw);
    smci_uuid_print(raw, id);
}

long sim_estate_index(const struct sim *sim, const char *kind, const char *id)
{
    uint8_t raw[16];
    size_t len = 0;

    while (id[len] != '\0')
        len++;
    return uuid_parse(id, len, raw) ? estate_index(&sim->opt, kind_of(kind), raw) : -1;
}

bool sim_estate_is_listed(const struct sim *sim, long table)
{
    return estate_is_listed(&sim->opt, table);
}

int sim_estate_path_status(const struct sim *sim, long table)
{
    return estate_path_status(&sim->opt, table);
}
