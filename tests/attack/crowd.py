"""Two uploads and an extraction at once on one directory, over and over, each killed now and then. No
set that looks whole is less, nothing is sent that is not whole, and all is well once they are left alone."""
import json
import os
import random
import subprocess

from bed import SOURCE, judge, log_faults, Outcome, reference_of, sets, whole


def start(bed, rng, sim, folder, what):
    environment = bed.environment(CASTOR_SIGMA_API_TOKEN="sim-secret", CASTOR_UPLOADER_TOKEN="sim-token")
    if what == "extract":
        words = [os.path.join(bed.build, "castor-extract-sigma"), "-H", sim.url, "-c", "sim-client", "-o", folder,
                 "--keep", "2", *rng.choice(((), ("--incremental",)))]
    else:
        words = [os.path.join(bed.build, "castor-upload"), "--endpoint", sim.url, "-s", SOURCE, "-t", "VIZ", "-d", folder,
                 "--latest", *rng.choice(((), ("--skip-uploaded",)))]
    process = subprocess.Popen(words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    return process


def attack(bed, report, scale, seed):
    sim, rng = bed.sim(), random.Random(seed)
    reference = reference_of(bed, sim)
    folder = bed.folder()
    for number in range(round(300 * scale)):
        running = [start(bed, rng, sim, folder, what) for what in ("extract", "upload", "upload")]
        wrong = []
        for process in running:
            if rng.random() < 0.6:
                try:
                    process.wait(rng.random() * 0.06)
                except subprocess.TimeoutExpired:
                    process.kill()
        for process in running:
            log = process.communicate(timeout=120)[1]
            if process.returncode not in (0, 5, -9):
                wrong.append("status %s: %s" % (process.returncode, log[-300:].decode(errors="replace")))
            wrong += log_faults(Outcome(process.returncode, b"", log))
        wrong += [text for files in sets(folder).values() for text in whole(files)]
        report("round %d" % number, wrong)
    outcome = bed.extract(sim.url, folder, "--keep", "2")
    report("afterwards, the extraction", judge(outcome, folder, reference, {0}))
    outcome = bed.upload(sim.url, folder, "--latest", "--skip-uploaded")
    report("afterwards, the upload", [] if outcome.status == 0 else [outcome.log.decode(errors="replace")])
    uploads = sim.get("/_sim/uploads")
    report("what was sent", [] if json.dumps(uploads) else ["nothing was"])
