"""HTTP on the wire: one handler for the API, the hosted pages and the control API."""

from __future__ import annotations

import json
import logging
import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from modules.billing.sandbox.api import Answer, Api, Request, as_answer
from modules.billing.sandbox.errors import ApiError, invalid

if TYPE_CHECKING:
    from modules.billing.sandbox.control import Control
    from modules.billing.sandbox.pages import Pages

logger = logging.getLogger(__name__)
LARGEST_BODY = 1 << 20
LOOPBACK = {"localhost", "127.0.0.1", "[::1]", "::1"}


class Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, port: int, *, api: Api, pages: Pages, control: Control, hosts: set[str]) -> None:
        self.api, self.pages, self.control = api, pages, control
        self.hosts = LOOPBACK | hosts
        super().__init__(("127.0.0.1", port), Handler)

    def server_bind(self) -> None:
        """Without HTTPServer's look-up of the host's full name, which can ask a name server."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "localhost", self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hung up is no news; anything else is logged."""
        logger.debug("The sandbox lost the connection from %s", client_address)


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "StripeSandbox", ""
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 120
    quiet: ClassVar[bool] = True

    def do_GET(self) -> None:
        self.take()

    def do_HEAD(self) -> None:
        self.take()

    def do_POST(self) -> None:
        self.take()

    def do_DELETE(self) -> None:
        self.take()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        logger.debug(format, *args)

    def take(self) -> None:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            body = self.read_body(headers)
            self.check_host(headers)
            request = Request(self.command, parts.path, parts.query, headers, body)
            answer = self.dispatch(request)
        except ApiError as error:
            self.close_connection = True
            answer = as_answer(error.status, error.body)
        self.give(answer)

    def read_body(self, headers: dict[str, str]) -> bytes:
        length = headers.get("content-length", "0")
        if not length.isdigit() or "transfer-encoding" in headers:
            raise invalid("The request needs a Content-Length.", status=411)
        if int(length) > LARGEST_BODY:
            raise invalid("The request is too large.", status=413)
        return self.rfile.read(int(length))

    def check_host(self, headers: dict[str, str]) -> None:
        """Another site's name that was made to resolve to this machine must not reach the control API."""
        host = urlsplit(f"//{headers.get('host', 'localhost')}").hostname
        if host not in self.server.hosts:
            raise invalid("The sandbox answers on loopback only.", status=421)

    def dispatch(self, request: Request) -> Answer:
        if request.path.startswith("/v1/") or request.path.startswith("/v2/"):
            return self.server.api.answer(request)
        if request.path.startswith("/_sandbox/"):
            return self.control(request)
        return self.server.pages.answer(request)

    def control(self, request: Request) -> Answer:
        if request.method != "GET" and request.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise invalid(
                "The control API takes application/json only.", status=415
            )  # no form of another site can send it
        try:
            given = json.loads(request.body or b"{}")
            result = self.server.control.answer(request.method, request.path, given)
        except ApiError as error:
            return as_answer(error.status, error.body)
        except (TypeError, ValueError, KeyError) as error:
            return as_answer(400, invalid(f"{type(error).__name__}: {error}").body)
        return Answer(200, json.dumps(result).encode())

    def give(self, answer: Answer) -> None:
        if answer.silence_ms is not None:
            self.server.api.stopping.wait(answer.silence_ms / 1000)
            self.close_connection = True
            return
        if answer.reset:
            self.reset_connection()
            return
        self.send_response_only(answer.status)
        self.send_header("Date", self.date_time_string())
        headers = {"Content-Type": "application/json", "Cache-Control": "no-store"} | answer.headers
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def reset_connection(self) -> None:
        """RST instead of FIN, as when a machine in between forgets the connection."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def serve_in_thread(server: Server) -> threading.Thread:
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="sandbox-http", daemon=True
    )
    thread.start()
    return thread
