"""The outcome of a build, as it is printed and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cdisc_npc.cli.check import print_report
from cdisc_npc.cli.printing import console, echo, written
from cdisc_npc.package.layout import FINDINGS, FINDINGS_PAGE, Layout
from cdisc_npc.printable import printable

if TYPE_CHECKING:
    from rich.console import Console

    from cdisc_npc.pipeline.build import Outcome


def outcome_as_json(outcome: Outcome, *, replaced: bool = False) -> dict[str, Any]:
    """Give an outcome as what `json` can write."""
    return {
        "folder": str(outcome.folder),
        "replaced": replaced,
        "datasets": outcome.counts,
        "records": outcome.records.to_dict("records"),
        "fields": outcome.fields.to_dict("records"),
        "findings": outcome.findings.counts().to_dict("records"),
    }


def print_outcome(outcome: Outcome, *, account: bool = True, replaced: bool = False) -> None:
    """Print records by dataset, the account of raw records and fields, and findings by code."""
    from rich.table import Table

    screen = console(120)
    built = Table("Dataset", "Records", title="Datasets", title_justify="left")
    for name, count in outcome.counts.items():
        built.add_row(printable(name), str(count))
    screen.print(built)
    if account:
        _print_account(outcome, screen)
    if outcome.report is not None:
        print_report(outcome.report)
        echo(f"Each finding: {Layout(outcome.folder).report() / FINDINGS_PAGE}")
    elif len(counts := outcome.findings.counts()):
        result = Table("Severity", "Code", "Findings", title="Findings", title_justify="left")
        for row in counts.to_numpy(dtype=str).tolist():
            result.add_row(*row)
        screen.print(result)
        echo(f"Each finding: {Layout(outcome.folder).report() / FINDINGS}")
    written(outcome.folder, replaced)


def _print_account(outcome: Outcome, screen: Console) -> None:
    from rich.table import Table

    records = Table(
        *[str(name) for name in outcome.records.columns], title="Raw records", title_justify="left"
    )
    for row in outcome.records.to_numpy(dtype=str).tolist():
        records.add_row(*map(printable, row))
    screen.print(records)
    fields = Table(
        "form", "fields", "filled cells", "mapped", "decided", "left out", "rejected", "not used", "reported",
        title="Raw cells", title_justify="left",
    )  # fmt: skip
    for form, group in outcome.fields.groupby("form", sort=False):
        cells = group[["cells", "mapped", "decided", "left_out", "rejected", "not_used", "reported"]].sum()
        fields.add_row(printable(str(form)), *(str(number) for number in (len(group), *cells)))
    screen.print(fields)
