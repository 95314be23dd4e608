"""What the tests of the examples share: the programs in a PATH, and the stand-in for Sigma and Catalog."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

import yaml

PROGRAMS = ("castor-extract-sigma", "castor-upload")
FILES_OF_A_SET = 12
SECRET, TOKEN = "the-secret-of-sigma", "the-token-of-catalog"


class Wrong(Exception):
    """A test does not hold."""


def expect(holds, text):
    if not holds:
        raise Wrong(text)


def read_yaml(path):
    return yaml.safe_load(pathlib.Path(path).read_text())


class Scene:
    """A folder with the programs in `bin`, and a stand-in of its own, until the block ends."""

    def __init__(self, *options):
        self.build = os.path.abspath(os.environ.get("SMC_BUILD", "build"))
        self.options = options
        self.held = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.held.name)
        self.url = None

    def __enter__(self):
        bin_directory = self.root / "bin"
        bin_directory.mkdir()
        for name in PROGRAMS:
            (bin_directory / name).symlink_to(f"{self.build}/{name}")
        (bin_directory / "extract-and-upload").symlink_to(os.path.abspath("examples/extract-and-upload.sh"))
        self.sim = subprocess.Popen(
            [f"{self.build}/sigmacat-sim", "--until-eof", "--no-odd", "--workbooks", "6", "--client-secret", SECRET,
             "--upload-token", TOKEN, *self.options], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.url = self.sim.stdout.readline().decode().split()[-1]
        return self

    def __exit__(self, *_):
        self.sim.stdin.close()
        self.sim.stdout.close()
        self.sim.wait(60)
        self.held.cleanup()

    def variables(self):
        """As little as a scheduler gives, and where the stand-in is. A failure is not waited for."""
        return {"PATH": f"{self.root}/bin:/usr/bin:/bin", "HOME": str(self.root),
                "CASTOR_SIGMA_HOST": self.url, "CASTOR_UPLOADER_ENDPOINT": self.url,
                "CASTOR_SIGMA_RETRIES": "0", "SIGMACAT_WAIT": "0"}

    def uploads(self):
        """What came, as the stand-in tells it."""
        return self.told("uploads")

    def told(self, what):
        with urllib.request.urlopen(f"{self.url}/_sim/{what}", timeout=60) as answer:
            return json.loads(answer.read())


def run_all(tests):
    """Runs [(name, function)]; ends the program with 1 when one does not hold."""
    failed = 0
    for name, test in tests:
        try:
            test()
            print(f"[       OK ] {name}", flush=True)
        except Wrong as error:
            print(f"[  FAILED  ] {name}: {error}", flush=True)
            failed += 1
    sys.exit(1 if failed or not tests else 0)
