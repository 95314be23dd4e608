#!/bin/sh
# Who may see whom: between rooms, of third-party libraries, and no circle of files anywhere.
# Usage: layers.sh OBJECT...   in the project's folder, with the objects of all that is checked.
#
# A node is a .c with the header of its name; a public header belongs to the .c of its name in
# lib/, if there is one. An arrow is an include, or a symbol that one object wants and another has:
# an _internal.h may hide the second from the first. Prints each breach; none: status 0.
set -u
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
bad=0

complain() { # complain TEXT FILE: tells what a file has, if anything
    if [ -s "$2" ]; then
        echo "layers: $1:" >&2
        sort -u "$2" | sed 's/^/  /' >&2
        bad=1
    fi
}

only() { # only HEADER PATTERN: a third-party header is included by the files that fit alone
    printf '%s\n' "$files" | xargs grep -lE "^ *# *include *<$1" | grep -vxE "$2" >"$tmp/only"
    complain "<$1...> belongs to $2 alone, but stands in" "$tmp/only"
}

may() { # may ROOM OTHER...: which rooms' files a room's files may see, besides its own
    echo "$*" >>"$tmp/may"
}

files=$(find lib extract upload include -name '*.[ch]' | LC_ALL=C sort)

only curl/ 'lib/net/http[a-z_]*\.c'
only yaml 'lib/cli/yaml\.c'
only sqlite3 'lib/store/(store|failure)\.c'
only openssl/ 'lib/base/digest\.c'

printf '%s\n' "$files" | grep '^include/' | xargs grep -nE '^ *# *include *"' /dev/null >"$tmp/quoted"
complain 'public headers see public headers alone' "$tmp/quoted"

# ---- arrows: FROM TO, as nodes ----
printf '%s\n' "$files" >"$tmp/files"
printf '%s\n' "$files" | xargs grep -HE '^ *# *include *("|<sigmacat/)' /dev/null |
    sed -E 's/^([^:]*): *# *include *["<]([^">]*)[">].*/\1 \2/' >"$tmp/includes"
nm -gA "$@" | sed -E 's/^([^:]*):[0-9a-f ]* ([A-Za-z]) /\1 \2 /' >"$tmp/symbols" || bad=1
awk '
function node(path) { # of a file
    sub(/\.[ch]$/, "", path)
    if (sub(/^include\/sigmacat\//, "", path))
        path = (path in implements) ? implements[path] : "include/sigmacat/" path
    return path
}
function folder(path) { sub(/\/[^\/]*$/, "", path); return path }
function object(path) { sub(/^.*\/obj\//, "", path); sub(/\.o$/, "", path); return path }
function top(path) { sub(/\/.*/, "", path); return path }
function arrow(from, to) { if (from != to) print from, to }
FILENAME ~ /files$/ {
    if (sub(/\.c$/, "") && /^lib\//) { name = $0; sub(/.*\//, "", name); implements[name] = $0 }
}
FILENAME ~ /includes$/ {
    to = $2
    if (to ~ /^sigmacat\//) to = "include/" to
    else if (to !~ /\//) to = folder($1) "/" to
    arrow(node($1), node(to))
}
FILENAME ~ /symbols$/ {
    if ($2 == "U") { wants[++count] = object($1); wanted[count] = $3 }
    else has[top(object($1)), $3] = object($1)
}
END { # extract/ and upload/ may have functions of the same name
    for (i = 1; i <= count; i++)
        if ((top(wants[i]), wanted[i]) in has) arrow(wants[i], has[top(wants[i]), wanted[i]])
        else if (("lib", wanted[i]) in has) arrow(wants[i], has["lib", wanted[i]])
}' "$tmp/files" "$tmp/includes" "$tmp/symbols" |
    sort -u >"$tmp/arrows"

# ---- rooms ----
may include/sigmacat lib/base
may lib/base
may lib/json lib/base
may lib/net lib/base lib/json
may lib/store lib/base lib/json
may lib/set lib/base lib/json
may lib/cli lib/base lib/json lib/net
may extract/fields lib/base lib/json
may extract extract/fields lib/base lib/json lib/net lib/store lib/set lib/cli
may upload lib/base lib/json lib/net lib/store lib/set lib/cli
awk '
function room(path) { sub(/\/[^\/]*$/, "", path); return path }
FNR == NR { for (i = 1; i <= NF; i++) ok[$1, $i] = 1; next }
{
    from = room($1)
    to = room($2)
    if (!((from, to) in ok) && from != to && to != "include/sigmacat")
        print $1 " sees " $2
}' "$tmp/may" "$tmp/arrows" >"$tmp/breaches"
complain 'no such arrow is allowed between rooms' "$tmp/breaches"

# ---- circles: tsort names each on lines of their own ----
tsort <"$tmp/arrows" 2>&1 >/dev/null | awk '
/loop:$/ { if (line) print line; line = ""; next }
{ line = line ? line " -> " $2 : $2 }
END { if (line) print line }' >"$tmp/circles"
complain 'files that go round in a circle' "$tmp/circles"
exit $bad
