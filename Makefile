# GNU make. `make` builds, `make check` tests, `make demo` shows it; `make help` lists the rest.
# MODE=asan, MODE=coverage and the like build beside the ordinary build, in build/MODE.

MODE ?=
V    ?=
CC   ?= cc
PREFIX ?= /usr/local

ifneq ($(filter-out asan coverage,$(MODE)),)
$(error MODE=$(MODE) is not known: asan, coverage, or nothing)
endif

B := build$(if $(MODE),/$(MODE))
Q := $(if $(V),,@)

VERSION := $(shell sed -n 's/^.define SMC_VERSION "\(.*\)"$$/\1/p' include/sigmacat/api.h)
SOMAJOR := $(firstword $(subst ., ,$(VERSION)))

PKG_LIB  := libcurl jansson sqlite3 libcrypto yaml-0.1
PKG_TEST := cmocka libmicrohttpd zlib gnutls
PKG_CONFIG ?= pkg-config
# Asked for once, and not before `make deps` has had its turn.
lib_libs   = $(eval lib_libs := $(shell $(PKG_CONFIG) --libs $(PKG_LIB)) -lm)$(lib_libs)
lib_cflags = $(eval lib_cflags := $(shell $(PKG_CONFIG) --cflags $(PKG_LIB)))$(lib_cflags)
test_libs  = $(eval test_libs := $(shell $(PKG_CONFIG) --libs $(PKG_TEST)) -pthread)$(test_libs)

CFLAGS  ?= -O2 -g
SMC_WARN := -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
            -Wmissing-prototypes -Wvla -Wformat=2 -Wundef -Wwrite-strings -Wswitch-enum
SMC_MODE_asan     := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
SMC_MODE_coverage := --coverage -O0
SMC_HARD := -fstack-protector-strong -fPIC -fvisibility=hidden \
            $(if $(MODE),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
SMC_CFLAGS = $(SMC_WARN) $(SMC_HARD) -D_GNU_SOURCE -Iinclude -I. -MMD -MP \
             $(if $(MODE),$(SMC_MODE_$(MODE))) $(WERROR)
SMC_LDFLAGS = -Wl,-z,relro,-z,now $(if $(MODE),$(SMC_MODE_$(MODE)))

# ---- what there is ---- Sources are named; tests and benchmarks are found by their names.
LIB_SRC := $(patsubst %,lib/%.c, \
    $(addprefix base/, buf clock digest dir error idset log num rng) \
    $(addprefix json/, scan splice string tree validate walk) \
    $(addprefix net/, address auth call client cursor http http_head httpdate pace page pages retry stats token trust))
PRIVATE_SRC := $(patsubst %,lib/%.c, \
    $(addprefix store/, answer ledger list open store) \
    $(addprefix set/, earlier fileset inspect part prune recover) \
    $(addprefix cli/, checklist configure given_path help place progress rows secret server setting settings \
        settings_env settings_file settings_flags settings_keys setup show signals status words yaml))
EXTRACT_SRC := $(patsubst %,extract/%.c, \
    assets base62 bulk credentials elements gaps join key lineage listing main object \
    objects options options_table paths preflight readable regions report resume rights run \
    select sources summary whoami)
UPLOAD_SRC := $(patsubst %,upload/%.c, \
    catalog files main options options_table path preflight report run send summary \
    verify)
SIM_SRC := $(patsubst %,tests/sim/%.c, \
    answer auth counts estate estate_list estate_paths estate_rows faults ingest limits main \
    multipart page query replay request sigma sim stats text)
TEST_SRC    := $(wildcard tests/test_*.c)
BENCH_SRC   := $(wildcard tests/bench/*.c)

obj = $(patsubst %.c,$(B)/obj/%.o,$(1))
without_main = $(filter-out %/main.c,$(1))

LIB_A   := $(B)/libsigmacat.a
LIB_SO  := $(B)/libsigmacat.so.$(VERSION)
PROGRAMS := $(B)/castor-extract-sigma $(B)/castor-upload $(B)/sigmacat-sim
TESTS   := $(patsubst tests/%.c,$(B)/tests/%,$(TEST_SRC))
BENCHES := $(patsubst tests/bench/%.c,$(B)/bench/%,$(BENCH_SRC))

.PHONY: all lib tests clean deps
.DEFAULT_GOAL := all
.SECONDARY:
all: lib $(PROGRAMS)
lib: $(LIB_A) $(LIB_SO)

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(if $(Q),@echo "  CC   $<")
	$(Q)$(CC) $(SMC_CFLAGS) $(lib_cflags) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(LIB_A): $(call obj,$(LIB_SRC))
$(B)/libprivate.a: $(call obj,$(PRIVATE_SRC))
$(B)/libextract.a: $(call obj,$(call without_main,$(EXTRACT_SRC)))
$(B)/libupload.a: $(call obj,$(call without_main,$(UPLOAD_SRC)))
$(B)/libsim.a: $(call obj,$(call without_main,$(SIM_SRC)))
$(B)/libsupport.a: $(call obj,$(wildcard tests/support/*.c))
%.a:
	@mkdir -p $(@D)
	$(if $(Q),@echo "  AR   $@")
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(LIB_SO): $(call obj,$(LIB_SRC))
	$(if $(Q),@echo "  LD   $@")
	$(Q)$(CC) -shared -Wl,-soname,libsigmacat.so.$(SOMAJOR) -Wl,--no-undefined $(SMC_LDFLAGS) $(LDFLAGS) -o $@ $^ $(lib_libs)
	$(Q)ln -sf $(notdir $@) $(B)/libsigmacat.so.$(SOMAJOR) && ln -sf libsigmacat.so.$(SOMAJOR) $(B)/libsigmacat.so

link = $(if $(Q),@echo "  LD   $@" &&) $(CC) $(SMC_LDFLAGS) $(LDFLAGS) -o $@ $^ $(lib_libs)

$(B)/castor-extract-sigma: $(call obj,extract/main.c) $(B)/libextract.a $(B)/libprivate.a $(LIB_A)
	$(link)
$(B)/castor-upload: $(call obj,upload/main.c) $(B)/libupload.a $(B)/libprivate.a $(LIB_A)
	$(link)
$(B)/sigmacat-sim: $(call obj,tests/sim/main.c) $(B)/libsim.a $(LIB_A)
	$(link) $(test_libs)

TEST_ARCHIVES := $(B)/libsupport.a $(B)/libextract.a $(B)/libupload.a $(B)/libsim.a $(B)/libprivate.a $(LIB_A)
$(B)/tests/%: $(B)/obj/tests/%.o $(TEST_ARCHIVES)
	@mkdir -p $(@D)
	$(link) $(test_libs)
# Allocations of what is linked statically, so of our own code, go through the test.
OOM_WRAPPED := __asprintf_chk asprintf calloc fdopendir fopen malloc newlocale realloc reallocarray realpath strdup
$(B)/tests/test_oom: private SMC_LDFLAGS += $(patsubst %,-Wl$(comma)--wrap=%,$(OOM_WRAPPED))
comma := ,

$(B)/bench/%: $(B)/obj/tests/bench/%.o $(TEST_ARCHIVES)
	@mkdir -p $(@D)
	$(link) $(test_libs)

# Each fuzz target is also a test that replays its corpus.
FUZZ    := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
REPLAYS := $(patsubst %,$(B)/tests/replay_%,$(FUZZ))
$(B)/tests/replay_%: $(B)/obj/tests/fuzz/fuzz_%.o $(B)/obj/tests/fuzz/fuzz.o $(B)/obj/tests/fuzz/replay.o $(TEST_ARCHIVES)
	@mkdir -p $(@D)
	$(link) $(test_libs)

tests: $(TESTS) $(REPLAYS)

# ---- what a developer and CI run ----
.PHONY: check check-built check-long check-sim valgrind fuzz check-headers lint layers format analyze demo bench bench-pace \
        coverage completions install uninstall help

# Two steps, since what is built depends on what is installed.
check:
	$(Q)sh .ci/deps.sh build test kubernetes
	$(Q)$(MAKE) --no-print-directory check-built

check-built: all tests
	$(Q)sh tests/exports.sh $(LIB_SO)
	$(Q)SMC_BUILD=$(B) sh tests/run.sh $(TESTS) $(REPLAYS) tests/layers_test.sh tests/kubernetes.sh

# The whole matrices instead of a sample of them: about an hour.
check-long: all tests
	$(Q)SMC_LONG=1 SMC_BUILD=$(B) sh tests/run.sh $(TESTS)

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
FUZZ_FLAGS := -std=c11 -D_GNU_SOURCE -g -O1 -Iinclude -I. -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
FUZZERS := $(patsubst %,build/fuzz/fuzz_%,$(FUZZ))
build/fuzz/fuzz_%: tests/fuzz/fuzz_%.c tests/fuzz/fuzz.c $(LIB_SRC) $(PRIVATE_SRC) $(call without_main,$(EXTRACT_SRC) $(UPLOAD_SRC) $(SIM_SRC)) tests/support/support.c
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(FUZZ_FLAGS) -o $@ $(filter %.c,$^) $(lib_libs) $(test_libs)
fuzz:
	$(Q)sh .ci/deps.sh test fuzz
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

deps:
	$(Q)sh .ci/deps.sh build test kubernetes

# SIGMA_OPENAPI is Sigma's published description, which is not part of this project.
check-sim: $(B)/sigmacat-sim
	$(Q)test -f "$(SIGMA_OPENAPI)" || { echo "check-sim: SIGMA_OPENAPI=FILE names no file" >&2; exit 2; }
	$(Q)sh .ci/deps.sh lint
	$(Q)python3 -W ignore tests/check-sim.py "$(SIGMA_OPENAPI)" $(B)/sigmacat-sim

OWN_SRC := $(LIB_SRC) $(PRIVATE_SRC) $(EXTRACT_SRC) $(UPLOAD_SRC)
ALL_C   := $(OWN_SRC) $(SIM_SRC) $(TEST_SRC) $(BENCH_SRC) $(wildcard tests/support/*.c tests/fuzz/*.c examples/library/*.c)
ALL_H   := $(wildcard include/sigmacat/*.h lib/*/*.h extract/*.h upload/*.h tests/sim/*.h tests/support/*.h tests/fuzz/*.h)
SCRIPTS := .ci/run $(wildcard .ci/*.sh tests/*.sh tests/bench/*.sh tests/cli/*.sh examples/*.sh extract/*.bash upload/*.bash)
MAN     := $(wildcard extract/*.1 upload/*.1 lib/*.3 lib/cli/*.5)

lint: layers check-headers analyze
	$(Q)sh .ci/deps.sh lint test
	@echo "  format"
	$(Q)clang-format --dry-run -Werror $(ALL_C) $(ALL_H)
	@echo "  cppcheck"
	$(Q)cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 \
	    --suppress=missingIncludeSystem -D_GNU_SOURCE -Iinclude -I. $(OWN_SRC)
	@echo "  clang-tidy"
	$(Q)printf '%s\n' $(OWN_SRC) | xargs -P 2 -n 6 sh -c \
	    'clang-tidy --quiet "$$@" -- -std=c11 -D_GNU_SOURCE -Iinclude -I. 2>/dev/null' sh
	@echo "  shellcheck"
	$(Q)shellcheck $(SCRIPTS)
	$(Q)zsh -n extract/_castor-extract-sigma && zsh -n upload/_castor-upload
	$(Q)fish -n extract/castor-extract-sigma.fish && fish -n upload/castor-upload.fish
	@echo "  mandoc"
	$(Q)mandoc -T lint -W warning $(MAN)

# The rooms whose circles of files are still to be undone; at the end there are none.
CIRCLES_LEFT := lib/json lib/net lib/store lib/cli extract upload
layers: $(call obj,$(OWN_SRC))
	$(Q)CIRCLES_LEFT='$(CIRCLES_LEFT)' sh tests/layers.sh $^

# Every header compiles alone.
check-headers:
	$(Q)for h in $(ALL_H); do \
	    echo "#include \"$$h\"" | $(CC) -std=c11 -D_GNU_SOURCE -Wall -Werror -Iinclude -I. -Itests -x c -fsyntax-only - || exit 1; \
	done

# gcc's analyzer follows paths through one file at a time.
ANALYZED := $(patsubst %.c,build/analyze/%.o,$(OWN_SRC))
analyze: $(ANALYZED)
build/analyze/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(SMC_CFLAGS) $(lib_cflags) -O1 -fanalyzer -Werror -c -o $@ $<

format:
	clang-format -i $(ALL_C) $(ALL_H)

bench: all $(BENCHES)
	$(Q)for b in $(BENCHES); do echo "--- $$b"; $$b || exit 1; done
bench-pace: $(B)/bench/bench_pace
	$(Q)$<

# ---- installing ----
DIR = $(DESTDIR)$(PREFIX)
COMPLETIONS := extract/castor-extract-sigma.bash extract/_castor-extract-sigma \
    extract/castor-extract-sigma.fish upload/castor-upload.bash upload/_castor-upload \
    upload/castor-upload.fish
BASH_DIR = $(DIR)/share/bash-completion/completions
ZSH_DIR  = $(DIR)/share/zsh/site-functions
FISH_DIR = $(DIR)/share/fish/vendor_completions.d
man_page = $(DIR)/share/man/man$(patsubst .%,%,$(suffix $(1)))/$(notdir $(1))
completions: $(B)/tests/test_completions
	$(Q)for f in $(COMPLETIONS); do $< $$f > $$f || exit 1; done

install: all
	install -d $(DIR)/bin $(DIR)/lib/pkgconfig $(DIR)/include/sigmacat $(BASH_DIR) $(ZSH_DIR) $(FISH_DIR)
	install -m 755 $(B)/castor-extract-sigma $(B)/castor-upload $(DIR)/bin
	install -m 644 $(LIB_A) $(DIR)/lib
	install -m 755 $(LIB_SO) $(DIR)/lib
	ln -sf libsigmacat.so.$(VERSION) $(DIR)/lib/libsigmacat.so.$(SOMAJOR)
	ln -sf libsigmacat.so.$(SOMAJOR) $(DIR)/lib/libsigmacat.so
	install -m 644 include/sigmacat/*.h $(DIR)/include/sigmacat
	$(foreach page,$(MAN),install -D -m 644 $(page) $(call man_page,$(page)) &&) true
	install -m 644 extract/castor-extract-sigma.bash $(BASH_DIR)/castor-extract-sigma
	install -m 644 upload/castor-upload.bash $(BASH_DIR)/castor-upload
	install -m 644 extract/_castor-extract-sigma upload/_castor-upload $(ZSH_DIR)
	install -m 644 extract/castor-extract-sigma.fish upload/castor-upload.fish $(FISH_DIR)
	printf '%s\n' 'Name: libsigmacat' 'Description: moves Sigma metadata to Coalesce Catalog' \
	    'Version: $(VERSION)' 'Requires.private: $(PKG_LIB)' 'Libs: -L$(PREFIX)/lib -lsigmacat' 'Libs.private: -lm' \
	    'Cflags: -I$(PREFIX)/include' > $(DIR)/lib/pkgconfig/libsigmacat.pc
uninstall:
	rm -rf $(DIR)/bin/castor-extract-sigma $(DIR)/bin/castor-upload $(DIR)/lib/libsigmacat.* \
	    $(DIR)/lib/pkgconfig/libsigmacat.pc $(DIR)/include/sigmacat \
	    $(foreach page,$(MAN),$(call man_page,$(page))) \
	    $(BASH_DIR)/castor-extract-sigma $(BASH_DIR)/castor-upload \
	    $(ZSH_DIR)/_castor-extract-sigma $(ZSH_DIR)/_castor-upload \
	    $(FISH_DIR)/castor-extract-sigma.fish $(FISH_DIR)/castor-upload.fish

help:
	@echo 'make                 build into build/'
	@echo 'make demo            install what is missing, build, and show it at work'
	@echo 'make check           install what is missing, build, run every test'
	@echo 'make MODE=asan check the same under address and undefined-behaviour sanitizers'
	@echo 'make check-long      the whole matrices; make valgrind, coverage, fuzz'
	@echo 'make lint            layers, format, static analysis'
	@echo 'make bench           measurements; bench-pace: the pacing rule alone'
	@echo 'make deps            install what build and tests need'
	@echo 'make install         into PREFIX (/usr/local); DESTDIR is honoured'
	@echo 'make check-sim SIGMA_OPENAPI=FILE  hold the stand-in against Sigma'"'"'s description'

clean:
	rm -rf build

-include $(shell find $(B)/obj build/analyze -name '*.d' 2>/dev/null)
