"""How does the page of the report look? One file, without a script, a picture or an address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

import django
import rest_framework
from django.conf import settings as django_settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from drf_jwt_kit import __version__
from drf_jwt_kit.management.effective import effective_settings
from drf_jwt_kit.management.standards import Evidence, Requirement, Status

from .findings import Found

_STYLE = """
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 2rem }
caption { text-align: start }
th, td { border-bottom: 1px solid #8888; padding: .4rem .6rem }
th, td { text-align: start; vertical-align: top }
td:last-child { overflow-wrap: anywhere }
.status { white-space: nowrap; font-weight: 600 }
.met::before { content: "✓ " } .not-met::before { content: "✗ " } .yours::before { content: "? " }
"""
_CLASSES = {Status.MET: "met", Status.NOT_MET: "not-met", Status.YOURS: "yours"}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{day}. drf-jwt-kit {version}, Django {django}, REST framework {rest_framework}. {counts}.</p>
<p>It is made from settings, keys and addresses, and asks no database. <q>Yours to show</q> is what
it cannot see. The requirements are told in other words than those of the standards: the numbers
lead to them.</p>
{standards}
<section>
<h2>Settings</h2>
<table>
<caption>Every setting, and where it comes from</caption>
<thead><tr><th scope="col">Setting</th><th scope="col">From</th><th scope="col">Value</th></tr>
</thead>
<tbody>
{settings}
</tbody>
</table>
</section>
</main>
</body>
</html>
"""
_STANDARD = """<section>
<h2>{name}: {title}</h2>
<p>{note}</p>
<table>
<caption>{counts}</caption>
<thead><tr><th scope="col">Section</th><th scope="col">Asks</th><th scope="col">Status</th>\
<th scope="col">The package</th><th scope="col">Evidence here</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</section>
"""
_ROW = '<tr><td>{}</td><td>{}</td><td class="status {}">{}</td><td>{}</td><td>{}</td></tr>\n'


def page(found: Sequence[Found], day: date) -> str:
    """The whole page: the same for the same project, versions and day."""
    total: Counter[Status] = Counter()
    for one in found:
        total.update(one.counts)
    settings = ((one.name, one.source, one.value) for one in effective_settings())
    return format_html(
        _PAGE,
        title=f"Tokens and sessions of {_project()}",
        style=mark_safe(_STYLE),  # noqa: S308  # a constant of this module
        day=day.isoformat(),
        version=__version__,
        django=django.__version__,
        rest_framework=rest_framework.VERSION,
        counts=_counted(total),
        standards=format_html_join("", "{}", ((_section(one),) for one in found)),
        settings=format_html_join("\n", "<tr><td>{}</td><td>{}</td><td>{}</td></tr>", settings),
    )


def _section(found: Found) -> SafeString:
    return format_html(
        _STANDARD,
        name=found.standard.name,
        title=found.standard.title,
        note=found.standard.note,
        counts=_counted(found.counts),
        rows=format_html_join("", _ROW, (_cells(*row) for row in found.rows)),
    )


def _cells(asked: Requirement, evidence: Evidence) -> tuple[str, ...]:
    status = evidence.status
    does = f"{asked.does} Left to you: {asked.left}" if asked.left else asked.does
    return (asked.number, asked.asks, _CLASSES[status], status.value, does, evidence.found)


def _counted(counts: dict[Status, int]) -> str:
    return ", ".join(f"{counts[status]} {status.value}" for status in Status)


def _project() -> str:
    """What the project calls itself: the package of its settings."""
    named = getattr(django_settings, "SETTINGS_MODULE", None) or "this project"
    return str(named).removesuffix(".settings")
