#!/bin/sh
# Installs what is missing of what the build (build), the tests (test) and the checks (lint) need.
# Usage: deps.sh build|test|kubernetes|queries|promtool|packaging|examples|lint|page|attack|i386|coverage|fuzz|valgrind ...   On systems without apt-get it names the packages and fails.
set -eu

missing=''
validator=''
promtool=''
duckdb=''
page=''
packaging=''
examples=''

need() { # need PACKAGE PROBE...: the package is missing when the probe fails
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}
library() {
    if command -v pkg-config >/dev/null 2>&1; then
        need "$1" pkg-config --exists "$2"
    else
        missing="$missing $1"
    fi
}
program() { need "$1" command -v "$2"; }

for set in "$@"; do
    case $set in
    build)
        program gcc "${CC:-cc}"
        need libc6-dev test -e /usr/include/stdio.h
        program make make
        program pkg-config pkg-config
        library libcurl4-openssl-dev libcurl
        library libsqlite3-dev sqlite3
        library libssl-dev libcrypto
        library libyaml-dev yaml-0.1
        library zlib1g-dev zlib
        ;;
    test)
        program g++ "${CXX:-c++}"
        library libjansson-dev jansson
        library libcmocka-dev cmocka
        library libmicrohttpd-dev libmicrohttpd
        library libgnutls28-dev gnutls
        program openssl openssl
        program curl curl
        program mandoc mandoc
        program zsh zsh
        program fish fish
        program python3 python3
        need python3-jsonschema python3 -c 'import jsonschema'
        need bash-completion test -e /usr/share/bash-completion/bash_completion
        ;;
    kubernetes)
        program python3 python3
        need python3-venv python3 -c 'import ensurepip, venv'
        validator=build/kubernetes-validate
        ;;
    queries)
        program sqlite3 sqlite3
        program python3 python3
        need python3-venv python3 -c 'import ensurepip, venv'
        duckdb=build/duckdb
        ;;
    promtool)
        promtool=build/promtool
        ;;
    packaging)
        program debootstrap debootstrap
        program rpm rpmspec
        program buildah buildah
        program crun crun
        program strace strace
        program systemd systemd-analyze
        program python3 python3
        need python3-venv python3 -c 'import ensurepip, venv'
        packaging=build/packaging
        ;;
    lint)
        program clang-format clang-format
        program clang-tidy clang-tidy
        program cppcheck cppcheck
        program shellcheck shellcheck
        program python3 python3
        need python3-jsonschema python3 -c 'import jsonschema'
        program eslint eslint
        program tidy tidy
        program sassc sassc
        ;;
    page)
        program chromium chromium
        program chromium-driver chromedriver
        program tmux tmux
        need fonts-dejavu-core test -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf
        program python3 python3
        need python3-venv python3 -c 'import ensurepip, venv'
        page=build/page
        ;;
    attack)
        program python3 python3
        program openssl openssl
        ;;
    i386)
        program debootstrap debootstrap
        ;;
    coverage)
        program lcov lcov
        ;;
    fuzz)
        program clang clang
        program python3 python3
        # shellcheck disable=SC2016  # expanded by the inner shell
        need libclang-rt-dev sh -c 'ls "$(clang -print-runtime-dir)" | grep -q fuzzer'
        ;;
    examples)
        program python3 python3
        need python3-venv python3 -c 'import ensurepip, venv'
        program golang-go go
        examples=build/examples
        ;;
    valgrind)
        program valgrind valgrind
        ;;
    *)
        echo "deps.sh: '$set' is none of build, test, kubernetes, queries, promtool, packaging, examples, lint, page, attack, i386, coverage, fuzz, valgrind" >&2
        exit 2
        ;;
    esac
done

install_packages() {
    command="apt-get install -y --no-install-recommends$missing"
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "deps: this is no Debian or Ubuntu. Install what these packages hold there:$missing" >&2
        exit 1
    fi
    if [ "$(id -u)" = 0 ]; then
        sudo=''
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        sudo=sudo
    else
        echo "deps: packages are missing, and this user may not install them. Run:" >&2
        echo "  sudo apt-get update && sudo $command" >&2
        exit 1
    fi
    echo "deps: installing$missing"
    $sudo apt-get update -qq
    # shellcheck disable=SC2086  # a list of words
    DEBIAN_FRONTEND=noninteractive $sudo $command
}

# install_python FOLDER LIST: a folder of its own with the packages of the list, which is copied there
# to tell that it is whole, and of which kind.
install_python() {
    ! cmp -s "$2" "$1/requirements.txt" || return 0
    echo "deps: installing the packages of $2"
    rm -rf "$1"
    python3 -m venv "$1" &&
        "$1/bin/pip" install -q --disable-pip-version-check -r "$2" &&
        cp "$2" "$1/requirements.txt"
}

# install_go FOLDER PROGRAM MODULE@VERSION: some minutes of compiling.
install_go() {
    [ ! -x "$1/$2" ] || return 0
    case $(go env GOVERSION) in
    '' | go1.? | go1.1? | go1.20*) # these can't fetch the newer one that a module asks for
        echo "deps: $3 takes Go 1.21 or newer, and here is $(go version): install it (https://go.dev/doc/install), or leave check-examples" >&2
        return 1
        ;;
    esac
    echo "deps: building $3"
    mkdir -p "$1" && GOBIN=$(realpath "$1") CGO_ENABLED=0 go install -ldflags=-s "$3"
}

# fetch_program FOLDER PACKAGE PATH: of a package that comes with a daemon, which is not to be
# installed, the program alone.
fetch_program() {
    [ ! -x "$1/$3" ] || return 0
    echo "deps: fetching $3 of $2"
    mkdir -p "$1"
    fetched=0
    (cd "$1" && { apt-get download -q "$2" || { apt-get update -qq && apt-get download -q "$2"; }; } &&
        dpkg --fsys-tarfile "$2"_*.deb | tar -x "./$3") || fetched=1
    rm -f "$1"/*.deb
    return $fetched
}

[ -z "$missing" ] || install_packages
# A project can do without it: where it can't be had, the test that needs it is left out and says so.
[ -z "$validator" ] || install_python "$validator" tests/kubernetes-requirements.txt ||
    echo "deps: kubernetes-validate can't be installed: manifests will not be tested" >&2
[ -z "$page" ] || install_python "$page" tests/page/requirements.txt
[ -z "$duckdb" ] || install_python "$duckdb" tests/duckdb-requirements.txt ||
    echo "deps: DuckDB can't be installed: the questions will be asked of SQLite alone" >&2
[ -z "$promtool" ] || fetch_program "$promtool" prometheus usr/bin/promtool ||
    echo "deps: promtool can't be had: metrics will not be tested" >&2
[ -z "$packaging" ] || {
    install_python "$packaging" tests/packaging/requirements.txt
    fetch_program build/crontab cron usr/bin/crontab
    fetch_program build/crontab logrotate usr/sbin/logrotate
}
[ -z "$examples" ] || {
    install_python "$examples" tests/examples/requirements.txt
    install_python build/airflow examples/airflow/requirements.txt
    install_go build/go actionlint github.com/rhysd/actionlint/cmd/actionlint@v1.7.7
    install_go build/go helm helm.sh/helm/v3/cmd/helm@v3.18.6
}
