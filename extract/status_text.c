/* --status for a person: a dozen lines, the state of things first, what to do last. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/cli/status.h"

#include "status_view.h"

/* A line's beginning, and of those that go on with it. */
#define LABEL "%-12s"

#define QUIET_S  60    /* a run at work says something once a second */
#define FORGET_S 86400 /* how long a learnt rate counts */
#define OLD_S    93600 /* 26 hours: a schedule of once a day has missed a run */

/* ---- pieces ---- */

/* Texts may hold anything. */
static void add_clean(struct smc_buf *text, const char *given)
{
    char clean[600];
    (void)snprintf(clean, sizeof clean, "%s", given);
    smc_log_clean(NULL, clean);
    (void)smc_buf_addstr(text, clean);
}

static void add_state(struct smc_buf *text, const char *word, const char *color, bool has_color)
{
    (void)smc_buf_addf(text, "%s%s%s", has_color ? color : "", word, has_color ? "\x1b[0m" : "");
}

static void add_moment(struct smc_buf *text, int64_t at_s)
{
    time_t at = (time_t)at_s;
    struct tm local;
    char when[40] = "?";
    if (localtime_r(&at, &local))
        (void)strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &local);
    (void)smc_buf_addstr(text, when);
}

static void add_span(struct smc_buf *text, int64_t seconds)
{
    static const struct {
        int64_t seconds;
        int64_t until; /* from here on the next unit is used */
        const char *name;
    } units[] = {{1, 120, "s"}, {60, 7200, "min"}, {3600, 172800, "h"}, {86400, INT64_MAX, "days"}};
    size_t i = 0;
    while (seconds >= units[i].until)
        i++;
    (void)smc_buf_addf(text, "%" PRId64 " %s", seconds / units[i].seconds, units[i].name);
}

/* "3 h ago", or what that means of a clock that was set back. */
static void add_ago(struct smc_buf *text, const struct status_view *view, int64_t at_s)
{
    if (at_s > view->now_s) {
        (void)smc_buf_addstr(text, "ahead of the clock: was it set back?");
        return;
    }
    add_span(text, view->now_s - at_s);
    (void)smc_buf_addstr(text, " ago");
}

static void add_time(struct smc_buf *text, const struct status_view *view, int64_t at_s)
{
    add_moment(text, at_s);
    (void)smc_buf_addstr(text, " (");
    add_ago(text, view, at_s);
    (void)smc_buf_addstr(text, ")");
}

static void begin(struct smc_buf *text, const char *label)
{
    (void)smc_buf_addf(text, LABEL, label);
}

static void end(struct smc_buf *text)
{
    (void)smc_buf_addstr(text, "\n");
}

static const char *plural(int64_t count)
{
    return count == 1 ? "" : "s";
}

/* ---- a run ---- */

/* Those that are not all done; of a run that has all, that it writes. */
static void add_kinds(struct smc_buf *text, const struct status_run *run)
{
    const char *comma = "";
    begin(text, "");
    for (size_t i = 0; i < run->kind_count; i++) {
        const struct status_kind *kind = &run->kinds[i];
        if (kind->done == kind->total)
            continue;
        (void)smc_buf_addstr(text, comma);
        add_clean(text, kind->name);
        (void)smc_buf_addf(text, " %" PRId64, kind->done);
        if (kind->total >= 0)
            (void)smc_buf_addf(text, "/%" PRId64, kind->total);
        comma = ", ";
    }
    if (!*comma)
        (void)smc_buf_addstr(text, run->kind_count ? "all that is known of is read" : "begins");
    end(text);
}

static void add_running(struct smc_buf *text, const struct status_view *view, bool has_color)
{
    const struct status_run *run = &view->entry->run;
    add_state(text, "a run is at work", "\x1b[32m", has_color);
    (void)smc_buf_addf(text, ": process %" PRId64 ", since ", run->pid);
    add_time(text, view, run->began_s);
    if (view->now_s - run->updated_s > QUIET_S || run->updated_s > view->now_s) {
        (void)smc_buf_addstr(text, ", last heard of ");
        add_ago(text, view, run->updated_s);
    }
    end(text);
    begin(text, "");
    (void)smc_buf_addf(text, "%" PRId64 " call%s, %" PRId64 " refused", run->calls,
                       plural(run->calls), run->refused);
    if (run->waits_until_s > view->now_s) {
        (void)smc_buf_addstr(text, "; it waits until ");
        add_moment(text, run->waits_until_s);
    }
    end(text);
    add_kinds(text, run);
}

static void add_now(struct smc_buf *text, const struct status_view *view, bool has_color)
{
    begin(text, "now");
    switch (view->holder) {
    case STATUS_HELD_BY_RUN:
        add_running(text, view, has_color);
        return;
    case STATUS_HELD_BY_OTHER:
        (void)smc_buf_addstr(text, "a run begins, ends or is another organisation's");
        if (view->holder_pid)
            (void)smc_buf_addf(text, ": process %" PRId64, view->holder_pid);
        break;
    case STATUS_HELD_UNKNOWN:
        (void)smc_buf_addstr(text, "not known: the lock can't be looked at");
        break;
    case STATUS_HELD_BY_NOBODY:
        (void)smc_buf_addstr(text, "no run is at work");
        break;
    }
    end(text);
}

/* What it reads like, and its colour. */
static const struct {
    const char *word;
    const char *color;
} states[] = {[STATUS_NONE] = {"no run yet", ""},
              [STATUS_RUNNING] = {"at work", ""},
              [STATUS_PUBLISHED] = {"published", "\x1b[32m"},
              [STATUS_FAILED] = {"FAILED", "\x1b[31m"},
              [STATUS_STOPPED] = {"stopped", "\x1b[33m"},
              [STATUS_KILLED] = {"KILLED or cut off", "\x1b[31m"}};

static void add_ended(struct smc_buf *text, const struct status_view *view,
                      const struct status_run *run, enum status_state state, bool has_color)
{
    bool is_killed = state == STATUS_KILLED;
    begin(text, "last run");
    if (state == STATUS_PUBLISHED && run->is_degraded)
        add_state(text, "published, DEGRADED", "\x1b[31m", has_color);
    else
        add_state(text, states[state].word, states[state].color, has_color);
    (void)smc_buf_addstr(text, " ");
    add_time(text, view, is_killed ? run->updated_s : run->ended_s);
    if (is_killed) {
        (void)smc_buf_addstr(text, ": it was at work since ");
        add_moment(text, run->began_s);
    } else {
        (void)smc_buf_addstr(text, " after ");
        add_span(text, run->ended_s > run->began_s ? run->ended_s - run->began_s : 0);
        (void)smc_buf_addf(text, ", exit status %" PRId64, run->exit_status);
    }
    if (run->gaps)
        (void)smc_buf_addf(text, ", %" PRId64 " gap%s", run->gaps, plural(run->gaps));
    if (run->is_partial)
        (void)smc_buf_addstr(text, ", partial");
    end(text);
    if (*run->error) {
        begin(text, "why");
        add_clean(text, run->error);
        end(text);
    }
    if (is_killed)
        add_kinds(text, run);
}

static void add_last(struct smc_buf *text, const struct status_view *view, bool has_color)
{
    if (view->holder != STATUS_HELD_BY_RUN && view->shown != STATUS_NONE) {
        add_ended(text, view, &view->entry->run, view->shown, has_color);
    } else if (view->entry && view->entry->before.state != STATUS_NONE) {
        add_ended(text, view, &view->entry->before, view->entry->before.state, has_color);
    } else {
        begin(text, "last run");
        (void)smc_buf_addstr(text, view->trouble.code == SMC_OK ? "no run yet" : "not known");
        if (!view->entry && view->others)
            (void)smc_buf_addstr(text, " for this host and client id");
        end(text);
    }
}

/* ---- what is there ---- */

static void add_passed(struct smc_buf *text, int64_t count, const char *what, const char **comma)
{
    if (count > 0)
        (void)smc_buf_addf(text, "%s%" PRId64 " %s", *comma, count, what);
    if (count > 0)
        *comma = ", ";
}

static void add_set(struct smc_buf *text, const struct status_view *view)
{
    const struct newest_set *set = &view->set;
    begin(text, "newest set");
    if (set->timestamp)
        (void)smc_buf_addf(text, "%" PRId64 ", of ", set->timestamp);
    if (set->timestamp)
        add_time(text, view, set->timestamp);
    else
        (void)smc_buf_addstr(text, "no whole set");
    const char *comma = set->timestamp ? "; newer, but not whole: " : "; not whole: ";
    add_passed(text, set->degraded, "degraded", &comma);
    add_passed(text, set->partial, "partial", &comma);
    add_passed(text, set->broken, "incomplete", &comma);
    comma = strcmp(comma, ", ") == 0 ? comma : "; ";
    add_passed(text, set->ahead, "ahead of the clock", &comma);
    end(text);
}

static void add_kept(struct smc_buf *text, const struct status_view *view)
{
    const struct status_entry *entry = view->entry;
    begin(text, "kept");
    if (entry->kept <= 0) {
        (void)smc_buf_addstr(text, "nothing: the next run begins anew");
    } else if (entry->kept_from_s && entry->kept_until_s < view->now_s) {
        (void)smc_buf_addf(text, "%" PRId64 " answer%s, too old to go on with since ", entry->kept,
                           plural(entry->kept));
        add_moment(text, entry->kept_until_s);
    } else if (entry->kept_from_s) {
        (void)smc_buf_addf(text, "%" PRId64 " answer%s: a run until ", entry->kept,
                           plural(entry->kept));
        add_moment(text, entry->kept_until_s);
        (void)smc_buf_addstr(text, " goes on from there");
    } else {
        (void)smc_buf_addf(text, "%" PRId64 " answer%s, for --incremental", entry->kept,
                           plural(entry->kept));
    }
    end(text);
}

static void add_limit(struct smc_buf *text, const struct status_view *view)
{
    const struct status_rate *rate = &view->entry->rate;
    begin(text, "limit");
    if (rate->rate <= 0) {
        (void)smc_buf_addstr(text, "none of Sigma's was met\n");
        return;
    }
    (void)smc_buf_addf(text, "%.1f calls/s", (double)rate->rate / 1000);
    if (rate->least > 0)
        (void)smc_buf_addf(text, "; Sigma's is between %.1f and %.1f", (double)rate->least / 1000,
                           (double)rate->most / 1000);
    else
        (void)smc_buf_addstr(text, "; a first guess");
    if (rate->at_once > 0)
        (void)smc_buf_addf(text, ", and %" PRId64 " at once", rate->at_once);
    (void)smc_buf_addstr(text, "; learnt ");
    add_ago(text, view, rate->learnt_s);
    if (view->now_s - rate->learnt_s > FORGET_S)
        (void)smc_buf_addstr(text, ", too long to count");
    end(text);
}

static void add_where(struct smc_buf *text, const struct status_view *view)
{
    const struct status_entry *entry = view->entry;
    begin(text, "where");
    add_clean(text, view->state);
    if (entry) {
        (void)smc_buf_addstr(text, ", ");
        add_clean(text, entry->host);
    }
    if (entry && *entry->organization) {
        (void)smc_buf_addstr(text, ", organisation ");
        add_clean(text, entry->organization);
    }
    if (entry && *entry->profile) {
        (void)smc_buf_addstr(text, ", profile ");
        add_clean(text, entry->profile);
    }
    end(text);
    if (view->others == 0)
        return;
    begin(text, "");
    (void)smc_buf_addf(text, "%zu other%s here; name one by --host and --client-id, or --profile\n",
                       view->others, plural((int64_t)view->others));
}

/* ---- what to do ---- */

static const char *advice_on_status(int64_t exit_status)
{
    switch (exit_status) {
    case SMCI_CLI_EXIT_USAGE:
        return "correct the setting that is named above; --show-config tells where each comes from";
    case SMCI_CLI_EXIT_AUTH:
        return "see --check: Sigma refused the credentials or their rights; a rerun does not help";
    case SMCI_CLI_EXIT_REMOTE:
        return "run it again; if it fails again, --check tells why";
    case SMCI_CLI_EXIT_LOCAL:
        return "mend what is named above on this machine, then run it again";
    case SMCI_CLI_EXIT_GAPS:
        return "see the report or the log for what could not be read; castor-upload holds such a "
               "set back";
    case SMCI_CLI_EXIT_REFUSED:
        return "see --check: a rerun does not help until what is named above is changed";
    default:
        return "run it again with --verbose, and report what it says";
    }
}

static const char *advice(const struct status_view *view)
{
    const struct status_entry *entry = view->entry;
    if (view->holder == STATUS_HELD_BY_RUN && view->now_s - entry->run.updated_s > QUIET_S)
        return "see whether the machine or the disk stands still; if not, stop that process and "
               "run again";
    if (view->holder == STATUS_HELD_BY_RUN || view->holder == STATUS_HELD_BY_OTHER)
        return "nothing: wait until it has ended";
    if (view->trouble.code != SMC_OK)
        return "mend what the error below names";
    switch (view->shown) {
    case STATUS_KILLED:
        return "run it again; for why it was cut off, see the system's log "
               "(journalctl -k)";
    case STATUS_STOPPED:
        return "run it again";
    case STATUS_FAILED:
        return advice_on_status(entry->run.exit_status);
    case STATUS_PUBLISHED:
        if (entry->run.exit_status != 0)
            return advice_on_status(entry->run.exit_status);
        return view->now_s - entry->run.ended_s > OLD_S
                   ? "see whether the schedule still starts it: nothing here has failed since"
                   : "nothing";
    case STATUS_NONE:
    case STATUS_RUNNING:
        break;
    }
    return "run castor-extract-sigma";
}

void status_view_text(const struct status_view *view, bool has_color, struct smc_buf *text)
{
    add_now(text, view, has_color);
    add_last(text, view, has_color);
    add_set(text, view);
    if (view->entry) {
        add_kept(text, view);
        add_limit(text, view);
    }
    add_where(text, view);
    (void)smc_buf_addf(text, LABEL "%s\n", "do", advice(view));
}
