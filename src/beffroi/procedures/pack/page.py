"""The pack as one page that needs nothing else: no script, no font, no picture from elsewhere."""

import base64
import hashlib
from collections.abc import Iterable
from html import escape

from beffroi.procedures.pack.texts import say
from beffroi.procedures.pack.types import Form, Pack, Section

STYLE = """
:root { color-scheme: light; }
body { font: 10.5pt/1.35 "IBM Plex Sans", "Liberation Sans", Arial, sans-serif; margin: 14mm; }
body { color: #000; background: #fff; }
header { border-bottom: 1.5pt solid #000; margin-bottom: 10pt; }
h1 { font-size: 17pt; margin: 0; }
h2 { font-size: 12pt; margin: 14pt 0 3pt; break-after: avoid; }
p { margin: 3pt 0; }
.warning { font-weight: 700; }
.soft { color: #444; }
nav a { margin-right: 10pt; color: #000; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 400; color: #444; font-size: 9pt; border-bottom: 1pt solid #000; }
th, td { padding: 2pt 8pt 2pt 0; vertical-align: top; }
td { border-bottom: 0.4pt solid #999; }
tr { break-inside: avoid; }
section.form { break-before: page; }
.field { border-bottom: 0.6pt solid #000; min-height: 26pt; padding-top: 4pt; color: #444; font-size: 9pt; }
.lines td { height: 24pt; border: 0.6pt solid #000; }
.lines th { border: 0.6pt solid #000; padding: 3pt; }
@page { size: A4; margin: 14mm; }
@media print { body { margin: 0; } nav { display: none; } }
"""

POLICY = (
    "default-src 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Content security policy of the page when the core serves it."""


def render(pack: Pack) -> str:
    """Return the page: every text of a room escaped."""
    made = say("made", pack.lang, made=pack.made, reader=pack.reader)
    banner = f'<p class="warning">{escape(say("simulated", pack.lang))}</p>' if pack.simulated else ""
    parts = [
        f'<!doctype html>\n<html lang="{pack.lang}"><head><meta charset="utf-8">',
        f"<title>{escape(pack.title)} {escape(pack.made)}</title><style>{STYLE}</style></head><body><main>",
        f"<header><h1>{escape(pack.title)}</h1><p>{escape(made)}</p>{banner}",
        f'<p class="warning">{escape(pack.warning)}</p>{_contents([*pack.sections, *pack.forms])}</header>',
        *(_table(section, pack.lang) for section in pack.sections),
        *map(_form, pack.forms),
        "</main></body></html>\n",
    ]
    return "".join(parts)


def _contents(parts: Iterable[Section | Form]) -> str:
    return "<nav>" + "".join(f'<a href="#{one.name}">{escape(one.title)}</a>' for one in parts) + "</nav>"


def _table(section: Section, lang: str) -> str:
    head = f'<section id="{section.name}"><h2>{escape(section.title)}</h2>'
    if not section.rows:
        return f'{head}<p class="soft">{escape(section.empty)}</p></section>'
    columns = "".join(f"<th>{escape(column)}</th>" for column in section.columns)
    rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in section.rows)
    more = f'<p class="soft">{escape(say("left_out", lang, n=section.left_out))}</p>' if section.left_out else ""
    return f"{head}<table><thead><tr>{columns}</tr></thead><tbody>{rows}</tbody></table>{more}</section>"


def _form(form: Form) -> str:
    fields = "".join(f'<div class="field">{escape(field)}</div>' for field in form.fields)
    lines = ""
    if form.lines:
        columns = "".join(f"<th>{escape(column)}</th>" for column in form.columns)
        row = "<tr>" + "<td></td>" * len(form.columns) + "</tr>"
        lines = f'<table class="lines"><thead><tr>{columns}</tr></thead><tbody>{row * form.lines}</tbody></table>'
    return f'<section class="form" id="{form.name}"><h2>{escape(form.title)}</h2>{fields}{lines}</section>'
