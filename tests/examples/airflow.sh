#!/bin/sh
# See airflow_dag.py: Airflow has a folder of its own, since its packages are many.
export PYTHONDONTWRITEBYTECODE=1 SMC_BUILD="${SMC_BUILD:-build}"
exec build/airflow/bin/python tests/examples/airflow_dag.py
