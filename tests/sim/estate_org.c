/* The organisation beside its documents: teams, tags, workspaces, grants. */
#include "estate.h"

static void team(const struct sim_options *o, long i, struct text *t)
{
    estate_put_id(o, "\"teamId\":\"", K_TEAMS, i, t);
    estate_put_name(o, ",\"name\":\"", "team", i, t);
    if (i % 3 == 0)
        text_lit(t, ",\"description\":null");
    else
        estate_put_name(o, ",\"description\":\"", "of people", i, t);
    if (i % 4 == 3 && o->odd && o->undescribed)
        text_lit(t, ",\"visibility\":null");
    else
        text_str(t, i % 2 ? ",\"visibility\":\"private\"" : ",\"visibility\":\"public\"");
    estate_put_stamps(o, K_TEAMS, i, t);
    if (i % 3 != 1)
        text_str(t, i % 3 ? ",\"isArchived\":true" : ",\"isArchived\":false");
}

static void tag(const struct sim_options *o, long i, struct text *t)
{
    static const char *const colors[] = {"cyan", "grass", "violet", "plum", "amber", "bronze"};

    estate_put_id(o, "\"versionTagId\":\"", K_TAGS, i, t);
    estate_put_name(o, ",\"name\":\"", "tag", i, t);
    estate_put_person(o, ",\"ownerId\":\"", estate_some_member(o, K_TAGS, i, 13), t);
    estate_put_stamps(o, K_TAGS, i, t);
    if (i % 2 == 0)
        estate_put_name(o, ",\"isArchived\":false,\"description\":\"", "for", i, t);
    if (i % 3 != 2) {
        text_lit(t, ",\"color\":\"");
        text_str(t, colors[i % 6]);
        text_lit(t, "\"");
    }
}

static void workspace(const struct sim_options *o, long i, struct text *t)
{
    estate_put_id(o, "\"workspaceId\":\"", K_WORKSPACES, i, t);
    estate_put_url_id(o, ",\"workspaceUrlId\":\"", K_WORKSPACES, i, t);
    if (i % 5 == 4)
        text_lit(t, ",\"name\":\"User Folder\"");
    else
        estate_put_name(o, ",\"name\":\"", "workspace", i, t);
    estate_put_stamps(o, K_WORKSPACES, i, t);
}

/* On what a grant may be, and what may be granted there. */
static const struct granted {
    enum kind kind;
    const char *type;
    const char *permissions[3];
} granted[] = {
    {K_WORKBOOKS, "workbook", {"edit", "view", "explore"}},
    {K_DATASETS, "dataset", {"organize", "apply", "view"}},
    {K_FILES, "folder", {"create", "organize", "view"}},
    {K_PATH, "table", {"usage", "annotate", "admin"}},
    {K_REPORTS, "report", {"edit", "view", "view"}},
};

static void grant(const struct sim_options *o, long i, struct text *t)
{
    uint64_t h = estate_hash(o, K_GRANTS, i, 40);
    const struct granted *g = &granted[h % (sizeof(granted) / sizeof(*granted))];
    long count = estate_count(o, g->kind);

    estate_put_id(o, "\"grantId\":\"", K_GRANTS, i, t);
    /* The description does not say so: it is the URL's slug, not the UUID. */
    estate_put_url_id(o, ",\"inodeId\":\"", g->kind, count > 0 ? (long)(h >> 8) % count : 0, t);
    text_lit(t, ",\"inodeType\":\"");
    text_str(t, g->type);
    estate_put_id(o, "\",\"organizationId\":\"", K_WHOAMI, 0, t);
    if (i % 3 == 0 && o->teams > 0) {
        estate_put_id(o, ",\"memberId\":null,\"teamId\":\"", K_TEAMS, i / 3 % o->teams, t);
    } else {
        estate_put_person(o, ",\"memberId\":\"", estate_some_member(o, K_GRANTS, i, 41), t);
        text_lit(t, ",\"teamId\":null");
    }
    text_lit(t, ",\"permission\":\"");
    text_str(t, g->permissions[(h >> 4) % 3]);
    text_lit(t, "\"");
    estate_put_stamps(o, K_GRANTS, i, t);
}

bool estate_org_record(const struct sim_options *o, enum kind kind, long index, struct text *t)
{
    static const struct {
        enum kind kind;
        void (*put)(const struct sim_options *o, long i, struct text *t);
    } writers[] = {{K_TEAMS, team}, {K_TAGS, tag}, {K_WORKSPACES, workspace}, {K_GRANTS, grant}};
    size_t i;

    for (i = 0; i < sizeof(writers) / sizeof(*writers); i++) {
        if (writers[i].kind != kind)
            continue;
        writers[i].put(o, index, t);
        return true;
    }
    return false;
}
