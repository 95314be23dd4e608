"""Power cuts. A run's changes of its folder are written down by shim.c; then the folder is built as a
disk may have it after a cut at each of them: what was synced is there, of the rest anything may be.
In each such folder no set with a summary is less than whole, and the next run ends well."""
import os
import random
import shutil
from functools import partial

from bed import judge, reference_of, sets, whole
from files import build_shim, shimmed

POLICIES = ("nothing", "all", "data", "names", "random", "torn")


class Disk:
    """Names and files as they are in memory (live) and on the disk (what a cut leaves)."""

    def __init__(self, folder):
        self.root, self.inodes, self.names, self.dirs = folder, {}, {}, {folder}
        for path, _, files in os.walk(folder):
            self.dirs.add(path)
            for name in files:
                where = os.path.join(path, name)
                self.names[where] = os.stat(where).st_ino
                with open(where, "rb") as file:
                    self.inodes[self.names[where]] = bytearray(file.read())
        self.data = []  # changes of data that nothing has synced: (inode, offset, bytes or None)
        self.renames = []  # changes of names likewise: (op, path, other or inode)

    def apply(self, record):
        op, inode, offset, data, paths = record
        if op in "WT":
            self.data.append((inode, offset, data if op == "W" else None))
        elif op == "S":
            kept = [change for change in self.data if change[0] != inode]
            for change in self.data:
                if change[0] == inode:
                    write(self.inodes, *change)
            self.data = kept
        elif op == "D":
            kept = [change for change in self.renames if not touches(change, paths[0])]
            for change in self.renames:
                if touches(change, paths[0]):
                    name(self.names, self.dirs, *change)
            self.renames = kept
        elif op == "C":
            self.renames.append(("C", paths[0], inode))
        else:
            self.renames.append((op, paths[0], paths[1] if len(paths) > 1 else None))

    def left(self, policy, rng):
        """(names, inodes, dirs) after a cut."""
        names, dirs = dict(self.names), set(self.dirs)
        inodes = {inode: bytearray(data) for inode, data in self.inodes.items()}
        keeps_names = {"nothing": 0, "all": 1, "data": 0, "names": 1, "random": None, "torn": 1}[policy]
        keeps_data = {"nothing": 0, "all": 1, "data": 1, "names": 0, "random": None, "torn": 1}[policy]
        for change in self.renames:
            if keeps_names if keeps_names is not None else rng.random() < 0.5:
                name(names, dirs, *change)
        for index, (inode, offset, data) in enumerate(self.data):
            if keeps_data if keeps_data is not None else rng.random() < 0.5:
                if policy == "torn" and data and index == len(self.data) - 1:
                    data = data[:rng.randrange(len(data))]
                write(inodes, inode, offset, data)
        return names, inodes, dirs

    def build(self, to, policy, rng):
        names, inodes, dirs = self.left(policy, rng)
        for path in sorted(dirs):
            os.makedirs(to + path[len(self.root):], exist_ok=True)
        for path, inode in names.items():
            if os.path.dirname(path) in dirs:
                with open(to + path[len(self.root):], "wb") as file:
                    file.write(inodes.get(inode, b""))


def touches(change, directory):
    return any(path and os.path.dirname(path) == directory for path in change[1:] if isinstance(path, str))


def write(inodes, inode, offset, data):
    file = inodes.setdefault(inode, bytearray())
    if data is None:
        del file[offset:]
        file.extend(bytes(max(0, offset - len(file))))
        return
    file.extend(bytes(max(0, offset - len(file))))
    file[offset:offset + len(data)] = data


def name(names, dirs, op, path, other):
    if op == "C":
        names[path] = other
    elif op == "M":
        dirs.add(path)
    elif op == "U":
        names.pop(path, None)
        dirs.discard(path)
    elif op == "R" and path in names:
        names[other] = names.pop(path)
    elif op == "L" and path in names:
        names[other] = names[path]


def records(log):
    with open(log, "rb") as file:
        while (line := file.readline()):
            op, inode, offset, length, paths = line.decode().rstrip("\n").split(" ", 4)
            yield op, int(inode), int(offset), file.read(int(length)), paths.split("\t")


def attack(bed, report, scale, seed):
    sim, shim = bed.sim(), build_shim(bed)
    reference = reference_of(bed, sim)
    for scenario in (("first run", ()), ("--keep 1", ("--keep", "1")), ("--incremental", ("--incremental",))):
        bed.each(partial(lane, bed, report, sim, shim, reference, scenario, scale, seed, number) for number in range(bed.jobs))


def lane(bed, report, sim, shim, reference, scenario, scale, seed, number):
    """One of bed.jobs shares of a scenario's cuts. It has a run of its own, and all its cuts are built in
    that run's folder: state knows its place."""
    name_of, options = scenario
    before, folder, rng = bed.folder(), bed.folder(), random.Random(seed + number)
    if options:
        bed.extract(sim.url, before, *options)
    shutil.copytree(before, folder, dirs_exist_ok=True)
    disk, log, made = Disk(folder), folder + ".log", 0
    bed.extract(sim.url, folder, *options, **shimmed(shim, folder, SHIM_LOG=log))
    for count, record in enumerate(records(log), 1):
        disk.apply(record)
        if scale < 0.2 and count % 8 and record[0] not in "RUD":
            continue
        for policy in POLICIES if scale >= 1 else (POLICIES[count % len(POLICIES)],):
            for again in range(max(1, round(4 * scale)) if policy in ("random", "torn") else 1):
                made += 1
                if made % bed.jobs == number:
                    cut(bed, report, sim, disk, reference, options, rng,
                        "%s, after change %d (%s), %s %d" % (name_of, count, record[0], policy, again), policy)


def cut(bed, report, sim, disk, reference, options, rng, case, policy):
    folder = disk.root
    shutil.rmtree(folder)
    disk.build(folder, policy, rng)
    wrong = [text for files in sets(folder).values() for text in whole(files)]
    outcome = bed.extract(sim.url, folder, *options)
    wrong += judge(outcome, folder, reference, {0})
    report(case, wrong)
