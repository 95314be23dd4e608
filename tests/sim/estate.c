/* Ids, counts, and the pieces that all rows share. */
#include "estate.h"

#include <string.h>

static const char *const kind_names[KIND_COUNT] = {
    "token",
    "whoami",
    "connections",
    "workbooks",
    "datamodels",
    "datasets",
    "files",
    "members",
    "workbook_sources",
    "elements",
    "datamodel_sources",
    "datamodel_lineage",
    "dataset_sources",
    "path",
    "paths",
    "upload",
    "other",
    "teams",
    "team_members",
    "tags",
    "workspaces",
    "workbook_pages",
    "page_elements",
    "workbook_columns",
    "datamodel_columns",
    "datamodel_elements",
    "workbook_lineage",
    "workbook_queries",
    "reports",
    "report_sources",
    "grants",
    "table_columns",
    "datamodel_spec",
    "workbook_controls",
};

const char *kind_name(enum kind kind)
{
    return kind_names[kind];
}

enum kind kind_of(const char *name)
{
    int i;

    if (strcmp(name, "tables") == 0)
        return K_PATH;
    for (i = 0; i < KIND_COUNT; i++)
        if (strcmp(kind_names[i], name) == 0)
            return (enum kind)i;
    return KIND_COUNT;
}

uint64_t estate_hash(const struct sim_options *o, enum kind kind, long index, uint64_t salt)
{
    uint64_t where = (uint64_t)kind << 56 ^ (uint64_t)index;

    return mix64(mix64(o->seed + salt * UINT64_C(0x9e3779b97f4a7c15)) ^ where);
}

long estate_pick(const struct sim_options *o, enum kind kind, long index, uint64_t salt, long count)
{
    return (long)(estate_hash(o, kind, index, salt) % (uint64_t)count);
}

/* The last seven bytes are kind and index, hidden under a mask made from the first nine. */
static uint64_t id_mask(const struct sim_options *o, const uint8_t id[16])
{
    return hash_bytes(id, 9, o->seed) & UINT64_C(0xffffffffffffff);
}

void estate_id(const struct sim_options *o, enum kind kind, long index, uint8_t id[16])
{
    uint64_t head = estate_hash(o, kind, index, 1);
    uint64_t tail;
    int i;

    for (i = 0; i < 8; i++)
        id[i] = (uint8_t)(head >> (8 * i));
    id[6] = (uint8_t)(0x40 | (id[6] & 0x0f));
    id[8] = (uint8_t)(0x80 | (estate_hash(o, kind, index, 2) & 0x3f));
    /* Ids that begin with zeros are what base62 goes wrong on. */
    if (o->odd && index % 7 == 3)
        id[0] = 0;
    if (o->odd && index % 21 == 3)
        memset(id, 0, 3);
    tail = ((uint64_t)kind << 48 | (uint64_t)index) ^ id_mask(o, id);
    for (i = 0; i < 7; i++)
        id[9 + i] = (uint8_t)(tail >> (8 * i));
}

long estate_index(const struct sim_options *o, enum kind kind, const uint8_t id[16])
{
    uint64_t tail = 0;
    uint8_t again[16];
    long index;
    int i;

    for (i = 0; i < 7; i++)
        tail |= (uint64_t)id[9 + i] << (8 * i);
    tail ^= id_mask(o, id);
    index = (long)(tail & UINT64_C(0xffffffffffff));
    if (tail >> 48 != (uint64_t)kind)
        return -1;
    estate_id(o, kind, index, again);
    return memcmp(again, id, 16) == 0 ? index : -1;
}

long estate_count(const struct sim_options *o, enum kind kind)
{
    const struct {
        enum kind kind;
        long count;
    } counts[] = {
        {K_CONNECTIONS, o->connections},
        {K_WORKBOOKS, o->workbooks},
        {K_DATAMODELS, o->datamodels},
        {K_DATASETS, o->datasets},
        {K_FILES, o->files},
        {K_MEMBERS, o->members},
        {K_PATH, o->tables},
        {K_TEAMS, o->teams},
        {K_TAGS, o->tags},
        {K_WORKSPACES, o->workspaces},
        {K_REPORTS, o->reports},
        {K_GRANTS, o->grants},
    };
    size_t i;

    for (i = 0; i < sizeof(counts) / sizeof(*counts); i++)
        if (counts[i].kind == kind)
            return counts[i].count;
    return kind == K_PATHS ? estate_path_count(o) : -1;
}

void estate_put_id(const struct sim_options *o, const char *before, enum kind kind, long index,
                   struct text *t)
{
    uint8_t id[16];

    estate_id(o, kind, index, id);
    text_str(t, before);
    text_uuid(t, id);
    text_lit(t, "\"");
}

void estate_open(const struct sim_options *o, long index, struct text *t)
{
    if (o->odd && index % 16 == 9)
        text_lit(t, "{\r\n\t ");
    else
        text_lit(t, "{");
}

static void deep_member(struct text *t)
{
    text_lit(t, ",\"xDeep\":");
    text_fill(t, '[', 200);
    text_lit(t, "{\"bottom\":null}");
    text_fill(t, ']', 200);
}

static void long_member(struct text *t)
{
    int i;

    text_lit(t, ",\"xLong\":\"");
    for (i = 0; i < 100; i++)
        text_lit(t, "some kB of text, \\\"quoted\\\", caf\xc3\xa9 \\u00e9, {[,:]} \\\\ ");
    text_lit(t, "\"");
}

/* Members that Sigma's description does not have but does not forbid. */
static void odd_members(long index, struct text *t)
{
    switch (index % 16) {
    case 1:
        text_lit(t, ",\"xNumbers\":[12345678901234567890123,-98765432109876543210,0.1,1E400,-0,"
                    "-0.0,1.10,1e-7,1E+2,0.30000000000000004]");
        break;
    case 2:
        text_lit(t, ",\"x\\u0045scaped \\\"name\\\"\\u0000\":\"nul \\u0000 and \\u001f\",\"\":0,"
                    "\"x\\/slash\":\"\\u00e9\"");
        break;
    case 3:
        text_lit(t, ",\"xLone\":\"\\ud800 high, \\udc00 low, \\udc00\\ud800 swapped, "
                    "\\ud83d\\ude80 pair\"");
        break;
    case 4:
        if (index % 64 == 4)
            deep_member(t);
        break;
    case 5:
        long_member(t);
        break;
    case 6: /* members that the toolkit adds itself */
        text_lit(t, ",\"workbook_id\":\"theirs\",\"asset_id\":[\"theirs\"],"
                    "\"workbook\\u005fid\":\"escaped\"");
        break;
    case 7:
        text_lit(t, ",\"xNest\":{\"a\":[1,{\"b\":\"]}\"},[]],\"c\":{}},\"xTrue\":true,"
                    "\"xNull\":null");
        break;
    default:
        break;
    }
}

void estate_close(const struct sim_options *o, long index, struct text *t)
{
    if (o->odd)
        odd_members(index, t);
    if (o->big_strings && index == 0) {
        text_lit(t, ",\"xBig\":\"");
        text_fill(t, 'b', 5UL << 20);
        text_lit(t, "\"");
    }
    if (o->odd && index % 16 == 9)
        text_lit(t, "\r\n\t }");
    else
        text_lit(t, "}");
}

void estate_name(const struct sim_options *o, const char *word, long index, struct text *t)
{
    /* Each is the inside of a JSON string. */
    static const char *const plain[] = {"Revenue", "Churn", "Pipeline", "Finance / FY26", "Ops"};
    static const char *const odd[] = {
        "Revenue",
        "Ops \\\"daily\\\"",
        "Back\\\\slash",
        "control\\u0001char",
        "nul\\u0000inside",
        "line\\nbreak",
        "tab\\there",
        "emoji \xf0\x9f\x9a\x80",
        "\\ud83d\\ude80 escaped emoji",
        "\xd8\xb9\xd8\xb1\xd8\xa8\xd9\x89 \xe2\x80\xae right to left",
        "\xc5\x81\xc3\xb3\x64\xc5\xba",
        "e\xcc\x81 combining",
        "\xe5\xa3\xb2\xe4\xb8\x8a",
        "lone \\ud800 surrogate",
        "separators \xe2\x80\xa8 \\u2029",
        "slash\\/escaped \\u002f",
        "%2F?&=#+ 100%",
        "DEL \x7f \xc2\x80 \xef\xbb\xbf",
        "  spaces  ",
        "<b>&amp;</b>",
    };
    size_t at;

    if (o->odd)
        text_str(t, odd[estate_hash(o, K_OTHER, index, 3) % (sizeof(odd) / sizeof(*odd))]);
    else {
        at = (size_t)index % (sizeof(plain) / sizeof(*plain));
        text_str(t, plain[at]);
    }
    text_lit(t, " ");
    text_str(t, word);
    text_lit(t, " ");
    text_long(t, index);
}

void estate_whoami(const struct sim_options *o, struct text *t)
{
    estate_put_id(o, "{\"userId\":\"", K_MEMBERS, 0, t);
    estate_put_id(o, ",\"organizationId\":\"", K_WHOAMI, 0, t);
    text_lit(t, "}");
}
