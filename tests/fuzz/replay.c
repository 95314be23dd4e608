/* Feeds a fuzz target its corpus, each file as a test of its own. Linked with one target as
 * replay_NAME; the corpus is tests/fuzz/corpus/NAME, below where it is started, or its argument. */
#include "tests/support/support.h"

#include <dirent.h>

#include "fuzz.h"

static void test_file(void **state)
{
    size_t len;
    char *text = file_read(*state, &len);
    uint8_t *exact = malloc(len ? len : 1); /* so that a sanitizer sees a read beyond it */
    assert_non_null(exact);
    (void)memcpy(exact, text, len);
    free(text);
    (void)LLVMFuzzerTestOneInput(exact, len);
    free(exact);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static char *corpus_of(const char *program)
{
    static const char prefix[] = "replay_";
    const char *slash = strrchr(program, '/');
    const char *name = slash ? slash + 1 : program;
    if (strncmp(name, prefix, sizeof prefix - 1) == 0)
        name += sizeof prefix - 1;
    return text_format("tests/fuzz/corpus/%s", name);
}

int main(int argc, char **argv)
{
    char *corpus = argc > 1 ? text_format("%s", argv[1]) : corpus_of(argv[0]);
    struct dirent **entries = NULL;
    int count = scandir(corpus, &entries, is_visible, alphasort);
    struct CMUnitTest *tests = count > 0 ? calloc((size_t)count, sizeof *tests) : NULL;
    if (!tests) {
        (void)fprintf(stderr, "%s: no corpus\n", corpus);
        free(corpus);
        return 1;
    }
    for (int i = 0; i < count; i++) {
        tests[i].name = entries[i]->d_name;
        tests[i].test_func = test_file;
        tests[i].initial_state = text_format("%s/%s", corpus, entries[i]->d_name);
    }
    int failed = _cmocka_run_group_tests(corpus, tests, (size_t)count, NULL, NULL);
    for (int i = 0; i < count; i++) {
        free(tests[i].initial_state);
        free(entries[i]);
    }
    free(entries);
    free(tests);
    free(corpus);
    return failed;
}
