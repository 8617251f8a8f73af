"""Makes a Bento: the service, the release in force, its pinned packages and its container file."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from importlib.metadata import requires, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from credit.release import POINTER, Release, current_folder
from credit.trees.warm import warm as warm_trees
from features.errors import InputError
from features.warm import warm as warm_features
from serving.compiled import CACHE
from serving.settings import RELEASED

__all__ = ["container_file", "make_bento", "pinned"]

_PACKAGES = ("features", "credit", "serving")
_TRAINING_ONLY = frozenset(
    "lightgbm optuna scikit-learn matplotlib shap mlflow click tqdm openpyxl tomli-w httpx".split()
)
"""Packages that a worker never imports; those that another one needs come in all the same."""

_POSTGRES, _DRIVER = "postgres", "psycopg"

_CONTAINER_FILE = """\
FROM python:{python}-slim
ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 BENTOML_DO_NOT_TRACK=True CREDENCE_HOME=/srv/credence/home
RUN useradd --create-home --home-dir /srv/credence --uid 10001 credence
WORKDIR /srv/credence/bento
COPY env/python/requirements.txt env/python/requirements.txt
RUN pip install --no-deps --requirement env/python/requirements.txt
COPY --chown=credence:credence . .
USER 10001
RUN mkdir -p /srv/credence/home
VOLUME ["/srv/credence/home"]
EXPOSE 3000
HEALTHCHECK --start-period=120s CMD \
["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:3000/livez')"]
ENTRYPOINT ["bentoml", "serve", ".", "--host", "0.0.0.0", "--port", "3000"]
"""


def make_bento(releases: Path, out: Path) -> str:
    """Write a Bento with the release in force inside; it is served without registry or network.

    Parameters
    ----------
    releases : Path
        Folder with the pointer and the releases.
    out : Path
        A new file that ends with ``.tar``, or a new folder.

    Returns
    -------
    str
        Id of the release inside.

    Raises
    ------
    InputError
        Where there is no release in force, it does not load, or there is something at `out`.
    """
    if out.exists():
        raise InputError.of("a new file or folder as --out", "one that is there", "name another one")
    folder = current_folder(releases)
    release = Release.load(folder)
    # Reason: it goes into the Bento compiled, else its first start would compile for minutes.
    warm_features()
    warm_trees()
    with tempfile.TemporaryDirectory() as made:
        context = Path(made) / "context"
        _write_context(context, folder)
        bento = _build(context, Path(made) / "store", release.release_id)
        _finish(Path(bento.path))
        _write(Path(bento.path), out)
    return release.release_id


def pinned() -> list[str]:
    """Return every package that a worker needs, at the version that is installed here.

    The driver for PostgreSQL is one of them where it is installed.

    Examples
    --------
    >>> [line for line in pinned() if line.startswith(("mlflow", "lightgbm", "shap"))]
    []
    """
    found: set[str] = set()
    # Reason: replicas share a PostgreSQL, and a Bento may not fetch what it lacks.
    extra = _POSTGRES if find_spec(_DRIVER) else ""
    ahead = [name for name in _needed_by("credence", extra) if name not in _TRAINING_ONLY]
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead.extend(_needed_by(name, ""))
    return [f"{name}=={version(name)}" for name in sorted(found)]


def container_file() -> str:
    """Return the container file of a Bento for the Python that runs here."""
    return _CONTAINER_FILE.format(python=".".join(map(str, sys.version_info[:3])))


def _needed_by(name: str, extra: str) -> list[str]:
    wanted = map(Requirement, requires(name) or ())
    held = [need for need in wanted if need.marker is None or need.marker.evaluate({"extra": extra})]
    told = [need.name.lower().replace("_", "-") for need in held]
    for need in held:
        for part in need.extras:
            told += _needed_by(need.name, part)
    return told


def _write_context(context: Path, release: Path) -> None:
    root = Path(__file__).resolve().parents[1]
    for name in _PACKAGES:
        shutil.copytree(root / name, context / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(release, context / RELEASED / release.name)
    (context / RELEASED / POINTER).write_text(release.name, encoding="utf-8")


def _build(context: Path, store: Path, release_id: str) -> Any:
    from bentoml import bentos
    from bentoml._internal.bento import BentoStore

    store.mkdir()
    return bentos.build(
        "serving.service:Credence",
        name="credence",
        version=release_id,
        build_ctx=str(context),
        python={"packages": pinned(), "lock_packages": False},
        _bento_store=BentoStore(store),
    )


def _finish(bento: Path) -> None:
    """Put in what BentoML leaves out: compiled code, exact pins and our container file."""
    _copy_compiled(bento / "src")
    (bento / "env" / "python" / "requirements.txt").write_text("\n".join(pinned()) + "\n", encoding="utf-8")
    place = bento / "env" / "docker"
    place.mkdir(parents=True, exist_ok=True)
    (place / "Dockerfile").write_text(container_file(), encoding="utf-8")


def _copy_compiled(source: Path) -> None:
    """Put compiled code beside its source, where Numba looks first; it is checked by the source's hash."""
    from numba.core.caching import _CacheLocator

    kept = os.environ.get(CACHE)
    if not kept:
        return
    root = Path(__file__).resolve().parents[1]
    for folder in {path.parent for name in _PACKAGES for path in (root / name).rglob("*.py")}:
        place = _CacheLocator.get_suitable_cache_subpath(str(folder / "__init__.py"))
        compiled = Path(kept) / place
        if compiled.is_dir():
            shutil.copytree(compiled, source / folder.relative_to(root) / "__pycache__", dirs_exist_ok=True)


def _write(bento: Path, out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix == ".tar":
        shutil.make_archive(str(out.with_suffix("")), "tar", bento)
    else:
        shutil.copytree(bento, out)
