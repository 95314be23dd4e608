#include "page_embedded.h"

/* Paths are from the project's folder, where everything is compiled. The scripts become one. */
/* clang-format off */
#define BEGIN(name)   ".hidden " #name "\n.global " #name "\n" #name ":\n"
#define CONTENT(path) ".incbin \"extract/report/" path "\"\n"
#define END           ".byte 0\n"

__asm__(".pushsection .rodata\n"
        BEGIN(page_html)
            CONTENT("page.html")
        END
        BEGIN(page_style)
            CONTENT("page.css")
        END
        BEGIN(page_script)
            ".ascii \"\\\"use strict\\\";\\n\"\n"
            CONTENT("model.js") CONTENT("view.js") CONTENT("plots.js") CONTENT("lineage.js")
            CONTENT("main.js")
        END
        ".popsection\n");
/* clang-format on */
