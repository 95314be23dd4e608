# GNU make. `make` builds, `make check` tests, `make demo` shows it; `make help` lists the rest.
# MODE=asan, MODE=coverage and the like build beside the ordinary build, in build/MODE.

MODE ?=
V    ?=
CC   ?= cc
PKG_CONFIG ?= pkg-config

# Where `make install` puts things, below DESTDIR.
PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
LIBDIR     ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR     ?= $(PREFIX)/share/man
DATADIR    ?= $(PREFIX)/share
LIBEXECDIR ?= $(PREFIX)/libexec

VERSION := $(shell sed -n 's/^.define SMC_VERSION *"\(.*\)"$$/\1/p' include/sigmacat/api.h)
# The shared library's: 0 until 0.1.0 is tagged, then one more with each break of its interface.
SOVERSION := 0

ifneq ($(filter-out asan coverage,$(MODE)),)
$(error MODE=$(MODE) is not known: asan, coverage, or nothing)
endif
B := build$(if $(MODE),/$(MODE))
Q := $(if $(V),,@)

# ---- flags ---- The user's CPPFLAGS, CFLAGS and LDFLAGS come last.
CFLAGS  ?= -O2 -g
SMC_CPPFLAGS := -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Iinclude -I.
SMC_WARN := -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
            -Wmissing-prototypes -Wvla -Wformat=2 -Wundef -Wwrite-strings -Wswitch-enum
SMC_MODE_asan     := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
SMC_MODE_coverage := --coverage -O0
# Two builds in two folders are the same bytes.
SMC_HARD = -fstack-protector-strong -fPIC -fvisibility=hidden \
           $(if $(MODE),,-ffile-prefix-map=$(CURDIR)=. $(fortify))
SMC_CFLAGS = $(SMC_WARN) $(SMC_HARD) $(SMC_CPPFLAGS) -MMD -MP $(SMC_MODE_$(MODE)) $(WERROR)
SMC_LDFLAGS = -Wl,-z,relro,-z,now,-z,noexecstack $(SMC_MODE_$(MODE))

# Asked for once, and not before `make deps` has had its turn.
once = $(eval $(1) := $(2))$($(1))
PKG_LIB     := libcurl libcrypto
PKG_PRIVATE := sqlite3 yaml-0.1 zlib
PKG_TEST    := jansson cmocka libmicrohttpd gnutls
lib_libs   = $(call once,lib_libs,$(shell $(PKG_CONFIG) --libs $(PKG_LIB)) -lm)
prog_libs  = $(call once,prog_libs,$(shell $(PKG_CONFIG) --libs $(PKG_PRIVATE) $(PKG_LIB)) -lm)
pkg_cflags = $(call once,pkg_cflags,$(shell $(PKG_CONFIG) --cflags $(PKG_PRIVATE) $(PKG_LIB)))
test_libs  = $(call once,test_libs,$(shell $(PKG_CONFIG) --libs $(PKG_TEST)) -pthread)
# Where the compiler or the user has set it, and where nothing is optimized, it is left alone.
fortify = $(call once,fortify,$(shell $(CC) $(CPPFLAGS) $(CFLAGS) -dM -E -x c /dev/null | \
    awk '/ __OPTIMIZE__ / {fast = 1} / _FORTIFY_SOURCE / {set = 1} \
         END {if (fast && !set) print "-D_FORTIFY_SOURCE=2"}'))

# ---- what there is ---- Sources are named; tests and benchmarks are found by their names.
LIB_SRC := $(patsubst %,lib/%.c, \
    $(addprefix base/, api buf claim clock digest dir error idset log log_event log_json log_line mask num own rng stop uuid) \
    $(addprefix json/, scan skip span splice string validate walk write) \
    $(addprefix net/, address attempt auth call client client_connection client_options client_stats cursor hidden http http_body http_certificate http_connections http_date http_end http_transfer http_probe http_socket http_upload http_url latency \
        pace pace_limit pace_noise pace_text pace_window page pages queue retry retry_after retry_text sender stats token trust))
PRIVATE_SRC := $(patsubst %,lib/%.c, \
    $(addprefix store/, answer failure history ledger list open seal space store value) \
    $(addprefix set/, changes fileset inspect part prune records recover site stamp sweep) \
    $(addprefix cli/, checklist completions configure given_path help live logging metrics network output packed place profile_places regions result \
        secret secret_command server setting settings settings_env settings_file settings_flags settings_keys setup show \
        signals status target terminal words yaml yaml_mask))
EXTRACT_SRC := $(patsubst %,extract/%.c, \
    account advice again assets call calls changes closing credentials degraded document doubt ends extra_models extras gap gap_groups gaps gone history job join key \
    lineage lineage_graph lost listing \
    joined listing_rows main metrics models newest_set numbers opening options options_table outputs page page_data page_embedded page_made page_rows pages parts preflight preflight_local progress rate \
    readable report report_file result resume reuse reused rights rows run select sources sql_comment status status_file status_json status_keep status_text status_view \
    stored summary table_listing \
    table_path tables teams timeline whoami)
EXTRACT_SRC += $(patsubst %,extract/fields/%.c, \
    base62 components coverage find formula graph index link load native path reach reading record \
    resolve saved seal spec special texts things words)
EXTRACT_SRC += $(patsubst %,extract/field_%.c, coverage lineage load plan services)
UPLOAD_SRC := $(patsubst %,upload/%.c, \
    batches choose closing files job lock main metrics options options_table organization outcome outputs owner path preflight progress record report result run send sets summary \
    token verify)
SIM_SRC := $(patsubst %,tests/sim/%.c, \
    answer auth counts estate estate_extras estate_list estate_org estate_paths estate_rows faults \
    fields_cases fields_doc fields_rows fields_scenes fields_tables fields_truth ingest limits lineage main \
    multipart page query replay request rows shifts sigma sim stats text)
TEST_SRC    := $(wildcard tests/test_*.c)
BENCH_SRC   := $(wildcard tests/bench/*.c)

obj = $(patsubst %.c,$(B)/obj/%.o,$(1))
without_main = $(filter-out %/main.c,$(1))

LIB_A   := $(B)/libsigmacat.a
LIB_SO  := $(B)/libsigmacat.so.$(VERSION)
SONAME  := libsigmacat.so.$(SOVERSION)
PROGRAMS := $(B)/castor-extract-sigma $(B)/castor-upload $(B)/sigmacat-sim
TESTS   := $(patsubst tests/%.c,$(B)/tests/%,$(TEST_SRC))
BENCHES := $(patsubst tests/bench/%.c,$(B)/bench/%,$(BENCH_SRC))
COMPLETIONS := $(foreach p,castor-extract-sigma castor-upload,$(addprefix $(B)/completions/,$p.bash _$p $p.fish))
FUZZ    := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
REPLAYS := $(patsubst %,$(B)/tests/replay_%,$(FUZZ))

.PHONY: all lib tests clean deps
.DEFAULT_GOAL := all
.SECONDARY:
all: lib $(PROGRAMS) $(COMPLETIONS)
lib: $(LIB_A) $(LIB_SO)
tests: $(TESTS) $(REPLAYS) $(COMPLETIONS)

# ---- how it is built ----
say = $(if $(Q),@echo "  $(1)   $@")

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(if $(Q),@echo "  CC   $<")
	$(Q)$(CC) $(SMC_CFLAGS) $(pkg_cflags) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# The page's own files are read by the assembler.
$(call obj,extract/page_embedded.c): $(wildcard extract/report/*)

$(LIB_A): $(call obj,$(LIB_SRC))
$(B)/libprivate.a: $(call obj,$(PRIVATE_SRC))
$(B)/libextract.a: $(call obj,$(call without_main,$(EXTRACT_SRC)))
$(B)/libupload.a: $(call obj,$(call without_main,$(UPLOAD_SRC)))
$(B)/libsim.a: $(call obj,$(call without_main,$(SIM_SRC)))
$(B)/libsupport.a: $(call obj,$(wildcard tests/support/*.c))
%.a:
	@mkdir -p $(@D)
	$(call say,AR)
	$(Q)rm -f $@ && $(AR) rcsD $@ $^

# Every exported symbol carries the version of the interface.
$(B)/libsigmacat.map: Makefile
	@mkdir -p $(@D)
	$(Q)echo 'SIGMACAT_$(SOVERSION) { global: smc_*; local: *; };' > $@

$(LIB_SO): $(call obj,$(LIB_SRC)) $(B)/libsigmacat.map
	$(call say,LD)
	$(Q)$(CC) -shared -Wl,-soname,$(SONAME) -Wl,--version-script=$(B)/libsigmacat.map -Wl,--no-undefined \
	    $(SMC_LDFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(lib_libs)
	$(Q)ln -sf $(@F) $(B)/$(SONAME) && ln -sf $(SONAME) $(B)/libsigmacat.so

define link
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) -pie $(SMC_LDFLAGS) $(LDFLAGS) -o $@ $^ $(prog_libs) $(1)
endef

$(B)/castor-extract-sigma: $(call obj,extract/main.c) $(B)/libextract.a $(B)/libprivate.a $(LIB_A)
	$(call link)
$(B)/castor-upload: $(call obj,upload/main.c) $(B)/libupload.a $(B)/libprivate.a $(LIB_A)
	$(call link)
$(B)/sigmacat-sim: $(call obj,tests/sim/main.c) $(B)/libsim.a $(LIB_A)
	$(call link,$(test_libs))

# Completions are made from the tables of options, by a small program for each table.
$(B)/complete/castor-extract-sigma: $(call obj,extract/completions.c) $(B)/libextract.a $(B)/libprivate.a $(LIB_A)
	$(call link)
$(B)/complete/castor-upload: $(call obj,upload/completions.c) $(B)/libupload.a $(B)/libprivate.a $(LIB_A)
	$(call link)
$(B)/completions/%.bash: lib/cli/completion.bash $(B)/complete/%
	$(complete)
$(B)/completions/_%: lib/cli/completion.zsh $(B)/complete/%
	$(complete)
$(B)/completions/%.fish: lib/cli/completion.fish $(B)/complete/%
	$(complete)
complete = $(Q)mkdir -p $(@D) && $(B)/complete/$* $< > $@.part && mv $@.part $@

# Tests and benchmarks see all of our code; each fuzz target is also a test that replays its corpus.
TEST_ARCHIVES := $(B)/libsupport.a $(B)/libextract.a $(B)/libupload.a $(B)/libsim.a $(B)/libprivate.a $(LIB_A)
$(B)/tests/%: $(B)/obj/tests/%.o $(TEST_ARCHIVES)
	$(call link,$(test_libs))
$(B)/bench/%: $(B)/obj/tests/bench/%.o $(TEST_ARCHIVES)
	$(call link,$(test_libs))
$(B)/tests/replay_%: $(B)/obj/tests/fuzz/fuzz_%.o $(B)/obj/tests/fuzz/fuzz.o $(B)/obj/tests/fuzz/replay.o $(TEST_ARCHIVES)
	$(call link,$(test_libs))

# Allocations of what is linked statically, so of our own code, go through the test.
OOM_WRAPPED := __asprintf_chk asprintf calloc fdopendir fopen malloc newlocale realloc reallocarray realpath strdup
$(B)/tests/test_oom: private SMC_LDFLAGS += $(patsubst %,-Wl$(comma)--wrap=%,$(OOM_WRAPPED))
comma := ,

# ---- what a developer and CI run ----
.PHONY: check test check-long attack check-i386 check-page bench-page pictures docs check-sim valgrind fuzz check-headers lint layers format analyze demo bench bench-pace \
        coverage install uninstall help

# Two steps, since what is built depends on what is installed.
check: deps
	$(Q)$(MAKE) --no-print-directory test

deps:
	$(Q)sh .ci/deps.sh build test kubernetes queries promtool

# Installs nothing: packagers call it.
SCRIPT_TESTS := tests/layers_test.sh tests/results.sh tests/kubernetes.sh tests/migrating.sh tests/queries.sh tests/promtool.sh tests/surroundings.sh $(if $(MODE),,tests/reproducible.sh tests/packaging/dist.sh tests/packaging/elf.sh)
test: all tests
	$(Q)sh tests/exports.sh $(LIB_SO)
	$(Q)SMC_BUILD=$(B) sh tests/run.sh $(TESTS) $(REPLAYS) $(SCRIPT_TESTS)

# The whole matrices instead of a sample of them, the attacks, i386, packages, page and examples: two hours and more.
# ATTACK_SCALE=10 is ten times as many attacks.
check-long: all tests
	$(Q)SMC_LONG=1 SMC_BUILD=$(B) sh tests/run.sh $(TESTS)
	$(Q)$(MAKE) --no-print-directory attack check-i386 check-package check-page check-examples

# Without a network where that can be had: nothing in it needs more than loopback.
ATTACK_SCALE ?= 1
attack: all
	$(Q)sh .ci/deps.sh attack
	$(Q)sh tests/attack/alone.sh python3 tests/attack/attack.py --build $(B) --scale $(ATTACK_SCALE) $(ATTACKS)

# The page of --html in a headless Chromium.
check-page: all
	$(Q)sh .ci/deps.sh page
	$(Q)build/page/bin/python tests/page/check_page.py $(B)

# The README's.
pictures: all
	$(Q)sh .ci/deps.sh page
	$(Q)sh tests/pictures.sh $(B)

bench-page: all
	$(Q)sh .ci/deps.sh page
	$(Q)build/page/bin/python tests/page/bench_page.py $(B)

check-i386:
	$(Q)sh tests/attack/i386.sh build/i386

# Programs that start or kill others, or take descriptors away, are left to the other modes.
valgrind: tests
	$(Q)sh .ci/deps.sh valgrind
	$(Q)for t in $(filter-out %/test_kill %/test_programs %/test_oom %/test_secrets_leak %/test_cli %/test_shells,$(TESTS) $(REPLAYS)); do \
	    echo "--- $$t"; SMC_BUILD=$(B) valgrind -q --error-exitcode=99 --leak-check=full \
	    --errors-for-leak-kinds=definite $$t >/dev/null || exit 1; done

# Lines and branches of our own code that the tests run through.
coverage:
	$(Q)sh .ci/deps.sh test coverage
	$(Q)$(MAKE) --no-print-directory MODE=coverage all tests
	$(Q)find build/coverage/obj -name '*.gcda' -delete
	$(Q)SMC_BUILD=build/coverage sh tests/run.sh $(patsubst $(B)/%,build/coverage/%,$(TESTS) $(REPLAYS)) > build/coverage/tests.log || { tail -3 build/coverage/tests.log; exit 1; }
	$(Q)lcov --quiet --capture --rc lcov_branch_coverage=1 -d build/coverage/obj -o build/coverage/all.info
	$(Q)lcov --quiet --rc lcov_branch_coverage=1 -o build/coverage/own.info -e build/coverage/all.info \
	    '*/lib/*' '*/extract/*' '*/upload/*'
	$(Q)lcov --rc lcov_branch_coverage=1 --list build/coverage/own.info

# libFuzzer comes with clang alone. What it finds is written to build/fuzz.
CLANG ?= clang
FUZZ_SECONDS ?= 60
FUZZ_FLAGS := -std=c11 $(SMC_CPPFLAGS) -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
FUZZERS := $(patsubst %,build/fuzz/fuzz_%,$(FUZZ))
build/fuzz/fuzz_%: tests/fuzz/fuzz_%.c tests/fuzz/fuzz.c $(LIB_SRC) $(PRIVATE_SRC) $(call without_main,$(EXTRACT_SRC) $(UPLOAD_SRC) $(SIM_SRC)) tests/support/support.c tests/support/json_tree.c
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(FUZZ_FLAGS) -o $@ $(filter %.c,$^) $(prog_libs) $(test_libs)
$(B)/fuzz/verdicts: $(B)/obj/tests/fuzz/verdicts.o $(B)/libprivate.a $(LIB_A)
	$(call link,$(test_libs))
fuzz:
	$(Q)sh .ci/deps.sh test fuzz
	$(Q)$(MAKE) --no-print-directory $(B)/fuzz/verdicts
	$(Q)python3 tests/fuzz/against_python.py $(B)/fuzz/verdicts $(FUZZ_SECONDS)
	$(Q)$(MAKE) --no-print-directory $(FUZZERS)
	$(Q)for t in $(FUZZ); do \
	    mkdir -p build/fuzz/$$t; dict=tests/fuzz/$$t.dict; [ -f $$dict ] || dict=tests/fuzz/json.dict; \
	    echo "--- $$t"; build/fuzz/fuzz_$$t -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 -dict=$$dict \
	        -artifact_prefix=build/fuzz/$$t- build/fuzz/$$t tests/fuzz/corpus/$$t 2>build/fuzz/$$t.log || \
	        { tail -40 build/fuzz/$$t.log; exit 1; }; \
	    grep -E '^stat::(number_of_executed_units|new_units_added)' build/fuzz/$$t.log; \
	done

demo:
	$(Q)sh .ci/deps.sh build test
	$(Q)$(MAKE) --no-print-directory all
	$(Q)sh tests/demo.sh $(B)

# SIGMA_OPENAPI is Sigma's published description, which is not part of this project.
check-sim: $(B)/sigmacat-sim
	$(Q)test -f "$(SIGMA_OPENAPI)" || { echo "check-sim: SIGMA_OPENAPI=FILE names no file" >&2; exit 2; }
	$(Q)sh .ci/deps.sh lint
	$(Q)python3 -W ignore tests/check-sim.py "$(SIGMA_OPENAPI)" $(B)/sigmacat-sim

OWN_SRC := $(LIB_SRC) $(PRIVATE_SRC) $(EXTRACT_SRC) $(UPLOAD_SRC)
ALL_C   := $(OWN_SRC) $(SIM_SRC) $(TEST_SRC) $(BENCH_SRC) $(wildcard tests/support/*.c tests/fuzz/*.c tests/attack/*.c examples/library/*.c)
ALL_H   := $(wildcard include/sigmacat/*.h lib/*/*.h extract/*.h extract/*/*.h upload/*.h tests/sim/*.h tests/support/*.h tests/fuzz/*.h)
SCRIPTS := .ci/run $(wildcard .ci/*.sh tests/*.sh tests/bench/*.sh tests/attack/*.sh tests/cli/*.sh tests/page/*.sh tests/packaging/*.sh tests/examples/*.sh examples/*.sh examples/*/*.sh) $(filter %.bash,$(COMPLETIONS))
SCHEMAS := $(wildcard extract/*.schema.json upload/*.schema.json)
MAN     := $(wildcard extract/*.[15] upload/*.1 lib/*.3 lib/cli/*.5)

lint: layers check-headers analyze $(COMPLETIONS)
	$(Q)sh .ci/deps.sh lint test
	@echo "  format"
	$(Q)clang-format --dry-run -Werror $(ALL_C) $(ALL_H)
	@echo "  cppcheck"
	$(Q)cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 \
	    --suppress=missingIncludeSystem $(SMC_CPPFLAGS) $(OWN_SRC)
	@echo "  clang-tidy"
	$(Q)printf '%s\n' $(OWN_SRC) | xargs -P 2 -n 6 sh -c \
	    'clang-tidy --quiet "$$@" -- -std=c11 $(SMC_CPPFLAGS) 2>/dev/null' sh
	@echo "  shellcheck"
	$(Q)shellcheck $(SCRIPTS)
	$(Q)for f in $(filter-out %.bash %.fish,$(COMPLETIONS)); do zsh -n $$f || exit 1; done
	$(Q)for f in $(filter %.fish,$(COMPLETIONS)); do fish -n $$f || exit 1; done
	@echo "  page"
	$(Q)sh tests/page/lint.sh
	@echo "  mandoc"
	$(Q)mandoc -T lint -W warning $(MAN)

layers: $(call obj,$(OWN_SRC))
	$(Q)sh tests/layers.sh $^

# Every header compiles alone.
check-headers:
	$(Q)for h in $(ALL_H); do \
	    echo "#include \"$$h\"" | $(CC) -std=c11 $(SMC_CPPFLAGS) -Wall -Werror -Itests -x c -fsyntax-only - || exit 1; \
	done

# gcc's analyzer follows paths through one file at a time.
ANALYZED := $(patsubst %.c,build/analyze/%.o,$(OWN_SRC))
analyze: $(ANALYZED)
build/analyze/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(SMC_CFLAGS) $(pkg_cflags) -O1 -fanalyzer -Werror -c -o $@ $<

format:
	clang-format -i $(ALL_C) $(ALL_H)

bench: all $(BENCHES)
	$(Q)for b in $(BENCHES); do echo "--- $$b"; $$b || exit 1; done
bench-pace: $(B)/bench/bench_pace
	$(Q)$<

# The manual pages, to be read elsewhere.
docs: $(foreach page,$(MAN),$(B)/docs/$(notdir $(page)).html $(B)/docs/$(notdir $(page)).md)
define doc_rules
$(B)/docs/$(notdir $(1)).html: $(1)
	@mkdir -p $$(@D)
	$$(Q)mandoc -T html -O toc $$< > $$@
$(B)/docs/$(notdir $(1)).md: $(1)
	@mkdir -p $$(@D)
	$$(Q)mandoc -T markdown $$< > $$@
endef
$(foreach page,$(MAN),$(eval $(call doc_rules,$(page))))

# ---- what is given away ----
# Of the commit, with no time, name or right of this machine in it: the same bytes wherever it is made.
.PHONY: dist
DIST := sigmacat-$(VERSION)
dist:
	$(Q)git diff-index --quiet HEAD -- || { echo 'dist: there are changes that are not committed' >&2; exit 1; }
	@mkdir -p build/dist
	$(Q)git -c tar.umask=0022 archive --prefix=$(DIST)/ -o build/dist/$(DIST).tar HEAD
	$(Q)cd build/dist && gzip -9nf $(DIST).tar && sha256sum $(DIST).tar.gz > SHA256SUMS && cat SHA256SUMS

# In bare systems, and by the systems' own tools: 10 minutes, a few more the first time.
.PHONY: check-package
check-package: all
	$(Q)sh .ci/deps.sh packaging
	$(Q)SMC_BUILD=$(B) sh tests/run.sh $(foreach t,systemd cron rpm container debian,tests/packaging/$t.sh)

# What people copy, by the tools of those who run it. Their tools are large: some minutes to install.
.PHONY: check-examples
check-examples: all
	$(Q)sh .ci/deps.sh examples
	$(Q)SMC_BUILD=$(B) sh tests/run.sh $(foreach t,ci compose chart airflow,tests/examples/$t.sh)

# ---- installing ----
BASH_DIR := $(PREFIX)/share/bash-completion/completions
ZSH_DIR  := $(PREFIX)/share/zsh/site-functions
FISH_DIR := $(PREFIX)/share/fish/vendor_completions.d
man_page = $(MANDIR)/man$(patsubst .%,%,$(suffix $(1)))/$(notdir $(1))
# `man smc_client_new` finds the library's page by a page that sources it.
MAN_LINK := .so man3/libsigmacat.3

# What lies below the prefix follows it when a package is moved.
$(B)/libsigmacat.pc: lib/libsigmacat.pc.in Makefile include/sigmacat/api.h
	$(Q)sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(patsubst $(PREFIX)/%,$${prefix}/%,$(LIBDIR))|' \
	    -e 's|@INCLUDEDIR@|$(patsubst $(PREFIX)/%,$${prefix}/%,$(INCLUDEDIR))|' \
	    -e 's|@VERSION@|$(VERSION)|' -e 's|@REQUIRES@|$(PKG_LIB)|' $< > $@
.PHONY: $(B)/libsigmacat.pc # PREFIX and its like may be others than the last time

# What is installed, which needs nothing that only the tests need.
INSTALLED := lib $(filter-out %/sigmacat-sim,$(PROGRAMS)) $(COMPLETIONS)
.PHONY: installed
installed: $(INSTALLED)
install: $(INSTALLED) $(B)/libsigmacat.pc
	install -d $(addprefix $(DESTDIR),$(BINDIR) $(LIBDIR)/pkgconfig $(INCLUDEDIR)/sigmacat $(BASH_DIR) $(ZSH_DIR) $(FISH_DIR) $(DATADIR)/sigmacat $(LIBEXECDIR)/sigmacat)
	install -m 755 $(B)/castor-extract-sigma $(B)/castor-upload $(DESTDIR)$(BINDIR)
	install -m 755 examples/extract-and-upload.sh $(DESTDIR)$(LIBEXECDIR)/sigmacat/extract-and-upload
	install -m 644 $(LIB_A) $(DESTDIR)$(LIBDIR)
	install -m 755 $(LIB_SO) $(DESTDIR)$(LIBDIR)
	ln -sf $(notdir $(LIB_SO)) $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/libsigmacat.so
	install -m 644 $(B)/libsigmacat.pc $(DESTDIR)$(LIBDIR)/pkgconfig
	install -m 644 include/sigmacat/*.h $(DESTDIR)$(INCLUDEDIR)/sigmacat
	install -m 644 $(SCHEMAS) $(DESTDIR)$(DATADIR)/sigmacat
	$(foreach page,$(MAN),install -D -m 644 $(page) $(DESTDIR)$(call man_page,$(page)) &&) true
	sed -n 's/^\.Fn \(smc_[a-z0-9_]*\) .*/\1/p' lib/libsigmacat.3 | while read -r name; do \
	    echo '$(MAN_LINK)' > $(DESTDIR)$(MANDIR)/man3/$$name.3 || exit 1; done
	for p in castor-extract-sigma castor-upload; do \
	    install -m 644 $(B)/completions/$$p.bash $(DESTDIR)$(BASH_DIR)/$$p || exit 1; done
	install -m 644 $(filter-out %.bash %.fish,$(COMPLETIONS)) $(DESTDIR)$(ZSH_DIR)
	install -m 644 $(filter %.fish,$(COMPLETIONS)) $(DESTDIR)$(FISH_DIR)

uninstall:
	grep -lsx '$(MAN_LINK)' $(DESTDIR)$(MANDIR)/man3/smc_*.3 | xargs rm -f
	rm -rf $(addprefix $(DESTDIR),$(addprefix $(BINDIR)/,castor-extract-sigma castor-upload) \
	    $(LIBDIR)/libsigmacat.* $(LIBDIR)/pkgconfig/libsigmacat.pc $(INCLUDEDIR)/sigmacat \
	    $(DATADIR)/sigmacat $(LIBEXECDIR)/sigmacat \
	    $(foreach page,$(MAN),$(call man_page,$(page))) \
	    $(addprefix $(BASH_DIR)/,castor-extract-sigma castor-upload) \
	    $(addprefix $(ZSH_DIR)/,_castor-extract-sigma _castor-upload) \
	    $(addprefix $(FISH_DIR)/,castor-extract-sigma.fish castor-upload.fish))

help:
	@echo 'make                 build into build/'
	@echo 'make demo            install what is missing, build, and show it at work'
	@echo 'make check           install what is missing, build, run every test'
	@echo 'make test            build, run every test, install nothing'
	@echo 'make MODE=asan check the same under address and undefined-behaviour sanitizers'
	@echo 'make check-long      the whole matrices, attack, check-i386, check-package; make valgrind, coverage, fuzz'
	@echo 'make check-page      the page of --html in a browser'
	@echo 'make lint            layers, format, static analysis'
	@echo 'make bench           measurements; bench-pace: the pacing rule alone; bench-page'
	@echo 'make deps            install what build and tests need'
	@echo 'make docs            the manual pages as HTML and Markdown; make pictures'
	@echo 'make install         into PREFIX (/usr/local); BINDIR, LIBDIR, INCLUDEDIR, MANDIR, DATADIR, LIBEXECDIR, DESTDIR'
	@echo 'make dist            a tarball of the commit and its sum, into build/dist; check-package: what packages it'
	@echo 'make check-examples  the examples, by the tools of those who run them'
	@echo 'make check-sim SIGMA_OPENAPI=FILE  hold the stand-in against Sigma'"'"'s description'

clean:
	rm -rf build

-include $(shell find $(B)/obj build/analyze -name '*.d' 2>/dev/null)
