"""Little of everything: address space, descriptors, processes, file size, stack. A run ends well or with
1 or 5 and a reason; it never publishes less than the whole."""
import resource
import subprocess

from bed import judge, reference_of

MIB = 2**20
LIMITS = ([("RLIMIT_AS", mib * MIB) for mib in (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 128)]
          + [("RLIMIT_NOFILE", n) for n in (*range(3, 40), 64)] + [("RLIMIT_NPROC", n) for n in (0, 1)]
          + [("RLIMIT_FSIZE", n) for n in (0, 1, 100, 512, 1000, 4096, 5000, 10000, 32768, 100000, 200000)]
          + [("RLIMIT_STACK", n * 1024) for n in (64, 128, 256, 1024)] + [("RLIMIT_DATA", n * MIB) for n in (1, 2, 4, 8, 16, 32)]
          + [("RLIMIT_CPU", 1), ("RLIMIT_MEMLOCK", 0), ("RLIMIT_CORE", 0), ("RLIMIT_SIGPENDING", 0)])


def attack(bed, report, scale, seed):
    sim = bed.sim()
    reference = reference_of(bed, sim)
    for name, value in LIMITS if scale >= 0.5 else LIMITS[seed % 5::5]:
        for programs in ("extract", "upload"):
            one(bed, report, sim, reference, name, value, programs)


def one(bed, report, sim, reference, name, value, program):
    folder = bed.folder()
    act = bed.extract if program == "extract" else bed.upload
    if program == "upload":
        bed.extract(sim.url, folder)
    options = () if program == "extract" else ("--latest", "--skip-uploaded")
    with limited(name, value):
        outcome = act(sim.url, folder, *options)
    # The loader itself fails with 127 where not even the libraries fit; a file's size is told by
    # SIGXFSZ to programs that do not ignore it.
    is_ours = not (outcome.status in (127, -9, -11) and b"error while loading" in outcome.log or outcome.log == b"")
    wrong = judge(outcome, folder, reference if program == "extract" else None, {0, 1, 5}) if is_ours else []
    again = bed.extract(sim.url, folder) if program == "extract" else bed.upload(sim.url, folder, *options)
    wrong += ["then: status %s" % again.status] if again.status != 0 else []
    report("%s, %s = %d" % (program, name, value), wrong)


class limited:
    """Programs that are started within have this limit."""

    def __init__(self, name, value):
        self.what, self.value = getattr(resource, name), value

    def __enter__(self):
        self.popen = subprocess.Popen

        def popen(*args, **named):
            return self.popen(*args, preexec_fn=lambda: resource.setrlimit(self.what, (self.value, self.value)), **named)
        subprocess.Popen = popen

    def __exit__(self, *_):
        subprocess.Popen = self.popen
