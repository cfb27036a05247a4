"""One scripted call, from its ringing to its code: what is said, at what pace, and what the page's own clock measured.

What a person takes: 40 words a minute (a word is five letters and a space: 4 letters a second), 280 ms a command key,
1 s to read the proposals before choosing, 150 words a minute to speak. Some calls are typed at that pace, the others
with that pace added to what was measured; speaking is always added.
"""

import asyncio
import threading
import time
from typing import Any, NamedTuple

from playwright.sync_api import Page, expect

from beffroi.links.asterisk.simulator import SimulatedExchange
from tests.e2e.stage import allowed

LETTER_S, KEY_S, READ_S = 60 / (40 * 6), 0.28, 1.0
GREETING_S, WORD_S = 4.0, 60 / 150
MACHINE_S = 3.0
"""What the machine may take of one call, from its ringing to its code, besides the hand and the voice."""

FELT_MS = 150.0
"""From the last letter to what it says on screen (moment 3)."""

BY_HAND = (0, 7, 8, 12)
"""Calls of the script typed at the pace of a hand."""

# when what was understood of a text is on screen, by the page's own clock: two frames after the last letter at least
WATCH = """() => {
  window.felt = [];
  let at = 0;
  addEventListener('input', (event) => { if (event.target.id === 'call-text') at = event.timeStamp; }, true);
  const look = () => {
    const text = document.querySelector('#call-text')?.value;
    const shown = document.querySelector('.call .facts');
    if (at && text && shown?.dataset.of === text) {
      const from = at;
      at = 0;
      requestAnimationFrame(() => window.felt.push([text, performance.now() - from]));
    }
    requestAnimationFrame(look);
  };
  look();
}"""

# (what is typed, keys after it, what the row must be)
SCRIPT: list[tuple[str, tuple[str, ...], str]] = [
    ("lampadaire éteint devant 12 berbisey", ("Enter", "Control+Enter"), "attached"),
    ("lampadair etein devan 20 berbizey", ("Enter", "Control+Enter"), "attached"),
    ("plus de lumière 8 rue berbisey", ("Enter", "Control+Enter"), "attached"),
    ("le mât A045-3 est éteint", ("Enter", "Control+Enter"), "attached"),
    ("toute la rue berbisey est dans le noir", ("Enter", "Control+Enter"), "attached"),
    ("lampadaire éteint 30 rue berbisey depuis hier", ("Enter", "Control+Enter"), "attached"),
    ("lampadaire éteint 14 avenue du drapeau", ("Control+Enter",), "recorded"),
    ("nid de poule 8 bd de la trémouille", ("Control+Enter",), "recorded"),
    ("gros nid de poule 8 boulevard tremouille", ("Enter", "Control+Enter"), "follows"),
    ("dépôt sauvage 20 rue de la liberté", ("Control+Enter",), "recorded"),
    ("matelas abandonné 20 rue de la liberte", ("Enter", "Control+Enter"), "follows"),
    ("poubelle pas ramassée 6 rue monge", ("Control+Enter",), "recorded"),
    ("fils à nu 30 avenue du drapeau", ("Control+Enter",), "event"),
    ("à quelle heure ouvre la déchetterie", ("Enter", "Control+Enter"), "informed"),
    ("je voudrais prendre rendez-vous pour un passeport", ("Enter", "Escape", "v"), "passed_on"),
    ("carte d'identité", ("Enter", "Control+Enter"), "informed"),
    ("parler au cabinet du maire", ("Escape", "v"), "passed_on"),
    ("ne sait plus, rappeler à 18h30", ("Escape", "b"), "call_back"),
    ("musique trop forte 40 rue monge", ("Control+Enter",), "recorded"),
    ("branche cassée place wilson", ("Control+Enter",), "recorded"),
]


class Exchange:
    """A simulated exchange on a thread of its own, beside the product."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.inner = SimulatedExchange("beffroi", "s3cret", time.monotonic)
        self.call(self.inner.start())

    def call(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    def ring(self, number: str, said: str) -> str:
        async def ring() -> str:
            return self.inner.ring(number, said)

        return str(self.call(ring()))

    def answer(self, unique: str, extension: str) -> None:
        async def answer() -> None:
            self.inner.answer(unique, extension)

        self.call(answer())

    def hang_up(self, unique: str) -> None:
        async def end() -> None:
            self.inner.hang_up(unique)

        self.call(end())

    def hang_up_all(self) -> None:
        for unique in list(self.inner.calls):
            self.hang_up(unique)

    def close(self) -> None:
        self.call(self.inner.stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()


class Call(NamedTuple):
    """What one call took, in seconds: `work` from the ringing to the code on screen, `after` since the caller left."""

    work_s: float
    after_s: float
    machine_s: float
    felt_ms: float


def one_call(seat: Page, exchange: Exchange, text: str, keys: tuple[str, ...], real: bool) -> Call:
    """Take one call from its ringing to its code; `real`: at the pace of a hand, else that pace is added.

    The caller hangs up before the last key. Speaking is always computed: nobody speaks in a test.
    """
    began = time.perf_counter()
    caller = exchange.ring("0639980100", text)
    expect(seat.locator(".ring")).to_be_visible(timeout=10_000)
    seat.keyboard.press("t")
    expect(seat.locator(".call .chip").first).to_contain_text("en ligne", timeout=10_000)
    expect(seat.locator("#call-text")).to_be_focused()
    typing = time.perf_counter()
    seat.keyboard.type(text, delay=LETTER_S * 1000 if real else 0)
    typed_s = time.perf_counter() - typing
    expect(seat.locator(".call .facts")).to_have_attribute("data-of", text, timeout=5_000)
    seat.wait_for_function("text => window.felt.some(([of]) => of === text)", arg=text, timeout=5_000)
    if real:
        assert typed_s <= allowed(len(text) * LETTER_S * 1.3), "the page does not take letters as they come"
        time.sleep(READ_S)
    for key in keys[:-1]:
        seat.keyboard.press(key)
        time.sleep(KEY_S if real else 0)
    said = " ".join(seat.locator(".call .say").all_inner_texts())
    exchange.hang_up(caller)
    gone = time.perf_counter()
    time.sleep(KEY_S)
    seat.keyboard.press(keys[-1])
    expect(seat.locator(".saved .code")).not_to_be_empty(timeout=5_000)
    after_s, measured_s = time.perf_counter() - gone, time.perf_counter() - began
    felt_ms = max(ms for of, ms in seat.evaluate("window.felt") if of == text)
    by_hand_s = len(text) * LETTER_S + READ_S + len(keys[:-1]) * KEY_S
    spoken_s = GREETING_S + (len(text.split()) + len(said.split())) * WORD_S
    done_s = measured_s if real else measured_s + by_hand_s
    return Call(done_s + spoken_s, after_s, measured_s - (by_hand_s if real else 0) - KEY_S, felt_ms)
