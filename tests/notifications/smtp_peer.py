"""A mail server on loopback that really speaks SMTP, and can be busy, refuse an address, or be switched off."""

import socketserver
import threading
import time
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any


@dataclass
class Letter:
    """A mail as it came over the wire."""

    to: list[str]
    body: EmailMessage


@dataclass
class Switches:
    """How the server answers: `greeting` instead of 220, an answer for single recipients, an answer after the text."""

    greeting: str = "220 peer"
    recipients: dict[str, str] = field(default_factory=dict)
    after_data: str = "250 taken"
    silence: float = 0.0
    """Seconds before the greeting."""
    calls: int = 0
    letters: list[Letter] = field(default_factory=list)


class _Conversation(socketserver.StreamRequestHandler):
    server: "SmtpPeer"

    def handle(self) -> None:
        switches = self.server.switches
        switches.calls += 1
        time.sleep(switches.silence)
        self._say(switches.greeting)
        if not switches.greeting.startswith("220"):
            return
        to: list[str] = []
        while line := self.rfile.readline():
            verb, _, rest = line.decode().strip().partition(" ")
            if verb.upper() == "QUIT":
                self._say("221 bye")
                return
            if verb.upper() == "RCPT":
                address = rest.partition("<")[2].partition(">")[0]
                answer = switches.recipients.get(address, "250 ok")
                if answer.startswith("250"):
                    to.append(address)
                self._say(answer)
            elif verb.upper() == "DATA":
                self._take(to)
                to = []
            else:
                self._say("250 ok")

    def _take(self, to: list[str]) -> None:
        self._say("354 go on")
        raw = b""
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            raw += line.removeprefix(b".") if line.startswith(b"..") else line
        switches = self.server.switches
        if switches.after_data.startswith("250"):
            switches.letters.append(Letter(list(to), message_from_bytes(raw, policy=default)))  # type: ignore[arg-type]
        self._say(switches.after_data)

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class SmtpPeer(socketserver.ThreadingTCPServer):
    """`with SmtpPeer() as peer:` listens on a free port of loopback until the end of the block."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Conversation)
        self.switches = Switches()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def __enter__(self) -> "SmtpPeer":
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.shutdown()
        self.server_close()
