/* The page's own files (extract/report/), as they are in the program. */
#ifndef EXTRACT_PAGE_EMBEDDED_H
#define EXTRACT_PAGE_EMBEDDED_H

/* Texts, each with a NUL behind it. In page_html stand @POLICY@, @STYLE@, @DATA@ and @SCRIPT@, in
 * this order, for what takes their place. */
extern const char page_html[] __attribute__((visibility("hidden")));
extern const char page_style[] __attribute__((visibility("hidden")));
extern const char page_script[] __attribute__((visibility("hidden")));

#endif
