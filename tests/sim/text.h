/* Texts that the stand-in builds and takes apart: a growing buffer, numbers, ids, URL decoding. */
#ifndef SIM_TEXT_H
#define SIM_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Grows as needed. When memory runs out `failed` is set and all further additions do nothing, so
 * that only the end needs a check. */
struct text {
    char *data; /* always NUL-terminated once something was added */
    size_t len;
    size_t size;
    bool failed;
};

#define TEXT_INIT                                                                                  \
    {                                                                                              \
        NULL, 0, 0, false                                                                          \
    }

/* A string literal or array, without its NUL. */
#define text_lit(t, s) text_add((t), (s), sizeof(s) - 1)

void text_clear(struct text *t);
/* Hands the bytes over to the caller, who frees them; NULL when memory ran out. */
char *text_take(struct text *t, size_t *len);
/* Makes room for `extra` more bytes and returns where they go; NULL when memory ran out. */
char *text_room(struct text *t, size_t extra);
void text_add(struct text *t, const char *bytes, size_t len);
void text_str(struct text *t, const char *s);
void text_insert(struct text *t, const char *s); /* before all that is there */
void text_fill(struct text *t, char c, size_t count);
void text_u64(struct text *t, uint64_t n);
void text_long(struct text *t, long n);
/* As a JSON string, in quotes and escaped. `len` bytes of UTF-8. */
void text_json(struct text *t, const char *s, size_t len);
/* Seconds since 1970 and milliseconds as 2026-04-15T13:51:57.302Z. */
void text_time(struct text *t, int64_t seconds, unsigned ms);
/* 16 bytes as a UUID and as 22 digits of base62; `drop` leaves leading zeros out. */
void text_uuid(struct text *t, const uint8_t id[16]);
void text_base62(struct text *t, const uint8_t id[16], bool drop);

/* Lower-case, hyphenated, exactly `len` bytes long; else false. */
bool uuid_parse(const char *s, size_t len, uint8_t id[16]);

/* One step of a good 64-bit mixing function. */
uint64_t mix64(uint64_t x);
uint64_t hash_bytes(const void *bytes, size_t len, uint64_t seed);

/* Decodes %XX, and + as a space if `plus`, into `out` (`len` bytes are enough, no NUL is added).
 * Returns the decoded length, or -1 when a % is not followed by two hex digits. */
long url_decode(const char *s, size_t len, bool plus, char *out);

/* A non-negative decimal that is all of `s`; false if it is not one or beyond `max`. */
bool parse_count(const char *s, long max, long *n);

#endif
