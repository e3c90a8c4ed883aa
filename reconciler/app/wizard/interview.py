"""The questions in their order. Each says why it is asked and what the usual answer is, and is tried before the next.

What an earlier time has answered is the usual answer now, so whoever takes up again only presses the return key.
"""

from __future__ import annotations

import os
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from reconciler.app import entry
from reconciler.app.doctor.finding import Finding
from reconciler.app.imported import import_accounts
from reconciler.app.starter import Laid, lay_out, local_zone
from reconciler.app.wizard import trials
from reconciler.app.wizard.draft import Draft
from reconciler.app.wizard.terminal import Terminal
from reconciler.configuration.settings import Settings
from reconciler.errors import CallError, Fatal, Misconfigured

_AGAIN, _KEEP, _LEAVE = "again", "keep", "leave"

Read = Callable[[str], Any]
Trial = Callable[[Settings], Awaitable[list[Finding]]]


def interview(folder: Path, terminal: Terminal, environment: Mapping[str, str] = os.environ) -> Laid:
    """Ask, try, write. Fatal where a configuration is there already, Left where nobody answers any more."""
    talk = Interview(Draft(folder), terminal, environment)
    talk.begin()
    talk.hotel()
    talk.zoom()
    talk.pms()
    talk.telephones()
    talk.draft.finish()
    return lay_out(folder)


class Interview:
    """One talk about one hotel."""

    def __init__(self, draft: Draft, terminal: Terminal, environment: Mapping[str, str]) -> None:
        self.draft = draft
        self._terminal = terminal
        self._environment = environment

    def begin(self) -> None:
        """What this is, and how one gets out of it."""
        self._terminal.explain(
            f"This writes {self.draft.configuration}, with every setting explained, and tries your answers on the "
            "way. The answer in brackets is the usual one: the return key takes it. Ctrl-C leaves; the same command "
            "goes on later."
        )
        if self.draft.taken_up:
            self._terminal.say("What you have answered before is in brackets.")

    def hotel(self) -> None:
        """The property and its rooms."""
        self._title("The hotel")
        self._setting(
            "Its name", "It stands on the page, in reports and in letters.", "Hotel", ("property", "name")
        )
        why = "All local times are in it, wake-up calls too. Usually that of the hotel's town."
        self._setting("Time zone", why, local_zone(), ("property", "timezone"))
        why = (
            "Nothing else in Zoom is ever written. Usually ranges with exceptions, such as 1001-1240, !1013: room N "
            "has extension N. Leave it empty if room documents are to say it."
        )
        self._setting("Guest rooms", why, "", ("rooms", None), read=_listed, show=", ".join)

    def zoom(self) -> None:
        """The app, tried with a token."""
        self._title("Zoom")
        self._terminal.explain(
            "A server-to-server OAuth app of the Zoom App Marketplace lets housephone in; `reconcile check --scopes` "
            "lists the scopes that it needs. Its page shows the three answers."
        )
        while True:
            self._setting("Account ID", "Whose telephones they are.", "", ("zoom", "account_id"))
            self._setting("Client ID", "Which app asks.", "", ("zoom", "client_id"))
            self._keep("Client secret", "zoom")
            self.draft.put("zoom", "secrets/zoom", "client_secret_file")
            why = (
                "How many calls a second Zoom takes from the account: pro, or business for all larger plans."
            )
            self._setting("Plan of the account", why, "pro", ("zoom", "plan"))
            if self._tried("Zoom", trials.zoom):
                return

    def pms(self) -> None:
        """The link to the PMS, tried with a handshake."""
        self._title("The PMS")
        self._terminal.explain(
            "Check-ins, moves and wake-up calls come over a FIAS link. The PMS's installer knows host and port, "
            "usually 5010 or 5001. An interface serves one connection: the one that is tried here throws off an old "
            "system that is connected."
        )
        while True:
            link: dict[str, Any] = dict((self.draft.get("pms") or [{}])[0])
            host = self._answer("Host of the PMS (- for none)", str(link.get("host", "-")))
            if host == "-":
                self.draft.put("pms", [])
                return
            link |= {"kind": "fias", "host": host}
            link["port"] = self._number("Port", str(link.get("port", 5010)))
            self._terminal.explain("How it writes names, usually cp1252; others are cp850 and utf-8.")
            link["encoding"] = self._answer("Code page", str(link.get("encoding", "cp1252")))
            if not self._taken("pms", [link]):
                continue
            if (
                self._terminal.choose("Try it now? No, while an old system is connected", ("yes", "no"))
                == "no"
            ):
                return
            if self._tried("PMS", lambda settings: trials.pms(settings, settings.pms[0])):
                return

    def telephones(self) -> None:
        """Our lines, tried by registering each."""
        self._title("Telephone lines")
        self._terminal.explain(
            "Wake-up calls, guests' mailboxes and room status by telephone need SIP accounts of our own, each for "
            "one call at a time. Without them wake-up calls are kept, and end with an alert at the desk."
        )
        has = bool(self.draft.get("sip"))
        choices = ("yes", "no") if has else ("no", "yes")
        while self._terminal.choose("Set them up now?", choices) == "yes":
            if self._lines() and self._tried("telephone lines", trials.lines):
                self._house_numbers()
                return
        self.draft.put("sip", None)

    def _lines(self) -> bool:
        """Exchange and accounts; False where they make no sense together."""
        sip: dict[str, Any] = dict(self.draft.get("sip") or {})
        pbx, local = dict(sip.get("pbx") or {}), dict(sip.get("local") or {})
        self._terminal.explain(
            "Where we register: the telephone exchange, or the SIP domain that Zoom names."
        )
        pbx["address"] = self._answer("Address of the exchange", str(pbx.get("address", "")))
        pbx["port"] = self._number("Its port", str(pbx.get("port", 5060)))
        self._terminal.explain("How messages go there: udp in the house, tls for Zoom.")
        local["transport"] = self._terminal.choose(
            "Transport", _first(local.get("transport"), ("udp", "tcp", "tls"))
        )
        self._terminal.explain(
            "Our own port for it, which nobody else on this machine may have. Usually 5060."
        )
        local["port"] = self._number("Our port", str(local.get("port", 5060)))
        sip |= {"pbx": pbx, "local": local}
        if local["transport"] == "tls":
            self._terminal.explain(
                "The server's certificate is always verified. Zoom's authority is DigiCert."
            )
            usual = str((sip.get("tls") or {}).get("ca_file", "/etc/ssl/certs/DigiCert_Global_Root_G2.pem"))
            sip["tls"] = {"ca_file": self._answer("Certificate of the authority (PEM)", usual)}
            proxy = str((sip.get("proxy") or {}).get("address", "-"))
            proxy = self._answer("Outbound proxy, host:port (- for none)", proxy)
            if proxy != "-":
                host, _, port = proxy.partition(":")
                sip["proxy"] = {"address": host, "port": int(port) if port.isdecimal() else 5091}
        else:
            sip.pop("tls", None)
        sip["accounts"] = self._accounts(sip)
        return bool(sip["accounts"]) and self._taken("sip", sip)

    def _accounts(self, sip: Mapping[str, Any]) -> list[dict[str, str]] | str:
        self._terminal.explain(
            "The accounts: their user names with commas between them, usually 4 to 8; or zoom, to read those of a "
            "telephone that was provisioned by hand in Zoom."
        )
        before = sip.get("accounts") or []
        usual = before if isinstance(before, str) else ", ".join(each["user"] for each in before)
        users = self._answer("Accounts", usual)
        if users == "zoom":
            return "zoom" if self._imported(sip) else ""
        return [self._account(user) for user in _listed(users)]

    def _account(self, user: str) -> dict[str, str]:
        name = f"sip-{re.sub('[^A-Za-z0-9_-]', '_', user)}"
        self._keep(f"Password of {user}", name)
        return {"user": user, "password_file": f"secrets/{name}"}

    def _imported(self, sip: Mapping[str, Any]) -> bool:
        """Read the accounts from Zoom, as `reconcile sip import` does."""
        device = self._answer("Name or MAC address of that telephone in Zoom", "")
        if not self._taken("sip", {**sip, "accounts": "zoom"}):
            return False
        try:
            done = entry.run(partial(import_accounts, self.draft.settings(self._environment), device))
        except (Fatal, CallError) as error:
            self._show(Finding("bad", "accounts", error.message, error.remedy))
            return False
        self._show(Finding("ok", "accounts", f"{len(done.accounts)} read from {done.device}"))
        return True

    def _house_numbers(self) -> None:
        voice: dict[str, Any] = dict(self.draft.get("voice") or {})
        while True:
            self._terminal.explain(
                "The extension, or the group of our accounts, that rooms dial and forward to."
            )
            voice["pilot"] = self._answer("Pilot", str(voice.get("pilot", "")))
            self._terminal.explain("Who is called when a wake-up call wakes nobody, and by key 0. Usually 0.")
            voice["operator"] = self._answer("Operator", str(voice.get("operator", "0")))
            if self._taken("voice", {name: value for name, value in voice.items() if value}):
                return

    # How a question is put, and an answer tried

    def _title(self, text: str) -> None:
        self._terminal.say(f"\n{text}\n{'-' * len(text)}")

    def _answer(self, prompt: str, usual: str) -> str:
        return self._terminal.ask(prompt, usual)

    def _number(self, prompt: str, usual: str) -> int:
        while not (answer := self._answer(prompt, usual)).isdecimal():
            self._terminal.say("  please answer with a number")
        return int(answer)

    def _setting(
        self,
        prompt: str,
        why: str,
        usual: str,
        where: tuple[str, str | None],
        *,
        read: Read = str,
        show: Read = str,
    ) -> None:
        """Ask for one setting until it can be used."""
        section, name = where
        self._terminal.explain(why)
        while True:
            before = self.draft.get(section, name)
            answer = read(self._answer(prompt, show(before) if before else usual))
            if self._taken(section, answer or (None if name is None else ""), name):
                return

    def _keep(self, prompt: str, name: str) -> None:
        """Ask for a secret, which goes into a file of its own; the return key keeps the one that is there."""
        there = self.draft.secret(name).exists()
        while (
            not (value := self._terminal.ask(prompt, "the one in its file" if there else "", secret=True))
            and not there
        ):
            self._terminal.say("  it is needed")
        if value:
            self.draft.keep_secret(name, value)

    def _taken(self, section: str, value: Any, name: str | None = None) -> bool:
        """Keep an answer if the configuration can be used with it; otherwise say why not, and forget it."""
        before = self.draft.get(section, name)
        self.draft.put(section, value, name)
        try:
            self.draft.settings(self._environment)
        except Misconfigured as error:
            mistakes = re.sub(r"(?m)^.*?\.draft:\d+:\d+: ", "  ", str(error))
            self._terminal.say(mistakes)
            self.draft.put(section, before, name)
            return False
        return True

    def _tried(self, what: str, trial: Trial) -> bool:
        """Try the answers live. False where they are to be given again; Left where somebody wants to leave."""
        self._terminal.say("  trying ...")
        settings = self.draft.settings(self._environment)
        try:
            findings = entry.run(partial(trial, settings))
        except (Fatal, CallError) as error:
            findings = [Finding("bad", what, error.message, error.remedy or "try again in a moment")]
        for finding in findings:
            self._show(finding)
        if all(finding.level != "bad" for finding in findings):
            return True
        chosen = self._terminal.choose(
            "Answer again, keep it all the same, or leave?", (_AGAIN, _KEEP, _LEAVE)
        )
        if chosen == _LEAVE:
            raise self._terminal.left()
        return chosen == _KEEP

    def _show(self, finding: Finding) -> None:
        self._terminal.say(f"  {finding}")


def _listed(answer: str) -> list[str]:
    return [each for each in re.split(r"[,\s]+", answer) if each]


def _first(chosen: object, choices: tuple[str, ...]) -> tuple[str, ...]:
    """The choices with the one that was made before in front."""
    return tuple(sorted(choices, key=lambda each: each != chosen))
