/* The calls of a client: those that could start, those that wait for a retry, those in flight. */
#ifndef SMCI_QUEUE_H
#define SMCI_QUEUE_H

#include "call.h"

struct smci_call_list {
    struct smci_call *first;
    struct smci_call **last; /* where the next one is linked in */
};

struct smci_queue {
    struct smci_call_list urgent; /* goes before all in `normal` */
    struct smci_call_list normal;
    struct smci_call *waiting; /* for their due_ms; unordered, few */
    int waiting_count;
    struct smci_call *in_flight;
};

/* Prepares an empty queue; it must not move afterwards. */
void smci_queue_init(struct smci_queue *queue);

/* Puts a call behind all others of its kind, urgent or not. */
void smci_queue_push(struct smci_queue *queue, struct smci_call *call);

/* Puts a call before all others of its kind: it had its turn and has to go again. */
void smci_queue_push_back(struct smci_queue *queue, struct smci_call *call);

/* The call to start next; NULL: none. `take` moves it to those in flight. */
struct smci_call *smci_queue_next(const struct smci_queue *queue);
struct smci_call *smci_queue_take(struct smci_queue *queue);

/* A call is no longer in flight. */
void smci_queue_land(struct smci_queue *queue, struct smci_call *call);

/* Puts a call aside until `due_ms`, and back into the queue the ones that are due. */
void smci_queue_wait(struct smci_queue *queue, struct smci_call *call, int64_t due_ms);
void smci_queue_wake(struct smci_queue *queue, int64_t now_ms);

/* When the first waiting call is due; INT64_MAX: none waits. */
int64_t smci_queue_due_ms(const struct smci_queue *queue);

/* Takes any call out, wherever it is; NULL: there is none left. */
struct smci_call *smci_queue_take_any(struct smci_queue *queue);

#endif
