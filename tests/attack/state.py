"""Damaged state files: what an interrupted run has kept, and the record of uploads, with bytes changed,
pages swapped, parts cut off. A run either mends it or ends with 5; it never publishes what is wrong."""
import os
import random
import shutil
from functools import partial

from bed import judge, reference_of
from files import build_shim, calls_of, shimmed


def damage(data, rng):
    """A copy with one kind of damage, and its name."""
    kind = rng.choice(("byte", "byte", "bit", "bytes", "zeros", "swap", "cut", "grown", "repeat", "text"))
    made, at = bytearray(data), rng.randrange(max(1, len(data)))
    page = at // 4096 * 4096
    if kind == "byte":
        made[at] = rng.randrange(256)
    elif kind == "bit":
        made[at] ^= 1 << rng.randrange(8)
    elif kind == "bytes":
        made[at:at + 16] = rng.randbytes(len(made[at:at + 16]))
    elif kind == "zeros":
        made[page:page + 4096] = bytes(len(made[page:page + 4096]))
    elif kind == "swap":
        other = rng.randrange(max(1, len(data) // 4096)) * 4096
        made[page:page + 4096], made[other:other + 4096] = made[other:other + 4096], made[page:page + 4096]
    elif kind == "cut":
        del made[at:]
    elif kind == "grown":
        made += rng.randbytes(rng.choice((1, 100, 4096)))
    elif kind == "repeat":
        made[page:page + 4096] = made[max(0, page - 4096):page] or made[page:page + 4096]
    else:  # a letter or a digit of what is kept as text
        places = [i for i in range(at, min(len(made), at + 4096)) if chr(made[i]).isalnum() and made[i] < 128]
        if places:
            made[rng.choice(places)] = rng.choice(b"abcdefghijklmnopqrstuvwxyz0123456789")
    return kind, bytes(made)


def attack(bed, report, scale, seed):
    sim, shim = bed.sim(), build_shim(bed)
    reference = reference_of(bed, sim)
    calls = calls_of(bed, shim, sim, ())
    stopped, done, full = bed.folder(), bed.folder(), bed.folder()
    bed.extract(sim.url, stopped, **shimmed(shim, stopped, SHIM_KILL=str(calls * 6 // 10)))
    bed.extract(sim.url, done, "--incremental")
    shutil.copytree(done, full, dirs_exist_ok=True)
    bed.upload(sim.url, full, "--latest", "--skip-uploaded")
    bed.each(partial(spoilt, bed, report, source, "state.db", seed, number,
                     lambda folder, options=options: bed.extract(sim.url, folder, *options), reference)
             for number in range(round(1500 * scale))
             for source, options in (((stopped, ()), (done, ("--incremental",)))[number % 2],))
    bed.each(partial(spoilt, bed, report, full, "uploads.db", seed, number,
                     lambda folder: bed.upload(sim.url, folder, "--latest", "--skip-uploaded"), None)
             for number in range(round(300 * scale)))


def spoilt(bed, report, source, name, seed, number, act, reference):
    rng = random.Random("%d %s %d" % (seed, name, number))
    folder = bed.folder()
    shutil.copytree(source, folder, dirs_exist_ok=True)
    state = os.path.join(folder, ".sigmacat")
    files = [f for f in os.listdir(state) if f.startswith(name) and os.path.getsize(os.path.join(state, f))]
    path = os.path.join(state, rng.choice(sorted(files)))
    with open(path, "rb") as file:
        kind, data = damage(file.read(), rng)
    with open(path, "wb") as file:
        file.write(data)
    outcome = act(folder)
    wrong = judge(outcome, folder, reference, {0, 5})
    report("%s %d: %s of %s" % (name, number, kind, os.path.basename(path)), wrong)
    shutil.rmtree(folder)
