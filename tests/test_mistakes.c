/* What people do wrong on their way to a first run, typed as they would type it: each ends with the
 * right status, and with a text that says what, where, and what to do. */
#include "tests/support/support.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/program.h"
#include "tests/support/stand_in.h"
#include "tests/support/tls.h"

/* Lines for a shell, in a directory where config.yaml has two right profiles. */
struct row {
    const char *name;
    const char *line;
    int status;
    const char *want[4]; /* each is somewhere in what was printed */
};

/* The stand-in's address is $URL, that of one with a certificate of its own $TLS. */
#define EXTRACT "castor-extract-sigma "
#define ACME    "castor-extract-sigma --config config.yaml --profile acme "
#define UPLOAD  "castor-upload --config config.yaml --profile acme "
#define GIVEN   "-H $URL -c sim-client --api-token-file acme.secret -o out "
#define SENDING "-s 8dfcd325-6b9a-49b3-a491-1189fab1b206 --token-file acme.token --endpoint $URL "

static const struct row rows[] = {
    /* the command line */
    {"nothing at all", EXTRACT, 2, {"missing: --host (or the variable CASTOR_SIGMA_HOST)"}},
    {"a mistyped option",
     EXTRACT "--clinet-id x",
     2,
     {"unknown option '--clinet-id': did you mean '--client-id'?"}},
    {"an option of the other program",
     EXTRACT "--directory_path x",
     2,
     {"unknown option '--directory_path': did you mean '--output'?"}},
    {"an empty variable in a script",
     EXTRACT "-H $NOWHERE -c id",
     2,
     {"option '-H' needs a value (HOST), but '-c' follows"}},
    {"an empty variable in quotes",
     EXTRACT "-H \"$NOWHERE\" -c id",
     2,
     {"--host: the value is empty"}},
    {"a secret with a space, without quotes",
     EXTRACT "-a open sesame",
     2,
     {"word 3 of the command line does not belong to any option: quote values that have spaces"}},
    {"a word that is not an option",
     EXTRACT "config.yaml",
     2,
     {"'config.yaml' does not belong to any option: see --help"}},
    {"no number",
     EXTRACT GIVEN "--concurrency many",
     2,
     {"--concurrency: 'many' is not a whole number from 1 to 64"}},
    {"a number that is too large",
     EXTRACT GIVEN "--concurrency 500",
     2,
     {"is not a whole number from 1 to 64"}},
    {"a unit behind seconds",
     EXTRACT GIVEN "--timeout 30s",
     2,
     {"--timeout: '30s' is not a number of seconds above 0 (such as 30 or 0.5)"}},
    {"another word for a level",
     EXTRACT GIVEN "--log-level warning",
     2,
     {"--log-level: 'warning' is not one of error, warn, info, debug: did you mean 'warn'?"}},
    {"a variable with a bad value",
     "CASTOR_SIGMA_RETRIES=x " EXTRACT GIVEN,
     2,
     {"CASTOR_SIGMA_RETRIES: 'x' is not a whole number"}},

    /* the host */
    {"the app's host",
     EXTRACT GIVEN "-H app.sigmacomputing.com",
     2,
     {"--host: this is the host of Sigma's app", "--list-regions"}},
    {"an address from the browser",
     EXTRACT GIVEN "-H https://app.sigmacomputing.com/acme/workbook/x",
     2,
     {"--host: this is the host of Sigma's app"}},
    {"a mistyped region",
     EXTRACT GIVEN "-H aws-us-wset",
     2,
     {"--host: 'aws-us-wset' is not a region: did you mean 'aws-us-west'?"}},
    {"http in place of https",
     EXTRACT GIVEN "-H http://aws-api.sigmacomputing.com",
     2,
     {"plain http:// is for loopback only", "use https://aws-api.sigmacomputing.com"}},
    {"a path behind the host",
     EXTRACT GIVEN "-H aws-api.sigmacomputing.com/v2",
     2,
     {"--host: the host ", "--list-regions has Sigma's API hosts"}},
    {"a host that no name server knows",
     EXTRACT GIVEN "-H sigma.invalid --retries 0",
     4,
     {"Could not resolve host: sigma.invalid; --check tells"}},
    {"a port where nobody listens",
     EXTRACT GIVEN "-H http://127.0.0.1:1 --retries 0",
     4,
     {"127.0.0.1"}},
    {"a certificate that nobody vouches for",
     EXTRACT GIVEN "-H $TLS --retries 0",
     4,
     {"self-signed certificate", "--check tells what is in the way"}},

    /* credentials */
    {"the secret's file is not there",
     EXTRACT GIVEN "--api-token-file none",
     5,
     {"--api-token-file: none: No such file or directory"}},
    {"it is a directory",
     EXTRACT GIVEN "--api-token-file .",
     5,
     {"--api-token-file: .: Is a directory"}},
    {"it is empty",
     ": > empty; " EXTRACT GIVEN "--api-token-file empty",
     5,
     {"--api-token-file: empty is empty"}},
    {"it has two lines",
     "printf 'a\\nb\\n' > two; " EXTRACT GIVEN "--api-token-file two",
     2,
     {"--api-token-file: two holds more than one line; the secret alone is expected"}},
    {"others can read it",
     "chmod 644 acme.secret; " ACME,
     0,
     {"WARNING", "acme.secret can be read by others than its owner: run chmod 600 on it"}},
    {"two ways of giving it",
     EXTRACT GIVEN "-a secret",
     2,
     {"--api-token-file and --api-token exclude each other: give one of them"}},
    {"a command that fails",
     EXTRACT "-H $URL -c x -o out --api-token-command false",
     2,
     {"--api-token-command: the command ended with status 1"}},
    {"a wrong secret", "echo wrong > acme.secret; " ACME, 3, {"401", "client id", "secret"}},
    {"Catalog's file with other names",
     "echo '{\"client_id\": \"x\"}' > c.json; " EXTRACT "--credentials c.json",
     2,
     {"--credentials: c.json has no text 'host'; expected: {\"apiToken\""}},
    {"Catalog's file is not JSON",
     "echo tiger > c.json; " EXTRACT "--credentials c.json",
     2,
     {"--credentials: c.json: byte 1", "expected: {\"apiToken\""}},

    /* the configuration file */
    {"it is not there",
     EXTRACT "--config none.yaml",
     5,
     {"can't read the configuration file none.yaml: No such file or directory"}},
    {"a profile and no file",
     EXTRACT "--profile acme",
     2,
     {"--profile: a profile needs a configuration file, and there is none: looked for ",
      "--config names another"}},
    {"no profile",
     EXTRACT "--config config.yaml",
     2,
     {"missing: --host", "no profile was chosen: --profile takes one of acme, globex"}},
    {"a mistyped profile",
     EXTRACT "--config config.yaml --profile acem",
     2,
     {"--profile: there is no profile 'acem' in config.yaml: did you mean 'acme'?"}},
    {"a flag's name as a key",
     "sed -i s/client_id/client-id/ config.yaml; " ACME,
     2,
     {"config.yaml:5:7: unknown key 'client-id': did you mean 'client_id'?"}},
    {"a profile without its part",
     "printf 'profiles:\\n  acme:\\n    host: aws-eu\\n' > config.yaml; " ACME,
     2,
     {"config.yaml:3:5: unknown key 'host': 'sigma' and 'upload' are expected here, with the "
      "settings below them"}},
    {"profiles at the top",
     "printf 'acme:\\n  sigma: {}\\n' > config.yaml; " ACME,
     2,
     {"config.yaml:1:1: unknown key 'acme': 'defaults' and 'profiles' are expected here"}},
    {"a profile twice",
     "sed -i s/globex/acme/ config.yaml; " ACME,
     2,
     {"config.yaml:14:3: 'acme' is here twice: keep one of them"}},
    {"a tab",
     "sed -i '5s/^ */\\t/' config.yaml; " ACME,
     2,
     {"config.yaml:5:1: a tab: YAML is indented with spaces only"}},
    {"a colon within a value",
     "sed -i '5s/$/: x/' config.yaml; " ACME,
     2,
     {"config.yaml:5:", "this is not YAML", "quote a value that has ': '"}},
    {"the secret and its file",
     "sed -i '5s/$/\\n      api_token: tiger/' config.yaml; " ACME,
     2,
     {"config.yaml:7:23: api_token_file and api_token of the same part exclude each other"}},
    {"a key without a value",
     "sed -i '5s/:.*/:/' config.yaml; " ACME,
     2,
     {"config.yaml:5:17: client_id: the value is empty: give one, or take the key out"}},
    {"the secret's file beside the configuration is not there",
     "rm acme.secret; " ACME,
     5,
     {"config.yaml:6:23: api_token_file: acme.secret: No such file or directory"}},
    {"others can read a secret in it",
     "sed -i '6s/.*/      api_token: sim-secret/' config.yaml; chmod 644 config.yaml; " ACME,
     0,
     {"WARNING - config.yaml can be changed by others than its owner, or holds a secret that they "
      "can read: run chmod 600 on it"}},

    /* where to write, and what */
    {"the output is a file", ": > file; " EXTRACT GIVEN "-o file", 5, {"file"}},
    {"the output can't be made", EXTRACT GIVEN "-o /proc/nowhere", 5, {"/proc/nowhere"}},
    {"a mistyped file to leave out",
     EXTRACT GIVEN "--skip element",
     2,
     {"--skip", "element", "did you mean 'elements'?"}},
    {"to write some and to leave out some",
     EXTRACT GIVEN "--skip files --only files",
     2,
     {"--skip and --only exclude each other"}},
    {"a listing that does not exist",
     EXTRACT GIVEN "--accept-short-listing file",
     2,
     {"--accept-short-listing: 'file' is not a listing; expected one of connections"}},
    {"a directory for the report", EXTRACT GIVEN "--report .", 5, {"--report"}},

    /* uploading */
    {"nothing to upload",
     "castor-upload " SENDING "-t VIZ",
     2,
     {"missing: --file_path (or the variable CASTOR_UPLOADER_FILE_PATH), or --directory_path"}},
    {"a source id that is not one",
     "castor-upload " SENDING "-t VIZ -d data -s acme",
     2,
     {"--source_id: 'acme' is not a UUID, such as "}},
    {"a type in small letters",
     "castor-upload " SENDING "-t viz -d data",
     2,
     {"--file_type: 'viz' is not one of DBT, LOOKML, QUALITY, VIZ, WAREHOUSE: did you mean "
      "'VIZ'?"}},
    {"a file and a directory",
     "castor-upload " SENDING "-t VIZ -d data -f data/a.csv",
     2,
     {"exclude each other"}},
    {"a directory of a type that takes one file",
     "castor-upload " SENDING "-t DBT -d data",
     2,
     {"--directory_path: type DBT takes one file, by --file_path"}},
    {"Looker without its project",
     "castor-upload " SENDING "-t LOOKML -f data/a.csv",
     2,
     {"type LOOKML: missing: --project_name"}},
    {"a directory that is not there",
     "castor-upload " SENDING "-t VIZ -d none",
     5,
     {"none: can't be read as a directory: No such file or directory"}},
    {"a directory that is not there, and the record that would be in it",
     "castor-upload " SENDING "-t VIZ -d none --skip-uploaded; status=$?; ls none; exit $status",
     5,
     {"none: can't be read as a directory", "cannot access 'none'"}},
    {"a set that is still being written",
     ": > data/1790000000-files.json.part; rm data/a.csv; castor-upload " SENDING "-t VIZ -d data",
     5,
     {"no file to send", "an extraction that is running or was stopped"}},
    {"an option of the other program that has another name here",
     "castor-upload --api-token-file x",
     2,
     {"unknown option '--api-token-file': did you mean '--token-file'?"}},
    {"the secret in place of its file",
     EXTRACT "-H $URL -c x -o out --api-token-file 0123456789abcdeftiger0123456789",
     5,
     {"--api-token-file: there is no such file; its name is not shown"}},
    {"a directory without files",
     "mkdir empty; castor-upload " SENDING "-t VIZ -d empty",
     5,
     {"empty"}},
    {"the newest set where there is none",
     "castor-upload " SENDING "-t VIZ -d data --latest",
     5,
     {"data", "set"}},
    {"an empty file",
     ": > data/b.csv; castor-upload " SENDING "-t QUALITY -d data",
     5,
     {"b.csv", "empty"}},
    {"a file that was cut short",
     "echo '[{' > data/c.json; castor-upload " SENDING "-t QUALITY -d data",
     5,
     {"c.json"}},
    {"a wrong token",
     "echo wrong > acme.token; " UPLOAD,
     3,
     {"Catalog refused the token; check the token, the source id and the zone"}},
    {"a key of the other program",
     "sed -i 's/token_file: acme.token/api_token_file: acme.token/' config.yaml; " UPLOAD,
     2,
     {"config.yaml:10:7: unknown key 'api_token_file'"}},
};

/* ---- the place where it happens ---- */

struct fixture {
    const struct row *row;
    char *dir;
    struct sim *sim;
    struct sim *tls_sim;
};

static void put_all(const struct fixture *f)
{
    char *config = text_format("profiles:\n"
                               "  acme:\n"
                               "    sigma:\n"
                               "      host: %s\n"
                               "      client_id: sim-client\n"
                               "      api_token_file: acme.secret\n"
                               "      output: acme\n"
                               "    upload:\n"
                               "      source_id: 8dfcd325-6b9a-49b3-a491-1189fab1b206\n"
                               "      token_file: acme.token\n"
                               "      file_type: QUALITY\n"
                               "      directory_path: data\n"
                               "      endpoint: %s\n"
                               "  globex:\n"
                               "    sigma: {host: aws-eu}\n",
                               sim_url(f->sim), sim_url(f->sim));
    char *data = text_format("%s/data", f->dir);
    assert_int_equal(mkdir(data, 0700), 0);
    text_put(f->dir, "config.yaml", config);
    text_put(f->dir, "acme.secret", "sim-secret\n");
    text_put(f->dir, "acme.token", "sim-token\n");
    text_put(f->dir, "data/a.csv", "a,b\n");
    free(data);
    free(config);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct sim_options opt = SIM_OPTIONS_INIT;
    if (!f)
        return -1;
    f->row = *state;
    f->dir = temp_dir_make();
    f->sim = stand_in_new(&opt);
    if (strstr(f->row->line, "$TLS")) {
        struct tls_pair pair;
        tls_make(&pair, NULL, 1);
        opt.tls_cert_pem = pair.cert_pem;
        opt.tls_key_pem = pair.key_pem;
        f->tls_sim = stand_in_new(&opt);
        tls_clear(&pair);
    }
    put_all(f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    sim_stop(f->sim);
    sim_stop(f->tls_sim);
    temp_dir_remove(f->dir);
    free(f);
    return 0;
}

/* In an environment of its own: what the machine's has would be settings too. */
static void test_row(void **state)
{
    const struct fixture *f = *state;
    struct program p = {.pid = 0};
    struct words argv = {.count = 0};
    struct words envp = {.count = 0};
    char *programs = program_path("");
    char *folder = realpath(programs, NULL);
    assert_non_null(folder);
    words_split(&argv, "/bin/sh -c", ' ', NULL);
    words_add(&argv, "cd '%s' && { %s; } 2>&1", f->dir, f->row->line);
    words_add(&envp, "PATH=%s:/usr/bin:/bin", folder);
    words_add(&envp, "HOME=%s", f->dir);
    words_add(&envp, "URL=%s", sim_url(f->sim));
    words_add(&envp, "TLS=%s", f->tls_sim ? sim_url(f->tls_sim) : "");
    int status = program_run(&p, &argv, &envp, NULL);
    if (getenv("SMC_SHOW"))
        print_message("$ %s\n%s[%d]\n", f->row->line, p.out, status);
    for (size_t i = 0; i < sizeof f->row->want / sizeof f->row->want[0]; i++)
        if (f->row->want[i] && !strstr(p.out, f->row->want[i]))
            fail_msg("'%s' is not in:\n%s", f->row->want[i], p.out);
    assert_int_equal(status, f->row->status);
    assert_lacks(p.out, "tiger");
    assert_lacks(p.out, "sesame");
    program_clear(&p);
    words_clear(&argv);
    words_clear(&envp);
    free(folder);
    free(programs);
}

int main(void)
{
    return RUN_TABLE_WITH("mistakes", rows, test_row, setup, teardown);
}
