#!/usr/bin/env python3
"""against_python.py VERDICTS SECONDS [SEED]: holds the scanner's judgement of a text against Python's json.

Texts are grown from a grammar and then damaged, so that about half of them are JSON. Both must say the
same of each; too deep nesting, which both bound, is left out."""
import json
import random
import struct
import subprocess
import sys
import time

BATCH = 200
ATOMS = (b"null", b"true", b"false", b"0", b"-0", b"1", b"-1.5", b"1e5", b"1E-5", b"0.0e+00", b"12345678901234567890123", b"1e999", b'""',
         b'"a"', b'"\\n\\u00e9\\ud83d\\ude00"', b'"\\ud800"', b'"\xc3\xa9"', b'"\xf0\x9f\x98\x80"', b'"\\/\\b\\f"', b'"\x7f"', b'"\xef\xbb\xbf"')
BITS = (b"", b" ", b"\t", b"\n", b"\r", b"\x0b", b"\x00", b",", b":", b"[", b"]", b"{", b"}", b'"', b"\\", b"'", b"-", b"+", b".", b"e", b"E",
        b"0", b"1", b"u", b"\\u", b"\\u12", b"\\ud800", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x80", b"\xef\xbb\xbf",
        b"NaN", b"Infinity", b"//", b"/*", b"nul", b"True", b"01", b"1.", b".5", b"1e", b"\x1f", b"\xc2\xa0")


def grown(rng, depth=0):
    roll = rng.random()
    if depth > 5 or roll < 0.4:
        return rng.choice(ATOMS)
    space = rng.choice((b"", b"", b" ", b"\r\n\t"))
    count = rng.randrange(4)
    if roll < 0.7:
        return b"[" + space + (b"," + space).join(grown(rng, depth + 1) for _ in range(count)) + space + b"]"
    pairs = [rng.choice(ATOMS[12:]) + space + b":" + space + grown(rng, depth + 1) for _ in range(count)]
    return b"{" + space + b",".join(pairs) + space + b"}"


def damaged(rng, text):
    made = bytearray(text)
    for _ in range(rng.choice((0, 0, 1, 1, 1, 2, 3))):
        at = rng.randrange(len(made) + 1)
        way = rng.random()
        if way < 0.5:
            made[at:at] = rng.choice(BITS)
        elif way < 0.75:
            del made[at:at + rng.choice((1, 1, 2, 5))]
        elif made:
            made[min(at, len(made) - 1)] = rng.choice(rng.choice(BITS) or b"x")
    return bytes(made)


def refuse(text):
    raise ValueError(text)


def is_json(text):
    try:
        json.loads(text.decode("utf-8"), parse_constant=refuse, parse_int=str, parse_float=str)
    except (ValueError, UnicodeDecodeError):
        return False
    return True


def main():
    verdicts, seconds = sys.argv[1], float(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else int(time.time())
    rng, until, count, valid = random.Random(seed), time.monotonic() + seconds, 0, 0
    with subprocess.Popen([verdicts], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        while time.monotonic() < until:
            texts = [damaged(rng, grown(rng)) for _ in range(BATCH)]
            program.stdin.write(b"".join(struct.pack("<I", len(text)) + text for text in texts))
            program.stdin.flush()
            said = program.stdout.read(BATCH)
            if len(said) < BATCH:
                print("seed %d: the program ended, or says two things of one text" % seed)
                return 1
            for text, verdict in zip(texts, said):
                expected = is_json(text)
                valid += expected
                if verdict != ord("D") and (verdict == ord("Y")) != expected:
                    print("seed %d: %r: the scanner says %c, Python's json %s" % (seed, text, verdict, expected))
                    return 1
            count += BATCH
        program.stdin.close()
    print("against_python: %d texts, %d of them JSON, all judged alike (seed %d)" % (count, valid, seed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
