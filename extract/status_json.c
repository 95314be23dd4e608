/* --status --json. */
#include "lib/json/write.h"

#include "status_view.h"

static void add_time(struct smci_writer *json, const char *name, int64_t at_s)
{
    smci_write_time(json, name, at_s * 1000);
}

/* null where it is not above 0. */
static void add_known(struct smci_writer *json, const char *name, int64_t number)
{
    if (number > 0)
        smci_write_int(json, name, number);
    else
        smci_write_null(json, name);
}

static void add_kinds(struct smci_writer *json, const struct status_run *run)
{
    smci_write_array(json, "kinds");
    for (size_t i = 0; i < run->kind_count; i++) {
        smci_write_object(json, NULL);
        smci_write_text(json, "name", run->kinds[i].name);
        smci_write_int(json, "done", run->kinds[i].done);
        if (run->kinds[i].total >= 0)
            smci_write_int(json, "total", run->kinds[i].total);
        else
            smci_write_null(json, "total");
        smci_write_close(json);
    }
    smci_write_close(json);
}

static void add_run(struct smci_writer *json, const char *name, const struct status_run *run,
                    enum status_state state)
{
    bool has_ended = state != STATUS_RUNNING && state != STATUS_KILLED;
    if (state == STATUS_NONE) {
        smci_write_null(json, name);
        return;
    }
    smci_write_object(json, name);
    smci_write_text(json, "state", status_state_name(state));
    add_known(json, "process", run->pid);
    add_time(json, "began", run->began_s);
    add_time(json, "updated", run->updated_s);
    add_time(json, "ended", run->ended_s);
    if (has_ended)
        smci_write_int(json, "exit_status", run->exit_status);
    else
        smci_write_null(json, "exit_status");
    smci_write_text_or_null(json, "error", run->error);
    smci_write_int(json, "calls", run->calls);
    smci_write_int(json, "refused", run->refused);
    add_time(json, "waits_until", run->waits_until_s);
    if (has_ended)
        smci_write_int(json, "gaps", run->gaps);
    else
        smci_write_null(json, "gaps");
    smci_write_bool(json, "degraded", run->is_degraded);
    smci_write_bool(json, "partial", run->is_partial);
    add_known(json, "timestamp", run->set);
    add_kinds(json, run);
    smci_write_close(json);
}

static void add_set(struct smci_writer *json, const struct status_view *view)
{
    const struct newest_set *set = &view->set;
    smci_write_object(json, "newest_set");
    add_known(json, "timestamp", set->timestamp);
    if (set->timestamp)
        smci_write_int(json, "age_seconds", view->now_s - set->timestamp);
    else
        smci_write_null(json, "age_seconds");
    smci_write_text_or_null(json, "directory", view->directory);
    smci_write_object(json, "passed_over");
    smci_write_int(json, "degraded", set->degraded);
    smci_write_int(json, "partial", set->partial);
    smci_write_int(json, "incomplete", set->broken);
    smci_write_int(json, "ahead_of_clock", set->ahead);
    smci_write_close(json);
    smci_write_close(json);
}

static void add_kept(struct smci_writer *json, const struct status_entry *entry)
{
    if (!entry) {
        smci_write_null(json, "kept");
        return;
    }
    smci_write_object(json, "kept");
    smci_write_int(json, "answers", entry->kept);
    add_time(json, "began", entry->kept_from_s);
    add_time(json, "until", entry->kept_until_s);
    smci_write_close(json);
}

static void add_rate(struct smci_writer *json, const struct status_entry *entry)
{
    if (!entry || entry->rate.rate <= 0) {
        smci_write_null(json, "limit");
        return;
    }
    smci_write_object(json, "limit");
    smci_write_int(json, "calls_per_1000_seconds", entry->rate.rate);
    add_known(json, "at_least", entry->rate.least);
    add_known(json, "at_most", entry->rate.most);
    add_known(json, "at_once", entry->rate.at_once);
    add_time(json, "learnt", entry->rate.learnt_s);
    smci_write_close(json);
}

static void add_others(struct smci_writer *json, const struct status_view *view)
{
    smci_write_array(json, "others");
    for (size_t i = 0; view->file && i < view->file->count; i++) {
        const struct status_entry *entry = &view->file->entries[i];
        if (entry == view->entry)
            continue;
        smci_write_object(json, NULL);
        smci_write_text_or_null(json, "host", entry->host);
        smci_write_text_or_null(json, "profile", entry->profile);
        smci_write_text_or_null(json, "organization_id", entry->organization);
        add_time(json, "updated", entry->run.updated_s);
        smci_write_close(json);
    }
    smci_write_close(json);
}

enum smc_status status_view_json(const struct status_view *view, const struct smc_log *log,
                                 struct smc_buf *text, struct smc_error *err)
{
    const struct status_entry *entry = view->entry;
    struct smci_writer json = smci_write_begin(text, SMCI_WRITE_LINES);
    json.log = log;
    smci_write_text_or_null(&json, "organization_id", entry ? entry->organization : NULL);
    smci_write_text_or_null(&json, "state_directory", view->state);
    if (view->holder == STATUS_HELD_UNKNOWN)
        smci_write_null(&json, "at_work");
    else
        smci_write_bool(&json, "at_work", view->holder != STATUS_HELD_BY_NOBODY);
    if (entry) {
        add_run(&json, "run", &entry->run, view->shown);
        add_run(&json, "run_before", &entry->before, entry->before.state);
    } else {
        smci_write_null(&json, "run");
        smci_write_null(&json, "run_before");
    }
    add_time(&json, "last_success", entry ? entry->published_s : 0);
    add_set(&json, view);
    add_kept(&json, entry);
    add_rate(&json, entry);
    add_others(&json, view);
    return smci_write_end(&json, err);
}

enum smc_status status_view_json_none(struct smc_buf *text, struct smc_error *err)
{
    static const char *const names[] = {"organization_id", "state_directory", "at_work",    "run",
                                        "run_before",      "last_success",    "newest_set", "kept",
                                        "limit",           "others"};
    struct smci_writer json = smci_write_begin(text, SMCI_WRITE_LINES);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        smci_write_null(&json, names[i]);
    return smci_write_end(&json, err);
}
