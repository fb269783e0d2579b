"""Rules of CDISC CORE on files: the part that runs in the engine's own interpreter.

Run by path, ``python3.12 -P core_worker.py REQUEST.json RESULTS.jsonl``, without this package on the
path; only the engine is imported, and only when a run begins. No network is used.

The request names files, a standard and its version, a cache of rules, CT packages, define.xml, and which
part of how many of the rules is wanted. The first line of the results says how many rules there are and
which CT packages the cache lacks; then each rule has a line:

``id``, ``title``, ``basis``, ``type``
    As the rule states them.
``passed``
    Datasets that it was judged on without a finding.
``skipped``, ``failed``
    By dataset, why the engine did not or could not judge it.
``found``
    For each dataset ``message``, ``variables``, ``values`` by variable, one a finding, and ``rows``,
    counted from 1; null of a finding that is of no record.
"""

from __future__ import annotations

import gzip
import json
import pickle
import sys
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

Json = Any


class JsonCache:
    """A cache of gzipped JSON: ``rules_*``, ``standard_*``, ``published_ct`` and ``ct/*``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def rules(self, standard: str, version: str) -> list[Json]:
        """Rules of a standard; without published ones, those named for it with an addition to the name."""
        name = f"rules_{standard}-{version}"
        paths = [self.folder / f"{name}.json.gz", *sorted(self.folder.glob(f"{name}-*.json.gz"))]
        return list(_json(next((path for path in paths if path.is_file()), paths[0])))

    def library(self, standard: str, version: str) -> dict[str, Json]:
        """What the engine's container of library metadata takes, but for terminology."""
        held = _json(self.folder / f"standard_{standard}-{version}.json.gz")
        return {
            "standard_metadata": held["standard"],
            "model_metadata": held["model"],
            "variables_metadata": held["variables_metadata"],
            "variable_codelist_map": held["variable_codelists"],
        }

    def terminology(self, package: str) -> Json | None:
        """A CT package, such as ``sdtmct-2025-03-28``; None: it is not there."""
        path = self.folder / "ct" / f"{package}.json.gz"
        return _json(path) if path.is_file() else None

    def published(self) -> set[str]:
        """Names of all CT packages that were ever published."""
        return set(_json(self.folder / "published_ct.json.gz"))


class PickleCache:
    """The engine's own cache, as its ``update-cache`` writes it: pickles, to be had from nobody else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def rules(self, standard: str, version: str) -> list[Json]:
        """Rules of a standard."""
        every = self._read("rules.pkl")
        return [every[name] for name in self._read("rules_dictionary.pkl").get(f"{standard}/{version}", ())]

    def library(self, standard: str, version: str) -> dict[str, Json]:
        """See `JsonCache.library`."""
        from cdisc_rules_engine.utilities import utils

        facts = self._read("standards_details.pkl")[utils.get_standard_details_cache_key(standard, version)]
        model = self._read("standards_models.pkl").get(utils.get_model_details_cache_key_from_ig(facts), {})
        variables = utils.get_library_variables_metadata_cache_key(standard, version, "")
        codelists = utils.get_standard_codelist_cache_key(standard, version)
        return {
            "standard_metadata": facts,
            "model_metadata": model,
            "variables_metadata": self._read("variables_metadata.pkl").get(variables),
            "variable_codelist_map": self._read("variable_codelist_maps.pkl").get(codelists),
        }

    def terminology(self, package: str) -> Json | None:
        """See `JsonCache.terminology`."""
        return self._read(f"{package}.pkl") if (self.folder / f"{package}.pkl").is_file() else None

    def published(self) -> set[str]:
        """Names of the CT packages that were published, which are those that it holds."""
        return {path.stem for path in self.folder.glob("*ct-*.pkl")}

    def _read(self, name: str) -> Json:
        with (self.folder / name).open("rb") as file:
            return pickle.load(file)


def open_cache(folder: Path) -> JsonCache | PickleCache:
    """Tell which of the two forms a cache has."""
    return PickleCache(folder) if (folder / "rules.pkl").is_file() else JsonCache(folder)


def _json(path: Path) -> Json:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return json.load(file)


def run(request: Mapping[str, Json], out: TextIO) -> None:
    """Judge every rule; see the module's text for the request and the results."""
    from cdisc_rules_engine.models.rule import Rule

    cache, standard, version = open_cache(Path(request["cache"])), request["standard"], request["version"]
    rules = [Rule.from_cdisc_metadata(rule) for rule in cache.rules(standard, version)]
    rules = [rule for rule in rules if not request["only"] or rule["core_id"] in request["only"]]
    terminology, absent = _terminology(cache, request)
    engine = _engine(cache, request, terminology)
    _write({"rules": len(rules), "absent": absent}, out)
    place, parts = request["part"]
    for rule in sorted(rules, key=lambda rule: str(rule["core_id"]))[place::parts]:
        stated = {
            "id": rule["core_id"],
            "title": rule["description"],
            "basis": basis(rule, standard),
            "type": rule["rule_type"],
        }
        try:
            parts = engine.validate_single_rule(rule).values()
            judged = sort_results([result for part in parts for result in part])
        except Exception as error:  # whatever it is: the other rules are still to be judged
            judged = sort_results([]) | {"failed": {"": f"{type(error).__name__}: {error}"}}
        _write(stated | judged, out)


def _terminology(
    cache: JsonCache | PickleCache, request: Mapping[str, Json]
) -> tuple[dict[str, Json], list[str]]:
    """CT packages that are asked for, and that define.xml names; and those that the cache lacks."""
    wanted, result = list(request["ct"]), {}
    if request["define"]:
        from cdisc_rules_engine.services.define_xml.define_xml_reader_factory import DefineXMLReaderFactory

        reader = DefineXMLReaderFactory.from_filename(request["define"])
        if reader.class_define_xml_version().model_package == "define_2_1":
            stated, merged, _, is_merged = reader.get_ct_standards_metadata()
            wanted += [f"{one.publishing_set.lower()}ct-{one.version}" for one in stated]
            if is_merged:
                result["define_XML_merged_CT"] = merged
        result["extensible"] = reader.get_extensible_codelist_mappings()
    packages = {name: cache.terminology(name) for name in dict.fromkeys(wanted)}
    held = {name: package for name, package in packages.items() if package is not None}
    return held | result, [name for name in packages if name not in held]


def _engine(cache: JsonCache | PickleCache, request: Mapping[str, Json], terminology: dict[str, Json]) -> Any:
    """The engine with the datasets of the request."""
    from cdisc_rules_engine.config import config
    from cdisc_rules_engine.models.external_dictionaries_container import ExternalDictionariesContainer
    from cdisc_rules_engine.models.library_metadata_container import LibraryMetadataContainer
    from cdisc_rules_engine.rules_engine import RulesEngine
    from cdisc_rules_engine.services import logger
    from cdisc_rules_engine.services.cache import InMemoryCacheService
    from cdisc_rules_engine.services.data_services import DataServiceFactory

    logger.disabled = True
    files, standard, version = request["files"], request["standard"], request["version"]
    library = LibraryMetadataContainer(
        **cache.library(standard, version),
        ct_package_metadata=terminology,
        published_ct_packages=cache.published(),
        cache_path=request["cache"],
    )
    shared = {
        "standard": standard,
        "standard_version": version,
        "library_metadata": library,
        "max_dataset_size": max(Path(file).stat().st_size for file in files),
        "encoding": request["encoding"],
    }
    store = InMemoryCacheService()
    service = DataServiceFactory(config, store, **shared).get_data_service(files)
    if standard.startswith("adam"):
        # The engine asks a dataset's description for its records when a rule is for one structure only,
        # and finds them there in its own tests alone (0.17.1).
        for described in service.get_datasets():
            if not hasattr(described, "data"):
                described.data = service.get_dataset(dataset_name=described.name).data
    return RulesEngine(
        cache=store,
        data_service=service,
        dataset_paths=files,
        ct_packages=[name for name in terminology if "ct-" in name],
        define_xml_path=request["define"],
        validate_xml=True,
        use_case="INDH",
        external_dictionaries=ExternalDictionariesContainer({}),
        **shared,
    )


def basis(rule: Mapping[str, Json], standard: str) -> list[str]:
    """Ids that the authorities of a rule gave it, such as ``CDISC CG0123``: those of the standard, else all."""
    named = [
        (
            part.get("Name"),
            f"{authority.get('Organization')} {reference.get('Rule_Identifier', {}).get('Id')}",
        )
        for authority in rule.get("authorities") or ()
        for part in authority.get("Standards") or ()
        for reference in part.get("References") or ()
    ]
    own = [text for name, text in named if str(name).lower() == standard]
    return list(dict.fromkeys(own or [text for _, text in named]))


def sort_results(results: list[Mapping[str, Json]]) -> dict[str, Json]:
    """The engine's results of one rule, by what became of it; see the module's text."""
    passed: list[str] = []
    skipped: dict[str, str] = {}
    failed: dict[str, str] = {}
    matches: list[Json] = []
    for result in results:
        dataset = result.get("dataset") or result.get("domain") or ""
        status, errors = result.get("executionStatus"), result.get("errors") or []
        reasons = [f"{error['error']}: {error['message']}" for error in errors if "error" in error]
        # So the engine tells that a rule cannot be judged on a dataset.
        reasons += [
            str(error["value"]["ERROR"]) for error in errors if list(error.get("value") or ()) == ["ERROR"]
        ]
        if status == "skipped":
            skipped[dataset] = "; ".join(reasons) or str(result.get("message"))
        elif reasons or status == "execution error":
            failed[dataset] = "; ".join(reasons) or str(result.get("message"))
        elif errors:
            matches += _found(result, errors)
        else:
            passed.append(dataset)
    return {"passed": passed, "skipped": skipped, "failed": failed, "found": matches}


def _found(result: Mapping[str, Json], errors: list[Mapping[str, Json]]) -> Iterator[Json]:
    """Findings of a result by their dataset: a domain that is split has several."""
    datasets = dict.fromkeys(str(error.get("dataset") or result.get("dataset") or "") for error in errors)
    for dataset in datasets:
        own = [
            error for error in errors if str(error.get("dataset") or result.get("dataset") or "") == dataset
        ]
        rows = [error.get("row") for error in own]
        stated = [name for error in own for name in error.get("value") or ()]
        names = list(dict.fromkeys([*(result.get("variables") or ()), *stated]))
        names = [name for name in names if name in stated]
        yield {
            "dataset": dataset,
            "message": result.get("message"),
            "variables": names,
            "rows": rows if all(isinstance(row, int) and row > 0 for row in rows) else None,
            "values": {
                name: [_text((error.get("value") or {}).get(name)) for error in own] for name in names
            },
        }


def _text(value: Any) -> str:
    """A value as a finding shows it: whole numbers without a point, nothing for none."""
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list | tuple | set):
        return "; ".join(map(_text, value))
    return str(value)


def _write(line: Json, out: TextIO) -> None:
    print(json.dumps(line, ensure_ascii=False, default=str), file=out)


def main(request: str, results: str) -> None:
    """Read the request, write the results."""
    warnings.filterwarnings("ignore")
    with Path(results).open("w", encoding="utf-8") as out:
        run(json.loads(Path(request).read_text(encoding="utf-8")), out)


if __name__ == "__main__":
    main(*sys.argv[1:])
