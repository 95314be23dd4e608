#!/bin/sh
# See ci.py.
export PYTHONDONTWRITEBYTECODE=1 SMC_BUILD="${SMC_BUILD:-build}" EXAMPLE_TOOLS="$PWD/build/go"
exec build/examples/bin/python tests/examples/ci.py
