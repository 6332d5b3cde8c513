# The image of Volante, for amd64 and arm64:
#   docker buildx build --platform linux/amd64,linux/arm64 --tag volante .
ARG PYTHON=3.13
ARG DEBIAN=trixie

# Download the wheels of all libraries, each checked against its hash.
FROM python:${PYTHON}-slim-${DEBIAN} AS wheels
WORKDIR /build
COPY requirements.txt .
RUN python -m pip wheel --quiet --no-cache-dir --disable-pip-version-check --require-hashes --wheel-dir /wheels --requirement requirements.txt

FROM python:${PYTHON}-slim-${DEBIAN}
# With PostgreSQL, flask backup and flask restore need pg_dump and psql. Their version must be that of
# the server in compose.postgres.yaml, or newer.
RUN apt-get update -q && apt-get install -q -y --no-install-recommends postgresql-client-17 && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 volante && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/volante --shell /usr/sbin/nologin volante
RUN install -d -m 700 -o 10001 -g 10001 /var/lib/volante
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels python -m venv /opt/volante && /opt/volante/bin/pip install --quiet --no-cache-dir --disable-pip-version-check --no-index --no-deps /wheels/*.whl
WORKDIR /srv/volante
COPY . .
# The root is read-only, so compile now.
RUN /opt/volante/bin/python -m compileall -q campaign config.py wsgi.py

ENV PATH=/opt/volante/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    VOLANTE_ENV=production \
    VAR_DIR=/var/lib/volante \
    HOST=0.0.0.0 \
    PORT=8000
USER 10001:10001
VOLUME ["/var/lib/volante"]
EXPOSE 8000
STOPSIGNAL SIGTERM
# The first start migrates the database. Later ones are ready within seconds.
HEALTHCHECK --interval=15s --timeout=6s --start-period=120s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/readyz', timeout=5)"]
ENTRYPOINT ["flask"]
CMD ["serve"]
