#include <sigmacat/json.h>

#include "scan.h"

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

static enum smc_status separate(struct copy *copy)
{
    enum smc_status rc = copy->has_members ? smc_buf_add(copy->out, ",", 1) : SMC_OK;
    copy->has_members = true;
    return rc;
}

static enum smc_status end_run(struct copy *copy, const char *end)
{
    if (!copy->run)
        return SMC_OK;
    enum smc_status rc = separate(copy);
    if (rc == SMC_OK)
        rc = smc_buf_add(copy->out, copy->run, (size_t)(end - copy->run));
    copy->run = NULL;
    return rc;
}

/* Copies what stays of the members of the object that `walk` is at the beginning of. */
static enum smc_status copy_kept(struct smc_json_walk *walk, const struct smc_json_field *members,
                                 size_t count, struct copy *copy)
{
    const char *stretch = walk->at;
    const char *brace = walk->end - 1;
    struct smc_json_span key;
    enum smc_status rc = SMC_OK;
    while (rc == SMC_OK && smc_json_walk_next(walk, &key, NULL, NULL)) {
        if (is_replaced(key, members, count))
            rc = end_run(copy, stretch - 1);
        else if (!copy->run)
            copy->run = stretch;
        stretch = smci_skip_space(walk->at, brace) + 1;
    }
    if (rc != SMC_OK || !walk->is_done)
        return rc == SMC_OK ? SMC_ERR_SYNTAX : rc;
    if (!walk->has_begun)
        return smc_buf_add(copy->out, stretch, (size_t)(brace - stretch));
    return end_run(copy, brace);
}

static enum smc_status add_member(const struct smc_json_field *member, struct copy *copy)
{
    if (smc_json_type_of(member->value) == SMC_JSON_NONE)
        return SMC_ERR_SYNTAX;
    enum smc_status rc = separate(copy);
    if (rc == SMC_OK)
        rc = smc_buf_add(copy->out, "\"", 1);
    if (rc == SMC_OK)
        rc = smc_buf_addstr(copy->out, member->name);
    if (rc == SMC_OK)
        rc = smc_buf_add(copy->out, "\":", 2);
    if (rc == SMC_OK)
        rc = smc_buf_add(copy->out, member->value.p, member->value.len);
    return rc;
}

enum smc_status smc_json_splice(struct smc_json_span object, const struct smc_json_field *members,
                                size_t count, struct smc_buf *out)
{
    struct smc_json_walk walk;
    if (!smc_json_walk_begin(&walk, object) || !walk.is_object)
        return SMC_ERR_SYNTAX;
    size_t was = out->len;
    struct copy copy = {.out = out};
    enum smc_status rc = smc_buf_add(out, "{", 1);
    if (rc == SMC_OK)
        rc = copy_kept(&walk, members, count, &copy);
    for (size_t i = 0; rc == SMC_OK && i < count; i++)
        rc = add_member(&members[i], &copy);
    if (rc == SMC_OK)
        rc = smc_buf_add(out, "}", 1);
    if (rc != SMC_OK && out->data) {
        out->len = was;
        out->data[was] = '\0';
    }
    return rc;
}
