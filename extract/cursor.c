#include "cursor.h"

void cursor_init(struct cursor *cursor)
{
    *cursor = (struct cursor){.text = SMC_BUF_INIT(65536)}; /* a longer one fits no address */
}

void cursor_clear(struct cursor *cursor)
{
    smc_buf_clear(&cursor->text);
    idset_clear(&cursor->seen);
}

enum cursor_step cursor_take(struct cursor *cursor, const struct page *page, enum paging paging)
{
    bool is_new = false;
    smc_buf_reset(&cursor->text);
    if (!page->has_cursor_member)
        return paging == PAGING_TOKEN ? CURSOR_END : CURSOR_MISSING;
    if (!page->cursor.p)
        return CURSOR_END;
    enum smc_json_type type = smc_span_type(page->cursor);
    if (type != SMC_JSON_STRING && type != SMC_JSON_NUMBER)
        return CURSOR_WRONG;
    enum smc_status rc = type == SMC_JSON_STRING
                             ? smc_string_decode(page->cursor, &cursor->text)
                             : smc_buf_add(&cursor->text, page->cursor.p, page->cursor.len);
    if (rc == SMC_ERR_CAP)
        return CURSOR_WRONG;
    if (rc != SMC_OK ||
        !idset_add(&cursor->seen, smc_buf_str(&cursor->text), cursor->text.len, &is_new))
        return CURSOR_NO_MEMORY;
    return is_new && cursor->text.len ? CURSOR_NEXT : CURSOR_REPEATS;
}

const char *cursor_fault(enum cursor_step step)
{
    switch (step) {
    case CURSOR_NEXT:
    case CURSOR_END:
        break;
    case CURSOR_MISSING:
        return "does not say whether more follow (it has no nextPage)";
    case CURSOR_WRONG:
        return "has a cursor that is neither a text of at most 64 KiB nor null";
    case CURSOR_REPEATS:
        return "names a page that was read before (its cursor repeats)";
    case CURSOR_NO_MEMORY:
        return "could not be kept: out of memory";
    }
    return "";
}
