#include "multipart.h"

#include <string.h>
#include <strings.h>

static bool fail(struct multipart *m, const char *error)
{
    if (m->state != MP_FAILED)
        m->error = error;
    m->state = MP_FAILED;
    return false;
}

/* The value of parameter `name` in a header's value: ...; name="value" or ; name=value. */
static bool parameter(const char *text, const char *name, char *out, size_t size)
{
    size_t name_len = strlen(name);
    size_t n = 0;
    bool quoted;

    while ((text = strchr(text, ';')) != NULL) {
        text += 1 + strspn(text + 1, " \t");
        if (strncasecmp(text, name, name_len) != 0 || text[name_len] != '=') {
            /* A semicolon in quotes would end this early, which only misses a parameter. */
            continue;
        }
        text += name_len + 1;
        quoted = *text == '"';
        text += quoted;
        for (; *text != '\0' && (quoted ? *text != '"' : !strchr("; \t", *text)); text++) {
            if (quoted && *text == '\\' && (text[1] == '"' || text[1] == '\\'))
                text++;
            if (n + 1 >= size)
                return false;
            out[n++] = *text;
        }
        out[n] = '\0';
        return !quoted || *text == '"';
    }
    return false;
}

bool multipart_start(struct multipart *m, const char *content_type,
                     void (*sink)(void *ctx, const char *bytes, size_t len), void *ctx)
{
    static const char wanted[] = "multipart/form-data";
    char boundary[MULTIPART_BOUNDARY_MAX + 1];

    memset(m, 0, sizeof(*m));
    m->sink = sink;
    m->ctx = ctx;
    if (!content_type || strncasecmp(content_type, wanted, sizeof(wanted) - 1) != 0)
        return fail(m, "not multipart/form-data");
    if (!parameter(content_type, "boundary", boundary, sizeof(boundary)) || boundary[0] == '\0' ||
        strpbrk(boundary, "\r\n"))
        return fail(m, "no boundary");
    memcpy(m->delimiter, "\r\n--", 4);
    memcpy(m->delimiter + 4, boundary, strlen(boundary));
    m->delimiter_len = 4 + strlen(boundary);
    m->matched = 2; /* the first delimiter needs no line break before it */
    return true;
}

static bool header(struct multipart *m, const char *line)
{
    char name[64];

    if (strncasecmp(line, "Content-Type:", 13) == 0) {
        const char *value = line + 13 + strspn(line + 13, " ");
        size_t len = strlen(value);
        if (len >= sizeof(m->part_type))
            return fail(m, "the part's type is too long");
        memcpy(m->part_type, value, len + 1);
        return true;
    }
    if (strncasecmp(line, "Content-Disposition:", 20) != 0)
        return true;
    if (strncasecmp(line + 20 + strspn(line + 20, " "), "form-data;", 10) != 0 ||
        !parameter(line, "name", name, sizeof(name)) || strcmp(name, "file") != 0)
        return fail(m, "a part that is not named file");
    if (!parameter(line, "filename", m->filename, sizeof(m->filename)) || m->filename[0] == '\0')
        return fail(m, "the part has no file name");
    m->in_file = true;
    return true;
}

static void end_of_line(struct multipart *m)
{
    bool empty = m->line_len == 0;

    m->line[m->line_len] = '\0';
    m->line_len = 0;
    if (m->state == MP_AFTER) {
        /* What stands after a delimiter: two hyphens at the last. */
        if (strcmp(m->line, "--") == 0)
            m->state = MP_END;
        else if (!empty)
            (void)fail(m, "bytes after a boundary");
        else if (++m->parts > 1)
            (void)fail(m, "more than one part");
        else
            m->state = MP_HEADERS;
    } else if (!empty) {
        (void)header(m, m->line);
    } else if (!m->in_file) {
        (void)fail(m, "a part without Content-Disposition");
    } else {
        m->state = MP_BODY;
        m->matched = 0;
    }
}

static void feed_line(struct multipart *m, char c)
{
    if (c == '\n' && m->line_len > 0 && m->line[m->line_len - 1] == '\r') {
        m->line_len--;
        end_of_line(m);
        return;
    }
    if (c == '\0' || m->line_len + 1 >= sizeof(m->line)) {
        (void)fail(m, "a header that is too long or holds a NUL");
        return;
    }
    m->line[m->line_len++] = c;
    /* The last line break may be missing. */
    if (m->state == MP_AFTER && m->line_len == 2 && memcmp(m->line, "--", 2) == 0)
        m->state = MP_END;
}

static void emit(struct multipart *m, const char *bytes, size_t len)
{
    if (len > 0)
        m->sink(m->ctx, bytes, len);
}

/* Looks for the delimiter; returns how many bytes were taken. Only its first byte is CR, so after
 * a mismatch the search goes on at the byte that did not match. */
static size_t feed_body(struct multipart *m, const char *bytes, size_t len)
{
    size_t i = 0;

    if (m->matched == 0) {
        const char *cr = memchr(bytes, '\r', len);
        i = cr ? (size_t)(cr - bytes) : len;
        emit(m, bytes, i);
    }
    while (i < len && m->matched < m->delimiter_len && bytes[i] == m->delimiter[m->matched]) {
        m->matched++;
        i++;
    }
    if (m->matched == m->delimiter_len) {
        m->state = MP_AFTER;
        m->matched = 0;
    } else if (i < len && m->matched > 0) {
        emit(m, m->delimiter, m->matched);
        m->matched = 0;
    }
    return i;
}

void multipart_feed(struct multipart *m, const char *bytes, size_t len)
{
    size_t i = 0;

    while (i < len) {
        switch (m->state) {
        case MP_START:
            /* No preamble is allowed, so anything but the boundary is wrong. */
            if (bytes[i] != m->delimiter[m->matched]) {
                (void)fail(m, "does not begin with the boundary");
                return;
            }
            i++;
            if (++m->matched == m->delimiter_len)
                m->state = MP_AFTER;
            break;
        case MP_BODY:
            i += feed_body(m, bytes + i, len - i);
            break;
        case MP_AFTER:
        case MP_HEADERS:
            feed_line(m, bytes[i++]);
            break;
        case MP_END:
            if (bytes[i] != '\r' && bytes[i] != '\n') {
                (void)fail(m, "bytes after the end");
                return;
            }
            i++;
            break;
        case MP_FAILED:
            return;
        }
    }
}

bool multipart_finish(struct multipart *m)
{
    if (m->state == MP_END && m->parts == 1)
        return true;
    return fail(m, m->state == MP_END ? "no part at all" : "ends too early");
}
