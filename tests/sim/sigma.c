/* Sigma's half: which calls there are, and what each answers. */
#include "priv.h"

#include <stdlib.h>
#include <string.h>

/* {} stands for one segment of the path. */
static const struct call calls[] = {
    {K_TOKEN, "POST", "/v2/auth/token", KIND_COUNT, I_NONE, false, false, " "},
    {K_WHOAMI, "GET", "/v2/whoami", KIND_COUNT, I_NONE, false, false, " "},
    {K_CONNECTIONS, "GET", "/v2/connections", KIND_COUNT, I_PAGE, true, true,
     " page limit includeArchived search "},
    {K_PATHS, "GET", "/v2/connections/paths", KIND_COUNT, I_PAGE, true, true,
     " page limit connectionId "},
    {K_PATH, "GET", "/v2/connections/paths/{}", K_PATH, I_NONE, false, false, " "},
    {K_WORKBOOKS, "GET", "/v2/workbooks", KIND_COUNT, I_PAGE, true, true,
     " page limit excludeTags skipPermissionCheck isArchived excludeExplorations "},
    {K_WORKBOOK_SOURCES, "GET", "/v2/workbooks/{}/sources", K_WORKBOOKS, I_ARRAY, false, false,
     " "},
    {K_ELEMENTS, "GET", "/v2/workbooks/{}/elements", K_WORKBOOKS, I_PAGE, true, false,
     " page limit tagName bookmarkId "},
    {K_DATAMODELS, "GET", "/v2/dataModels", KIND_COUNT, I_PAGE, true, true,
     " page limit excludeTags skipPermissionCheck "},
    {K_DATAMODEL_SOURCES, "GET", "/v2/dataModels/{}/sources", K_DATAMODELS, I_TOKEN, false, false,
     " pageToken pageSize "},
    {K_DATAMODEL_LINEAGE, "GET", "/v2/dataModels/{}/lineage", K_DATAMODELS, I_PAGE, true, false,
     " page limit "},
    {K_DATASETS, "GET", "/v2/datasets", KIND_COUNT, I_PAGE, true, true,
     " page limit skipPermissionCheck "},
    {K_DATASET_SOURCES, "GET", "/v2/datasets/{}/sources", K_DATASETS, I_ARRAY, false, false, " "},
    {K_FILES, "GET", "/v2/files", KIND_COUNT, I_PAGE, true, true,
     " page limit name permissionFilter typeFilters parentId directChildFilter "},
    {K_MEMBERS, "GET", "/v2/members", KIND_COUNT, I_PAGE, false, false,
     " page limit search email includeArchived includeInactive "},
    {K_WORKBOOK_PAGES, "GET", "/v2/workbooks/{}/pages", K_WORKBOOKS, I_PAGE, true, false,
     " page limit tag bookmarkId "},
    {K_PAGE_ELEMENTS, "GET", "/v2/workbooks/{}/pages/{}/elements", K_WORKBOOKS, I_PAGE, true, false,
     " page limit tag bookmarkId "},
    {K_WORKBOOK_COLUMNS, "GET", "/v2/workbooks/{}/columns", K_WORKBOOKS, I_PAGE, true, false,
     " page limit "},
    {K_WORKBOOK_LINEAGE, "GET", "/v2/workbooks/{}/lineage", K_WORKBOOKS, I_PAGE, true, false,
     " page limit "},
    {K_WORKBOOK_QUERIES, "GET", "/v2/workbooks/{}/queries", K_WORKBOOKS, I_PAGE, true, false,
     " page limit "},
    {K_WORKBOOK_CONTROLS, "GET", "/v2/workbooks/{}/controls", K_WORKBOOKS, I_PAGE, true, false,
     " page limit "},
    {K_DATAMODEL_ELEMENTS, "GET", "/v2/dataModels/{}/elements", K_DATAMODELS, I_PAGE, true, false,
     " page limit tagName "},
    {K_DATAMODEL_COLUMNS, "GET", "/v2/dataModels/{}/columns", K_DATAMODELS, I_PAGE, true, false,
     " page limit "},
    {K_DATAMODEL_SPEC, "GET", "/v2/dataModels/{}/spec", K_DATAMODELS, I_NONE, false, false,
     " documentVersion format "},
    {K_TEAMS, "GET", "/v2/teams", KIND_COUNT, I_PAGE, false, false,
     " page limit name description visibility "},
    {K_TEAM_MEMBERS, "GET", "/v2/teams/{}/members", K_TEAMS, I_PAGE, true, true, " page limit "},
    {K_TAGS, "GET", "/v2/tags", KIND_COUNT, I_PAGE, true, true, " page limit search "},
    {K_WORKSPACES, "GET", "/v2/workspaces", KIND_COUNT, I_PAGE, false, false,
     " page limit name exactName "},
    {K_REPORTS, "GET", "/v2/reports", KIND_COUNT, I_PAGE, true, true,
     " page limit excludeTags skipPermissionCheck isArchived "},
    {K_REPORT_SOURCES, "GET", "/v2/reports/{}/sources", K_REPORTS, I_ARRAY, false, false, " "},
    {K_GRANTS, "GET", "/v2/grants", KIND_COUNT, I_PAGE, true, true,
     " page limit inodeId teamId userId directGrantsOnly "},
    {K_TABLE_COLUMNS, "GET", "/v2/connections/tables/{}/columns", K_PATH, I_TOKEN, false, false,
     " pageToken pageSize "},
};

enum { HOLES_MAX = 2 };

struct segment {
    const char *at;
    size_t len;
};

/* Whether `path` fits; then `holes` are the segments that stand for {}, their number `count`. */
static bool path_fits(const char *template, const char *path, struct segment *holes, size_t *count)
{
    *count = 0;
    while (*template != '\0') {
        if (*template == '{') {
            struct segment *hole = &holes[(*count)++];
            hole->at = path;
            hole->len = strcspn(path, "/");
            if (hole->len == 0)
                return false;
            path += hole->len;
            template += 2;
        } else if (*template ++ != *path++) {
            return false;
        }
    }
    return *path == '\0';
}

static void read_holes(struct request *req, enum kind of, const struct segment *holes, size_t count)
{
    const struct sim_options *o = &req->sim->opt;
    uint8_t raw[16];

    if (count == 0)
        return;
    req->object_text = strndup(holes[0].at, holes[0].len);
    if (uuid_parse(holes[0].at, holes[0].len, raw))
        req->object = estate_index(o, of, raw);
    if (count > 1 && req->object >= 0)
        req->part = estate_page_index(o, req->object, holes[1].at, holes[1].len);
}

void sigma_classify(struct request *req, const char *method)
{
    struct segment holes[HOLES_MAX];
    size_t count;
    size_t i;

    for (i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
        if (!path_fits(calls[i].path, req->path, holes, &count))
            continue;
        req->kind = calls[i].kind;
        if (strcmp(method, calls[i].method) == 0)
            req->call = &calls[i];
        read_holes(req, calls[i].object, holes, count);
        break;
    }
    if (req->call)
        page_read_cursor(req);
}

/* Parameters: names that the description has, and values of the right kind. */
static bool check_params(struct request *req, struct answer *a)
{
    size_t i;

    for (i = 0; i < req->param_count; i++) {
        char name[64] = " ";
        const char *value = req->params[i].value;
        size_t len = strlen(req->params[i].name);

        /* Sigma passes over names that it does not know, so they are only counted. */
        if (len > 60) {
            stats_unexpected(req->sim);
            continue;
        }
        memcpy(name + 1, req->params[i].name, len);
        memcpy(name + 1 + len, " ", 2);
        if (!strstr(req->call->params, name))
            stats_unexpected(req->sim);
        else if ((strcmp(name, " skipPermissionCheck ") == 0 ||
                  strcmp(name, " excludeExplorations ") == 0) &&
                 strcmp(value, "true") != 0 && strcmp(value, "false") != 0) {
            answer_error(a, 400, "invalid_request", "not a boolean");
            return false;
        }
    }
    return true;
}

static bool is_true(const struct request *req, const char *name)
{
    const char *value = request_param(req, name);

    return value && strcmp(value, "true") == 0;
}

static bool check_rights(const struct request *req, struct answer *a)
{
    const struct sim_options *o = &req->sim->opt;

    if (o->not_admin && is_true(req, "skipPermissionCheck")) {
        answer_error(a, 403, "forbidden", "skipPermissionCheck needs an admin");
        return false;
    }
    if (o->explorations_strict && req->kind == K_WORKBOOKS && is_true(req, "excludeExplorations") &&
        !is_true(req, "skipPermissionCheck")) {
        answer_error(a, 400, "invalid_request", "excludeExplorations needs skipPermissionCheck");
        return false;
    }
    return true;
}

static bool is_there(const struct request *req)
{
    if (req->call->object == KIND_COUNT)
        return true;
    return shifts_has(req->sim, req->call->object, req->object) &&
           (req->kind != K_PAGE_ELEMENTS || req->part >= 0);
}

static void answer_object(const struct request *req, struct answer *a)
{
    const struct sim_options *o = &req->sim->opt;
    int status = is_there(req) ? estate_status(o, req->kind, req->object) : 404;

    if (status == 404)
        answer_error(a, 404, "not_found", "no such object");
    else if (status == 409)
        answer_error(a, 409, "conflict", "the table is gone");
    else if (status != 200) /* nothing but an incident's id, as Sigma does */
        answer_error(a, status, "invalid_request", "incident 5dc7a0");
    else if (req->kind == K_WHOAMI)
        estate_whoami(o, &a->body);
    else if (req->kind == K_PATH)
        estate_path_answer(o, req->object, &a->body);
    else if (req->kind == K_DATAMODEL_SPEC)
        estate_spec(o, req->object, &a->body);
    else
        page_answer(req, a);
}

/* What a faultless server would answer. */
static void answer_call(struct request *req, const char *method, struct answer *a)
{
    if (req->kind == K_TOKEN && req->call) {
        if (!req->sim->replay || !replay_answer(req->sim->replay, method, req, a))
            auth_token(req, a);
        return;
    }
    if (!auth_accept(req)) {
        answer_error(a, 401, "unauthorized", "Token missing or malformed");
    } else if (req->sim->replay) {
        if (!replay_answer(req->sim->replay, method, req, a)) {
            stats_unexpected(req->sim);
            answer_error(a, 404, "not_found", "this call was not recorded");
        }
    } else if (!req->call) {
        stats_unexpected(req->sim);
        if (req->kind == K_OTHER) {
            answer_error(a, 404, "not_found", "no such call");
        } else {
            answer_error(a, 405, "method_not_allowed", "not by this method");
            a->allow = req->kind == K_TOKEN ? "POST" : "GET";
        }
    } else if (req->bad_query || req->bad_cursor) {
        answer_error(a, 400, "invalid_request", "garbled query or cursor");
    } else if (check_params(req, a) && check_rights(req, a)) {
        answer_object(req, a);
    }
}

static void answer_deep(struct answer *a, long depth)
{
    text_clear(&a->body);
    text_lit(&a->body, "{\"nextPage\":null,\"entries\":");
    text_fill(&a->body, '[', (size_t)depth);
    text_fill(&a->body, ']', (size_t)depth);
    text_lit(&a->body, "}");
}

/* Answers that take the place of the right one. False: the right one is wanted. */
static bool answer_instead(const struct fault_hit *f, struct answer *a)
{
    switch ((int)f->what) {
    case DO_STATUS:
        if (f->html)
            answer_blocked_page(a, (int)f->number);
        else if (f->text[0] != '\0')
            answer_text(a, (int)f->number, f->text);
        else
            answer_error(a, (int)f->number, f->code[0] != '\0' ? f->code : "fault", "as told");
        if (f->retry_after[0] != '\0')
            a->retry_after = f->retry_after;
        a->skew = f->skew;
        return true;
    case DO_HTML:
        answer_blocked_page(a, 200);
        return true;
    case DO_REDIRECT:
        a->status = 302;
        a->location = f->text;
        return true;
    case DO_EMPTY:
        return true;
    case DO_HUGE:
        a->sending = SEND_HUGE;
        a->huge_bytes = f->number;
        return true;
    case DO_BOMB:
        gzip_bomb(&a->body, f->number);
        a->encoding = "gzip";
        return true;
    case DO_DEEP:
        answer_deep(a, f->number);
        return true;
    case DO_WRONGSHAPE:
        text_lit(&a->body, "{\"data\":{\"rows\":[1,2]},\"entries\":\"none\",\"nextPage\":7}");
        return true;
    default:
        return false;
    }
}

/* Whether the client takes an answer as it is, and nothing else. */
static bool wants_identity(const struct request *req)
{
    const char *accept = request_header(req, "Accept-Encoding");

    return accept && strcmp(accept, "identity") == 0;
}

static void change_answer(const struct request *req, struct answer *a)
{
    const struct fault_hit *f = &req->fault;

    switch ((int)f->what) {
    case DO_CUT:
        a->sending = SEND_CUT;
        break;
    case DO_STALL:
        a->sending = SEND_STALL;
        break;
    case DO_BROKEN:
        if (a->body.len > 0)
            a->body.len = a->body.len / 2 + 1;
        break;
    case DO_BOM:
        text_insert(&a->body, "\xef\xbb\xbf");
        break;
    case DO_MEMBERS:
        a->has_members = true;
        break;
    case DO_ENCODING: /* which the body has not */
        if (f->is_identity_too || !wants_identity(req))
            a->encoding = f->text;
        break;
    case DO_NOTYPE:
        a->type = NULL;
        break;
    case DO_BIGHEADER:
        a->header_bytes = f->number;
        break;
    default:
        break;
    }
}

static void answer_refusal(const struct sim *sim, enum admission admission, struct answer *a)
{
    if (admission == DOWN) {
        answer_error(a, 503, "unavailable", "down");
        return;
    }
    if (admission == BLOCKED || sim->opt.limit_html)
        answer_blocked_page(a, 429);
    else
        answer_error(a, 429, "too_many_requests", "slow down");
    a->retry_after = sim->opt.limit_retry_after;
}

enum MHD_Result sigma_respond(struct request *req, const char *method)
{
    struct answer a = ANSWER_INIT;
    struct sim *sim = req->sim;
    enum admission admission = limits_admit(sim, req->kind == K_TOKEN);

    if (admission != ADMITTED) {
        answer_refusal(sim, admission, &a);
        return answer_send(req, &a);
    }
    faults_match(req);
    if (req->fault.what == DO_RESET)
        return answer_reset(req);
    if (req->fault.what == DO_SILENT)
        return answer_silence(req);
    if (req->fault.what == DO_WAIT)
        answer_wait(req);
    if (!answer_instead(&req->fault, &a)) {
        answer_call(req, method, &a);
        change_answer(req, &a);
        shifts_apply(req);
    }
    sim_latency(req);
    return answer_send(req, &a);
}
