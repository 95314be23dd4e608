/* The body as another implementation reads it: Python's parser for MIME, where Python is. */
#include "support/support.h"

#include <unistd.h>

#include "lib/base/digest.h"
#include "support/net.h"
#include "support/program.h"
#include "support/uploading.h"

struct row {
    const char *name;
    const char *file;
    const char *seen; /* as it stands in the part's header */
    const char *text;
};

static const struct row rows[] = {
    {"plain", "a.json", "a.json", "[1,2,3]"},
    {"spaces", "a b.json", "a b.json", "[]"},
    {"quote", "a\"b.json", "a%22b.json", "[]"},
    {"percent", "a%22b.json", "a%22b.json", "[]"},
    {"utf8", "\xc3\xa4\xf0\x9f\x98\x80.json", "\xc3\xa4\xf0\x9f\x98\x80.json", "[]"},
    {"newline", "a\nb.json", "a%0Ab.json", "[]"},
    {"backslash", "a\\b.json", "a\\b.json", "[]"},
    {"no_line_end", "a.json", "a.json", "x"},
    {"line_ends", "a.json", "a.json", "\r\n\r\n\n\r"},
    {"looks_like_a_boundary", "a.json", "a.json",
     "\r\n--------------------------0123456789abcdef\r\nContent-Disposition: form-data\r\n\r\nx\r\n"
     "--------------------------0123456789abcdef--\r\n"},
    {"high_bytes", "a.json", "a.json", "\xff\xfe\x80\x81 \xc3\xa4"},
};

static bool has_python(void)
{
    return access("/usr/bin/python3", X_OK) == 0 || access("/usr/local/bin/python3", X_OK) == 0;
}

static char *hex_of(const char *text)
{
    char *hex = calloc(2, strlen(text) + 1);
    assert_non_null(hex);
    for (size_t i = 0; text[i]; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", (unsigned char)text[i]);
    return hex;
}

static void test_row(void **state)
{
    static const struct net_step steps[] = {
        {"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", 0, NET_KEEP, false}};
    const struct row *row = *state;
    if (!has_python())
        skip();
    struct fixture *f = fixture_new();
    void *made = f;
    struct smc_error err = SMC_ERROR_INIT;
    struct net_server *server = net_start(steps, 1);
    char *path = text_format("%s/%s", f->dir, row->file);
    char *request = text_format("%s/request", f->dir);
    file_write(path, row->text, strlen(row->text));
    f->endpoint = net_url(server);
    assert_int_equal(upload_one(f, "VIZ", path, &err), SMC_OK);
    assert_int_equal(net_requests(server), 1);
    const char *bytes = net_request(server, 0);
    file_write(request, bytes, strlen(bytes));
    net_stop(server);

    struct program p = {.pid = 0};
    struct words argv = {.count = 0};
    words_split(&argv, "python3 tests/data/upload/multipart.py", ' ', NULL);
    words_add(&argv, "%s", request);
    assert_int_equal(program_run(&p, &argv, NULL, NULL), 0);

    char sha[SMCI_DIGEST_SIZE];
    struct smci_digest *digest = smci_digest_new();
    assert_int_equal(smci_digest_add(digest, row->text, strlen(row->text)), SMC_OK);
    assert_int_equal(smci_digest_finish(digest, sha), SMC_OK);
    smci_digest_free(digest);
    char *hex = hex_of(row->seen);
    char *want = text_format("%s %s\n", hex, sha);
    assert_string_equal(p.out, want);
    free(hex);
    free(want);
    program_clear(&p);
    words_clear(&argv);
    free(request);
    free(path);
    (void)fixture_teardown(&made);
}

int main(void)
{
    return RUN_TABLE("upload body", rows, test_row);
}
