"""Answers that no good server gives: statuses, framing, headers, compression, bodies, cursors, totals,
ids. Each is given to the second call of a kind (the first one of token and whoami), once or for good."""
import gzip
import json
import zlib
from functools import partial

from bed import judge, reference_of
from proxy import NAMES, Proxy

JSON = (("Content-Type", "application/json"),)


def framed(head, body=b""):
    return lambda call: head.encode("latin-1") + b"\r\n\r\n" + body


def status(code, body=b'{"code":"odd","message":"as asked"}', *headers):
    return lambda call: call.plain(code, body, headers or JSON)


def body(change):
    """The right answer with another body."""
    return lambda call: call.plain(body=change(call.body))


def member(name, text):
    """The right page with one member's value replaced by raw JSON, or taken out."""
    def change(call):
        page = call.body
        try:
            tree = json.loads(page)
        except ValueError:
            return call.plain()
        if not isinstance(tree, dict):
            return call.plain(body=b'{"entries":%s,"%s":%s}' % (page, name.encode(), (text or "null").encode()))
        tree.pop(name, None)
        parts = [json.dumps(k) + ":" + json.dumps(v) for k, v in tree.items()]
        if text is not None:
            parts.append(json.dumps(name) + ":" + text)
        return call.plain(body=("{" + ",".join(parts) + "}").encode("utf-8", "surrogatepass"))
    return change


def first_id(text):
    """The first row's ids replaced by raw JSON (None: taken out)."""
    def change(call):
        try:
            tree = json.loads(call.body)
        except ValueError:
            return call.plain()
        rows = tree if isinstance(tree, list) else tree.get("entries") if isinstance(tree, dict) else None
        if rows and isinstance(rows[0], dict):
            for key in [k for k in rows[0] if k.endswith("Id") or k == "id"]:
                rows[0][key] = "\x00REPLACED\x00"
                if text is None:
                    del rows[0][key]
        raw = json.dumps(tree).replace(json.dumps("\x00REPLACED\x00"), text or "null")
        return call.plain(body=raw.encode("utf-8", "surrogatepass"))
    return change


def coded(encoding, change):
    return lambda call: call.plain(body=change(call.body), headers=(("Content-Encoding", encoding),))


def raw_deflate(data):
    squeeze = zlib.compressobj(wbits=-15)
    return squeeze.compress(data) + squeeze.flush()


def chunked(make, *headers):
    def change(call):
        lines = "".join("%s: %s\r\n" % h for h in headers)
        return (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + lines.encode() + b"\r\n" + make(call.body))
    return change


def length(value):
    return lambda call: b"HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n%s" % (value.encode(), call.body)


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def cases():
    """name -> what makes the answer's bytes of the call."""
    made = {}
    for code in (*range(201, 209), 226, 299, *range(300, 309), *range(400, 432), 440, 444, 449, 451, 460, 463, 494, 495,
                 499, *range(500, 512), *range(520, 531), 561, 598, 599, 600, 700, 999):
        if code not in (401,):
            made["status %d" % code] = status(code)
    made["status 401 for good"] = status(401)
    for code in ("000", "-1", "20", "2000", "2x0", "", "abc"):
        made["status line %r" % code] = framed("HTTP/1.1 %s X\r\nContent-Length: 2" % code, b"[]")
    for line in ("HTTP/0.9 200 OK", "HTTP/1.0 200 OK", "HTTP/2.0 200 OK", "HTTP/9 200", "ICY 200 OK", "http/1.1 200 ok",
                 "HTTP/1.1  200 OK", "SSH-2.0-x", "\x16\x03\x01", "{", "<html>", "\x00\x00"):
        made["first line %r" % line] = framed(line + "\r\nContent-Length: 2", b"{}")
    for where in ("", "/", "//", "http://127.0.0.1:1/", "https://example.invalid/", "file:///etc/passwd", "gopher://127.0.0.1/",
                  "?x", "http://u:p@127.0.0.1/", "a" * 9000, "javascript:1", "/v2/\x01"):
        made["redirect to %.20r" % where] = status(302, b"", ("Location", where))
    for value in ("-1", "99999999999999999999", "abc", "0x10", "1 1", "5,5", "+5", "1", "0", "1000000"):
        made["length %s" % value] = length(value)
    made["length twice"] = lambda c: b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\n" + c.body
    made["length and chunks"] = chunked(lambda b: chunk(b) + b"0\r\n\r\n", ("Content-Length", "3"))
    made["chunks"] = chunked(lambda b: b"".join(chunk(b[i:i + 7]) for i in range(0, len(b), 7)) + b"0\r\n\r\n")
    made["chunks with trailers"] = chunked(lambda b: chunk(b) + b"0\r\nX: y\r\nContent-Length: 1\r\n\r\n")
    made["chunks with extensions"] = chunked(lambda b: b"%x;a=b;c\r\n%s\r\n0\r\n\r\n" % (len(b), b))
    for bad in (b"zz\r\n", b"-5\r\n", b"fffffffffffffffffff\r\n", b"\r\n", b"5 5\r\n", b"0x5\r\n"):
        made["chunk size %r" % bad] = chunked(lambda b, bad=bad: bad + b + b"\r\n0\r\n\r\n")
    made["chunks for ever short"] = chunked(lambda b: chunk(b)[:-1] + b"X0\r\n\r\n")
    made["a header with NUL"] = framed("HTTP/1.1 200 OK\r\nX: a\x00b\r\nContent-Length: 2", b"[]")
    made["a folded header"] = lambda c: b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: %d\r\n\r\n%s" % (len(c.body), c.body)
    made["a header of 300 KB"] = framed("HTTP/1.1 200 OK\r\nX: " + "a" * 300000 + "\r\nContent-Length: 2", b"[]")
    made["20,000 headers"] = framed("HTTP/1.1 200 OK\r\n" + "X: y\r\n" * 20000 + "Content-Length: 2", b"[]")
    made["a header without a name"] = framed("HTTP/1.1 200 OK\r\n: y\r\nContent-Length: 2", b"[]")
    made["50 times 100 Continue"] = lambda c: b"HTTP/1.1 100 Continue\r\n\r\n" * 50 + c.plain()
    made["103 first"] = lambda c: b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + c.plain()
    made["101"] = framed("HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: Upgrade")
    made["the answer twice"] = lambda c: c.plain() + c.plain()
    made["one byte too many"] = lambda c: c.plain() + b"X"
    made["closed at once"] = lambda c: Proxy.CLOSE
    made["reset at once"] = lambda c: Proxy.RESET
    for encoding, change in (
            ("gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", raw_deflate), ("gzip", lambda b: b),
            ("br", lambda b: b), ("zstd", lambda b: b), ("gzip, gzip", lambda b: gzip.compress(gzip.compress(b))),
            ("identity", lambda b: b), ("x-odd", lambda b: b), ("gzip", lambda b: gzip.compress(b)[:-9]),
            ("gzip", lambda b: gzip.compress(b) + b"\0" * 50), ("gzip", lambda b: gzip.compress(b[:9]) + gzip.compress(b[9:])),
            ("gzip", lambda b: gzip.compress(b"") * 5000 + gzip.compress(b)), ("gzip", lambda b: gzip.compress(b" " * 70 * 2**20 + b)),
            ("gzip", lambda b: gzip.compress(b)[:10] + b"\xff" * 30)):
        made["encoding %d: %s" % (len(made), encoding)] = coded(encoding, change)
    for kind in ("text/html", "text/plain", "application/xml", "application/json; charset=utf-16", "", "image/png"):
        made["type %r" % kind] = lambda c, kind=kind: c.plain(headers=(("Content-Type", kind),))
    made["a web page"] = status(200, b"<!DOCTYPE html><html>log in</html>", ("Content-Type", "text/html"))
    made["a web page, 403"] = status(403, b"<html>blocked</html>", ("Content-Type", "text/html"))
    for value in ("-1", "1e9", "abc", "", "Thu, 99 Foo 2099 25:61:61 GMT", "Sun, 06 Nov 1994 08:49:37 GMT", "99999999999999999999"):
        made["Retry-After %r" % value] = status(503, b"{}", ("Retry-After", value))
    made.update(body_cases())
    return made


def body_cases():
    made = {}
    texts = (b"", b" ", b"null", b"true", b"0", b'""', b"[]", b"{}", b"[[]]", b"[null]", b"[1]", b'{"entries":null}',
             b'{"entries":{}}', b'{"entries":"x"}', b'{"entries":[null]}', b'{"entries":[1]}', b'{"entries":[[]]}',
             b'{"Entries":[]}', b'{"entries":[],"nextPage":null}', b'{"entries":[],"nextPage":null,"total":0}',
             b'{"code":"timedout","message":"x"}', b'{"code":"odd","message":"y"}', b'{"code":1,"message":2}',
             b"{'a':1}", b"{a:1}", b"[1,]", b"NaN", b"[Infinity]", b"// x\n[]", b"[]x", b"[][]", b"x[]", b"\xff\xfe[]", b"\x00",
             b"[\x00]", b'["\xc3("]', b'["\xed\xa0\x80"]', b"[" * 200000, b"[" * 5000 + b"]" * 5000, b'{"a":' * 5000,
             b"[1e999999]", b"[-]", b"[01]", b'["\\x"]', b'["\\ud800"]', b'["' + b"a" * 100000 + b'"]', b"[" + b"9" * 100000 + b"]")
    for text in texts:
        made["body %.25r" % text] = body(lambda _, text=text: text)
    for part in (1, 2, 3, 5, 8, 13, 50, 100):
        made["cut after %d/101" % part] = body(lambda b, part=part: b[:len(b) * part // 101])
    made["a byte order mark"] = body(lambda b: b"\xef\xbb\xbf" + b)
    made["two byte order marks"] = body(lambda b: b"\xef\xbb\xbf" * 2 + b)
    made["UTF-16"] = body(lambda b: b.decode("utf-8", "replace").encode("utf-16"))
    made["UTF-32"] = body(lambda b: b.decode("utf-8", "replace").encode("utf-32"))
    made["entries twice"] = body(lambda b: b.replace(b'{"entries":', b'{"entries":[],"entries":', 1))
    made["the body twice"] = body(lambda b: b + b)
    made["junk behind"] = body(lambda b: b + b"<script>")
    made["junk before"] = body(lambda b: b")]}',\n" + b)
    for text in (None, '""', "0", "false", "[]", "{}", '"same"', '"%00"', '"a\\u0000b"', '"a\\r\\nX: y"', '"../../x"',
                 '"http://127.0.0.1:1/"', '"' + "a" * 1000000 + '"', '" "', '"&limit=1"', '"%zz"', '"\\ud800"', "1e400", "7"):
        made["nextPage %.20s" % text] = member("nextPage", text)
        made["nextPageToken %.20s" % text] = member("nextPageToken", text)
    for text in (None, "-1", "0", "1", "5", "5.0", "5e0", "1.5", '"5"', '"x"', "null", "[]", "1e999", "9" * 50, "-0", "true"):
        made["total %.20s" % text] = member("total", text)
    for text in (None, "null", "5", '""', '"."', '".."', '"a/b"', '"%2e%2e"', '"a?b"', '"a#b"', '"a\\r\\nb"', '"a\\u0000b"',
                 '"\\ud800"', '"\u202e"', '"' + "x" * 1000000 + '"', "[]", "true", '"\\u001b[2J"'):
        made["ids %.20s" % text] = first_id(text)
    return made


def attack(bed, report, scale, seed):
    sim = bed.sim("--no-odd")
    reference = reference_of(bed, sim)
    bed.each(partial(one, bed, report, sim, "%s, %s" % (kind, name), kind, change, (index + seed) % 3 == 0,
                     None if is_lie(name) else reference)
             for index, (name, change) in enumerate(cases().items()) for kind in kinds(index + seed, scale))


def kinds(first, scale):
    return NAMES if scale >= 10 else [NAMES[(first + i * 4) % len(NAMES)] for i in range(max(1, round(3 * scale)))]


def is_lie(name):
    """Answers that say something else in good form; nobody can tell that it is not true."""
    return name.startswith(("ids ", "body b'[]'", "body b'{\"entries\":[", "body b'[[", "body b'[1", "body b'[null"))


def one(bed, report, sim, name, kind, change, is_for_good, reference):
    first = 1 if kind in ("token", "whoami", "paths", "dataset_sources", "datamodel_lineage") else 2

    def answer(call, _):
        is_meant = call.kind == kind and (call.number >= first if is_for_good else call.number == first)
        return change(call) if is_meant else None

    with Proxy(sim.port, answer) as proxy:
        folder = bed.folder()
        outcome = bed.extract(proxy.url, folder, "--timeout", "1", "--max-time", "20")
        report(name + (", for good" if is_for_good else ""), judge(outcome, folder, reference))
