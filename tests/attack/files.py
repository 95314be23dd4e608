"""System calls on files that fail, once or from then on, and kills before each of them; by shim.c."""
import errno
import os
import shutil
import subprocess
from functools import partial

from bed import judge, reference_of

HERE = os.path.dirname(os.path.abspath(__file__))


def build_shim(bed):
    shim = os.path.join(bed.root, "shim.so")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", shim, os.path.join(HERE, "shim.c")], check=True)
    return shim


def shimmed(shim, folder, **more):
    """The environment of a program whose changes below `folder` are seen."""
    return {"LD_PRELOAD": shim, "SHIM_ROOT": folder, **more}


def calls_of(bed, shim, sim, options):
    folder, count = bed.folder(), os.path.join(bed.root, "count%d" % bed.made)
    bed.extract(sim.url, folder, *options, **shimmed(shim, folder, SHIM_COUNT=count))
    return os.path.getsize(count)


def attack(bed, report, scale, seed):
    sim, shim = bed.sim(), build_shim(bed)
    reference = reference_of(bed, sim)
    calls = calls_of(bed, shim, sim, ())
    step = max(1, round(1 / scale))
    bed.each(partial(one, bed, report, sim, shim, reference, case, **what)
             for call in range(1 + seed % step, calls + 1, step) for case, what in cases(call))


def cases(call):
    for code, more in ((errno.ENOSPC, "+"), (errno.EIO, ""), (errno.EIO, "+"), (errno.EDQUOT, ""), (errno.EROFS, "+"),
                       (errno.EACCES, ""), (errno.EINTR, "")):
        yield ("call %d: %s%s" % (call, errno.errorcode[code], more)), {"SHIM_FAIL": "%d:%d%s" % (call, code, more)}
    yield "kill before call %d" % call, {"SHIM_KILL": str(call)}


def one(bed, report, sim, shim, reference, case, **what):
    """The disturbed run keeps its promises, and the one behind it ends well."""
    folder = bed.folder()
    outcome = bed.extract(sim.url, folder, **shimmed(shim, folder, **what))
    wrong = judge(outcome, folder, reference, {0, 5, -9} if "SHIM_KILL" in what else {0, 5})
    if outcome.status == -9:
        wrong = [text for text in wrong if "without a word" not in text]
    again = bed.extract(sim.url, folder)
    report(case, wrong + ["then " + text for text in judge(again, folder, reference, {0})])
    shutil.rmtree(folder)
