#include "cursor.h"

#include <string.h>

#include "address.h"

void smci_cursor_init(struct smci_cursor *cursor, size_t limit)
{
    *cursor = (struct smci_cursor){.text = SMC_BUF_INIT(65536), /* a longer one fits no address */
                                   .limit = limit};
}

void smci_cursor_clear(struct smci_cursor *cursor)
{
    smc_buf_clear(&cursor->text);
    smci_idset_clear(&cursor->seen);
}

/* Where a page has no cursor of its own idiom. A nextPage of null is the end whatever else is
 * there. A nextPageToken is absent at the end, so nothing else would tell that the idiom has
 * changed. */
static enum smci_cursor_step take_none(const struct smci_cursor *cursor,
                                       const struct smci_page *page, enum smci_paging paging)
{
    if (page->is_bare && cursor->limit && page->count == cursor->limit)
        return SMCI_CURSOR_BARE;
    if (paging == SMCI_PAGING_TOKEN)
        return page->has_other_cursor ? SMCI_CURSOR_OTHER : SMCI_CURSOR_END;
    if (page->has_cursor_member)
        return SMCI_CURSOR_END;
    return page->other.p ? SMCI_CURSOR_OTHER : SMCI_CURSOR_MISSING;
}

/* Whether more rows than the page has may have been cut off. */
static bool note_rows(struct smci_cursor *cursor, size_t count)
{
    bool is_full = (cursor->limit && count == cursor->limit) || count == SMCI_PAGE_ROWS_UNASKED ||
                   (cursor->most && count >= cursor->most);
    if (cursor->most < count)
        cursor->most = count;
    return is_full;
}

enum smci_cursor_step smci_cursor_take(struct smci_cursor *cursor, const struct smci_page *page,
                                       enum smci_paging paging)
{
    bool is_new = false;
    bool is_full = note_rows(cursor, page->count);
    smc_buf_reset(&cursor->text);
    cursor->is_as_it_came = false;
    if (!page->cursor.p)
        return take_none(cursor, page, paging);
    enum smc_json_type type = smc_json_type_of(page->cursor);
    if (type != SMC_JSON_STRING && type != SMC_JSON_NUMBER)
        return SMCI_CURSOR_WRONG;
    enum smc_status rc = type == SMC_JSON_STRING
                             ? smc_json_decode(page->cursor, &cursor->text)
                             : smc_buf_add(&cursor->text, page->cursor.p, page->cursor.len);
    if (rc == SMC_ERR_CAP)
        return SMCI_CURSOR_WRONG;
    if (rc == SMC_OK && cursor->text.len == 0)
        return is_full ? SMCI_CURSOR_CUT : SMCI_CURSOR_EMPTY;
    if (rc != SMC_OK ||
        !smci_idset_add(&cursor->seen, cursor->text.data, cursor->text.len, &is_new))
        return SMCI_CURSOR_NO_MEMORY;
    return is_new ? SMCI_CURSOR_NEXT : SMCI_CURSOR_REPEATS;
}

enum smci_cursor_step smci_cursor_note(struct smci_cursor *cursor, bool has_new)
{
    cursor->idle = has_new ? 0 : cursor->idle + 1;
    return cursor->idle < SMCI_CURSOR_IDLE_MAX ? SMCI_CURSOR_NEXT : SMCI_CURSOR_ENDLESS;
}

/* ---- addresses ---- */

static bool is_hex(char c)
{
    return c && strchr("0123456789abcdefABCDEF", c);
}

static bool is_escape(const char *at, size_t len)
{
    return len >= 3 && at[0] == '%' && is_hex(at[1]) && is_hex(at[2]);
}

static bool has_escape(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (is_escape(text + i, len - i))
            return true;
    return false;
}

/* Its escapes, and what may stand in a query's value, stay as they are. What would end the value or
 * the address is encoded all the same. */
static enum smc_status put_as_it_came(const char *text, size_t len, struct smc_buf *target)
{
    for (size_t i = 0; i < len; i++) {
        bool is_plain =
            is_escape(text + i, len - i) || (text[i] && strchr("!$'()*+,;=:@/?", text[i]));
        if (is_plain)
            (void)smc_buf_add(target, text + i, 1);
        else
            (void)smci_url_encode(text + i, 1, target);
    }
    return smc_buf_status(target);
}

enum smc_status smci_cursor_put(const struct smci_cursor *cursor, struct smc_buf *target)
{
    const char *text = smc_buf_str(&cursor->text);
    return cursor->is_as_it_came ? put_as_it_came(text, cursor->text.len, target)
                                 : smci_url_encode(text, cursor->text.len, target);
}

bool smci_cursor_try_as_it_came(struct smci_cursor *cursor, int http_status)
{
    if (http_status != 400 || cursor->is_as_it_came ||
        !has_escape(smc_buf_str(&cursor->text), cursor->text.len))
        return false;
    cursor->is_as_it_came = true;
    return true;
}

const char *smci_cursor_fault(enum smci_cursor_step step)
{
    switch (step) {
    case SMCI_CURSOR_NEXT:
    case SMCI_CURSOR_END:
        break;
    case SMCI_CURSOR_EMPTY:
        return "has an empty cursor";
    case SMCI_CURSOR_CUT:
        return "has an empty cursor and as many rows as fit a page, and no total says that these "
               "are all";
    case SMCI_CURSOR_BARE:
        return "is a bare array of as many rows as were asked for, and nothing says that these are "
               "all";
    case SMCI_CURSOR_OTHER:
        return "has the cursor of another way of paging alone (nextPage and nextPageToken)";
    case SMCI_CURSOR_ENDLESS:
        return "is one of 100 in a row that brought nothing new";
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
