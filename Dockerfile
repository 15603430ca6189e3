# Two stages: the first does what `make install` does, less the tools for developing; the second only runs.
FROM python:3.11-slim-bookworm AS build
WORKDIR /opt/crosshub
RUN python -m venv .venv
COPY requirements.lock requirements-build.lock ./
RUN .venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY aggregator aggregator
COPY migrations migrations
# The build's own tools stay in this stage.
RUN python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements-build.lock \
 && python -m pip wheel --no-deps --no-build-isolation --wheel-dir /tmp/wheels . \
 && .venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps /tmp/wheels/*.whl

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /var/lib/crosshub --create-home crosshub
COPY --from=build /opt/crosshub/.venv /opt/crosshub/.venv
ENV PATH=/opt/crosshub/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    CROSSHUB_CONFIG=/etc/crosshub/crosshub.yaml \
    CROSSHUB_LISTEN=0.0.0.0:9099
USER crosshub
WORKDIR /var/lib/crosshub
EXPOSE 9099
HEALTHCHECK --interval=30s --timeout=3s --start-period=10s --retries=3 \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:9099/livez', timeout=2)"]
ENTRYPOINT ["crosshub"]
CMD ["serve"]
