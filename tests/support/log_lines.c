#include "log_lines.h"

#include <jansson.h>
#include <string.h>

#include "lib/base/log_event.h"

#include "support.h"

static const char *const common[] = {"time", "level", "program", "event", "message"};
#define COMMON (sizeof common / sizeof common[0])

static const struct smci_log_kind *kind_of(const char *word)
{
    for (size_t i = SMCI_EVENT_NONE + 1; i < SMCI_EVENT_COUNT; i++)
        if (strcmp(smci_log_kinds[i].word, word) == 0)
            return &smci_log_kinds[i];
    return NULL;
}

static bool is_of_type(const json_t *value, enum smci_log_member_type type)
{
    switch (type) {
    case SMCI_MEMBER_TEXT:
        return json_is_null(value) || (json_is_string(value) && json_string_length(value) > 0);
    case SMCI_MEMBER_NUMBER:
    case SMCI_MEMBER_ORDINAL:
        return json_is_null(value) || (json_is_integer(value) && json_integer_value(value) != 0);
    case SMCI_MEMBER_COUNT:
        return json_is_null(value) || (json_is_integer(value) && json_integer_value(value) >= 0);
    case SMCI_MEMBER_REAL:
        return json_is_null(value) || (json_is_real(value) && json_real_value(value) >= 0);
    case SMCI_MEMBER_FLAG:
        return json_is_boolean(value);
    }
    return false;
}

static bool is_time(const char *text)
{
    static const char form[] = "0000-00-00T00:00:00.000Z";
    for (size_t i = 0; i < sizeof form; i++)
        if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
            return false;
    return true;
}

static void check_members(const char *line, const json_t *root, const struct smci_log_kind *kind)
{
    size_t count = COMMON;
    for (const struct smci_log_member *one = smci_log_members; one->name; one++) {
        const json_t *value = json_object_get(root, one->name);
        bool is_wanted = smci_log_kind_has(kind, one);
        count += is_wanted;
        if ((value != NULL) != is_wanted || (value && !is_of_type(value, one->type)))
            fail_msg("the member %s is lacking, too much or of another type: %s", one->name, line);
    }
    if (json_object_size(root) != count)
        fail_msg("a member that is in no table: %s", line);
}

struct json_tree *log_line_read(const char *line, size_t len, const char *program)
{
    if (len == 0 || line[len - 1] != '\n' || memchr(line, '\n', len) != line + len - 1)
        fail_msg("not one line: %.*s", (int)len, line);
    struct json_tree *root = json_tree_parse(line, len - 1);
    const json_t *tree = (const json_t *)root;
    for (size_t i = 0; i < COMMON; i++)
        if (!json_object_get(tree, common[i]))
            fail_msg("no member %s: %.*s", common[i], (int)len, line);
    const char *event = json_tree_text(root, "event");
    const struct smci_log_kind *kind = event ? kind_of(event) : &smci_log_kinds[SMCI_EVENT_NONE];
    const char *time = json_tree_text(root, "time");
    const char *who = json_tree_text(root, "program");
    if (!kind || !time || !is_time(time) || !json_tree_text(root, "message"))
        fail_msg("not as it should be: %.*s", (int)len, line);
    if (program ? !who || strcmp(who, program) != 0 : who != NULL)
        fail_msg("of another program: %.*s", (int)len, line);
    check_members(line, tree, kind);
    return root;
}

size_t log_lines_check(const char *text, const char *program, const char *event)
{
    size_t count = 0;
    for (size_t len; *text; text += len) {
        len = strcspn(text, "\n");
        len += text[len] == '\n';
        struct json_tree *root = log_line_read(text, len, program);
        const char *word = json_tree_text(root, "event");
        if (!word) /* no site of ours writes such a one */
            fail_msg("no event: %.*s", (int)len, text);
        count += !event || strcmp(word, event) == 0;
        json_tree_free(root);
    }
    return count;
}
