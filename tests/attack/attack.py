#!/usr/bin/env python3
"""Attacks on the two programs, and whether they keep their promises under them. See README.md.

  attack.py [--scale N] [--seed N] [--jobs N] [--build DIR] [NAME...]

Prints a line for each attack and each broken promise, and ends with 1 when there was one. Everything
stays on loopback and in temporary folders."""
import argparse
import importlib
import sys
import threading
import time

from bed import Bed

ATTACKS = ("answers", "texts", "addresses", "network", "limits", "files", "cuts", "state", "crowd")


class Report:
    def __init__(self, name, is_loud):
        self.name, self.is_loud, self.cases, self.broken = name, is_loud, 0, 0
        self.lock = threading.Lock()

    def __call__(self, case, wrong):
        with self.lock:
            self.cases += 1
            self.broken += bool(wrong)
        for text in wrong:
            print("BROKEN %s: %s: %s" % (self.name, case, text), flush=True)
        if self.is_loud and not wrong:
            print("held %s: %s" % (self.name, case), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="which of: " + ", ".join(ATTACKS))
    parser.add_argument("--scale", type=float, default=1, help="times as many cases (default: 1)")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100000, help="of what is chosen at random")
    parser.add_argument("--jobs", type=int, default=12, help="cases at once, where they do not disturb each other (default: 12)")
    parser.add_argument("--build", default="build", help="where the programs are (default: build)")
    parser.add_argument("-v", dest="is_loud", action="store_true", help="a line for each case")
    options = parser.parse_args()
    print("seed %d, scale %g" % (options.seed, options.scale))
    broken = 0
    for name in options.names or ATTACKS:
        report, began = Report(name, options.is_loud), time.monotonic()
        with Bed(options.build, options.jobs) as bed:
            importlib.import_module(name).attack(bed, report, options.scale, options.seed)
        print("%-12s %6d cases, %d broken, %.0f s" % (name, report.cases, report.broken, time.monotonic() - began), flush=True)
        broken += report.broken
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
