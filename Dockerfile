# What GitHub builds, once a job, to run the action; `docker build .` makes the same image.

# The tag tells people which Python and Debian this is, the digest tells Docker which bytes. Move both together.
FROM python:3.11.17-slim-trixie@sha256:45037981b62b34b44602584fccbc4d884d5f7dc92c7ee86bb38a698a79fe1e51 AS python


FROM python AS build

# A file of certificates for pip, where a proxy re-signs what is downloaded. Only this stage knows it.
ARG PIP_CERT
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore

WORKDIR /build
# The environment gets no pip of its own: the base image's pip fills it from outside and stays behind.
COPY requirements.lock requirements-dev.lock ./
RUN python3 -m venv --without-pip /opt/lpcac \
 && python3 -m pip --python /opt/lpcac install --only-binary=:all: --require-hashes --requirement requirements.lock \
 # What makes a wheel of lpcac itself, as the other lock has it: the lines from its name to the last of its hashes.
 && sed -n '/^flit-core==/,/[^\\]$/p' requirements-dev.lock > build.lock \
 && python3 -m pip install --only-binary=:all: --require-hashes --requirement build.lock
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN python3 -m pip wheel --no-deps --no-build-isolation --no-index --wheel-dir dist . \
 && python3 -m pip --python /opt/lpcac install --no-deps --no-index dist/*.whl


FROM python

LABEL org.opencontainers.image.title="lpcac" \
      org.opencontainers.image.description="Configuration as code for Logpoint Director: validate, plan, apply, drift." \
      org.opencontainers.image.licenses="Apache-2.0"

# Debian drops a package's old versions from its archive, so a pinned git would stop the image from building.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates git \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log \
 # The workspace belongs to the runner's user and git runs as root: without this, git refuses to read it. The star,
 # because nothing but what the runner mounts is ever in here.
 && git config --system --add safe.directory '*' \
 # A change could bring a bare repository as ordinary files, with settings that run programs. It is not one to git.
 && git config --system safe.bareRepository explicit \
 # Nothing is installed from here on.
 && python3 -m pip uninstall --yes --quiet --root-user-action=ignore pip setuptools wheel

COPY --from=build /opt/lpcac /opt/lpcac

# The byte code is in the image already; a mounted workspace is left as it was found.
ENV PATH="/opt/lpcac/bin:${PATH}" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONSAFEPATH=1 \
    PYTHONUNBUFFERED=1

# There is no USER: GitHub mounts the workspace and the files for outputs and summary so that root can write them, and
# asks that a container action runs as root.
ENTRYPOINT ["lpcac"]
# What GitHub runs, which gives no arguments. Anyone else names a command: docker run IMAGE plan ...
CMD ["action"]
