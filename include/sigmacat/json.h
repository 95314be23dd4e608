/* A strict JSON scanner that walks a text in place: no allocation, no tree, no recursion.
 *
 * A value is a span, the range of bytes that the text has for it; passing spans on keeps every
 * number, escape and unpaired surrogate as it came. Strict means RFC 8259: what a JSON parser must
 * refuse is refused (also invalid UTF-8 and unescaped control characters), with nesting of up to
 * SMC_JSON_DEPTH_MAX levels.
 *
 * The text is borrowed everywhere and must outlive the spans into it. A syntax error's text names
 * the offset of the first byte with which the text can't be JSON any more, whatever follows. */
#ifndef SIGMACAT_JSON_H
#define SIGMACAT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sigmacat/buf.h>
#include <sigmacat/error.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SMC_JSON_DEPTH_MAX 4096

/* The bytes of one JSON value, without surrounding white space. `p` NULL: there is none. */
struct smc_json_span {
    const char *p;
    size_t len;
};

enum smc_json_type {
    SMC_JSON_NONE, /* no value: `p` is NULL */
    SMC_JSON_NULL,
    SMC_JSON_BOOL,
    SMC_JSON_NUMBER,
    SMC_JSON_STRING,
    SMC_JSON_ARRAY,
    SMC_JSON_OBJECT
};

/* The type of a scanned value, told by its first byte. */
SMC_API enum smc_json_type smc_json_type_of(struct smc_json_span value);

/* Scans a whole text: exactly one value, nothing but white space around it. `value` (may be NULL)
 * gets its span. SMC_ERR_SYNTAX with the byte offset and what is wrong; SMC_ERR_CAP when it nests
 * too deeply. */
SMC_API enum smc_status smc_json_scan(const char *text, size_t len, struct smc_json_span *value,
                                      struct smc_error *err);

/* ---- walking ---- */

/* A walk over the items of an array or the members of an object. On a raw text (smc_json_walk_text)
 * it scans strictly as it goes; on a span that was scanned before (smc_json_walk_begin) it only
 * looks for where values end, which is cheaper. It holds nothing that must be freed. */
struct smc_json_walk {
    const char *at;               /* the next byte; after the end, the one behind the container */
    const char *end;              /* of the text or span */
    const char *start;            /* of the text: offsets in errors count from here */
    struct smc_json_walk *parent; /* the walk that this one was entered from, or NULL */
    size_t depth;                 /* containers open, this one included */
    bool is_object;
    bool is_text;    /* the end of the container must be the end of the text */
    bool is_scanned; /* the bytes are known to be valid */
    bool has_begun;  /* an item was handed out */
    bool is_pending; /* `at` is a value that was announced and not taken */
    bool has_failed;
    bool is_done;
};

/* False when `value` is neither array nor object. */
SMC_API bool smc_json_walk_begin(struct smc_json_walk *walk, struct smc_json_span value);
SMC_API enum smc_status smc_json_walk_text(struct smc_json_walk *walk, const char *text, size_t len,
                                           struct smc_error *err);

/* The next item: true with `value` (and `key`, the quoted name, for an object; both may be NULL),
 * false at the end or on a syntax error. The walk has ended well only when `walk->is_done` is set;
 * `err` is filled otherwise. */
SMC_API bool smc_json_walk_next(struct smc_json_walk *walk, struct smc_json_span *key,
                                struct smc_json_span *value, struct smc_error *err);

/* smc_json_walk_next in two steps, so that a container can be walked in the pass that scans it.
 *
 * smc_json_walk_peek announces the next item: its `key` as above, and the type that its first byte
 * tells; SMC_JSON_NONE where smc_json_walk_next is false. Then one of these has the value:
 *   smc_json_walk_take          scans it;
 *   smc_json_walk_take_members  scans it and picks members of it, as smc_json_members does; `found`
 *                               has `count` spans, all with `p` NULL if it is not an object;
 *   smc_json_walk_enter         begins the walk `child` on it; false if it is not a container (or
 *                               one too many, which the next take or peek reports). Once the child
 *                               has come to its end, the parent, which must not move before,
 *                               goes on behind it.
 * A value that was not taken, and one whose child did not come to its end, is scanned by the next
 * peek. So a caller may leave a child in the middle (and then not use it again), and an error in it
 * becomes one of the parent.
 *
 * All rows of a page and some of its own members, in one strict pass:
 *
 *   enum smc_json_type type;
 *   if (smc_json_walk_text(&page, text, len, err) != SMC_OK)
 *       return false;
 *   while ((type = smc_json_walk_peek(&page, &key, err)) != SMC_JSON_NONE)
 *       if (type == SMC_JSON_ARRAY && smc_json_equals(key, "entries")) {
 *           smc_json_walk_enter(&page, &rows);
 *           while (smc_json_walk_peek(&rows, NULL, err) != SMC_JSON_NONE &&
 *                  smc_json_walk_take_members(&rows, names, count, found, &row, err))
 *               use_row(row, found);
 *       } else if (smc_json_walk_take(&page, &value, err) && smc_json_equals(key, "nextPage")) {
 *           next_page = value;
 *       }
 *   return page.is_done;
 *
 * Whether the whole text is valid is known only at its end: what was made of rows before that may
 * have to be undone. */
SMC_API enum smc_json_type smc_json_walk_peek(struct smc_json_walk *walk, struct smc_json_span *key,
                                              struct smc_error *err);
SMC_API bool smc_json_walk_take(struct smc_json_walk *walk, struct smc_json_span *value,
                                struct smc_error *err);
SMC_API bool smc_json_walk_take_members(struct smc_json_walk *walk, const char *const *names,
                                        size_t count, struct smc_json_span *found,
                                        struct smc_json_span *value, struct smc_error *err);
SMC_API bool smc_json_walk_enter(struct smc_json_walk *parent, struct smc_json_walk *child);

/* ---- scanned values ---- */

/* The member `name` of a scanned object, escapes in its name considered; of doubles, the last one.
 * No such member, or not an object: a span with `p` NULL. */
SMC_API struct smc_json_span smc_json_member(struct smc_json_span object, const char *name);

/* As smc_json_member for `count` names at once in one pass over the object. `names` are plain
 * ASCII; found[i] gets the member or a span with `p` NULL. */
SMC_API void smc_json_members(struct smc_json_span object, const char *const *names, size_t count,
                              struct smc_json_span *found);

/* Whether `value` is a string that equals `text` (ASCII or UTF-8), escapes considered. */
SMC_API bool smc_json_equals(struct smc_json_span value, const char *text);

/* Appends what a JSON string means to `out`, as UTF-8; an unpaired surrogate becomes its three
 * bytes of generalized UTF-8 (WTF-8), so that smc_json_encode restores it. SMC_ERR_SYNTAX when
 * `value` is not a string, else as smc_buf_add; then nothing was added, and `out` has failed. */
SMC_API enum smc_status smc_json_decode(struct smc_json_span value, struct smc_buf *out);

/* Appends the JSON string, quotes included, for `len` bytes of UTF-8 or WTF-8. SMC_ERR_SYNTAX when
 * they are neither, else as smc_buf_add; then nothing was added, and `out` has failed. */
SMC_API enum smc_status smc_json_encode(const char *text, size_t len, struct smc_buf *out);

/* A JSON number without fraction or exponent that fits; false otherwise. */
SMC_API bool smc_json_int64(struct smc_json_span value, int64_t *number);

/* One member for smc_json_splice: a plain ASCII name and the JSON text of its value. */
struct smc_json_field {
    const char *name;
    struct smc_json_span value;
};

/* Appends `object` (scanned) to `out` with `members` set: members of these names, however often
 * they occur, are taken out, then ours are put in before the closing brace, in order. All other
 * bytes of the object stay as they are. SMC_ERR_SYNTAX when it is not an object or one of our
 * values is not one, else as smc_buf_add; then nothing was added, and `out` has failed. */
SMC_API enum smc_status smc_json_splice(struct smc_json_span object,
                                        const struct smc_json_field *members, size_t count,
                                        struct smc_buf *out);

#ifdef __cplusplus
}
#endif

#endif
