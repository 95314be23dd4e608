/* Both programs over TLS: a certificate that does not say whose it is gets nothing, and the keys of
 * a connection go into no file. */
#include "tests/support/support.h"

#include "tests/support/program.h"
#include "tests/support/stand_in.h"
#include "tests/support/tls.h"

#define UUID "01234567-89ab-cdef-0123-456789abcdef"

#define EXTRACT                                                                                    \
    "castor-extract-sigma -H @URL -c sim-client -a sim-secret -o @DIR/out --cacert @CERT "         \
    "--retries 0"
#define UPLOAD                                                                                     \
    "castor-upload --endpoint @URL -k sim-token -t VIZ -s " UUID " -f @DIR/a.json --cacert @CERT " \
    "--retries 0"

struct row {
    const char *name;
    enum tls_names names;
    const char *command;
    int status;
    const char *out; /* a part of what is printed; NULL: any */
    const char *err; /* the same of the log */
};

#define REFUSED "the server's certificate has no subject alternative name"

static const struct row rows[] = {
    {"extract", TLS_NAMED, EXTRACT, 0, NULL, "-summary.json"},
    {"upload", TLS_NAMED, UPLOAD, 0, NULL, "a.json as VIZ to"},
    {"extract, nameless", TLS_NAMELESS, EXTRACT, 4, NULL, REFUSED},
    {"upload, nameless", TLS_NAMELESS, UPLOAD, 4, NULL, REFUSED},
    {"extract, of a URL", TLS_OTHER_NAME, EXTRACT, 4, NULL, REFUSED},
    {"upload, of a URL", TLS_OTHER_NAME, UPLOAD, 4, NULL, REFUSED},
    {"extract, checked", TLS_NAMELESS, EXTRACT " --check", 4, "FAIL  TLS          ", NULL},
    {"upload, checked", TLS_NAMELESS, UPLOAD " --check", 4, REFUSED, NULL},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sim_options opt = SIM_OPTIONS_INIT;
    struct tls_pair pair;
    struct words argv = {0};
    struct words envp = {0};
    struct program p = {0};
    char *dir = temp_dir_make();
    char *cert = text_format("%s/cert.pem", dir);
    char *keys = text_format("%s/keys", dir);
    tls_make_as(&pair, NULL, row->names);
    text_put(dir, "cert.pem", pair.cert_pem);
    text_put(dir, "a.json", "[]");
    opt.tls_cert_pem = pair.cert_pem;
    opt.tls_key_pem = pair.key_pem;
    struct sim *sim = stand_in_new(&opt);
    const char *const filled[] = {"@URL", sim_url(sim), "@DIR", dir, "@CERT", cert, NULL};
    char *path = program_path("");
    words_split(&argv, row->command, ' ', filled);
    char *program = text_format("%s/%s", path, argv.v[0]);
    free(argv.v[0]);
    argv.v[0] = program;
    words_add(&envp, "PATH=/usr/bin:/bin");
    words_add(&envp, "SSLKEYLOGFILE=%s", keys);
    int status = program_run(&p, &argv, &envp, NULL);
    if (status != row->status)
        fail_msg("status %d: %s%s", status, p.out, p.err);
    if (row->out)
        assert_contains(p.out, row->out);
    if (row->err)
        assert_contains(p.err, row->err);
    assert_int_equal(sim_calls(sim, NULL, 0) > 0, row->status == 0);
    assert_false(file_exists(keys));
    program_clear(&p);
    words_clear(&argv);
    words_clear(&envp);
    sim_stop(sim);
    tls_clear(&pair);
    free(path);
    free(keys);
    free(cert);
    temp_dir_remove(dir);
}

int main(void)
{
    return RUN_TABLE("programs over TLS", rows, test_row);
}
