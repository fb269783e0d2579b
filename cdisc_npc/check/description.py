"""The variables of a dataset as its file describes them: which there are, in what order, with what labels."""

from __future__ import annotations

from collections.abc import Collection

from cdisc_npc.check.expected import Expected, ExpectedVariable, translations
from cdisc_npc.check.rule import coded_rules
from cdisc_npc.check.verdict import Checked
from cdisc_npc.package.read import Table

_UNKNOWN, _LABEL, _LABEL_ADAM, _ORDER, _SURPLUS = (f"NPC-SCH-{number:03}" for number in (1, 6, 7, 8, 20))
# Rules of a variable that is not there, of SDTM and of ADaM.
_ABSENT = {
    "required": ("NPC-SCH-002", "NPC-SCH-021"),
    "expected": ("NPC-SCH-003", ""),
    "specified": ("NPC-SCH-019", "NPC-SCH-019"),
}


def judge_description(table: Table, expected: Expected, checked: Checked) -> None:
    """Variables that are missing, surplus, out of order or not labelled as the standard has it."""
    rules = coded_rules()
    adam = table.model == "adam"

    def judge(
        rule: str, names: Collection[str], shown: Collection[str], stated: Collection[str] = ()
    ) -> None:
        checked.judge(rule, rules[rule], table.name, ())
        for name, value, text in zip(names, shown, stated or [""] * len(names), strict=True):
            checked.judge(rule, rules[rule], table.name, (0,), name, {"": value}, expected=text)

    for how, by_model in _ABSENT.items():
        absent = [name for name, why in expected.missing.items() if why == how]
        if by_model[adam] and (how != "specified" or expected.specified):
            judge(by_model[adam], absent, ["missing"] * len(absent))
    if not adam and not expected.judged:
        checked.skip(
            _UNKNOWN, rules[_UNKNOWN], table.name, "neither the guide's table nor its class is at hand"
        )
    elif not adam:
        judge(_UNKNOWN, expected.unknown, [f"in {table.name}"] * len(expected.unknown))
        if expected.specified:
            judge(_SURPLUS, expected.surplus, ["not specified"] * len(expected.surplus))
        there = [variable.name for variable in table.member.variables if variable.name in set(expected.order)]
        late = _out_of_order(there, expected.order)
        before = {name: there[there.index(name) - 1] if there.index(name) else "nothing" for name in late}
        judge(_ORDER, late, [f"after {before[name]}" for name in late])
    rule = _LABEL_ADAM if adam else _LABEL
    labels = {variable.name: variable.label for variable in table.member.variables}
    existing = {name: variable for name, variable in expected.variables.items() if variable.labels}
    if not any(labels.values()) and table.path.suffix.lower() != ".xpt":
        checked.skip(rule, rules[rule], table.name, "the file has no labels")
    elif not existing:
        checked.skip(rule, rules[rule], table.name, "the guide's table is not at hand")
    else:
        # That a variable has no label is told of the file.
        wrong = [
            name for name, one in existing.items() if labels.get(name) and not _labelled(one, labels[name])
        ]
        judge(rule, wrong, [labels[name] for name in wrong], [existing[name].labels[0] for name in wrong])


def _labelled(variable: ExpectedVariable, label: str) -> bool:
    """Whether a label is the standard's, in any language; of a name with a number, with or without more text."""
    every = [text for one in variable.labels for text in (one, *translations().get(one, ()))]
    return label in every or (variable.begins and label.startswith(tuple(every)))


def _out_of_order(names: list[str], order: tuple[str, ...]) -> list[str]:
    """The fewest names that stand wrong: those outside the longest run that keeps to the order."""
    places = [order.index(name) for name in names]
    runs: list[list[int]] = [[]]
    for at, place in enumerate(places):
        before = [run for run in runs if not run or places[run[-1]] < place]
        longest = max(map(len, before))
        runs.append([*next(run for run in before if len(run) == longest), at])
    longest = max(map(len, runs))
    kept = set(next(run for run in runs if len(run) == longest))
    return [name for at, name in enumerate(names) if at not in kept]
