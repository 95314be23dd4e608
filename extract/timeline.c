#include "timeline.h"

#include <stdbool.h>

void timeline_begin(struct timeline *timeline, int64_t now_ms)
{
    *timeline = (struct timeline){.began_ms = now_ms, .step_ms = TIMELINE_FIRST_MS};
}

/* Two steps become one. */
static void halve(struct timeline *timeline)
{
    for (int i = 0; i < TIMELINE_STEPS / 2; i++) {
        const int at = 2 * i;
        const struct timeline_step *first = &timeline->steps[at];
        const struct timeline_step *second = &timeline->steps[at + 1];
        const bool is_lone = at + 1 >= timeline->count;
        timeline->steps[i] = (struct timeline_step){
            first->answered + second->answered, first->refused + second->refused,
            first->waited_ms + second->waited_ms, is_lone ? first->rate : second->rate};
    }
    for (int i = TIMELINE_STEPS / 2; i < TIMELINE_STEPS; i++)
        timeline->steps[i] = (struct timeline_step){0};
    timeline->step_ms *= 2;
    timeline->count = (timeline->count + 1) / 2;
}

void timeline_look(struct timeline *timeline, const struct smc_client_stats *stats, int64_t now_ms)
{
    while (now_ms - timeline->began_ms >= timeline->step_ms * TIMELINE_STEPS)
        halve(timeline);
    int at = (int)((now_ms - timeline->began_ms) / timeline->step_ms);
    struct timeline_step *step = &timeline->steps[at];
    /* Those that nobody looked at in between had the pace of the one before. */
    for (int i = timeline->count; i < at; i++)
        timeline->steps[i].rate = timeline->last.rate;
    if (timeline->count <= at)
        timeline->count = at + 1;
    int64_t refused = stats->refused - timeline->last.refused;
    step->refused += refused;
    step->answered += stats->calls - timeline->last.calls - refused;
    step->waited_ms += stats->waited_ms - timeline->last.waited_ms;
    step->rate = stats->rate;
    timeline->last = *stats;
}

void timeline_to_json(const struct timeline *timeline, struct smci_writer *json)
{
    smci_write_object(json, "timeline");
    smci_write_int(json, "step_ms", timeline->step_ms);
    smci_write_array(json, "steps");
    for (int i = 0; i < timeline->count; i++) {
        const struct timeline_step *step = &timeline->steps[i];
        smci_write_array(json, NULL);
        smci_write_int(json, NULL, step->answered);
        smci_write_int(json, NULL, step->refused);
        smci_write_int(json, NULL, step->waited_ms);
        smci_write_int(json, NULL, (int64_t)(step->rate * 1000));
        smci_write_close(json);
    }
    smci_write_close(json);
    smci_write_close(json);
}
