"""Every form and field is used by a dataset, or says why not; and which records count can be told."""

from __future__ import annotations

from contextlib import suppress

from cdisc_npc.study.forms import Form
from cdisc_npc.study.plan import block_verbs
from cdisc_npc.study.problems import Problems, near
from cdisc_npc.study.specification import Specification
from cdisc_npc.verbs.verb import nested


def fields_read(spec: Specification, form: str, *, conditions: bool = True) -> set[str]:
    """Fields of a form that any dataset reads, with or without those of mere conditions.

    Parameters
    ----------
    spec
        The study.
    form
        Name of the form.
    conditions
        Whether fields count by which it is only decided.
    """
    names: set[str] = set(spec.study.identity.subject.field)
    detect = spec.study.rescreens.detect if spec.study.rescreens else None
    if conditions:
        with suppress(ValueError):  # a rule that cannot be told is reported by itself
            versions = spec.contract.form_versions(form)
            names.update(versions.reads() if versions else ())
        if detect and detect.form == form:
            names.update([*detect.fields, *([detect.date] if detect.date else [])])
    for plan in spec.plans.values():
        for block in plan.model.records:
            if block.from_ != form:
                continue
            for verb in block_verbs(block, plan.name, spec.contract).values():
                names.update(verb.reads() if conditions else verb.own_reads())
            if conditions and block.where:
                names.update(block.where.reads())
            if conditions and block.first:
                names.update([*block.first.by, *block.first.same])
        for left in plan.model.leave_out:
            if conditions and left.from_ == form:
                names.update([*left.where.reads(), *left.fields])
    return names | spec.reference_fields.get(form, set())


def check_resolution(spec: Specification, problems: Problems) -> None:
    """Fields and forms by which records count; raises nothing, so that the other checks go on."""
    for name in spec.contract.forms:
        try:
            spec.contract.form_versions(name)
        except ValueError as error:
            problems.add(spec.documents["raw"], ("forms", name, "versions"), f"form {name}: {error}")
    rescreens = spec.study.rescreens
    if rescreens is None:
        return
    forms = spec.contract.forms
    for name in [*rescreens.once, *([rescreens.detect.form] if rescreens.detect else [])]:
        if name not in forms:
            problems.add(
                spec.documents["study"], ("rescreens",), f"{name} is no form of raw.yaml{near(name, forms)}"
            )
    if rescreens.detect and rescreens.detect.form in forms:
        detect = rescreens.detect
        for name in [*detect.fields, *([detect.date] if detect.date else [])]:
            if name not in forms[detect.form].fields:
                problems.add(
                    spec.documents["study"], ("rescreens", "detect"), f"{name} is no field of {detect.form}"
                )


def check_usage(spec: Specification, problems: Problems) -> None:
    document = spec.documents["raw"]
    for name, form in spec.contract.forms.items():
        used = fields_read(spec, name)
        blocks = any(block.from_ == name for plan in spec.plans.values() for block in plan.model.records)
        read = blocks or bool(used - set(spec.study.identity.subject.field))
        if not read and not form.not_submitted:
            problems.add(
                document, ("forms", name), f"form {name} feeds no dataset; state `not_submitted: reason`"
            )
        elif read and form.not_submitted:
            problems.add(document, ("forms", name), f"form {name} is not_submitted, and feeds a dataset")
        elif read:
            _form_fields(name, form, used, problems, spec)
        subject = spec.study.identity.subject.field
        if blocks and not any(field in form.fields for field in subject):
            problems.add(
                document, ("forms", name), f"form {name} has no field of the subject: {' or '.join(subject)}"
            )


def _form_fields(name: str, form: Form, used: set[str], problems: Problems, spec: Specification) -> None:
    for field, stated in form.fields.items():
        place = ("forms", name, "fields", field)
        if field in used and stated.not_submitted:
            problems.add(
                spec.documents["raw"], place, f"{name}.{field} is not_submitted, and is read", "", field
            )
        elif field not in used and not stated.not_submitted:
            text = f"{name}.{field} is read by no dataset; map it, or state `not_submitted: reason`"
            problems.add(spec.documents["raw"], place, text, "", field)


def check_unused(spec: Specification, problems: Problems) -> None:
    """Decode tables and codelists that no variable names, and policies for what cannot occur."""
    verbs = list(
        nested(
            verb for plan in spec.plans.values() for item in plan.variables.values() for verb in item.verbs
        )
    )
    terms = {table for verb in verbs for table in verb.tables()}
    codelists = {verb.codelist for verb in verbs}
    blocks = [block for plan in spec.plans.values() for block in plan.model.records]
    for block in blocks:
        terms.update(block.unit_tables().values())
        terms.update(block.first.same.values() if block.first else ())
    for plan in spec.plans.values():
        codelists.update(value.codelist for value in plan.model.value_level)
    for part, used in (("terms", terms), ("codelists", codelists)):
        for name in getattr(spec.codelists, part):
            if name not in used:
                word = "terms" if part == "terms" else "codelist"
                verb = "are" if part == "terms" else "is"
                text = f"{word} {name} {verb} used by no variable"
                problems.add(spec.documents["codelists"], (part, name), text)
    occurs = {
        "unknown_visit": any(block.visit for block in blocks),
        "unknown_unit": any(plan.model.standardizes() for plan in spec.plans.values()),
        "untranslated": spec.study.encoding != "utf-8",
    }
    for name in sorted(spec.study.policies.model_fields_set):
        if not occurs.get(name, True):
            text = f"policy {name} is used by nothing: no dataset has what it is about"
            problems.add(spec.documents["study"], ("policies", name), text)
