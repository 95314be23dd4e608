/* What every public header needs: the library's version and the marks of its functions. */
#ifndef SIGMACAT_API_H
#define SIGMACAT_API_H

/* The one place of the version; Makefile and soname read it from here. */
#define SMC_VERSION "0.1.0"

/* The library is built with hidden visibility: only what carries this mark is exported. */
#define SMC_API __attribute__((visibility("default")))

/* Lets the compiler check format strings: `fmt` and `args` count parameters from 1. */
#define SMC_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

#endif
