/* GET /_sim/lineage: the true lineage of all columns, document by document as it is sent. */
#include "fields.h"
#include "priv.h"

#include <stdlib.h>
#include <string.h>

/* Reads "spec,controls". False where there is another word. */
static bool read_with(const char *text, unsigned *with)
{
    static const struct {
        const char *name;
        unsigned with;
    } words[] = {
        {"spec", WITH_SPEC}, {"table_columns", WITH_TABLE_COLUMNS}, {"controls", WITH_CONTROLS}};
    size_t i;

    *with = 0;
    while (text && *text != '\0') {
        size_t len = strcspn(text, ",");
        for (i = 0; i < sizeof(words) / sizeof(*words); i++)
            if (strlen(words[i].name) == len && memcmp(text, words[i].name, len) == 0)
                break;
        if (i == sizeof(words) / sizeof(*words))
            return false;
        *with |= words[i].with;
        text += len + (text[len] == ',');
    }
    return true;
}

/* The records of a document, with commas between them; nothing when it has none. */
static void put_document(const struct sim_options *o, enum kind kind, long index, unsigned with,
                         struct text *t)
{
    struct doc *d = doc_new(o, kind, index);

    doc_truth(d, with, t);
    doc_free(d);
    if (t->len > 2)
        t->data[t->len -= 2] = '\0'; /* the last comma and line's end */
}

char *sim_estate_lineage(const struct sim *sim, const char *kind, long index, const char *with,
                         size_t *len)
{
    const struct sim_options *o = &sim->opt;
    enum kind k = kind_of(kind);
    struct text t = TEXT_INIT;
    struct text all = TEXT_INIT;
    unsigned asked;

    if ((k != K_WORKBOOKS && k != K_DATAMODELS) || index < 0 || index >= estate_count(o, k) ||
        o->columns < 1 || !read_with(with, &asked))
        return NULL;
    put_document(o, k, index, asked, &t);
    text_lit(&all, "[");
    text_add(&all, t.data ? t.data : "", t.len);
    text_lit(&all, "]\n");
    all.failed = all.failed || t.failed;
    text_clear(&t);
    return text_take(&all, len);
}

/* ---- as an answer ---- */

struct sending_lineage {
    const struct sim_options *o;
    unsigned with;
    long next; /* workbooks first, then data models */
    bool is_first;
    struct text t; /* what is to be sent */
    size_t sent;   /* of it */
};

/* The next piece; false at the end. */
static bool next_piece(struct sending_lineage *s)
{
    struct text t = TEXT_INIT;
    long end = s->o->workbooks + s->o->datamodels;
    bool is_model = s->next >= s->o->workbooks;

    s->t.len = s->sent = 0;
    if (s->next > end)
        return false;
    if (s->next == end) {
        s->next++;
        text_str(&s->t, s->is_first ? "[]\n" : "]\n");
        return true;
    }
    put_document(s->o, is_model ? K_DATAMODELS : K_WORKBOOKS,
                 is_model ? s->next - s->o->workbooks : s->next, s->with, &t);
    s->next++;
    if (t.len > 0)
        text_str(&s->t, s->is_first ? "[\n" : ",\n");
    s->is_first = s->is_first && t.len == 0;
    text_add(&s->t, t.data ? t.data : "", t.len);
    s->t.failed = s->t.failed || t.failed;
    text_clear(&t);
    return true;
}

static ssize_t read_lineage(void *cls, uint64_t at, char *to, size_t max)
{
    struct sending_lineage *s = cls;

    (void)at;
    while (s->sent == s->t.len)
        if (!next_piece(s))
            return MHD_CONTENT_READER_END_OF_STREAM;
    if (s->t.failed)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (max > s->t.len - s->sent)
        max = s->t.len - s->sent;
    memcpy(to, s->t.data + s->sent, max);
    s->sent += max;
    return (ssize_t)max;
}

static void free_lineage(void *cls)
{
    struct sending_lineage *s = cls;

    text_clear(&s->t);
    free(s);
}

enum MHD_Result lineage_send(struct request *req)
{
    struct answer a = ANSWER_INIT;
    struct sending_lineage *s;
    struct MHD_Response *response;
    enum MHD_Result rc;
    unsigned with;

    if (req->sim->opt.columns < 1 || !read_with(request_param(req, "with"), &with)) {
        answer_text(&a, 404, "no columns, or not such a word behind with=");
        return answer_send(req, &a);
    }
    s = calloc(1, sizeof(*s));
    if (!s)
        return MHD_NO;
    *s = (struct sending_lineage){&req->sim->opt, with, 0, true, TEXT_INIT, 0};
    response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 64 << 10, read_lineage, s,
                                                 free_lineage);
    if (!response) {
        free(s);
        return MHD_NO;
    }
    MHD_add_response_header(response, "Content-Type", "application/json; charset=utf-8");
    rc = MHD_queue_response(req->conn, 200, response);
    MHD_destroy_response(response);
    return rc;
}
