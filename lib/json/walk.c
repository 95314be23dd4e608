#include "walk.h"

#include "scan.h"
#include "skip.h"

static void set_span(struct smc_json_span *span, const char *p, const char *end)
{
    if (span)
        *span = (struct smc_json_span){p, p ? (size_t)(end - p) : 0};
}

bool smc_json_walk_begin(struct smc_json_walk *walk, struct smc_json_span value)
{
    char first = '\0';
    if (value.p && value.len)
        first = *value.p;
    *walk = (struct smc_json_walk){.has_failed = true};
    if (first != '{' && first != '[')
        return false;
    *walk = (struct smc_json_walk){.at = value.p + 1,
                                   .end = value.p + value.len,
                                   .start = value.p,
                                   .depth = 1,
                                   .is_object = first == '{',
                                   .is_scanned = true};
    return true;
}

enum smc_status smc_json_walk_text(struct smc_json_walk *walk, const char *text, size_t len,
                                   struct smc_error *err)
{
    if (len == 0)
        text = "";
    struct smci_scan s;
    smci_scan_init(&s, text + len);
    const char *begin = smci_skip_space(text, s.end);
    if (!smc_json_walk_begin(walk, (struct smc_json_span){begin, (size_t)(s.end - begin)})) {
        (void)smci_refuse(&s, begin, "expected an object or an array");
        return smci_scan_report(&s, s.bad - text, err);
    }
    walk->start = text;
    walk->is_text = true;
    walk->is_scanned = false;
    return SMC_OK;
}

bool smc_json_walk_enter(struct smc_json_walk *parent, struct smc_json_walk *child)
{
    *child = (struct smc_json_walk){.has_failed = true};
    unsigned char first = parent->is_pending ? smci_peek(parent->at, parent->end) : 0;
    if ((first != '{' && first != '[') || parent->depth >= SMC_JSON_DEPTH_MAX)
        return false;
    *child = (struct smc_json_walk){.at = parent->at + 1,
                                    .end = parent->end,
                                    .start = parent->start,
                                    .parent = parent,
                                    .depth = parent->depth + 1,
                                    .is_object = first == '{',
                                    .is_scanned = parent->is_scanned};
    return true;
}

static bool walk_fail(struct smc_json_walk *walk, const struct smci_scan *s, struct smc_error *err)
{
    walk->has_failed = true;
    (void)smci_scan_report(s, s->bad - walk->start, err);
    return false;
}

/* The container has been closed, `p` is behind it. */
static void walk_end(struct smc_json_walk *walk, struct smci_scan *s, const char *p)
{
    if (walk->is_text && !smci_scan_rest(s, p))
        return;
    walk->at = p;
    walk->is_done = true;
    if (walk->parent) {
        walk->parent->at = p;
        walk->parent->is_pending = false;
    }
}

/* From what separates two items to the next one; NULL when the container ends or is refused. */
static const char *walk_step(struct smc_json_walk *walk, struct smci_scan *s)
{
    const char *p = smci_skip_space(walk->at, s->end);
    unsigned char c = smci_peek(p, s->end);
    if (c == smci_closer(walk->is_object)) {
        walk_end(walk, s, p + 1);
        return NULL;
    }
    if (!walk->has_begun)
        return p;
    if (c != ',')
        return smci_refuse(s, p, smci_comma_expected(walk->is_object));
    return smci_skip_space(p + 1, s->end);
}

enum smc_json_type smc_json_walk_peek(struct smc_json_walk *walk, struct smc_json_span *key,
                                      struct smc_error *err)
{
    set_span(key, NULL, NULL);
    if (walk->is_pending)
        (void)smc_json_walk_take(walk, NULL, err);
    if (walk->is_done || walk->has_failed)
        return SMC_JSON_NONE;
    struct smci_scan s;
    smci_scan_init(&s, walk->end);
    const char *name = walk_step(walk, &s);
    const char *name_end = NULL;
    const char *p = name && walk->is_object ? smci_scan_name(&s, name, &name_end) : name;
    enum smc_json_type type = p ? smci_type_of(smci_peek(p, s.end)) : SMC_JSON_NONE;
    if (p && type == SMC_JSON_NONE)
        (void)smci_refuse(&s, p, "expected a value");
    if (s.bad)
        (void)walk_fail(walk, &s, err);
    if (type == SMC_JSON_NONE)
        return SMC_JSON_NONE;
    if (name_end)
        set_span(key, name, name_end);
    walk->at = p;
    walk->has_begun = true;
    walk->is_pending = true;
    return type;
}

bool smc_json_walk_take(struct smc_json_walk *walk, struct smc_json_span *value,
                        struct smc_error *err)
{
    set_span(value, NULL, NULL);
    if (!walk->is_pending || walk->has_failed)
        return false;
    struct smci_scan s;
    smci_scan_init(&s, walk->end);
    const char *p = walk->is_scanned ? smci_skip_value(walk->at, walk->end)
                                     : smci_scan_value(&s, walk->at, walk->depth);
    walk->is_pending = false;
    if (!p)
        return walk_fail(walk, &s, err);
    set_span(value, walk->at, p);
    walk->at = p;
    return true;
}

bool smc_json_walk_next(struct smc_json_walk *walk, struct smc_json_span *key,
                        struct smc_json_span *value, struct smc_error *err)
{
    set_span(value, NULL, NULL);
    return smc_json_walk_peek(walk, key, err) != SMC_JSON_NONE &&
           smc_json_walk_take(walk, value, err);
}

/* ---- members ---- */

bool smci_walk_members(struct smc_json_walk *object, const char *const *names, size_t count,
                       struct smc_json_span *found, struct smc_error *err)
{
    struct smc_json_span key;
    struct smc_json_span value;
    smci_clear_spans(found, count);
    while (smc_json_walk_next(object, &key, &value, err))
        for (size_t i = 0; i < count; i++)
            if (smci_name_is(key, names[i]))
                found[i] = value;
    if (!object->is_done)
        smci_clear_spans(found, count);
    return object->is_done;
}

bool smc_json_walk_take_members(struct smc_json_walk *walk, const char *const *names, size_t count,
                                struct smc_json_span *found, struct smc_json_span *value,
                                struct smc_error *err)
{
    struct smc_json_walk object;
    if (!smc_json_walk_enter(walk, &object) || !object.is_object) {
        smci_clear_spans(found, count);
        return smc_json_walk_take(walk, value, err);
    }
    set_span(value, NULL, NULL);
    const char *begin = walk->at;
    if (!smci_walk_members(&object, names, count, found, err))
        return false;
    set_span(value, begin, object.at);
    return true;
}
