# Parses a request with Python's own parser for MIME and prints "FILENAME-IN-HEX SHA256" of its one
# part. Usage: multipart.py FILE   Fails when the body is anything else than one part named "file".
import email.parser
import hashlib
import re
import sys

with open(sys.argv[1], "rb") as request:
    head, body = request.read().split(b"\r\n\r\n", 1)
headers = dict(
    (name.lower(), value.strip())
    for name, value in (line.split(b":", 1) for line in head.split(b"\r\n")[1:])
)
assert int(headers[b"content-length"]) == len(body), "Content-Length"
assert b"transfer-encoding" not in headers

message = email.parser.BytesParser().parsebytes(
    b"Content-Type: " + headers[b"content-type"] + b"\r\n\r\n" + body
)
assert message.is_multipart() and not message.defects, message.defects
parts = message.get_payload()
assert len(parts) == 1, len(parts)
part = parts[0]
assert not part.defects, part.defects
# The raw header: Python decodes what is not ASCII in ways of its own.
raw = dict((name.lower(), value) for name, value in part.raw_items())["content-disposition"]
raw = raw.encode("utf-8", "surrogateescape")
found = re.fullmatch(rb'form-data; name="file"; filename="([^"\r\n]*)"', raw)
assert found, raw
content = part.get_payload(decode=True)
print(found.group(1).hex(), hashlib.sha256(content).hexdigest())
