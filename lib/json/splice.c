#include <sigmacat/json.h>

#include "skip.h"
#include "walk.h"

static bool is_replaced(struct smc_json_span key, const struct smc_json_field *members,
                        size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (smci_name_is(key, members[i].name))
            return true;
    return false;
}

/* Where the copying stands. A member's stretch is all that lies between its two separators; a run
 * of stretches that stay is copied at once. */
struct copy {
    struct smc_buf *out;
    const char *run; /* where the run begins, NULL outside of one */
    bool has_members;
};

static void separate(struct copy *copy)
{
    if (copy->has_members)
        (void)smc_buf_add(copy->out, ",", 1);
    copy->has_members = true;
}

static void end_run(struct copy *copy, const char *end)
{
    if (!copy->run)
        return;
    separate(copy);
    (void)smc_buf_add(copy->out, copy->run, (size_t)(end - copy->run));
    copy->run = NULL;
}

/* Copies what stays of the members of the object that `walk` is at the beginning of. */
static void copy_kept(struct smc_json_walk *walk, const struct smc_json_field *members,
                      size_t count, struct copy *copy)
{
    const char *stretch = walk->at;
    const char *brace = walk->end - 1;
    struct smc_json_span key;
    while (smc_json_walk_next(walk, &key, NULL, NULL)) {
        if (is_replaced(key, members, count))
            end_run(copy, stretch - 1);
        else if (!copy->run)
            copy->run = stretch;
        stretch = smci_skip_space(walk->at, brace) + 1;
    }
    if (!walk->is_done)
        (void)smc_buf_fail(copy->out, SMC_ERR_SYNTAX);
    else if (!walk->has_begun)
        (void)smc_buf_add(copy->out, stretch, (size_t)(brace - stretch));
    else
        end_run(copy, brace);
}

static void add_member(const struct smc_json_field *member, struct copy *copy)
{
    if (smc_json_type_of(member->value) == SMC_JSON_NONE)
        (void)smc_buf_fail(copy->out, SMC_ERR_SYNTAX);
    separate(copy);
    (void)smc_buf_addf(copy->out, "\"%s\":", member->name);
    (void)smc_buf_add(copy->out, member->value.p, member->value.len);
}

enum smc_status smc_json_splice(struct smc_json_span object, const struct smc_json_field *members,
                                size_t count, struct smc_buf *out)
{
    struct smc_json_walk walk;
    if (!smc_json_walk_begin(&walk, object) || !walk.is_object)
        return smc_buf_fail(out, SMC_ERR_SYNTAX);
    size_t was = out->len;
    struct copy copy = {.out = out};
    (void)smc_buf_add(out, "{", 1);
    copy_kept(&walk, members, count, &copy);
    for (size_t i = 0; i < count; i++)
        add_member(&members[i], &copy);
    if (smc_buf_add(out, "}", 1) != SMC_OK)
        smc_buf_cut(out, was);
    return out->status;
}
