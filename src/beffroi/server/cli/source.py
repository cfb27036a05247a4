"""`beffroi source add|list|unknown|adopt|renew|disable`: who may send readings, through the running core."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

import typer

from beffroi.server.cli import context, words
from beffroi.server.cli.user import KEY_OPTION, show_table

ORDER = 48

SOURCE_TEXTS: dict[str, dict[str, str]] = {
    "help": {
        "fr": "Les sources de mesures : passerelles, appareils, systèmes tiers.\n\n"
        "Exemple : `beffroi source add essai --assets '*'`, puis `beffroi source list`",
        "en": "Sources of readings: gateways, devices, other systems.\n\n"
        "Example: `beffroi source add trial --assets '*'`, then `beffroi source list`",
    },
    "help.add": {
        "fr": "Crée une source ; son jeton s'affiche une fois, avec une ligne d'essai à copier.\n\n"
        "Exemple : `beffroi source add essai --assets '*'`",
        "en": "Creates a source; its token shows once, with a line to copy and try.\n\n"
        "Example: `beffroi source add trial --assets '*'`",
    },
    "help.list": {
        "fr": "Liste les sources, ce que chacune a envoyé et ce qui fut refusé, avec le motif.\n\n"
        "Une valeur est reçue ou refusée, jamais les deux ; les comptes suivent de quelques secondes. "
        "Les motifs : docs/first-lamp.md.\n\nExemple : `beffroi source list`",
        "en": "Lists sources, what each sent and what was refused, with the reason.\n\n"
        "A value is received or refused, never both; counts follow by some seconds. "
        "The reasons: docs/first-lamp.md.\n\nExample: `beffroi source list`",
    },
    "help.unknown": {
        "fr": "Liste les appareils inconnus des dernières 24 heures et leurs derniers messages ; s'il n'y en a pas, "
        "montre comment un appareil s'annonce.\n\n"
        "Exemple : `beffroi source unknown`, puis `beffroi source adopt boitier-7`",
        "en": "Lists the unknown devices of the last 24 hours and their last messages; when there are none, shows how "
        "a device announces itself.\n\nExample: `beffroi source unknown`, then `beffroi source adopt box-7`",
    },
    "help.adopt": {
        "fr": "Fait d'un appareil inconnu une source, en une fois ; donnez-lui ensuite son jeton.\n\n"
        "Exemple : `beffroi source adopt boitier-7 --assets 'A045-*'`",
        "en": "Makes an unknown device a source, at once; then give it its token.\n\n"
        "Example: `beffroi source adopt box-7 --assets 'A045-*'`",
    },
    "help.renew": {
        "fr": "Donne un nouveau jeton ; l'ancien ne sert plus.\n\nExemple : `beffroi source renew essai`",
        "en": "Gives a new token; the old one ends.\n\nExample: `beffroi source renew trial`",
    },
    "help.disable": {
        "fr": "Ne prend plus rien d'une source ; `--enable` la rouvre.\n\nExemple : `beffroi source disable essai`",
        "en": "Takes nothing more from a source; `--enable` opens it again.\n\nExample: `beffroi source disable trial`",
    },
    "help.source": {
        "fr": "Nom : lettres, chiffres, - et _ ; c'est aussi l'utilisateur et l'identifiant MQTT.",
        "en": "Name: letters, digits, - and _; also the MQTT user and client id.",
    },
    "help.assets": {
        "fr": "Équipements dont elle parle, hors passerelle du référentiel (code avec * et ?, répétable).",
        "en": "Assets it speaks for besides its gateway's (code with * and ?, repeatable).",
    },
    "help.label": {"fr": "Libellé.", "en": "Label."},
    "help.rate": {"fr": "Quota : valeurs par seconde.", "en": "Quota: values a second."},
    "help.burst": {"fr": "Quota : valeurs d'un coup.", "en": "Quota: values at once."},
    "help.enable": {"fr": "Rouvrir.", "en": "Open again."},
    "help.client": {"fr": "Identifiant MQTT de l'appareil inconnu.", "en": "MQTT client id of the unknown device."},
    "made": {
        "fr": "✔ Source « {name} », jeton affiché une seule fois\n\n    {token}\n\nEssai (MQTT, puis HTTP) :\n\n"
        "    {mqtt}\n\n    {http}\n",
        "en": "✔ Source “{name}”, token shown once\n\n    {token}\n\nTry it (MQTT, then HTTP):\n\n"
        "    {mqtt}\n\n    {http}\n",
    },
    "no_asset": {
        "fr": "· Le référentiel n'a aucun équipement dont « {name} » puisse parler : {number} n'est qu'un exemple "
        "(`beffroi import`, ou --assets).",
        "en": "· The register has no asset yet that “{name}” may speak for: {number} is only an example "
        "(`beffroi import`, or --assets).",
    },
    "disabled": {"fr": "✔ Source « {name} » désactivée.", "en": "✔ Source “{name}” disabled."},
    "enabled": {"fr": "✔ Source « {name} » réactivée.", "en": "✔ Source “{name}” enabled."},
    "none": {
        "fr": "Aucun appareil inconnu depuis 24 heures. Un appareil s'annonce ainsi (identifiant MQTT au choix) :\n\n"
        "    {line}\n",
        "en": "No unknown device for 24 hours. A device announces itself so (any MQTT client id):\n\n    {line}\n",
    },
    "column.name": {"fr": "source", "en": "source"},
    "column.state": {"fr": "état", "en": "state"},
    "column.received": {"fr": "valeurs", "en": "values"},
    "column.refused": {"fr": "refusé", "en": "refused"},
    "column.last": {"fr": "dernière (UTC)", "en": "last (UTC)"},
    "column.client": {"fr": "appareil", "en": "device"},
    "column.message": {"fr": "dernier message", "en": "last message"},
    "state.active": {"fr": "active", "en": "active"},
    "state.disabled": {"fr": "désactivée", "en": "disabled"},
    "state.unknown": {"fr": "inconnue", "en": "unknown"},
}
EXAMPLE = "A045-12"
LAMP = {"power_w": 81.2, "level_pct": 100}
PAGE, PAGES_LOOKED_AT = 1_000, 100
KNOWN_WITHIN_S, KNOWN_EVERY_S = 15.0, 0.3
UNAUTHORIZED = 401
COUNTED = frozenset({"received", "undated"})
"""Reasons that are not refusals."""


class Example(NamedTuple):
    """What a line to try speaks of; `known` when the register has it."""

    code: str
    points: dict[str, float]
    known: bool


def _say(code: str, **params: Any) -> str:
    return words.say(code, SOURCE_TEXTS, **params)


def _help(code: str) -> str:
    words.lazy(code)
    return _say(code)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help=_say("help"), no_args_is_help=True, rich_markup_mode="markdown")
    for name, command in (("add", add), ("adopt", adopt), ("renew", renew), ("disable", disable)):
        group.command(name, help=_say(f"help.{name}"))(command)
    for name, reading in (("list", list_), ("unknown", unknown)):
        group.command(name, help=_say(f"help.{name}"))(reading)
    app.add_typer(group, name="source")


NAME = typer.Argument(..., metavar="NAME", help=_help("help.source"))
ASSETS = typer.Option([], "--assets", help=_help("help.assets"))
LABEL = typer.Option("", "--label", help=_help("help.label"))
RATE = typer.Option(200.0, "--rate", min=0.001, help=_help("help.rate"))
BURST = typer.Option(50_000.0, "--burst", min=1, help=_help("help.burst"))


def add(
    name: str = NAME,
    *,
    assets: list[str] = ASSETS,
    label: str = LABEL,
    rate: float = RATE,
    burst: float = BURST,
    key: str = KEY_OPTION,
) -> None:
    """Create a source."""
    door = _door(key)
    token = door.get("/api/telemetry/secret")
    source = _form(name, token["hash"], assets, label, rate, burst)
    door.post("/api/actions/telemetry.create_source", {"source": source})
    _tell(door, name, token["token"], assets)


def adopt(
    client: str = typer.Argument(..., metavar="CLIENT", help=_help("help.client")),
    *,
    name: str = typer.Option("", "--name", help=_help("help.source")),
    assets: list[str] = ASSETS,
    label: str = LABEL,
    key: str = KEY_OPTION,
) -> None:
    """Make a source of an unknown device."""
    door = _door(key)
    token = door.get("/api/telemetry/secret")
    source = _form(name or client, token["hash"], assets, label, 200.0, 50_000.0)
    door.post("/api/actions/telemetry.adopt_source", {"client": client, "source": source})
    _tell(door, name or client, token["token"], assets)


def renew(name: str = NAME, key: str = KEY_OPTION) -> None:
    """Give a new token."""
    door = _door(key)
    token = door.get("/api/telemetry/secret")
    door.post("/api/actions/telemetry.renew_secret", {"name": name, "secret": token["hash"]})
    known = {report["name"]: report["known"] for report in door.get("/api/telemetry/sources")}
    _tell(door, name, token["token"], known[name]["assets"])


def disable(
    name: str = NAME,
    *,
    enable: bool = typer.Option(False, "--enable", help=_help("help.enable")),
    key: str = KEY_OPTION,
) -> None:
    """Take nothing more from a source, or open it again."""
    action = "enable" if enable else "disable"
    _door(key).post(f"/api/actions/telemetry.{action}_source", {"name": name})
    typer.echo(_say(f"{action}d", name=name))


def list_(key: str = KEY_OPTION) -> None:
    """List sources."""
    rows = []
    for report in _door(key).get("/api/telemetry/sources"):
        counts = {count["reason"]: count for count in report["counts"]}
        refused = " · ".join(f"{reason} {one['count']}" for reason, one in counts.items() if reason not in COUNTED)
        state = report["known"]["state"] if report["known"] else "unknown"
        last = max((count["last_at"] for count in counts.values()), default=0)
        received = str(counts.get("received", {"count": 0})["count"])
        rows.append((report["name"], _say(f"state.{state}"), received, refused or "–", _shown(last)))
    show_table([_say(f"column.{column}") for column in ("name", "state", "received", "refused", "last")], rows)


def unknown(key: str = KEY_OPTION) -> None:
    """List unknown devices."""
    found = _door(key).get("/api/telemetry/unknown")
    if not found:
        typer.echo(_say("none", line=_announcement()))
        return
    rows = [
        (one["client"], str(one["count"]), _shown(one["last_at"]), (one["messages"] or ["–"])[-1][:80]) for one in found
    ]
    show_table([_say(f"column.{column}") for column in ("client", "received", "last", "message")], rows)


def _form(name: str, secret: str, assets: list[str], label: str, rate: float, burst: float) -> dict[str, Any]:
    return {"name": name, "secret": secret, "assets": assets, "label": label, "rate": rate, "burst": burst}


def _tell(door: Any, name: str, token: str, patterns: list[str]) -> None:
    """Show the token once, with lines that work by copy and paste."""
    settings = context.settings()
    example = _example_of(door, name, patterns)
    payload = _payload(example.code, example.points)
    mqtt = f"{_mosquitto_pub()} -i {name} -u {name} -P {token} -q 1 -t bf1/{name} -m {payload}"
    http = (
        f"curl {f'--cacert {_authority()} https' if settings.secure else 'http'}://127.0.0.1:{settings.intake_port}"
        f"/v1/readings -H 'Authorization: Bearer {token}' -d {payload}"
    )
    _wait_until_known(token)
    typer.echo(_say("made", name=name, token=token, mqtt=mqtt, http=http))
    if not example.known:
        typer.echo(_say("no_asset", name=name, number=example.code))


def _wait_until_known(token: str) -> None:
    """Return once the intake takes this token, so that a line pasted at once works; it reads the register beside us."""
    import ssl
    import time
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    settings = context.settings()
    trusted = ssl.create_default_context(cafile=str(_authority()) if _authority().exists() else None)
    url = f"{'https' if settings.secure else 'http'}://127.0.0.1:{settings.intake_port}/v1/readings"
    deadline = time.monotonic() + KNOWN_WITHIN_S
    while time.monotonic() < deadline:
        time.sleep(KNOWN_EVERY_S)
        try:
            urlopen(Request(url, b"[]", {"Authorization": f"Bearer {token}"}), timeout=2, context=trusted).close()
        except HTTPError as error:
            if error.code == UNAUTHORIZED:
                continue
        except OSError:
            # no intake here: nothing to wait for
            pass
        return


def _announcement() -> str:
    """Return the line by which a device that nobody knows makes itself known."""
    from beffroi.server.broker_auth import broker_keys

    onboarding = broker_keys(context.settings()).onboarding
    return f"{_mosquitto_pub()} -i box-7 -u new -P {onboarding} -q 1 -t bf1/new/box-7 -m {_payload(EXAMPLE, LAMP)}"


def _example_of(door: Any, source: str, patterns: list[str]) -> Example:
    """Return an asset that a source may speak for, a light if there is one; one made up where the register has none."""
    for kind in ("street_light", ""):
        for row in _pages(door, kind):
            gateway = row["characteristics"].get("gateway", "")
            if gateway == source or (not gateway and any(fnmatchcase(row["code"], pattern) for pattern in patterns)):
                return Example(str(row["code"]), _points_of(door, row["kind"]), known=True)
    return Example(_inside(patterns), LAMP, known=False)


def _pages(door: Any, kind: str) -> Iterator[dict[str, Any]]:
    after: int | None = -1
    for _ in range(PAGES_LOOKED_AT):
        page = door.get("/api/assets", limit=PAGE, after=after, **({"kind": kind} if kind else {}))
        yield from page["items"]
        after = page["next"]
        if after is None:
            return


def _points_of(door: Any, kind: str) -> dict[str, float]:
    """Return values that an asset of this kind may say: a lamp's, or nought for its first point."""
    if kind == "street_light":
        return LAMP
    for one in door.get("/api/kinds"):
        described = one["kind"]
        if described["name"] == kind and described["points"]:
            first = described["points"][0]
            return {first["name"]: max(first["low"], 0)}
    return LAMP


def _inside(patterns: list[str]) -> str:
    """Return a number that the first pattern covers."""
    for pattern in patterns:
        code = re.sub(r"\[!?([^\]])[^\]]*\]", r"\1", pattern).replace("*", "1").replace("?", "1")
        if pattern != "*" and fnmatchcase(code, pattern):
            return code
    return EXAMPLE


def _payload(code: str, points: dict[str, float]) -> str:
    told = json.dumps(points, separators=(",", ":"))
    return f'\'[{{"a":"{code}","t":\'$(date +%s%3N)\',"p":{told}}}]\''


def _mosquitto_pub() -> str:
    settings = context.settings()
    secure = f" --cafile {_authority()}" if settings.mqtt_secure else ""
    return f"mosquitto_pub -h 127.0.0.1 -p {settings.mqtt_port}{secure}"


def _authority() -> Any:
    return context.settings().keys / "authority.pem"


def _shown(at: int) -> str:
    from datetime import UTC, datetime

    return f"{datetime.fromtimestamp(at / 1e6, UTC):%Y-%m-%d %H:%M:%S}" if at else "–"


def _door(key: str) -> Any:
    from beffroi.server.cli.door import Door

    return Door(context.settings(), key)
