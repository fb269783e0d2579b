"""Raw clinical-trial data in, a regulator-ready CDISC package out.

Examples
--------
>>> import cdisc_npc as npc
>>> study = npc.load_study("cdiscpilot")
>>> sdtm = npc.to_sdtm(npc.read_raw("raw", study), study)  # doctest: +SKIP
>>> sdtm.datasets["DM"]  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Where each public name lives; imported when it is first asked for, to keep start-up short.
_HOMES = {
    "load_study": "cdisc_npc.study.packaged",
    "read_raw": "cdisc_npc.raw.read",
    "to_sdtm": "cdisc_npc.sdtm.mapper",
    "to_adam": "cdisc_npc.pipeline.analysis",
    "build_sdtm": "cdisc_npc.pipeline.build",
    "build_package": "cdisc_npc.pipeline.build",
    "build_adam": "cdisc_npc.pipeline.analysis",
    "write_xpt": "cdisc_npc.transport.xpt",
    "read_xpt": "cdisc_npc.transport.xpt",
    "XptBlocks": "cdisc_npc.transport.xpt",
    "convert": "cdisc_npc.transport.convert",
    "compare_frames": "cdisc_npc.transport.compare",
    "compare_files": "cdisc_npc.transport.compare_files",
    "merge_supp": "cdisc_npc.sdtm.qualifiers",
    "check_folder": "cdisc_npc.check.run_checks",
    "schema": "cdisc_npc.check.schemas",
    "Findings": "cdisc_npc.findings",
    "Refused": "cdisc_npc.findings",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
