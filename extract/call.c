#include "call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/net/address.h"

#include "key.h"
#include "table_path.h"

bool call_init(struct call *call, const struct job *job, enum asset_id asset,
               const struct smci_item *item)
{
    call->job = job;
    call->asset = asset;
    call->id = strdup(item->id);
    call->tag = strdup(item->tag);
    call->name = strdup(item->name);
    call->total = -1;
    smci_cursor_init(&call->cursor, SMCI_PAGE_LIMIT);
    return call->id && call->tag && call->name;
}

void call_clear(struct call *call)
{
    smci_cursor_clear(&call->cursor);
    smci_idset_clear(&call->seen);
    free(call->id);
    free(call->tag);
    free(call->name);
    free(call->again);
}

/* Its kind and id in the store. */
static const char *call_kind(const struct call *call)
{
    return call->again ? KIND_AGAIN : asset_of(call->asset)->name;
}

static const char *call_key(const struct call *call)
{
    return call->again ? call->again : call->id;
}

static bool tell(struct call *call, const struct call_fact *fact)
{
    return call->told(call->ctx, call, fact);
}

/* `answer` NULL: it is the id that is wrong, so that none was asked for. */
static void end_badly(struct call *call, enum call_event event, const struct smc_answer *answer,
                      const char *what)
{
    char reason[640];
    (void)snprintf(reason, sizeof reason, "page %d: %s", call->pages + 1, what);
    const struct call_fact fact = {
        .event = event, .answer = answer, .reason = call->pages ? reason : what, .cause = what};
    (void)tell(call, &fact);
}

static void wrong(struct call *call, const struct smc_answer *answer, const char *what)
{
    end_badly(call, CALL_WRONG, answer, what);
}

/* ---- asking ---- */

enum smc_status call_address(const struct call *call, struct smc_buf *address)
{
    const struct asset *asset = asset_of(call->asset);
    const char *slash = asset->path_part ? strchr(call->id, '/') : NULL;
    (void)smc_buf_addstr(address, asset->path);
    if (slash) { /* both are encoded */
        (void)smc_buf_add(address, call->id, (size_t)(slash - call->id));
        (void)smc_buf_addf(address, "%s%s", asset->path_part, slash + 1);
    } else {
        (void)smci_url_encode(call->id, strlen(call->id), address);
    }
    return smc_buf_addstr(address, asset->path_end);
}

static enum smc_status make_target(const struct call *call, struct smc_buf *target)
{
    static const char *const first[] = {[SMCI_PAGING_PAGE] = "?limit=1000",
                                        [SMCI_PAGING_TOKEN] = "?pageSize=500",
                                        [SMCI_PAGING_NONE] = ""};
    static const char *const more[] = {[SMCI_PAGING_PAGE] = "&page=",
                                       [SMCI_PAGING_TOKEN] = "&pageToken=",
                                       [SMCI_PAGING_NONE] = ""};
    enum smci_paging paging = asset_of(call->asset)->paging;
    const struct smc_buf *cursor = &call->cursor.text;
    (void)call_address(call, target);
    (void)smc_buf_addf(target, "%s%s", first[paging], cursor->len ? more[paging] : "");
    return smci_cursor_put(&call->cursor, target);
}

static enum smc_verdict on_answer(void *ctx, const struct smc_answer *answer,
                                  struct smc_error *why);

/* False when there was nothing to ask: then the call has ended. */
static bool ask(struct call *call)
{
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_buf target = SMC_BUF_INIT(TARGET_MAX);
    enum smc_status rc = make_target(call, &target);
    if (rc == SMC_OK) {
        struct smc_request request = {.kind = asset_of(call->asset)->name,
                                      .target = target.data,
                                      .is_single_attempt = call->is_last_chance,
                                      .is_object = true,
                                      .timeout_min_ms =
                                          asset_of(call->asset)->is_slow ? SLOW_MS : 0,
                                      .is_urgent = call->is_urgent || call->pages > 0,
                                      .done = on_answer,
                                      .ctx = call};
        rc = smc_client_send(call->job->client, &request);
    }
    smc_buf_clear(&target);
    if (rc == SMC_ERR_CAP) {
        wrong(call, NULL, "its id is too long for an address");
        return false;
    }
    (void)job_check(call->job, rc, &err);
    return true;
}

bool call_begin(struct call *call)
{
    if (key_is_addressable(call->id))
        return ask(call);
    wrong(call, NULL, "its id can't be part of an address");
    return false;
}

/* ---- answers ---- */

/* Keeps a page. False when the run is over. */
static bool keep(struct call *call, const struct smc_answer *answer, struct smc_json_span rows)
{
    struct smc_error err = SMC_ERROR_INIT;
    const struct call_fact fact = {.event = CALL_PAGE, .answer = answer, .rows = rows};
    enum smc_status rc = smci_store_put_page(call->job->store, call_kind(call), call_key(call),
                                             call->pages, rows.p, rows.len, &err);
    if (!job_check(call->job, rc, &err) || !tell(call, &fact))
        return false;
    call->pages++;
    return true;
}

static void end(struct call *call, const struct smc_answer *answer)
{
    const struct call_fact fact = {.event = CALL_WHOLE, .answer = answer};
    (void)tell(call, &fact);
}

/* What tells a row from another: its id, where it has one, or all of it. */
static struct smc_json_span name_of(const struct call *call, const struct smci_page_row *row)
{
    return asset_of(call->asset)->id_member ? row->members[0] : row->value;
}

/* Counts the rows that no page before this one had: rows that were added meanwhile shift some onto
 * a second page. False without memory. */
static bool count_new_rows(struct call *call, const struct smci_page *page, int64_t *count)
{
    *count = (int64_t)page->count;
    if (!call->pages && !call->cursor.text.len) /* the only page */
        return true;
    for (size_t i = 0; i < page->count; i++) {
        struct smc_json_span name = name_of(call, &page->rows[i]);
        *count -= name.p && smci_idset_last(&call->seen, name.p, name.len) > 0;
    }
    bool is_kept = true;
    for (size_t i = 0; is_kept && i < page->count; i++) {
        struct smc_json_span name = name_of(call, &page->rows[i]);
        bool added;
        is_kept = !name.p || smci_idset_add(&call->seen, name.p, name.len, &added);
    }
    return is_kept;
}

/* What follows from the cursor that `step` tells of. False when call or run have ended. */
static bool check_step(struct call *call, enum smci_cursor_step step,
                       const struct smc_answer *answer)
{
    char what[160];
    struct smc_error err = SMC_ERROR_INIT;
    bool is_empty = step == SMCI_CURSOR_EMPTY || step == SMCI_CURSOR_CUT;
    if (is_empty && call->total >= 0) /* which tells whether rows are lacking */
        step = SMCI_CURSOR_END;
    call->is_end_unknown = step == SMCI_CURSOR_EMPTY;
    if (step == SMCI_CURSOR_NEXT || step == SMCI_CURSOR_END || step == SMCI_CURSOR_EMPTY)
        return true;
    if (step == SMCI_CURSOR_NO_MEMORY)
        return job_check(call->job, SMC_ERR_NOMEM, &err);
    (void)snprintf(what, sizeof what, "the answer %s", smci_cursor_fault(step));
    end_badly(call, CALL_ASTRAY, answer, what);
    return false;
}

static void on_page(struct call *call, const struct smci_page *page,
                    const struct smc_answer *answer)
{
    int64_t count = 0;
    enum smci_cursor_step step =
        smci_cursor_take(&call->cursor, page, asset_of(call->asset)->paging);
    if (!count_new_rows(call, page, &count))
        step = SMCI_CURSOR_NO_MEMORY;
    else if (step == SMCI_CURSOR_NEXT)
        step = smci_cursor_note(&call->cursor, count > 0);
    if (page->total > call->total)
        call->total = page->total;
    if (!check_step(call, step, answer) || !keep(call, answer, page->entries))
        return;
    call->rows += asset_of(call->asset)->id_member ? count : (int64_t)page->count;
    if (call->cursor.text.len)
        (void)ask(call);
    else
        end(call, answer);
}

/* A table's path is one JSON object, kept as it came. */
static enum smc_verdict on_path(struct call *call, const struct smc_answer *answer,
                                struct smc_error *why)
{
    struct smc_json_span value;
    struct table_path path;
    if (smc_json_scan(answer->body, answer->len, &value, why) != SMC_OK)
        return SMC_REJECT;
    if (!table_path_read(value, &path))
        wrong(call, answer, "the answer has no connectionId and path");
    else if (keep(call, answer, (struct smc_json_span){answer->body, answer->len}))
        end(call, answer);
    return SMC_TAKE;
}

/* One object for all there is to say. */
static enum smc_verdict on_object(struct call *call, const struct smc_answer *answer,
                                  struct smc_error *why)
{
    struct smc_json_span value;
    if (smc_json_scan(answer->body, answer->len, &value, why) != SMC_OK)
        return SMC_REJECT;
    if (smc_json_type_of(value) != SMC_JSON_OBJECT)
        wrong(call, answer, "the answer is not an object");
    else if (keep(call, answer, value))
        end(call, answer);
    return SMC_TAKE;
}

static bool are_objects(const struct smci_page *page)
{
    for (size_t i = 0; i < page->count; i++)
        if (smc_json_type_of(page->rows[i].value) != SMC_JSON_OBJECT)
            return false;
    return true;
}

static enum smc_verdict on_rows(struct call *call, const struct smc_answer *answer,
                                struct smc_error *why)
{
    struct smci_page page = SMCI_PAGE_INIT;
    struct smc_error err = SMC_ERROR_INIT;
    const struct asset *asset = asset_of(call->asset);
    const char *const names[] = {asset->id_member};
    enum smci_page_verdict verdict = smci_page_read(&page, answer->body, answer->len, asset->paging,
                                                    false, names, asset->id_member ? 1 : 0, &err);
    switch (verdict) {
    case SMCI_PAGE_OK:
        if (asset->is_picked && !are_objects(&page))
            wrong(call, answer, "the answer has rows that are not objects");
        else
            on_page(call, &page, answer);
        break;
    case SMCI_PAGE_NOT_JSON:
        *why = err;
        break;
    case SMCI_PAGE_WRONG:
        wrong(call, answer, err.detail);
        break;
    case SMCI_PAGE_NO_MEMORY:
        job_fail(call->job, &err);
        break;
    }
    smci_page_clear(&page);
    return verdict == SMCI_PAGE_NOT_JSON ? SMC_REJECT : SMC_TAKE;
}

static enum smc_verdict on_answer(void *ctx, const struct smc_answer *answer, struct smc_error *why)
{
    struct call *call = ctx;
    if (answer->error.code == SMC_ERR_CANCELLED) /* the run has ended */
        return SMC_TAKE;
    job_answered(call->job, asset_of(call->asset)->name, call->id);
    if (answer->error.code == SMC_OK && asset_is_path(call->asset))
        return on_path(call, answer, why);
    if (answer->error.code == SMC_OK)
        return asset_of(call->asset)->is_one_object ? on_object(call, answer, why)
                                                    : on_rows(call, answer, why);
    if (smci_cursor_try_as_it_came(&call->cursor, answer->http_status)) {
        (void)ask(call);
        return SMC_TAKE;
    }
    const struct call_fact fact = {.event = CALL_FAILED, .answer = answer};
    (void)tell(call, &fact);
    return SMC_TAKE;
}
