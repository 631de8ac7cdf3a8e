"""How is the doctor's report written: for people, and as JSON?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from drf_jwt_kit.management.effective import Effective

from .findings import Finding, Verdict, worst


def lines(
    areas: dict[str, list[Finding]], settings: Sequence[Effective], verdict: Verdict
) -> Iterator[str]:
    """The report in lines: an area, then what was found there, each with its cure."""
    for area, findings in areas.items():
        yield f"{area}: {worst(findings).value}"
        for finding in findings:
            yield f"  {_marked(finding)}{finding.text}"
            if finding.hint:
                yield f"    {finding.hint}"
    if settings:
        yield ""
        yield "The settings, and where each comes from"
        yield from (f"  {one.name} = {one.value}  ({one.source})" for one in settings)
    yield ""
    yield f"The project is: {verdict.value}"


def as_json(
    areas: dict[str, list[Finding]], settings: Sequence[Effective], verdict: Verdict
) -> str:
    """The same for a program; the keys are sorted, so that two reports can be compared."""
    document = {
        "verdict": verdict.value,
        "areas": {
            area: {"verdict": worst(found).value, "findings": [*map(_as_data, found)]}
            for area, found in areas.items()
        },
        "settings": [asdict(one) for one in settings],
    }
    return json.dumps(document, indent=2, sort_keys=True)


def _as_data(finding: Finding) -> dict[str, Any]:
    found = {**asdict(finding), "verdict": finding.verdict.value}
    del found["area"]
    return found


def _marked(finding: Finding) -> str:
    said = [] if finding.verdict is Verdict.FINE else [finding.verdict.value]
    marks = " ".join([*said, *filter(None, [finding.code])])
    return f"{marks}: " if marks else ""
