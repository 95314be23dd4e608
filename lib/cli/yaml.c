/* A configuration file's YAML, read event by event, so that each mistake has its line and
 * column, and neither an alias nor nesting can make more of it than what stands there. */
#include "yaml.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <yaml.h>

#include "words.h"
#include "yaml_mask.h"

/* Of all keys of one mapping. */
#define KEYS_MAX 65536

/* A character's place in the text. */
struct cursor {
    size_t index; /* in characters, as libyaml counts */
    size_t at;    /* in bytes */
};

struct smci_yaml {
    const char *shown;
    const char *text;
    size_t len;
    struct smc_buf mask; /* the text without its letters, which libyaml reads */
    yaml_parser_t parser;
    yaml_event_t event;    /* the one that is looked at; its value is masked, */
    struct smc_buf scalar; /*   and here it is as the text has it */
    struct cursor cursor;  /* the last place that was asked for */
    struct smc_error *err;
};

/* ---- places ---- */

static struct smci_place place_of(yaml_mark_t mark)
{
    return (struct smci_place){mark.line + 1, mark.column + 1};
}

struct smci_place smci_yaml_place(const struct smci_yaml *yaml)
{
    return place_of(yaml->event.start_mark);
}

enum smc_status smci_yaml_fail(const struct smci_yaml *yaml, struct smci_place at, const char *fmt,
                               ...)
{
    char text[400];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return smc_error_set(yaml->err, SMC_ERR_USAGE, "%s:%zu:%zu: %s", yaml->shown, at.line,
                         at.column, text);
}

/* For bytes that it can't read at all libyaml has an offset and no line. */
static enum smc_status fail_encoding(const struct smci_yaml *yaml)
{
    struct smci_place at = {1, 1};
    for (size_t i = 0; i < yaml->parser.problem_offset; i++) {
        at.column++;
        if (yaml->text[i] == '\n')
            at = (struct smci_place){at.line + 1, 1};
    }
    return smci_yaml_fail(yaml, at, "%s: a configuration file is text in UTF-8",
                          yaml->parser.problem);
}

static enum smc_status fail_parser(const struct smci_yaml *yaml)
{
    const yaml_parser_t *parser = &yaml->parser;
    if (parser->error == YAML_MEMORY_ERROR)
        return smc_error_set(yaml->err, SMC_ERR_NOMEM, "out of memory");
    if (parser->error == YAML_READER_ERROR)
        return fail_encoding(yaml);
    static const char advice[] =
        "indent with spaces, and quote a value that has ': ' or ' #' in it "
        "or begins with a special character";
    const char *problem = parser->problem ? parser->problem : "it can't be read";
    struct smci_place at = place_of(parser->problem_mark);
    if (parser->context && strcmp(parser->context, "while scanning a quoted scalar") == 0)
        return smci_yaml_fail(yaml, place_of(parser->context_mark),
                              "this is not YAML: the quote that begins here is not closed (%s)",
                              problem);
    if (parser->context)
        return smci_yaml_fail(yaml, at, "this is not YAML: %s %s that begins in line %zu (%s)",
                              problem, parser->context, place_of(parser->context_mark).line,
                              advice);
    return smci_yaml_fail(yaml, at, "this is not YAML: %s (%s)", problem, advice);
}

/* ---- events ---- */

/* Beyond keys, values and lists, YAML has means by which two readers see different settings. */
static enum smc_status check_node(const struct smci_yaml *yaml)
{
    const yaml_event_t *event = &yaml->event;
    const yaml_char_t *anchor = NULL;
    const yaml_char_t *tag = NULL;
    if (event->type == YAML_ALIAS_EVENT)
        return smci_yaml_fail(
            yaml, smci_yaml_place(yaml),
            "aliases ('*name') are not supported: repeat the value, or put it under "
            "'defaults'; quote a text that begins with '*'");
    if (event->type == YAML_SCALAR_EVENT) {
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
    }
    if (anchor)
        return smci_yaml_fail(
            yaml, smci_yaml_place(yaml),
            "anchors ('&name') are not supported; quote a text that begins with '&'");
    if (tag)
        return smci_yaml_fail(
            yaml, smci_yaml_place(yaml),
            "tags ('!name') are not supported; quote a text that begins with '!'");
    return SMC_OK;
}

/* The byte at which the character of a mark begins: never before that of the last mark. */
static size_t byte_of(struct smci_yaml *yaml, const yaml_mark_t *mark)
{
    struct cursor *cursor = &yaml->cursor;
    for (; cursor->index < mark->index && cursor->at < yaml->len; cursor->index++)
        do
            cursor->at++;
        while (cursor->at < yaml->len && ((unsigned char)yaml->text[cursor->at] & 0xc0) == 0x80);
    return cursor->at;
}

static enum smc_status read_scalar(struct smci_yaml *yaml)
{
    const yaml_event_t *event = &yaml->event;
    size_t begin = byte_of(yaml, &event->start_mark);
    size_t end = byte_of(yaml, &event->end_mark);
    yaml_scalar_style_t style = event->data.scalar.style;
    smc_buf_reset(&yaml->scalar);
    /* A block's head may have a comment. */
    if (style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE)
        while (begin < end && yaml->text[begin] != '\n' && yaml->text[begin] != '\r')
            begin++;
    enum smc_status rc = smci_yaml_unmask(yaml->text, yaml->mask.data, begin, end,
                                          (const char *)event->data.scalar.value,
                                          event->data.scalar.length, &yaml->scalar);
    if (rc == SMC_ERR_SYNTAX)
        return smci_yaml_fail(yaml, smci_yaml_place(yaml),
                              "an escape stands for the letter Z: write the letter itself");
    return rc;
}

static enum smc_status next(struct smci_yaml *yaml)
{
    yaml_event_delete(&yaml->event);
    if (!yaml_parser_parse(&yaml->parser, &yaml->event))
        return fail_parser(yaml);
    enum smc_status rc = check_node(yaml);
    return rc == SMC_OK && yaml->event.type == YAML_SCALAR_EVENT ? read_scalar(yaml) : rc;
}

/* "key:" with nothing behind it, or with the words for nothing. */
static bool is_nothing(const struct smci_yaml *yaml)
{
    const yaml_event_t *event = &yaml->event;
    if (event->type != YAML_SCALAR_EVENT || event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return false;
    const char *text = smc_buf_str(&yaml->scalar);
    return *text == '\0' || strcmp(text, "~") == 0 || strcasecmp(text, "null") == 0;
}

static const char *form_of(const yaml_event_t *event)
{
    return event->type == YAML_MAPPING_START_EVENT    ? "keys and values"
           : event->type == YAML_SEQUENCE_START_EVENT ? "a list"
                                                      : "a single value";
}

/* "host:aws-eu" is a text to YAML. */
static bool has_colon(const struct smci_yaml *yaml)
{
    return yaml->event.type == YAML_SCALAR_EVENT && strchr(smc_buf_str(&yaml->scalar), ':');
}

/* ---- mappings ---- */

/* The names that were seen stand in `seen`, each ended by a NUL. */
static enum smc_status check_doubled(const struct smci_yaml *yaml, const struct smci_key *key,
                                     struct smc_buf *seen)
{
    for (size_t at = 0; at < seen->len; at += strlen(seen->data + at) + 1)
        if (strcmp(seen->data + at, key->text) == 0)
            return smci_yaml_fail(yaml, key->at, "'%s' is here twice: keep one of them",
                                  smci_word_shown(key->text));
    enum smc_status rc = smc_buf_add(seen, key->text, strlen(key->text) + 1);
    return rc == SMC_ERR_CAP ? smci_yaml_fail(yaml, key->at, "too many keys") : rc;
}

static enum smc_status take_key(const struct smci_yaml *yaml, struct smci_key *key)
{
    const yaml_event_t *event = &yaml->event;
    key->at = smci_yaml_place(yaml);
    if (event->type != YAML_SCALAR_EVENT)
        return smci_yaml_fail(yaml, key->at, "%s can't be a key", form_of(event));
    const char *text = smc_buf_str(&yaml->scalar);
    size_t len = yaml->scalar.len;
    if (len == 0 || len >= sizeof key->text || strlen(text) != len)
        return smci_yaml_fail(yaml, key->at,
                              "this can't be a key: one of 1 to %d characters is expected",
                              SMCI_YAML_KEY_MAX - 1);
    (void)memcpy(key->text, text, len + 1);
    return SMC_OK;
}

enum smc_status smci_yaml_mapping(struct smci_yaml *yaml, const char *what, smci_yaml_take *take,
                                  void *ctx)
{
    struct smc_buf seen = SMC_BUF_INIT(KEYS_MAX);
    enum smc_status rc = SMC_OK;
    if (is_nothing(yaml))
        return SMC_OK;
    if (yaml->event.type != YAML_MAPPING_START_EVENT)
        return smci_yaml_fail(
            yaml, smci_yaml_place(yaml), "%s: keys and values are expected, not %s%s", what,
            form_of(&yaml->event), has_colon(yaml) ? " (is a space missing after its colon?)" : "");
    rc = next(yaml);
    while (rc == SMC_OK && yaml->event.type != YAML_MAPPING_END_EVENT) {
        struct smci_key key;
        rc = take_key(yaml, &key);
        if (rc == SMC_OK)
            rc = check_doubled(yaml, &key, &seen);
        if (rc == SMC_OK)
            rc = next(yaml);
        if (rc == SMC_OK)
            rc = take(yaml, &key, ctx);
        if (rc == SMC_OK)
            rc = next(yaml);
    }
    smc_buf_clear(&seen);
    return rc;
}

/* ---- values ---- */

enum smc_status smci_yaml_value(struct smci_yaml *yaml, const char *key, struct smc_buf *out)
{
    const yaml_event_t *event = &yaml->event;
    if (event->type != YAML_SCALAR_EVENT)
        return smci_yaml_fail(yaml, smci_yaml_place(yaml), "%s: a single value is expected, not %s",
                              key, form_of(event));
    const char *text = smc_buf_str(&yaml->scalar);
    if (is_nothing(yaml) || *text == '\0')
        return smci_yaml_fail(yaml, smci_yaml_place(yaml),
                              "%s: the value is empty: give one, or take the key out", key);
    if (strlen(text) != yaml->scalar.len)
        return smci_yaml_fail(yaml, smci_yaml_place(yaml), "%s: a NUL can't be part of a value",
                              key);
    enum smc_status rc = smc_buf_addstr(out, text);
    return rc == SMC_ERR_CAP
               ? smci_yaml_fail(yaml, smci_yaml_place(yaml), "%s: the value is too long", key)
               : rc;
}

enum smc_status smci_yaml_list(struct smci_yaml *yaml, const char *key, struct smc_buf *out)
{
    if (yaml->event.type != YAML_SEQUENCE_START_EVENT)
        return smci_yaml_value(yaml, key, out);
    enum smc_status rc = next(yaml);
    while (rc == SMC_OK && yaml->event.type != YAML_SEQUENCE_END_EVENT) {
        if (out->len > 0)
            rc = smc_buf_addstr(out, ",");
        if (rc == SMC_OK)
            rc = smci_yaml_value(yaml, key, out);
        if (rc == SMC_OK)
            rc = next(yaml);
    }
    if (rc == SMC_OK && out->len == 0)
        rc = smci_yaml_fail(yaml, smci_yaml_place(yaml),
                            "%s: the list is empty: name something, or take the key out", key);
    return rc;
}

/* ---- the whole ---- */

static enum smc_status read_document(struct smci_yaml *yaml, smci_yaml_take *take, void *ctx)
{
    enum smc_status rc = next(yaml); /* the stream's start */
    if (rc == SMC_OK)
        rc = next(yaml);
    if (rc != SMC_OK || yaml->event.type == YAML_STREAM_END_EVENT)
        return rc;
    rc = next(yaml);
    if (rc == SMC_OK)
        rc = smci_yaml_mapping(yaml, "a configuration file", take, ctx);
    if (rc == SMC_OK)
        rc = next(yaml); /* the document's end */
    if (rc == SMC_OK)
        rc = next(yaml);
    if (rc == SMC_OK && yaml->event.type != YAML_STREAM_END_EVENT)
        rc = smci_yaml_fail(yaml, smci_yaml_place(yaml),
                            "a second document begins here: a configuration file is one");
    return rc;
}

enum smc_status smci_yaml_read(const char *shown, const char *text, size_t len,
                               smci_yaml_take *take, void *ctx, struct smc_error *err)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";
    size_t skipped = len >= 3 && memcmp(text, byte_order_mark, 3) == 0 ? 3 : 0;
    struct smci_yaml yaml = {
        .shown = shown, .text = text + skipped, .len = len - skipped, .err = err};
    smc_buf_init(&yaml.mask, yaml.len);
    smc_buf_init(&yaml.scalar, 2 * yaml.len); /* an escape of two bytes may stand for three */
    /* At once, since growing leaves copies behind. */
    enum smc_status rc = smc_buf_reserve(&yaml.scalar, 2 * yaml.len);
    if (rc == SMC_OK)
        rc = smci_yaml_mask(yaml.text, yaml.len, &yaml.mask);
    if (rc == SMC_OK && !yaml_parser_initialize(&yaml.parser))
        rc = SMC_ERR_NOMEM;
    if (rc == SMC_OK) {
        yaml_parser_set_encoding(&yaml.parser, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&yaml.parser, (const unsigned char *)smc_buf_str(&yaml.mask),
                                     yaml.mask.len);
        rc = read_document(&yaml, take, ctx);
        yaml_event_delete(&yaml.event);
        yaml_parser_delete(&yaml.parser);
    }
    smc_buf_clear(&yaml.mask);
    smc_buf_wipe(&yaml.scalar);
    return rc == SMC_ERR_NOMEM ? smc_error_set(err, rc, "out of memory") : rc;
}
