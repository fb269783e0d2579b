"""What define.xml says of parameters and endpoints, from their specification."""

from __future__ import annotations

from cdisc_npc.study.adam_written import AdamDataset, DateSource, Endpoint, MissedRule, Parameter


def parameter_text(model: AdamDataset, parameter: Parameter) -> str:
    """How the one record of a subject is made, with the policies that decide."""
    policy = model.responses.get(parameter.assessor or next(iter(model.responses), ""))
    kind = parameter.kind
    match kind:
        case "first":
            text = f"the first assessment that is {' or '.join(parameter.first or [])}"
        case "best_is":
            return f"Y where {parameter.best_is} is one of {', '.join(parameter.of)}, else N"
        case "last":
            text = "the last assessment"
        case "date":
            return f"Y where ADSL.{parameter.date} is present, on that date"
        case "exists":
            where = f" with {parameter.where.describe()}" if parameter.where else ""
            return f"Y where the subject has a record of {parameter.exists}{where}, else N"
        case _:
            text = f"{kind} ({getattr(parameter, kind)})"
    if policy is None:
        return text
    if parameter.horizon is not None:
        text += f", no later than {parameter.horizon} months after {policy.reference}"
    text += f", of the records where {policy.where.describe()}"
    if policy.ends and kind != "last":
        text += f", up to the first {' or '.join(policy.ends)}"
    if kind in ("best", "response", "benefit"):
        text += f"; stable disease from {policy.stable_days} days after {policy.reference}"
    if getattr(parameter, kind) == "confirmed":
        text += (
            f"; confirmed after at least {policy.confirm_days} days, with at most {policy.not_evaluable}"
            " assessment that is not evaluable between"
        )
    return text


def start_text(model: AdamDataset, endpoint: Endpoint) -> str:
    """The date from which an endpoint counts."""
    source = model.sources.get(endpoint.start)
    return endpoint.start if source is None else f"earliest {_source(source)}"


def endpoint_text(model: AdamDataset, endpoint: Endpoint) -> str:
    """From where to where the time goes: events, censoring, rules, and the sources that they name."""
    text = f"from {endpoint.start} to the earliest of {', '.join(endpoint.events)}"
    text += f"; without an event censored by {', '.join(endpoint.censors)}"
    if endpoint.ends:
        text += f"; nothing counts after {', '.join(endpoint.ends)}"
    for rule in endpoint.rules:
        facts = rule.model_dump(exclude_none=True, exclude={"baseline"})
        text += (
            f"; rule: {', '.join(f'{name} {_shown(value)}' for name, value in facts.items() if value != [])}"
        )
    if model.assessments is not None and any(isinstance(rule, MissedRule) for rule in endpoint.rules):
        text += f"; the plan of assessments runs from {model.assessments.reference}"
    names = dict.fromkeys([endpoint.start, *endpoint.events, *endpoint.censors, *endpoint.ends])
    stated = [f"{name} is {_source(model.sources[name])}" for name in names if name in model.sources]
    return f"{text}; in {endpoint.unit}. {'; '.join(stated)}" if stated else f"{text}; in {endpoint.unit}"


def _shown(value: object) -> str:
    return " and ".join(map(str, value)) if isinstance(value, list) else str(value)


def _source(source: DateSource) -> str:
    where = f" where {source.where.describe()}" if source.where else ""
    return f"{source.from_}.{source.date}{where}"
