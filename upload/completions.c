/* Run by the build: prints castor-upload's completions for the shell whose template is named. */
#include "lib/cli/completions.h"

#include "options_table.h"

int main(int argc, char **argv)
{
    return smci_cli_completions_main(upload_program(), argc, argv);
}
