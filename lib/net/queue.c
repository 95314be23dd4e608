#include "queue.h"

void smci_queue_init(struct smci_queue *queue)
{
    *queue = (struct smci_queue){.waiting = NULL};
    queue->urgent.last = &queue->urgent.first;
    queue->normal.last = &queue->normal.first;
}

static struct smci_call_list *list_of(struct smci_queue *queue, const struct smci_call *call)
{
    return call->is_urgent ? &queue->urgent : &queue->normal;
}

void smci_queue_push(struct smci_queue *queue, struct smci_call *call)
{
    struct smci_call_list *list = list_of(queue, call);
    call->next = NULL;
    *list->last = call;
    list->last = &call->next;
}

void smci_queue_push_back(struct smci_queue *queue, struct smci_call *call)
{
    struct smci_call_list *list = list_of(queue, call);
    call->next = list->first;
    list->first = call;
    if (!call->next)
        list->last = &call->next;
}

struct smci_call *smci_queue_next(const struct smci_queue *queue)
{
    return queue->urgent.first ? queue->urgent.first : queue->normal.first;
}

static struct smci_call *pop(struct smci_queue *queue)
{
    struct smci_call *call = smci_queue_next(queue);
    if (!call)
        return NULL;
    struct smci_call_list *list = list_of(queue, call);
    list->first = call->next;
    if (!list->first)
        list->last = &list->first;
    return call;
}

struct smci_call *smci_queue_take(struct smci_queue *queue)
{
    struct smci_call *call = pop(queue);
    if (call) {
        call->next = queue->in_flight;
        queue->in_flight = call;
    }
    return call;
}

void smci_queue_land(struct smci_queue *queue, struct smci_call *call)
{
    struct smci_call **link = &queue->in_flight;
    while (*link != call)
        link = &(*link)->next;
    *link = call->next;
    call->next = NULL;
}

void smci_queue_wait(struct smci_queue *queue, struct smci_call *call, int64_t due_ms)
{
    call->due_ms = due_ms;
    call->next = queue->waiting;
    queue->waiting = call;
    queue->waiting_count++;
}

void smci_queue_wake(struct smci_queue *queue, int64_t now_ms)
{
    struct smci_call **link = &queue->waiting;
    while (*link) {
        struct smci_call *call = *link;
        if (call->due_ms > now_ms) {
            link = &call->next;
            continue;
        }
        *link = call->next;
        queue->waiting_count--;
        smci_queue_push_back(queue, call);
    }
}

int64_t smci_queue_due_ms(const struct smci_queue *queue)
{
    int64_t due = INT64_MAX;
    for (const struct smci_call *call = queue->waiting; call; call = call->next)
        if (call->due_ms < due)
            due = call->due_ms;
    return due;
}

static struct smci_call *shift(struct smci_call **first)
{
    struct smci_call *call = *first;
    if (call)
        *first = call->next;
    return call;
}

struct smci_call *smci_queue_take_any(struct smci_queue *queue)
{
    struct smci_call *call = pop(queue);
    if (!call && (call = shift(&queue->waiting)))
        queue->waiting_count--;
    return call ? call : shift(&queue->in_flight);
}
