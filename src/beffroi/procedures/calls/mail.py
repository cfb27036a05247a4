"""Letters to callers: settings of the mail server, the text of each step, and the SMTP talk in two halves.

The first half (connection, sender, recipient) may be repeated at will; the second hands the letter over and is never
repeated by a machine: between the two the database knows that it left.
"""

import base64
import smtplib
import ssl
import tomllib
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from beffroi.model.time import Micros, to_datetime
from beffroi.requests.texts import TEXTS
from beffroi.requests.types import Owed, Request

SETTINGS_FILE = "mail.toml"
OneLine = Annotated[str, msgspec.Meta(pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
Address = Annotated[str, msgspec.Meta(pattern=r"^[!-?A-~]+@[!-?A-~]+$(?!\n)")]
TIMEOUT_S = 20.0


class MailError(Exception):
    """A letter that did not leave: code, detail, and whether trying again later may help."""

    def __init__(self, code: str, detail: str, *, lasting: bool = False) -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail, self.lasting = code, detail[:160], lasting


class MailSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Table `[mail]` of `mail.toml`: the password is the first line of `password_file`, never written in settings.

    `tls` is `starttls` (port 587), `tls` (port 465) or `off`, which only a loopback server may have. `follow_url` holds
    `{code}`.
    """

    host: OneLine
    sender: Address
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 587
    tls: Literal["starttls", "tls", "off"] = "starttls"
    user: str = ""
    password_file: str = ""
    sender_name: OneLine = ""
    reply_to: OneLine = ""
    authority: str = ""
    follow_url: str = ""


def read_settings(data: Path) -> MailSettings | None:
    """Return the settings of the mail server, nothing where a city has none; raises MailError."""
    path = data / SETTINGS_FILE
    if not path.is_file():
        return None
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("mail")
        settings = msgspec.convert(table, MailSettings)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise MailError("requests.mail_settings", str(error)) from error
    if settings.tls == "off" and settings.host not in ("localhost", "127.0.0.1", "::1"):
        raise MailError("requests.mail_settings", "tls = off: loopback only")
    return settings


class Recipient(msgspec.Struct, frozen=True):
    """To whom: read when the letter leaves, kept nowhere else."""

    name: str
    phone: str
    email: str
    lang: str


def words_of(
    request: Request, owed: Owed, lang: str, spoken: Callable[[Micros], str], follow_url: str = ""
) -> list[str]:
    """Return the subject, then the lines of what the author of a request is told at a step."""

    def say(code: str, /, **params: str) -> str:
        return TEXTS[code][lang].format(**params)

    step = say(f"requests.step.{owed.step}")
    if request.state in ("informed", "passed_on") and owed.step == "closed":
        step = say(f"requests.outcome.{request.state}")
    lines = [say("requests.mail.subject", code=request.code, status=step), say("requests.mail.hello"), "", step]
    if owed.step == "in_progress" and request.expected_at is not None:
        lines.append(say("requests.mail.expected", at=spoken(request.expected_at)))
    if owed.step == "closed" and request.reason:
        lines.append(say(f"requests.reason.{request.reason}"))
    if request.place:
        lines += ["", say("requests.mail.about", place=request.place)]
    lines.append(say("requests.mail.follow", code=request.code))
    if follow_url:
        lines.append(say("requests.mail.link", link=follow_url.replace("{code}", request.code)))
    return [*lines, "", say("requests.mail.why")]


def address_of(email: str) -> str:
    """Return an address as a mail server takes it, its domain by IDNA; raises MailError, for good, when none can."""
    local, _, domain = email.rpartition("@")
    try:
        written = f"{local}@{domain.encode('idna').decode('ascii')}"
        written.encode("ascii")
    except UnicodeError as error:
        raise MailError("requests.bad_address", type(error).__name__, lasting=True) from error
    return written


def letter(settings: MailSettings, recipient: Recipient, words: list[str], message: UUID, at: Micros) -> EmailMessage:
    """Return the letter; its Message-ID is the message's own, whoever sends it again."""
    mail = EmailMessage()
    mail["From"] = formataddr((settings.sender_name, settings.sender))
    # a name written before names were checked may hold a line feed
    mail["To"] = formataddr((" ".join(recipient.name.split()), address_of(recipient.email)))
    mail["Subject"] = words[0]
    mail["Date"] = format_datetime(to_datetime(at))
    mail["Message-ID"] = f"<{message}@{settings.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    if settings.reply_to:
        mail["Reply-To"] = settings.reply_to
    mail.set_content("\n".join(words[1:]) + "\n")
    return mail


class Talk:
    """One letter's talk with the server; blocking: to be run in a thread."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._smtp: smtplib.SMTP | None = None

    def prepare(self, recipient: str) -> None:
        """Connect, sign in, name sender and recipient; raises MailError, and nothing has left."""
        try:
            self._smtp = self._connect()
            self._expect(*self._smtp.mail(self._settings.sender))
            self._expect(*self._smtp.rcpt(recipient))
        except smtplib.SMTPAuthenticationError as error:
            raise MailError("requests.mail_refused_us", str(error.smtp_code)) from error
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPException, OSError) as error:
            raise MailError("requests.mail_away", str(error)) from error

    def hand_over(self, written: bytes) -> None:
        """Give the letter; raises MailError when the server refused it, OSError when nobody knows."""
        assert self._smtp is not None
        try:
            self._expect(*self._smtp.data(written))
        except smtplib.SMTPServerDisconnected as error:
            raise OSError(str(error)) from error
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code, error.smtp_error) from error

    def close(self) -> None:
        """End the talk."""
        if self._smtp is not None:
            try:
                self._smtp.quit()
            except (smtplib.SMTPException, OSError):
                pass  # said all that was to say

    def _connect(self) -> smtplib.SMTP:
        given = self._settings
        context = ssl.create_default_context(cafile=given.authority or None)
        if given.tls == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(given.host, given.port, timeout=TIMEOUT_S, context=context)
        else:
            smtp = smtplib.SMTP(given.host, given.port, timeout=TIMEOUT_S)
        smtp.ehlo_or_helo_if_needed()
        if given.tls == "starttls":
            smtp.starttls(context=context)
            smtp.ehlo()
        if given.user:
            _sign_in(smtp, given.user, _password(given.password_file))
        return smtp

    @staticmethod
    def _expect(code: int, answer: bytes) -> None:
        if not 200 <= code < 300:
            raise _refused(code, answer)


def _sign_in(smtp: smtplib.SMTP, user: str, password: str) -> None:
    if user.isascii() and password.isascii():
        smtp.login(user, password)
        return
    # smtplib writes ASCII only, where PLAIN is UTF-8 (RFC 4616)
    token = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
    code, answer = smtp.docmd("AUTH", f"PLAIN {token}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, answer)


def _password(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()[0].strip()
    except (OSError, IndexError, UnicodeDecodeError) as error:
        raise MailError("requests.mail_settings", f"password_file: {error}") from error


def _refused(code: int, answer: bytes | str) -> MailError:
    # the answer often repeats the address: only its code is kept
    del answer
    return MailError("requests.mail_refused", str(code), lasting=code >= 500)
