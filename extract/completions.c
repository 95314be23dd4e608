/* Run by the build: prints the completions of castor-extract-sigma for the shell whose template is
 * named. */
#include "lib/cli/completions.h"

#include "options_table.h"

int main(int argc, char **argv)
{
    return smci_cli_completions_main(extract_program(), argc, argv);
}
