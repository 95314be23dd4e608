#include "gap_groups.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sigmacat/buf.h>

#include "lib/base/log.h"

/* The cause of those that found no group of their own. */
#define OTHERS "other causes"

static const char *given(const char *text)
{
    return text ? text : "";
}

/* What stands behind a colon is of one object alone. */
static int cause_len(const char *cause)
{
    const char *colon = strstr(cause, ": ");
    return (int)(colon ? (size_t)(colon - cause) : strlen(cause));
}

static void put_cause(char *to, size_t size, const struct gap *gap)
{
    const char *code = given(gap->code);
    if (gap->cause)
        (void)snprintf(to, size, "%.*s", cause_len(gap->cause), gap->cause);
    else if (gap->http_status)
        (void)snprintf(to, size, "HTTP %d%s%s", gap->http_status, *code ? " " : "", code);
    else
        (void)snprintf(to, size, "no answer that could be used");
}

/* Kind and id have said which call it was. */
static const char *reason_without_call(const struct gap *gap)
{
    const char *reason = given(gap->reason);
    const char *call = given(gap->call);
    size_t len = strlen(call);
    bool is_said = len && strncmp(reason, "GET ", 4) == 0 && strncmp(reason + 4, call, len) == 0 &&
                   strncmp(reason + 4 + len, ": ", 2) == 0;
    return is_said ? reason + 4 + len + 2 : reason;
}

static struct gap_group *find(struct gap_groups *groups, const char *kind, const char *cause,
                              enum gap_remedy remedy, bool is_known)
{
    for (size_t i = 0; i < groups->count; i++) {
        struct gap_group *group = &groups->items[i];
        if (group->is_known == is_known && group->remedy == remedy &&
            strcmp(group->kind, kind) == 0 && strcmp(group->cause, cause) == 0)
            return group;
    }
    return NULL;
}

static struct gap_group *find_or_make(struct gap_groups *groups, const struct gap *gap,
                                      bool is_known)
{
    char cause[96];
    put_cause(cause, sizeof cause, gap);
    struct gap_group *group = find(groups, gap->kind, cause, gap->remedy, is_known);
    if (group)
        return group;
    if (groups->count == GAP_GROUPS_MAX) { /* the last takes the rest */
        group = &groups->items[GAP_GROUPS_MAX - 1];
        group->kind = "several kinds";
        (void)snprintf(group->cause, sizeof group->cause, OTHERS);
        group->is_known = false;
        return group;
    }
    group = &groups->items[groups->count++];
    *group = (struct gap_group){.kind = gap->kind, .remedy = gap->remedy, .is_known = is_known};
    (void)snprintf(group->cause, sizeof group->cause, "%s", cause);
    return group;
}

static void add_example(struct gap_group *group, const char *name)
{
    char text[sizeof group->examples[0]];
    (void)snprintf(text, sizeof text, "%s", name);
    for (size_t i = 0; i < group->example_count; i++)
        if (strcmp(group->examples[i], text) == 0)
            return;
    if (group->example_count < GAP_EXAMPLES && *text)
        (void)memcpy(group->examples[group->example_count++], text, sizeof text);
}

void gap_groups_add(struct gap_groups *groups, const struct gap *gap, bool is_known)
{
    const char *id = given(gap->id);
    const char *name = given(gap->name);
    struct gap_group *group = find_or_make(groups, gap, is_known);
    if (group->count++ == 0)
        (void)snprintf(group->first, sizeof group->first, "%s%s%.200s%s%.100s%s: %.300s", gap->kind,
                       *id ? " of " : "", id, *name ? " (" : "", name, *name ? ")" : "",
                       reason_without_call(gap));
    add_example(group, *name ? name : id);
}

static void log_group(const struct gap_group *group, const char *what, const char *after,
                      struct smc_log *log)
{
    enum smc_log_level level = group->is_known ? SMC_LOG_INFO : SMC_LOG_WARN;
    struct smc_buf names = SMC_BUF_INIT(1024);
    for (size_t i = 0; i < group->example_count; i++)
        (void)smc_buf_addf(&names, "%s%s", i ? ", " : " of ", group->examples[i]);
    int64_t more = group->count - (int64_t)group->example_count;
    if (more > 0 && group->example_count)
        (void)smc_buf_addf(&names, " and %" PRId64 " more", more);
    if (group->count == 1)
        smci_log_event(log, level, SMCI_EVENT_GAPS,
                       SMCI_FACTS(.asset = group->kind, .reason = group->cause, .count = 1),
                       "1 %s%s: %s; %s", what, after, group->first, gap_words(group->remedy));
    else
        smci_log_event(
            log, level, SMCI_EVENT_GAPS,
            SMCI_FACTS(.asset = group->kind, .reason = group->cause, .count = group->count),
            "%" PRId64 " %ss%s: %s%s: %s; %s", group->count, what, after, group->kind,
            smc_buf_str(&names), group->cause, gap_words(group->remedy));
    smc_buf_clear(&names);
}

void gap_groups_log(const struct gap_groups *groups, bool has_last, struct smc_log *log)
{
    for (size_t i = 0; i < groups->count; i++) {
        const struct gap_group *group = &groups->items[i];
        if (group->is_known)
            log_group(group, "gap", " that the last run had, too", log);
        else
            log_group(group, has_last ? "new gap" : "gap", "", log);
    }
}
