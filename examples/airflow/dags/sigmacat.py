"""A DAG for each profile of sigmacat's configuration file: extract the Sigma organisation, then upload what
that gave to Catalog.

SIGMACAT_CONFIG      the configuration file (/etc/sigmacat/config.yaml); each profile names its secrets' files,
                     and its output directory, which all workers have to share
SIGMACAT_SCHEDULE    when to start ("17 2 * * *")
SIGMACAT_RETRY_WAIT  seconds before the second try, doubled before each further one (300)

What a program ends with decides what Airflow does: 4 is tried again, and an internal error or a kill, too;
2, 3, 5, 6 and 7 fail at once, since another try would end the same way.
"""

import datetime
import os
import pathlib
import subprocess

import yaml
from airflow.sdk import DAG, BaseOperator
from airflow.sdk.exceptions import AirflowException, AirflowFailException

CONFIG = os.environ.get("SIGMACAT_CONFIG", "/etc/sigmacat/config.yaml")
WAIT = datetime.timedelta(seconds=float(os.environ.get("SIGMACAT_RETRY_WAIT", "300")))

FINAL = {
    2: "an option or the configuration file is wrong",
    3: "credentials or rights were refused",
    5: "a file, the disk or another run is in the way",
    6: "too much could not be read: the set is not uploaded",
    7: "refused for good: something has to be changed first",
}


class Sigmacat(BaseOperator):
    """Runs one of the two programs; its log is the task's."""

    def __init__(self, *, command, **kwargs):
        super().__init__(**kwargs)
        self.command = command

    def execute(self, context):
        self.child = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                      stdin=subprocess.DEVNULL, text=True, errors="replace")
        for line in self.child.stdout:
            self.log.info("%s", line.rstrip("\n"))
        status = self.child.wait()
        if status in FINAL:
            raise AirflowFailException(f"{self.command[0]} ended with {status}: {FINAL[status]}")
        if status:
            raise AirflowException(f"{self.command[0]} ended with {status}: it is tried again")

    def on_kill(self):
        """It needs a second to put its things in order; the next run goes on."""
        self.child.terminate()
        self.child.wait(30)


def dag_of(profile):
    with DAG(
        dag_id=f"sigmacat_{profile}",
        schedule=os.environ.get("SIGMACAT_SCHEDULE", "17 2 * * *"),
        start_date=datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc),
        catchup=False,
        max_active_runs=1,  # two runs of one organisation would share one limit
        default_args={"retries": 3, "retry_delay": WAIT, "retry_exponential_backoff": True},
        dagrun_timeout=datetime.timedelta(hours=20),
        tags=["sigmacat"],
    ) as dag:
        common = ["--config", CONFIG, "--profile", profile]
        extract = Sigmacat(task_id="extract", command=["castor-extract-sigma", *common])
        upload = Sigmacat(task_id="upload",
                          command=["castor-upload", *common, "--latest", "--skip-uploaded"])
        extract >> upload
    return dag


for name in yaml.safe_load(pathlib.Path(CONFIG).read_text())["profiles"]:
    globals()[f"sigmacat_{name}"] = dag_of(name)
