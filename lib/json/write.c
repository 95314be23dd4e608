#include "write.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include <sigmacat/json.h>

#include "lib/base/utf8.h"

static void new_line(struct smci_writer *json)
{
    if (json->layout == SMCI_WRITE_LINES)
        (void)smc_buf_addf(json->out, "\n%*s", json->depth, "");
}

/* All that stands before a value. */
static void lead(struct smci_writer *json, const char *name)
{
    if (json->has_items)
        (void)smc_buf_add(json->out, ",", 1);
    if (json->depth > 0)
        new_line(json);
    if (name)
        (void)smc_buf_addf(json->out, "\"%s\":%s", name,
                           json->layout == SMCI_WRITE_LINES ? " " : "");
    json->has_items = true;
}

static void open_container(struct smci_writer *json, const char *name, const char brackets[2])
{
    lead(json, name);
    if (json->depth == SMCI_WRITE_DEPTH_MAX) {
        (void)smc_buf_fail(json->out, SMC_ERR_INTERNAL);
        return;
    }
    (void)smc_buf_add(json->out, brackets, 1);
    json->closers[json->depth++] = brackets[1];
    json->has_items = false;
}

struct smci_writer smci_write_begin(struct smc_buf *out, enum smci_write_layout layout)
{
    struct smci_writer json = {.out = out, .layout = layout};
    open_container(&json, NULL, "{}");
    return json;
}

void smci_write_object(struct smci_writer *json, const char *name)
{
    open_container(json, name, "{}");
}

void smci_write_array(struct smci_writer *json, const char *name)
{
    open_container(json, name, "[]");
}

/* With what is not UTF-8 replaced. */
static void mend(const char *text, struct smc_buf *mended)
{
    const char *end = text + strlen(text);
    const char *begin = text;
    while (text < end) {
        const char *at = text;
        if (smci_utf8_next(&text, end))
            continue;
        (void)smc_buf_add(mended, begin, (size_t)(at - begin));
        (void)smc_buf_addstr(mended, "\xef\xbf\xbd");
        text = text > at ? text : at + 1;
        begin = text;
    }
    (void)smc_buf_add(mended, begin, (size_t)(end - begin));
}

void smci_write_text(struct smci_writer *json, const char *name, const char *text)
{
    struct smc_buf mended = SMC_BUF_INIT(SIZE_MAX);
    if (!text) {
        smci_write_null(json, name);
        return;
    }
    lead(json, name);
    mend(text, &mended);
    if (mended.status != SMC_OK) {
        (void)smc_buf_fail(json->out, mended.status);
    } else {
        smc_log_mask(json->log, mended.data);
        (void)smc_json_encode(mended.data, strlen(mended.data), json->out);
    }
    smc_buf_clear(&mended);
}

void smci_write_text_or_null(struct smci_writer *json, const char *name, const char *text)
{
    smci_write_text(json, name, text && *text ? text : NULL);
}

void smci_write_int(struct smci_writer *json, const char *name, int64_t number)
{
    lead(json, name);
    (void)smc_buf_addf(json->out, "%" PRId64, number);
}

void smci_write_bool(struct smci_writer *json, const char *name, bool value)
{
    lead(json, name);
    (void)smc_buf_addstr(json->out, value ? "true" : "false");
}

void smci_write_null(struct smci_writer *json, const char *name)
{
    lead(json, name);
    (void)smc_buf_addstr(json->out, "null");
}

void smci_write_time(struct smci_writer *json, const char *name, int64_t wall_ms)
{
    char text[40];
    time_t at = (time_t)(wall_ms / 1000);
    struct tm utc;
    bool is_known = wall_ms > 0 && gmtime_r(&at, &utc) &&
                    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc) > 0;
    smci_write_text(json, name, is_known ? text : NULL);
}

void smci_write_members(struct smci_writer *json, const struct smc_buf *object)
{
    const size_t end = strlen(json->layout == SMCI_WRITE_LINES ? "\n}\n" : "}\n");
    if (object->status != SMC_OK) {
        (void)smc_buf_fail(json->out, object->status);
        return;
    }
    if (object->len <= 1 + end) /* it has none */
        return;
    if (json->has_items)
        (void)smc_buf_add(json->out, ",", 1);
    (void)smc_buf_add(json->out, object->data + 1, object->len - 1 - end);
    json->has_items = true;
}

void smci_write_close(struct smci_writer *json)
{
    json->depth--;
    if (json->has_items)
        new_line(json);
    (void)smc_buf_add(json->out, &json->closers[json->depth], 1);
    json->has_items = true;
}

enum smc_status smci_write_end(struct smci_writer *json, struct smc_error *err)
{
    while (json->depth > 0)
        smci_write_close(json);
    enum smc_status rc = smc_buf_addstr(json->out, "\n");
    if (rc == SMC_ERR_CAP)
        return smc_error_set(err, rc, "more than the %zu bytes there is room for", json->out->cap);
    return rc == SMC_OK ? rc : smc_error_set(err, rc, "%s", smc_error_text(rc));
}
