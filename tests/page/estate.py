"""What the tests and the benchmark of the page share: a set of an organisation that the stand-in plays,
with its page, and a browser."""

import os
import shutil
import subprocess

from selenium import webdriver

BUILD = []  # the folder of the programs, once it is known


def build():
    return BUILD[0]


def browser():
    options = webdriver.ChromeOptions()
    arguments = ["--headless=new", "--disable-gpu", "--window-size=1200,900"]
    if os.getuid() == 0:  # Chromium's sandbox does not run as root
        arguments.append("--no-sandbox")
    for argument in arguments:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))


class Estate:
    """A set of an organisation, and its page."""

    def __init__(self, folder, sim, options=(), runs=1):
        self.output = folder / "out"
        self.page = folder / "page.html"
        port = folder / "port"
        with subprocess.Popen([build() / "sigmacat-sim", "--port-file", port, "--until-eof", *sim],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
            url = server.stdout.readline().split()[-1]
            environment = {"PATH": os.environ["PATH"], "CASTOR_SIGMA_HOST": url,
                           "CASTOR_SIGMA_CLIENT_ID": "sim-client", "CASTOR_SIGMA_API_TOKEN": "sim-secret"}
            for _ in range(runs):
                run = subprocess.run([build() / "castor-extract-sigma", "--output", self.output,
                                      "--html", self.page, *options], env=environment,
                                     capture_output=True, text=True, check=False)
                assert run.returncode in (0, 6), run.stderr
            server.stdin.close()
