"""The hosted pages: pay, approve at the bank, and what to say when there is nothing to do.

A refused form is answered with 200, not 422: browsers log any other status of a page as an error, and the shop's
browser tests hold that a purchase logs none.
"""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from modules.billing.sandbox import timers
from modules.billing.sandbox.api import Answer, Request
from modules.billing.sandbox.card_form import CardForm
from modules.billing.sandbox.errors import ApiError, JsonObject
from modules.billing.sandbox.resources import sessions
from modules.billing.sandbox.words import WORDS, language_of, money
from modules.billing.sandbox.world import World

if TYPE_CHECKING:
    from django.template import Engine

FOLDER = Path(__file__).resolve().parents[3] / "templates" / "billing" / "sandbox"
SHOWN_CARDS = (
    ("4242 4242 4242 4242", "card_pays"),
    ("4000 0000 0000 0002", "card_declined"),
    ("4000 0000 0000 3155", "card_authenticates"),
    ("4000 0000 0000 9995", "card_funds"),
)


@cache
def engine() -> Engine:
    """An engine of our own: the pages know no setting of the product. Loaded with the first page."""
    from django.template import Engine

    return Engine(dirs=[str(FOLDER)], autoescape=True)


@cache
def stylesheet() -> bytes:
    return (FOLDER / "checkout.css").read_bytes()


class Pages:
    def __init__(self, world: World) -> None:
        self.world = world

    def answer(self, request: Request) -> Answer:
        steps = request.path.strip("/").split("/")
        if request.path == "/pay/checkout.css":
            return Answer(
                200, stylesheet(), {"Content-Type": "text/css; charset=utf-8", "Cache-Control": "max-age=300"}
            )
        timers.run_due(self.world)
        if len(steps) == 2 and request.method in ("GET", "HEAD", "POST"):
            if steps[0] == "pay":
                return self.pay(request, steps[1])
            if steps[0] == "authenticate":
                return self.authenticate(request, steps[1])
        return self.say(request, None, "missing", status=HTTPStatus.NOT_FOUND)

    # Paying

    def pay(self, request: Request, session_id: str) -> Answer:
        with self.world.lock:
            session = self.world.store.find(session_id, sessions.NOUN)
        if session is None:
            return self.say(request, None, "missing", status=HTTPStatus.NOT_FOUND)
        if session["status"] == "complete":
            # A second press of "pay", or the page left open in another tab.
            return self.go(success_url(session)) if request.method == "POST" else self.say(request, session, "complete")
        if session["status"] == "expired":
            return self.say(request, session, "expired")
        if request.method != "POST":
            return self.show_form(request, session, self.form_after_refusal(session))
        return self.take_card(request, session)

    def form_after_refusal(self, session: JsonObject) -> CardForm:
        """An empty form; back from the bank with a refusal it says so."""
        form = CardForm.empty()
        with self.world.lock:
            intent = self.world.store.find(str(session["payment_intent"])) or {}
        failure = intent.get("last_payment_error") or {}
        if failure.get("code") == "payment_intent_authentication_failure":
            form.errors["number"] = refusal_word(failure)
        return form

    def take_card(self, request: Request, session: JsonObject) -> Answer:
        form = CardForm.read(request.body, now=self.world.now(), asks_email=asks_email(session))
        if form.errors or form.card is None:
            return self.show_form(request, session, form)
        try:
            with self.world.transaction():
                paid = sessions.pay(
                    self.world, session["id"], form.card, email=form.values["email"] or None,
                    name=form.values["name"] or None, expires=form.expires,
                )  # fmt: skip
        except ApiError as error:
            if error.status != HTTPStatus.PAYMENT_REQUIRED:
                return self.go(f"/pay/{session['id']}")
            form.errors["number"] = refusal_word(error.error)
            return self.show_form(request, session, form)
        if paid["status"] == "open":
            return self.go(f"/authenticate/{paid['payment_intent']}")
        return self.go(success_url(paid))

    def show_form(self, request: Request, session: JsonObject, form: CardForm) -> Answer:
        language = language_of(session["locale"], request.headers.get("accept-language", ""))
        words = WORDS[language]
        with self.world.lock:
            items = self.world.store.private(session["id"])["line_items"]
        total = money(session["amount_total"], session["currency"], language)
        order = [
            {
                "name": item["description"],
                "quantity": words["quantity"].format(quantity=item["quantity"]),
                "amount": money(item["amount_total"], item["currency"], language),
            }
            for item in items
        ]
        context = {
            "order": order,
            "total": total,
            "pay": words["pay_amount"].format(amount=total),
            "form": form.values,
            "errors": {name: words[key] for name, key in form.errors.items()},
            "asks_email": asks_email(session),
            "known_email": (session["customer_details"] or {}).get("email") or session["customer_email"],
            "cards": [{"number": number, "does": words[key]} for number, key in SHOWN_CARDS],
        }
        return self.render("pay.html", context, session=session, language=language, title=words["pay_title"])

    # The bank

    def authenticate(self, request: Request, intent_id: str) -> Answer:
        with self.world.lock:
            intent = self.world.store.find(intent_id, "payment_intent")
            session = self.world.store.find(str(self.world.store.private(intent_id).get("session")), sessions.NOUN)
        if intent is None:
            return self.say(request, None, "missing", status=HTTPStatus.NOT_FOUND)
        if intent["status"] != "requires_action":
            return self.say(request, session, "answered")
        if request.method != "POST":
            return self.ask(request, session, intent)
        approved = b"answer=approve" in request.body
        try:
            with self.world.transaction():
                intent = sessions.authenticate(self.world, intent_id, approved=approved)
        except ApiError:
            with self.world.lock:
                intent = self.world.get("payment_intent", intent_id)
        return self.go(self.way_back(session, intent))

    def way_back(self, session: JsonObject | None, intent: JsonObject) -> str:
        if session is not None:
            return (
                success_url(session)
                if intent["status"] in ("succeeded", "requires_capture")
                else f"/pay/{session['id']}"
            )
        back = self.world.store.private(intent["id"]).get("return_url")
        if not back:
            return f"/authenticate/{intent['id']}"
        parts = urlsplit(back)
        outcome = "succeeded" if intent["status"] in ("succeeded", "requires_capture") else "failed"
        facts = {
            "payment_intent": intent["id"],
            "payment_intent_client_secret": intent["client_secret"],
            "redirect_status": outcome,
        }
        return urlunsplit(parts._replace(query="&".join(filter(None, [parts.query, urlencode(facts)]))))

    def ask(self, request: Request, session: JsonObject | None, intent: JsonObject) -> Answer:
        language = language_of(session["locale"] if session else None, request.headers.get("accept-language", ""))
        with self.world.lock:
            method = self.world.store.find(intent["payment_method"]) or {}
        amount = money(intent["amount"], intent["currency"], language)
        question = WORDS[language]["bank"].format(amount=amount, last4=method["card"]["last4"])
        back = self.world.store.private(intent["id"]).get("return_url")
        return self.render(
            "authenticate.html", {"question": question}, session=session, language=language,
            title=WORDS[language]["bank_title"], return_url=back,
        )  # fmt: skip

    # Answers

    def say(self, request: Request, session: JsonObject | None, what: str, *, status: int = 200) -> Answer:
        language = language_of(session["locale"] if session else None, request.headers.get("accept-language", ""))
        words = WORDS[language]
        context = {"message": words[what]}
        if session and what == "complete":
            context["back_url"] = success_url(session)
        return self.render(
            "message.html", context, session=session, language=language, title=words[f"{what}_title"], status=status
        )

    def go(self, url: str) -> Answer:
        return Answer(HTTPStatus.SEE_OTHER, b"", {"Location": url, "Content-Type": "text/plain"} | security_headers([]))

    def render(
        self,
        template: str,
        context: dict[str, Any],
        *,
        session: JsonObject | None,
        language: str,
        title: str,
        status: int = 200,
        return_url: str | None = None,
    ) -> Answer:
        from django.template import Context

        urls = [session["success_url"], session["cancel_url"]] if session else [return_url]
        base = {
            "t": WORDS[language],
            "language": language,
            "title": title,
            "back_url": session and session["cancel_url"],
        }
        html = engine().get_template(template).render(Context(base | context))
        headers = {"Content-Type": "text/html; charset=utf-8", "Content-Language": language, "Vary": "Accept-Language"}
        return Answer(status, html.encode(), headers | security_headers(urls))


def asks_email(session: JsonObject) -> bool:
    return not (session["customer_email"] or session["customer"])


def refusal_word(failure: JsonObject) -> str:
    for code in (failure.get("decline_code"), failure.get("code")):
        if f"refused_{code}" in WORDS["en"]:
            return f"refused_{code}"
    return "refused_card_declined"


def success_url(session: JsonObject) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def security_headers(urls: list[str | None]) -> dict[str, str]:
    """Strict; the form may lead on to the shop, since browsers hold the redirect after a POST to form-action too."""
    origins = {f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, filter(None, urls))}
    targets = " ".join(["'self'", *sorted(origins)])
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action {targets}"
    )
    return {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }
