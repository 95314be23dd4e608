#include "log_json.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <sigmacat/error.h>

#include "log_line.h"

/* What all members may take that are not texts, and the empty texts. */
#define MEMBERS_ROOM 2048

static const char *const level_names[] = {"error", "warning", "info", "debug"};

struct line {
    char *text;
    size_t len;
    size_t size;
};

/* Never cut: there is always room for what is not a text. */
static void put(struct line *line, const char *fmt, ...) SMC_PRINTF(2, 3);

static void put(struct line *line, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(line->text + line->len, line->size - line->len, fmt, args);
    va_end(args);
    if (len > 0)
        line->len += (size_t)len;
}

/* What texts may still take. */
static size_t room_of(const struct line *line)
{
    size_t used = line->len + MEMBERS_ROOM;
    return used < line->size ? line->size - used : 0;
}

/* `text` is clean; what would take more than `room` bytes is cut off. */
static void put_text(struct line *line, const char *text, size_t room)
{
    size_t end = line->len + room;
    line->text[line->len++] = '"';
    char *begin = line->text + line->len;
    for (const char *p = text; *p && line->len < end; p++) {
        if (smci_text_is_command(p)) {
            put(line, "\\u%04x", (unsigned)*p);
            continue;
        }
        if (*p == '"' || *p == '\\')
            line->text[line->len++] = '\\';
        line->text[line->len++] = *p;
    }
    line->text[line->len] = '\0';
    smci_text_trim(begin);
    line->len = (size_t)(begin - line->text) + strlen(begin);
    line->text[line->len++] = '"';
}

/* Of a fact, which may be any bytes; `len` of them. */
static void put_raw(struct line *line, const char *bytes, size_t len, const struct smci_mask *mask)
{
    char text[SMCI_LOG_MESSAGE_MAX];
    bool is_cut = len >= sizeof text;
    len = is_cut ? sizeof text - 1 : len;
    (void)memcpy(text, bytes, len);
    text[len] = '\0';
    if (is_cut) { /* as in a message that is cut */
        smci_mask_mend_cut(mask, text);
        smci_text_trim(text);
    }
    smci_mask_apply(mask, text);
    smci_text_clean(text);
    put_text(line, text, room_of(line) / 2); /* so that each further one has some, too */
}

/* Whatever the locale. */
static void put_real(struct line *line, double value)
{
    if (!(value >= 0 && value < 1e15)) {
        put(line, "null");
        return;
    }
    int64_t thousandths = (int64_t)(value * 1000 + 0.5);
    put(line, "%" PRId64 ".%03d", thousandths / 1000, (int)(thousandths % 1000));
}

static void put_number(struct line *line, int64_t number, bool is_known)
{
    if (is_known)
        put(line, "%" PRId64, number);
    else
        put(line, "null");
}

static void put_value(struct line *line, const struct smci_log_member *member,
                      const struct smci_log_facts *facts, const struct smci_mask *mask)
{
    const void *at = (const char *)facts + member->offset;
    const char *text;
    int number;
    int64_t count;
    double real;
    bool flag;
    switch (member->type) {
    case SMCI_MEMBER_TEXT:
        (void)memcpy(&text, at, sizeof text);
        if (!text || !*text)
            put(line, "null");
        else
            put_raw(line, text,
                    text == facts->path && facts->path_len ? facts->path_len : strlen(text), mask);
        break;
    case SMCI_MEMBER_NUMBER:
        (void)memcpy(&number, at, sizeof number);
        put_number(line, number, number != 0);
        break;
    case SMCI_MEMBER_ORDINAL:
    case SMCI_MEMBER_COUNT:
        (void)memcpy(&count, at, sizeof count);
        put_number(line, count, member->type == SMCI_MEMBER_COUNT ? count >= 0 : count != 0);
        break;
    case SMCI_MEMBER_REAL:
        (void)memcpy(&real, at, sizeof real);
        put_real(line, real);
        break;
    case SMCI_MEMBER_FLAG:
        (void)memcpy(&flag, at, sizeof flag);
        put(line, flag ? "true" : "false");
        break;
    }
}

/* A fact that a line of its kind should not have is a mistake, and is told all the same. */
static bool is_given(const struct smci_log_member *member, const struct smci_log_facts *facts)
{
    static const size_t sizes[] = {
        [SMCI_MEMBER_TEXT] = sizeof(char *),     [SMCI_MEMBER_NUMBER] = sizeof(int),
        [SMCI_MEMBER_ORDINAL] = sizeof(int64_t), [SMCI_MEMBER_COUNT] = sizeof(int64_t),
        [SMCI_MEMBER_REAL] = sizeof(double),     [SMCI_MEMBER_FLAG] = sizeof(bool)};
    static const char zero[sizeof(int64_t)];
    return memcmp((const char *)facts + member->offset, zero, sizes[member->type]) != 0;
}

size_t smci_log_json(char *text, const struct smci_log_record *record, const struct smci_mask *mask)
{
    static const struct smci_log_facts none;
    const struct smci_log_facts *facts = record->facts ? record->facts : &none;
    const struct smci_log_kind *kind = &smci_log_kinds[record->event];
    struct line line = {.text = text, .size = SMCI_LOG_JSON_MAX};
    char when[64];
    (void)smci_log_time(when, sizeof when, false);
    put(&line, "{\"time\": \"%s\", \"level\": \"%s\", \"program\": ", when,
        level_names[record->level]);
    put(&line, record->program ? "\"%s\"" : "null", record->program);
    put(&line, ", \"event\": ");
    put(&line, kind->word ? "\"%s\"" : "null", kind->word);
    put(&line, ", \"message\": ");
    put_text(&line, record->message, room_of(&line));
    for (const struct smci_log_member *member = smci_log_members; member->name; member++) {
        if (!smci_log_kind_has(kind, member) && !is_given(member, facts))
            continue;
        put(&line, ", \"%s\": ", member->name);
        put_value(&line, member, facts, mask);
    }
    put(&line, "}\n");
    return line.len;
}
