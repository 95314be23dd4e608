"""Hostile texts as names, paths, formulas, e-mail addresses and error messages. They come out as they
went in, and none of them reaches a log raw."""
import json
import threading
from functools import partial

from bed import NAMES, judge, sets
from proxy import Proxy

FIELDS = ("name", "path", "email", "firstName", "lastName", "description", "definition", "badge", "url", "type_", "host")


def texts():
    made = [chr(c) for c in (*range(0, 32), *range(127, 160))]
    made += ["a%sb" % chr(c) for c in (0xad, 0x61c, 0x200b, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2066, 0x2069,
                                       0xfeff, 0xfffe, 0xffff, 0xfffd, 0xe0001, 0xe007f, 0x10ffff, 0x1f600)]
    made += ["\x1b[31mred", "\x1b]0;title\x07", "\x1b[2J\x1b[H", "\x1b]8;;http://x\x07l\x1b]8;;\x07", "\x9b31m", "\x1bP+q\x1b\\",
             "\r\nINFO - Wrote output file: /etc/passwd (1 bytes)", "\nERROR - x", "\u2028ERROR - y", "::error::x", "::set-output name=a::b",
             "##vso[task.setvariable]x", "##[group]", "%0A::error::", "\\r\\n", "<5>x", "<script>alert(1)</script>", "]]>", "-->",
             "' OR 1=1 --", '"; DROP TABLE x; --', "$(id)", "`id`", "${HOME}", "%s%s%s%n", "%x%x", "{{7*7}}", "#{1}", "../../../etc/passwd",
             "..\\..\\x", "/dev/null", "C:\\x", "CON", "NUL", "a" * 255, "a" * 256, "a" * 4096, "a" * 100000, "\u00e9" * 50000,
             "\ud800", "\udfff", "\ud800x", "x\udc00", "\ud83d", "\udc00\ud800", "\ud83d\ude00", "e\u0301" * 500, "\u0323" * 3000,
             "\u05d0\u05d1", "\u0627\u0644", "\u4e2d\u6587", "\u0e01\u0e33", "\uac00", "\U0001f469\u200d\U0001f469\u200d\U0001f467",
             "sim-secre", "null", "true", "NaN", "0", "-0", "1e999", "[]", "{}", '"', "\\", "\\u0000", '\\"', "/", "\\/", " ", "  ", "\t",
             "\u00a0", "\u3000", "", ",", ";", "=cmd|' /C calc'!A0", "@SUM(1)", "+1", "-1+1", "a,b;c\td", "%", "%2e%2e", "%00", "%zz", "?", "#",
             "&", "=", "+", "http://x/", "javascript:x", "data:x", "mailto:x", "token=abc", "Bearer abc", "password", "\ufeffx"]
    made += ["%s%s" % (a, b) for a in ("'", '"', "\\", "\n", "\x00", "\x1b", "\u2028", "\ud800") for b in ("'", '"', "\\", "\n", "\x00", "</", "*/", "--")]
    made += [chr(c) * 3 for c in (*range(0x2000, 0x2010), *range(0xfff0, 0xfffe), *range(0xd7f0, 0xd800), *range(0xe000, 0xe008),
                                  *range(0x80, 0xa1, 2), *range(0x1d165, 0x1d173), *range(0xfe00, 0xfe10))]
    made += ["x" * n + "\u20ac" for n in range(190, 206)] + ["x" * n + "\x1b" for n in range(190, 206)]
    return list(dict.fromkeys(made))


class Estate:
    """Puts a text into each row that is served, and keeps the rows."""

    def __init__(self, text):
        self.text, self.rows, self.lock = text, {}, threading.Lock()

    def answer(self, call, _):
        if call.kind == "path" and call.number == 1:
            return call.plain(404, json.dumps({"code": self.text, "message": self.text, "requestId": self.text}).encode())
        if call.kind in ("token", "whoami", "path", "paths", "datamodel_lineage") or call.status != 200:
            return None
        tree = json.loads(call.body)
        rows = tree if isinstance(tree, list) else tree["entries"]
        for row in rows:
            for field in FIELDS:
                if isinstance(row.get(field), str) and not (call.kind == "elements" and field == "type_"):
                    row[field] = self.text
            row[self.text] = self.text
        with self.lock:
            if call.target not in self.rows:
                self.rows[call.target] = (call.kind, rows)
        return call.plain(body=json.dumps(tree).encode())


def attack(bed, report, scale, seed):
    sim = bed.sim("--no-odd", "--paths-missing", "50")
    made = texts()
    step = max(1, round(1 / scale))
    bed.each(partial(one, bed, report, sim, number, text, form) for number, text in list(enumerate(made))[seed % step::step]
             for form in (("text", "json") if scale >= 1 else ("text",)))


def one(bed, report, sim, number, text, form):
    estate = Estate(text)
    with Proxy(sim.port, estate.answer) as proxy:
        folder = bed.folder()
        outcome = bed.extract(proxy.url, folder, "--log-format", form, "--max-gaps", "100%")
        wrong = judge(outcome, folder, None, {0})
        wrong += [line for line in log_lines(outcome, form)]
        for files in sets(folder).values():
            wrong += compare(files, estate)
        report("text %d (%s), log %s" % (number, ascii(text)[:40], form), wrong)


def log_lines(outcome, form):
    for line in outcome.log.decode(errors="replace").splitlines():
        if form == "json":
            try:
                json.loads(line)
            except ValueError:
                yield "not JSON: " + line[:100]
        elif not line.startswith(("INFO - ", "WARNING - ", "ERROR - ", "DEBUG - ")):
            yield "a line of its own: " + ascii(line[:100])


def compare(files, estate):
    for name in ("workbooks", "datamodels", "datasets", "files", "members", "connections"):
        served = [row for _, (kind, rows) in sorted(estate.rows.items()) if kind == name for row in rows]
        served = json.loads(json.dumps(served))  # two halves of a pair are one character then
        written = json.loads(files[name])
        if sorted(map(str, served)) != sorted(map(str, written)):
            yield name + " is not what was served"
    assert set(files) == {*NAMES, "summary"}
