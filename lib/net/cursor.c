#include "cursor.h"

void smci_cursor_init(struct smci_cursor *cursor)
{
    *cursor = (struct smci_cursor){.text = SMC_BUF_INIT(65536)}; /* a longer one fits no address */
}

void smci_cursor_clear(struct smci_cursor *cursor)
{
    smc_buf_clear(&cursor->text);
    smci_idset_clear(&cursor->seen);
}

enum smci_cursor_step smci_cursor_take(struct smci_cursor *cursor, const struct smci_page *page,
                                       enum smci_paging paging)
{
    bool is_new = false;
    smc_buf_reset(&cursor->text);
    if (!page->has_cursor_member)
        return paging == SMCI_PAGING_TOKEN ? SMCI_CURSOR_END : SMCI_CURSOR_MISSING;
    if (!page->cursor.p)
        return SMCI_CURSOR_END;
    enum smc_json_type type = smc_json_type_of(page->cursor);
    if (type != SMC_JSON_STRING && type != SMC_JSON_NUMBER)
        return SMCI_CURSOR_WRONG;
    enum smc_status rc = type == SMC_JSON_STRING
                             ? smc_json_decode(page->cursor, &cursor->text)
                             : smc_buf_add(&cursor->text, page->cursor.p, page->cursor.len);
    if (rc == SMC_ERR_CAP)
        return SMCI_CURSOR_WRONG;
    if (rc != SMC_OK ||
        !smci_idset_add(&cursor->seen, smc_buf_str(&cursor->text), cursor->text.len, &is_new))
        return SMCI_CURSOR_NO_MEMORY;
    return is_new && cursor->text.len ? SMCI_CURSOR_NEXT : SMCI_CURSOR_REPEATS;
}

const char *smci_cursor_fault(enum smci_cursor_step step)
{
    switch (step) {
    case SMCI_CURSOR_NEXT:
    case SMCI_CURSOR_END:
        break;
    case SMCI_CURSOR_MISSING:
        return "does not say whether more follow (it has no nextPage)";
    case SMCI_CURSOR_WRONG:
        return "has a cursor that is neither a text of at most 64 KiB nor null";
    case SMCI_CURSOR_REPEATS:
        return "names a page that was read before (its cursor repeats)";
    case SMCI_CURSOR_NO_MEMORY:
        return "could not be kept: out of memory";
    }
    return "";
}
