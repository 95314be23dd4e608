#include "elements.h"

#include "join.h"
#include "key.h"

/* sigmacat-files(5), "ELEMENTS". */
static bool is_kept(struct smc_json_span element)
{
    static const char *const types[] = {"input-table", "pivot-table", "table", "visualization",
                                        "viz"};
    struct smc_json_span type = smc_json_member(element, "type");
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (smc_json_equals(type, types[i]))
            return true;
    return false;
}

static enum smc_status write_element(struct join *join, struct smc_json_span element,
                                     struct smc_error *err)
{
    if (!is_kept(element))
        return SMC_OK;
    smc_buf_reset(&join->text);
    smc_buf_reset(&join->out);
    enum smc_status rc = key_json(join->id.data, &join->text);
    if (rc == SMC_OK) {
        const struct smc_json_field member = {"workbook_id", {join->text.data, join->text.len}};
        rc = smc_json_splice(element, &member, 1, &join->out);
    }
    if (rc == SMC_OK)
        rc = smci_part_record(join->file, err);
    return rc == SMC_OK ? smci_part_write(join->file, join->out.data, join->out.len, err) : rc;
}

static enum smc_status write_object(struct join *join, struct smc_error *err)
{
    return join->is_read ? join_each_row(join, write_element, err) : SMC_OK;
}

enum smc_status elements_write(const struct job *job, struct smc_error *err)
{
    return join_each_object(job, ASSET_ELEMENTS, write_object, NULL, err);
}
