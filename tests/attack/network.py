"""A relay that splits, stalls, resets and half-closes between the program and a good server; and a good
server that is slow in every way. What was slow comes out whole, what was cut is told."""
import random
import socket
import struct
import threading
import time

from bed import judge, reference_of
from proxy import Front, Proxy


class Relay(Front):
    """Passes bytes between its own port and the stand-in's, disturbed by `manner` and the seed."""

    def __init__(self, port, manner, seed):
        self.manner, self.rng = manner, random.Random(seed)
        super().__init__(port)

    def serve(self, near):
        far = socket.create_connection(("127.0.0.1", self.sim_port))
        far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        seed = self.rng.random()
        threading.Thread(target=self.pass_on, args=(far, near, True, seed), daemon=True).start()
        self.pass_on(near, far, False, seed)

    def pass_on(self, source, target, is_answer, seed):
        rng, passed = random.Random("%s %s" % (seed, is_answer)), 0
        cut_at = rng.randrange(200, 60000) if self.manner in ("reset", "close", "half") and is_answer else None
        try:
            while (data := source.recv(65536)):
                if cut_at is not None and passed + len(data) >= cut_at:
                    target.sendall(data[:cut_at - passed])
                    if self.manner == "reset":
                        target.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    if self.manner == "half":
                        target.shutdown(socket.SHUT_WR)
                        time.sleep(0.2)
                    break
                passed += len(data)
                self.send(target, data, rng)
        except OSError:
            pass
        for end in (source, target):
            end.close()

    def send(self, target, data, rng):
        if self.manner == "stall" and rng.random() < 0.05:
            time.sleep(rng.random() * 0.4)
        if self.manner == "hang" and rng.random() < 0.01:
            time.sleep(3)
        if self.manner != "split":
            target.sendall(data)
            return
        while data:
            size = rng.choice((1, 1, 2, 3, 7, 100))
            target.sendall(data[:size])
            data = data[size:]


def drip(size, pause):
    def answer(call, connection):
        text = call.plain()
        for at in range(0, len(text), size):
            connection.sendall(text[at:at + size])
            time.sleep(pause)
        return b""
    return answer


def late(before, between):
    def answer(call, connection):
        time.sleep(before)
        head, _, rest = call.plain().partition(b"\r\n\r\n")
        for line in head.split(b"\r\n"):
            connection.sendall(line + b"\r\n")
        connection.sendall(b"\r\n")
        time.sleep(between)
        return rest
    return answer


def chunks(call, connection):
    connection.sendall(b"HTTP/1.1 %d OK\r\nTransfer-Encoding: chunked\r\n\r\n" % call.status)
    for at in range(0, len(call.body), 100):
        part = call.body[at:at + 100]
        connection.sendall(b"%x\r\n" % len(part) + part[:50])
        connection.sendall(part[50:] + b"\r\n")
    return b"0\r\n\r\n"


def closing(call, connection):
    connection.sendall(call.plain(headers=(("Connection", "close"),)))
    return Proxy.CLOSE


def until_closed(call, connection):
    connection.sendall(b"HTTP/1.0 %d OK\r\n\r\n" % call.status + call.body)
    return Proxy.CLOSE


def informed(call, connection):
    for _ in range(3):
        connection.sendall(b"HTTP/1.1 102 Processing\r\n\r\n")
        time.sleep(0.02)
    return None


SLOW = {"drips of 50 bytes": drip(50, 0.0005), "drips of 1,000 bytes": drip(1000, 0.01), "late": late(0.05, 0.02),
        "head and body apart": late(0, 0.1), "small chunks": chunks, "Connection: close": closing,
        "HTTP/1.0 until closed": until_closed, "102 Processing": informed}


def attack(bed, report, scale, seed):
    sim = bed.sim()
    reference = reference_of(bed, sim)
    for manner in ("split", "stall", "reset", "close", "half", "hang"):
        for number in range(max(1, round(12 * scale))):
            with Relay(sim.port, manner, seed + number) as relay:
                folder = bed.folder()
                outcome = bed.extract(relay.url, folder, "--timeout", "2", "--retries", "4")
                allowed = {0} if manner in ("split", "stall") else {0, 4, 6}
                report("relay, %s, seed %d" % (manner, seed + number), judge(outcome, folder, reference, allowed))
    for name, answer in SLOW.items():
        for window in ("1", "5"):
            with Proxy(sim.port, lambda call, connection, answer=answer: answer(call, connection)) as proxy:
                folder = bed.folder()
                outcome = bed.extract(proxy.url, folder, "--timeout", "5", "--concurrency", window)
                report("slow, %s, %s at once" % (name, window), judge(outcome, folder, reference, {0}))
