#!/bin/sh
# The page's own files: scripts (as the one that they become), style and markup.
set -eu
cd "$(dirname "$0")/../../extract/report"

# Other builds of node than Debian's do not look where its packages are.
export NODE_PATH="${NODE_PATH:-/usr/share/nodejs}"
cat model.js view.js plots.js lineage.js main.js |
    eslint --format unix --stdin --stdin-filename page.js
sassc page.css >/dev/null
tidy -q -e page.html

# They are written into a page as they are.
if grep -n -i '</script\|<!--\|</style' ./*.js ./*.css; then
    echo "lint: these would end the script or the style that they stand in" >&2
    exit 1
fi

lines=$(cat ./*.js ./*.css ./*.html | wc -l)
[ "$lines" -le 1500 ] || { echo "lint: the page has $lines lines, and 1500 are allowed" >&2; exit 1; }
