"""What several folders of tests need."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cdisc_npc as npc
from cdisc_npc.pipeline.build import build_package
from cdisc_npc.simulate import simulate
from tests.study.tiny import Said, Tiny


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is long is slow too, and files with slow tests come first.

    ``-m "not slow"`` takes the place of the ``-m "not long"`` of the configuration. A worker gets whole files:
    were the slow ones last, one worker would be at work when the others have nothing left to do.
    """
    slow = set()
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker("slow")
        elif item.get_closest_marker("slow"):
            slow.add(item.path)
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def clean_trial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean trial of seed 1: its export in ``raw``, its package in ``package``.

    Made once for all workers; not to be changed.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "clean of seed 1"
    done = folder.with_suffix(".done")
    try:
        folder.mkdir()
    except FileExistsError:
        while not done.exists():
            time.sleep(0.1)
        return folder
    try:
        simulate(folder / "raw", seed=1, clean=True)
        build_package(folder / "raw", folder / "package", npc.load_study("npc"))
    finally:
        done.touch()
    return folder


@pytest.fixture(scope="session")
def clean_package(clean_trial: Path) -> Path:
    """The package of that trial; not to be changed."""
    return clean_trial / "package"


@pytest.fixture
def odmlib_root() -> Callable[[Path], Any]:
    """Load a define.xml with odmlib, and let it check order, references and conformance."""
    pytest.importorskip("odmlib")

    def load(path: Path) -> Any:
        from odmlib import define_loader, loader, oid_generator
        from odmlib.define_2_1.rules.metadata_schema import MetadataSchema

        reader = loader.ODMLoader(define_loader.XMLDefineLoader(model_package="define_2_1"))
        reader.open_odm_document(str(path))
        root = reader.root()
        assert root.verify_order()
        assert root.verify_oids(oid_generator.create_oid_checker("define_2_1"))
        assert root.verify_conformance(MetadataSchema())
        return root

    return load


@pytest.fixture
def tiny(tmp_path: Path) -> Tiny:
    """A valid study in a folder of its own."""
    return Tiny(tmp_path / "tiny")


@pytest.fixture
def errors_of(tiny: Tiny) -> Callable[..., list[Said]]:
    """All errors after replacing parts: (file, old, new), ..."""

    def errors(*changes: tuple[str, str, str]) -> list[Said]:
        for name, old, new in changes:
            tiny.replace(name, old, new)
        return tiny.errors()

    return errors
