"""The DAGs of examples/airflow, read and run by Airflow itself with dag.test(), against the stand-in: what
each exit status makes of a task. Usage: airflow_dag.py, with SMC_BUILD."""

import logging
import os
import pathlib
import re
import sys
import tempfile
import threading
import time

from scene import FILES_OF_A_SET, SECRET, TOKEN, Scene, expect, read_yaml, run_all

FOLDER = pathlib.Path("examples/airflow")
CONFIG = read_yaml(FOLDER / "config.yaml")
HOME = tempfile.TemporaryDirectory()
# name; faults of the stand-in; variables; of extract and upload (state, tries); uploads that came
ENDS = (
    ("it works", (), {}, ("success", 1), ("success", 1), FILES_OF_A_SET),
    ("Sigma is down once", ("call=token,attempt=1,do=status:503",), {},
     ("success", 2), ("success", 1), FILES_OF_A_SET),
    ("Sigma stays down", ("call=token,do=status:503",), {}, ("failed", 4), ("upstream_failed", 0), 0),
    ("Catalog is down once", ("call=upload,object=members.json,attempt=1,do=status:503",),
     {}, ("success", 1), ("success", 2), None),
    ("2: a wrong setting", (), {"CASTOR_SIGMA_CONCURRENCY": "many"}, ("failed", 1), ("upstream_failed", 0), 0),
    ("3: a wrong secret", (), {"CASTOR_SIGMA_API_TOKEN": "wrong"}, ("failed", 1), ("upstream_failed", 0), 0),
    ("3: a wrong token", (), {"CASTOR_UPLOADER_TOKEN": "wrong"}, ("success", 1), ("failed", 1), None),
    ("5: no directory", (), {"CASTOR_OUTPUT_DIRECTORY": "/dev/null/x"}, ("failed", 1), ("upstream_failed", 0), 0),
    ("6: degraded", ("call=elements,do=status:404",), {}, ("failed", 1), ("upstream_failed", 0), 0),
    ("7: refused for good", ("call=files,do=status:400",), {}, ("failed", 1), ("upstream_failed", 0), 0),
)


def set_up():
    """Airflow with a home and a data base of its own, before it is imported."""
    home = pathlib.Path(HOME.name)
    text = (FOLDER / "config.yaml").read_text()
    (home / "config.yaml").write_text(re.sub(r"/(etc|var/lib)(?=/)", rf"{home}/\1", text))
    config = read_yaml(home / "config.yaml")
    for profile in config["profiles"].values():
        for part, key, text in (("sigma", "api_token_file", SECRET), ("upload", "token_file", TOKEN)):
            path = pathlib.Path(profile[part][key])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            path.chmod(0o600)
    os.environ.update({
        "AIRFLOW_HOME": str(home), "SIGMACAT_CONFIG": str(home / "config.yaml"), "SIGMACAT_RETRY_WAIT": "0.01",
        "AIRFLOW__CORE__DAGS_FOLDER": str((FOLDER / "dags").absolute()), "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR"})
    sys.path.insert(0, str(FOLDER / "dags"))
    from airflow.utils.db import upgradedb

    logging.disable(logging.WARNING)
    upgradedb()


def test_read():
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(dag_folder=str(FOLDER / "dags"))
    expect(not bag.import_errors, f"{bag.import_errors}")
    expect(set(bag.dags) == {f"sigmacat_{p}" for p in CONFIG["profiles"]}, f"{set(bag.dags)}")
    for dag in bag.dags.values():
        expect(dag.max_active_runs == 1 and not dag.catchup, f"{dag.dag_id}: runs overlap")
        expect(dag.get_task("upload").upstream_task_ids == {"extract"}, "not one after the other")
        expect(all(t.retries == 3 for t in dag.tasks), "not tried again")


def test_end(profile, faults, variables, extract, upload, uploads):
    import sigmacat

    options = ["--client-id", CONFIG["profiles"][profile]["sigma"]["client_id"]]
    for fault in faults:
        options += ["--fault", fault]
    before = dict(os.environ)
    with Scene(*options) as scene:
        own = scene.variables()
        os.environ.update({**own, "PATH": f"{scene.root}/bin:{before['PATH']}", "HOME": before["HOME"],
                           "CASTOR_UPLOADER_RETRIES": "0", "CASTOR_OUTPUT_DIRECTORY": f"{scene.root}/sets",
                           "CASTOR_UPLOADER_DIRECTORY_PATH": f"{scene.root}/sets", **variables})
        try:
            run = getattr(sigmacat, f"sigmacat_{profile}").test()
        finally:
            os.environ.clear()
            os.environ.update(before)
        ended = {t.task_id: (t.state, t.try_number) for t in run.get_task_instances()}
        sent = scene.uploads()
    expect(ended == {"extract": extract, "upload": upload}, f"{ended}")
    expect(uploads in (None, len(sent)), f"{len(sent)} uploads")
    source = CONFIG["profiles"][profile]["upload"]["source_id"]
    expect(all(source in u["path"] for u in sent), "another source")


def test_killed():
    """As Airflow ends a task: the program has put its things in order, and the task is tried again."""
    import sigmacat
    from airflow.sdk.exceptions import AirflowException, AirflowFailException

    with Scene("--fault", "call=workbooks,do=silent") as scene:
        command = ["env", *(f"{n}={text}" for n, text in scene.variables().items()), "castor-extract-sigma",
                   "--client-id", "sim-client", "--api-token", SECRET, "--output", f"{scene.root}/sets"]
        task = sigmacat.Sigmacat(task_id="killed", command=command)
        ended = []

        def execute():
            try:
                task.execute({})
            except AirflowException as error:
                ended.append(error)

        thread = threading.Thread(target=execute)
        thread.start()
        while not scene.told("stats")["calls"]["token"]["all"] and thread.is_alive():
            time.sleep(0.05)
        task.on_kill()
        thread.join(60)
        left = sorted(p.name for p in (scene.root / "sets").iterdir() if p.name != ".sigmacat")
    expect(len(ended) == 1 and "ended with 143" in str(ended[0]), f"{ended}")
    expect(not isinstance(ended[0], AirflowFailException), "it is not tried again")
    expect(not left, f"left: {left}")


set_up()
run_all([("airflow: read", test_read)] +
        [(f"airflow: {row[0]}", lambda row=row: test_end("acme", *row[1:])) for row in ENDS] +
        [("airflow: killed", test_killed), ("airflow: the other profile", lambda: test_end("globex", *ENDS[0][1:]))])
