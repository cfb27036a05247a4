"""What the room prints: a Typst template and data make a PDF, with the fonts that the engine carries.

A template is Typst text; its data is the value `data`. Times come as text, already in the city's zone (`local_time`):
paper keeps no clock. `HEAD` sets the page that every document of the room shares.
"""

import asyncio
import json
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response

from beffroi.model.time import Micros, to_datetime

MEDIA = "application/pdf"

HEAD = """
#let data = json(bytes(sys.inputs.data))
#let soft = rgb("#4a5560")
#let document-title(title, sub) = {
  text(size: 17pt, weight: "bold")[#title]
  if sub != "" { linebreak(); text(size: 9.5pt, fill: soft)[#sub] }
  v(2pt)
  line(length: 100%, stroke: 0.8pt)
}
#let section(title) = block(above: 14pt, below: 6pt, sticky: true)[#text(size: 11.5pt, weight: "bold")[#title]]
#let none-said(words) = text(fill: soft, style: "italic")[#words]
#let rows(columns, head, body) = {
  set text(size: 9pt)
  table(columns: columns, stroke: none, inset: (x: 0pt, right: 8pt, y: 2.6pt), align: left + top,
    table.header(..head.map(cell => text(size: 8pt, fill: soft)[#cell]), table.hline(stroke: 0.5pt)),
    ..body.flatten().map(cell => [#cell]))
}
#let facts(pairs) = {
  set text(size: 9.5pt)
  table(columns: (auto, 1fr), stroke: none, inset: (x: 0pt, right: 12pt, y: 2.2pt), align: left + top,
    ..pairs.map(pair => (text(fill: soft)[#pair.at(0)], [#pair.at(1)])).flatten())
}
#set document(title: data.at("title", default: "Beffroi"))
#set page(
  paper: data.at("paper", default: "a4"), margin: (x: 18mm, top: 16mm, bottom: 18mm),
  footer: context {
    set text(size: 8pt, fill: soft)
    line(length: 100%, stroke: 0.4pt)
    grid(columns: (1fr, auto), [#data.at("footer", default: "")], counter(page).display("1 / 1", both: true))
  },
)
#set text(font: "Libertinus Serif", size: 10pt, lang: data.at("lang", default: "fr"), number-type: "lining")
#set text(hyphenate: false)
#set par(leading: 0.55em)
"""
"""Page, type and the helpers `document-title`, `section`, `rows`, `facts`, `none-said` of every template.

The data may say `title` (of the file), `footer`, `lang` and `paper`.
"""


def pdf(template: str, data: dict[str, Any]) -> bytes:
    """Return the PDF of a template after HEAD, with its data; takes some 0.1 to 0.5 s: call it in a thread.

    Everything of `data` must be plain JSON; texts of people are shown as they are, never read as markup. Raises
    typst.TypstError for a wrong template.
    """
    import typst

    made: bytes = typst.compile(
        (HEAD + template).encode(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(msgspec.to_builtins(data), ensure_ascii=False)},
    )
    return made


async def answer(name: str, template: str, data: dict[str, Any]) -> Response[bytes]:
    """Return the PDF of a template with its data, shown in the browser and kept under this file name."""
    made = await asyncio.to_thread(pdf, template, data)
    return Response(made, media_type=MEDIA, headers={"Content-Disposition": f'inline; filename="{name}"'})


def local_time(at: Micros | None, zone: str, *, day: bool = False) -> str:
    """Return 21:37 in the city's zone, 21/06/2025 21:37 with the day; empty for no time.

    The two same hours of the night of the clock change are told apart: 02:30 (été), 02:30 (hiver).
    """
    if at is None:
        return ""
    local = to_datetime(at).astimezone(ZoneInfo(zone))
    said = local.strftime("%d/%m/%Y %H:%M" if day else "%H:%M")
    other = local.replace(fold=1 - local.fold)
    if other.utcoffset() != local.utcoffset() and local.astimezone(ZoneInfo("UTC")) != other.astimezone(
        ZoneInfo("UTC")
    ):
        said += " (hiver)" if local.fold else " (été)"
    return said
