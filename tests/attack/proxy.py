"""A server in front of the stand-in that passes every call on, and lets an attack replace or mend the
answers. What it sends is raw bytes: nothing is put right on the way."""
import http.client
import re
import socket
import struct
import threading

KINDS = (  # kind, how its path looks (the stand-in's names)
    ("token", r"/v2/auth/token$"), ("whoami", r"/v2/whoami$"), ("paths", r"/v2/connections/paths$"),
    ("path", r"/v2/connections/paths/."), ("connections", r"/v2/connections$"), ("workbooks", r"/v2/workbooks$"),
    ("datamodels", r"/v2/dataModels$"), ("datasets", r"/v2/datasets$"), ("files", r"/v2/files$"),
    ("members", r"/v2/members$"), ("workbook_sources", r"/v2/workbooks/[^/]+/sources$"),
    ("elements", r"/v2/workbooks/[^/]+/elements$"), ("datamodel_sources", r"/v2/dataModels/[^/]+/sources$"),
    ("datamodel_lineage", r"/v2/dataModels/[^/]+/lineage$"), ("dataset_sources", r"/v2/datasets/[^/]+/sources$"))
NAMES = tuple(kind for kind, _ in KINDS)


def kind_of(target):
    path = target.split("?")[0]
    return next((kind for kind, pattern in KINDS if re.match(pattern, path)), "other")


class Call:
    """One request and the stand-in's answer to it."""

    def __init__(self, kind, number, target, answer, body):
        self.kind, self.number, self.target = kind, number, target
        self.status, self.body = answer.status, body
        self.headers = [(k, v) for k, v in answer.getheaders()
                        if k.lower() not in ("content-length", "connection", "transfer-encoding")]

    def plain(self, status=None, body=None, headers=()):
        """The answer as bytes, with another status, body or more headers where they are given."""
        body = self.body if body is None else body
        lines = ["HTTP/1.1 %s X" % (status or self.status), "Content-Length: %d" % len(body)]
        lines += ["%s: %s" % pair for pair in self.headers if pair[0].lower() not in [h[0].lower() for h in headers]]
        lines += ["%s: %s" % pair for pair in headers]
        return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + body


class Front:
    """Listens on a port of its own, in front of the stand-in's, until it is left; `serve(connection)` is
    called in a thread for each connection."""

    def __init__(self, sim_port, scheme="http"):
        self.sim_port = sim_port
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = "%s://127.0.0.1:%d" % (scheme, self.socket.getsockname()[1])
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()


class Proxy(Front):
    """`answer(call, connection)` is asked for each call: it returns the bytes to send, None to pass the
    stand-in's answer on, or CLOSE or RESET. `connection` sends on its own what it likes first."""

    CLOSE, RESET = object(), object()

    def __init__(self, sim_port, answer, tls=None):
        self.answer, self.tls = answer, tls
        self.counts, self.lock = {}, threading.Lock()
        super().__init__(sim_port, "https" if tls else "http")

    def serve(self, connection):
        upstream = http.client.HTTPConnection("127.0.0.1", self.sim_port, timeout=60)
        try:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            reader = connection.makefile("rb")
            while self.one(reader, connection, upstream):
                pass
        except (OSError, http.client.HTTPException, ValueError):
            pass
        finally:
            upstream.close()
            connection.close()

    def one(self, reader, connection, upstream):
        line = reader.readline(65536).decode("latin-1").split()
        if len(line) != 3:
            return False
        headers = {}
        while (row := reader.readline(65536).decode("latin-1").rstrip("\r\n")):
            name, _, value = row.partition(":")
            headers[name] = value.strip()
        body = reader.read(int(headers.get("Content-Length", 0)))
        upstream.request(line[0], line[1], body, headers)
        answer = upstream.getresponse()
        kind = kind_of(line[1])
        with self.lock:
            number = self.counts[kind] = self.counts.get(kind, 0) + 1
        call = Call(kind, number, line[1], answer, answer.read())
        sent = self.answer(call, connection)
        if sent is Proxy.RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if sent is Proxy.CLOSE or sent is Proxy.RESET:
            return False
        connection.sendall(call.plain() if sent is None else sent)
        return True
