#!/bin/sh
# The manifests of examples/kubernetes: see kubernetes.py. Their validator is what .ci/deps.sh could
# install. Without it they are left out, or it is a failure where SMC_NO_SKIP says so.
set -eu
python=build/kubernetes-validate/bin/python
if [ ! -e build/kubernetes-validate/requirements.txt ]; then
    why='the validator is not installed: run sh .ci/deps.sh kubernetes'
    [ -n "${SMC_NO_SKIP:-}" ] || {
        echo "[  SKIPPED ] kubernetes: $why"
        exit 0
    }
    echo "[  FAILED  ] kubernetes: $why"
    exit 1
fi
exec "$python" tests/kubernetes.py examples/kubernetes "${SMC_BUILD:-build}"
