"""What no page may do while somebody uses it: log an error, break its policy, fail a request, ask another site."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

# The event says what Chromium's console line leaves out: which directive, what was refused, and where.
TELL_VIOLATIONS = """addEventListener("securitypolicyviolation", (event) => {
  if (event.disposition === "enforce")
    console.error(`policy: ${event.violatedDirective} refused ${event.blockedURI} in ${event.sourceFile}`);
});"""
OURS = {"data", "blob", "about"}
REPLACED = re.compile(r"^htmx:(afterRequest|sendAbort)$")
"""What htmx logs when a newer request takes the place of one under way; failures of other kinds have other names."""


class Watch:
    """Follows every page of every browser of a test and keeps what went wrong, in words."""

    def __init__(self, *origins: str) -> None:
        self.origins = set(origins)
        self.problems: list[str] = []
        self.pages: list[Page] = []
        self.requests: list[Request] = []
        self._expected: list[re.Pattern[str]] = []

    def expect(self, pattern: str) -> None:
        """Something that this test provokes: Chromium logs an error for every page answered with 404 or 422."""
        self._expected.append(re.compile(pattern))

    def follow(self, context: BrowserContext) -> None:
        context.add_init_script(TELL_VIOLATIONS)
        context.on("page", lambda page: self.pages.append(page))
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self._note(f"script: {error.error}"))
        context.on("request", self._on_request)
        context.on("requestfailed", self._on_failure)
        context.on("response", self._on_response)

    def _note(self, problem: str) -> None:
        if not any(pattern.search(problem) for pattern in self._expected):
            self.problems.append(problem)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not REPLACED.match(message.text):
            self._note(f"console: {message.text} ({message.location.get('url', '')})")

    def _on_request(self, request: Request) -> None:
        self.requests.append(request)
        parts = urlsplit(request.url)
        if parts.scheme not in OURS and f"{parts.scheme}://{parts.netloc}" not in self.origins:
            self._note(f"off-site: {request.url}")

    def _on_failure(self, request: Request) -> None:
        # A page that is left takes its open requests with it.
        if request.failure != "net::ERR_ABORTED":
            self._note(f"failed: {request.method} {request.url}: {request.failure}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 500:
            self._note(f"answered {response.status}: {response.request.method} {response.url}")

    def documents(self) -> list[str]:
        """The addresses of whole pages that were asked for so far."""
        return [request.url for request in self.requests if request.is_navigation_request()]
