/* The board: cards are dragged or sent by keyboard, and go where the server lets them. Without it: a page of links. */
"use strict";

(() => {
  const board = document.querySelector("#board");
  const dialog = document.querySelector("#board-dialog");
  const answer = dialog?.querySelector("[data-board-answer]");
  const said = document.querySelector("#board-said");
  if (!board || !dialog) return;
  const LOOK_AGAIN = 15000;
  const known = new Map();
  let dragged = null;
  let isBusy = false;
  let shown = "";
  let looked = 0;
  let asked = 0;
  let isHeld = false;
  let isMissed = false;

  const cards = () => [...board.querySelectorAll(".board-card")];
  const columns = () => [...board.querySelectorAll(".board-column")];
  const columnOf = (state) => columns().find((column) => column.dataset.state === state);
  const cardOf = (id) => board.querySelector(`#card-${CSS.escape(id)}`);
  const say = (text) => { said.textContent = ""; requestAnimationFrame(() => { said.textContent = text; }); };
  const parsed = (text) => new DOMParser().parseFromString(text, "text/html");
  const ask = (url, options = {}) => fetch(url, { ...options, headers: { "HX-Request": "true" }, credentials: "same-origin" });
  const words = (page) => (page.querySelector("[role=alert]") ?? page.querySelector("main h1, h1"))?.textContent.trim() || board.dataset.failed;

  /* Where a card may go; asked once for each card and state it is seen in. */
  const movesOf = (card) => {
    const { card: id, state } = card.dataset;
    const name = `${id} ${state}`;
    if (!known.has(name)) {
      const url = board.dataset.moves.replace("/0/-/", `/${id}/${encodeURIComponent(state)}/`);
      const found = ask(url).then(async (reply) => {
        if (!reply.ok) throw new Error(words(parsed(await reply.text())));
        return parsed(await reply.text()).querySelector(".board-moves");
      });
      found.catch(() => known.delete(name));
      known.set(name, found);
    }
    return known.get(name).then((moves) => moves.cloneNode(true));
  };
  const targetIn = (moves, state) => moves.querySelector(`[data-target="${CSS.escape(state)}"]`);
  const whyNot = (target) => [...(target?.querySelectorAll("[data-board-why]") ?? [])].map((part) => part.textContent.trim()).join(" ");

  /* The columns again, with what was unfolded and where somebody was. */
  const refresh = async () => {
    const mine = (looked += 1);
    const isLate = () => {
      isMissed = Boolean(dragged || isBusy || isHeld);
      return isMissed || mine !== looked;
    };
    if (isLate()) return;
    const reply = await ask(window.location.href);
    const text = await reply.text();
    if (!reply.ok || isLate()) return;
    const page = parsed(text);
    const told = [...page.querySelectorAll("[data-board-told]")].map((part) => { part.remove(); return part.textContent; });
    if (told.length) say(told.join(" "));
    if (page.body.innerHTML === shown) return;
    const open = columns().map((column) => [column.dataset.state, column.querySelectorAll(".board-card").length]);
    const focused = document.activeElement?.closest?.(".board-card")?.id;
    const places = columns().map((column) => [column.dataset.state, column.querySelector(".board-cards").scrollTop]);
    const aside = board.scrollLeft;
    shown = page.body.innerHTML;
    known.clear();
    board.replaceChildren(...[...page.body.children].map((part) => document.adoptNode(part)));
    for (const [state, count] of open) await unfold(columnOf(state), count);
    board.scrollLeft = aside;
    for (const [state, top] of places) columnOf(state)?.querySelector(".board-cards").scrollTo({ top });
    rove(focused && document.getElementById(focused), Boolean(focused));
  };
  const more = async (link) => {
    const list = link.closest(".board-cards");
    const reply = await ask(link.dataset.boardMore);
    if (!reply.ok) return window.location.assign(link.href);
    const page = parsed(await reply.text());
    link.closest("li").remove();
    list.closest(".board-column").classList.remove("is-folded");
    for (const item of page.body.querySelectorAll(":scope > li")) {
      if (!item.id || !document.getElementById(item.id)) list.append(document.adoptNode(item));
    }
  };
  const unfold = async (column, count) => {
    let link;
    while (column && column.querySelectorAll(".board-card").length < count && (link = column.querySelector("[data-board-more]"))) await more(link);
  };

  /* One card of the board is in the tab order: the one that was used last. */
  const rove = (card, focus) => {
    const wanted = card ?? board.querySelector('.board-card[tabindex="0"]') ?? cards()[0];
    for (const other of cards()) other.tabIndex = other === wanted ? 0 : -1;
    if (focus) (wanted ?? board).focus({ preventScroll: false });
  };

  /* What the server answers to a step: done, a form to fill, or the reason why not. */
  const settle = async (reply, card) => {
    looked += 1; // what was asked for before this step shows the board as it was
    if (reply.headers.get("HX-Redirect") || reply.redirected) {
      dialog.close();
      await refresh();
      return;
    }
    const page = parsed(await reply.text());
    if (reply.status === 200 || reply.status === 422) return open(page.querySelector("[data-workflow-answer]"), card);
    dialog.close();
    await refresh();
    say(words(page));
  };
  const send = async (form, card) => {
    card?.classList.add("is-moving");
    isBusy = true;
    try {
      const reply = await ask(form.action, { method: "POST", body: new FormData(form) });
      isBusy = false;
      await settle(reply, card);
    } catch {
      say(board.dataset.failed);
    } finally {
      isBusy = false;
      card?.classList.remove("is-moving");
    }
  };
  const open = (part, card) => {
    if (!part) return say(board.dataset.failed);
    if (card) dialog.dataset.card = card.dataset.card;
    answer.replaceChildren(document.adoptNode(part));
    const title = answer.querySelector("h2");
    if (title) title.id = "board-dialog-title";
    if (!dialog.open) dialog.showModal();
    (answer.querySelector("[data-error-summary], a.board-choice, button.board-choice, input:not([type=hidden]), textarea, select, button") ?? dialog).focus();
  };
  /* Of two clicks only the last opens something, and nothing opens once the dialog was closed. */
  const answered = async (promise, show) => {
    const mine = (asked += 1);
    try {
      const found = await promise;
      if (mine === asked) await show(found);
    } catch (error) {
      dialog.close();
      say(error instanceof TypeError ? board.dataset.failed : error.message);
    }
  };
  const choose = (card) => answered(movesOf(card), (moves) => open(moves, card));
  const current = () => cardOf(dialog.dataset.card ?? "");

  /* Dragging. */
  const mark = (moves, card) => {
    for (const column of columns()) {
      if (column.dataset.state === card.dataset.state) continue;
      const target = targetIn(moves, column.dataset.state);
      const isOpen = target?.hasAttribute("data-open");
      column.classList.add(isOpen ? "is-open" : "is-closed");
      const why = column.querySelector(".board-why");
      why.textContent = isOpen ? "" : whyNot(target);
      why.hidden = isOpen;
    }
  };
  const unmark = () => {
    dragged?.classList.remove("is-dragged");
    dragged = null;
    board.classList.remove("is-dragging");
    for (const column of columns()) {
      column.classList.remove("is-open", "is-closed", "is-over");
      column.querySelector(".board-why").hidden = true;
    }
  };
  const drop = async (card, state) => {
    if (state === card.dataset.state) return;
    let moves;
    try { moves = await movesOf(card); } catch (error) { return say(error.message); }
    const target = targetIn(moves, state);
    if (!target?.hasAttribute("data-open")) return say(whyNot(target) || board.dataset.failed);
    const ways = target.querySelectorAll("form[data-board-way], a[data-board-ask]");
    if (ways.length > 1) {
      for (const other of moves.querySelectorAll("[data-target]")) if (other !== target) other.remove();
      return open(moves, card);
    }
    dialog.dataset.card = card.dataset.card;
    if (ways[0].matches("form")) return send(ways[0], card);
    return answered(ask(ways[0].href), (reply) => settle(reply, card));
  };

  board.addEventListener("dragstart", (event) => {
    const card = event.target.closest?.(".board-card");
    if (!card) return;
    dragged = card;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.querySelector("a").href);
    requestAnimationFrame(() => { card.classList.add("is-dragged"); board.classList.add("is-dragging"); });
    movesOf(card).then((moves) => { if (dragged === card) mark(moves, card); }).catch(() => {});
  });
  board.addEventListener("dragover", (event) => {
    const column = event.target.closest?.(".board-column");
    if (!dragged || !column) return;
    event.preventDefault();
    for (const other of columns()) other.classList.toggle("is-over", other === column);
  });
  board.addEventListener("drop", (event) => {
    const column = event.target.closest?.(".board-column");
    if (!dragged || !column) return;
    event.preventDefault();
    const card = dragged;
    unmark();
    drop(card, column.dataset.state);
  });
  board.addEventListener("dragend", unmark);
  board.addEventListener("pointerenter", (event) => {
    const card = event.pointerType === "mouse" && event.target.closest?.(".board-card");
    if (card) movesOf(card).catch(() => {});
  }, true);

  /* By keyboard and by button. */
  const beside = (card, step) => {
    const rows = columns();
    for (let at = rows.indexOf(card.closest(".board-column")) + step; rows[at]; at += step) {
      const there = [...rows[at].querySelectorAll(".board-card")];
      const place = [...card.parentElement.querySelectorAll(".board-card")].indexOf(card);
      if (there.length) return there[Math.min(place, there.length - 1)];
    }
    return null;
  };
  const above = (card, step) => {
    const own = [...card.parentElement.querySelectorAll(".board-card")];
    return own[own.indexOf(card) + step];
  };
  const KEYS = {
    ArrowDown: (card) => above(card, 1), ArrowUp: (card) => above(card, -1),
    ArrowRight: (card) => beside(card, 1), ArrowLeft: (card) => beside(card, -1),
    Home: (card) => card.parentElement.querySelector(".board-card"),
    End: (card) => [...card.parentElement.querySelectorAll(".board-card")].at(-1),
  };
  board.addEventListener("keydown", (event) => {
    const card = event.target;
    if (!card.matches?.(".board-card") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      choose(card);
    } else if (KEYS[event.key]) {
      event.preventDefault();
      const next = KEYS[event.key](card);
      if (next) rove(next, true);
    }
  });
  board.addEventListener("focusin", (event) => {
    const card = event.target.closest?.(".board-card");
    if (card) rove(card, false);
  });
  board.addEventListener("click", (event) => {
    const link = event.target.closest("[data-board-more]");
    if (link) {
      event.preventDefault();
      const column = link.closest(".board-column");
      const had = column.querySelectorAll(".board-card").length;
      more(link).then(() => rove(column.querySelectorAll(".board-card")[had], true));
    } else if (event.target.closest("[data-board-move]")) choose(event.target.closest(".board-card"));
  });
  dialog.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-board-ask]");
    if (link) {
      event.preventDefault();
      answered(ask(link.href), (reply) => settle(reply, current()));
    } else if (event.target === dialog || event.target.closest("[data-board-close], [data-workflow-close]")) {
      event.preventDefault();
      dialog.close();
    }
  });
  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!isBusy) send(event.target, current());
  });
  dialog.addEventListener("close", () => {
    asked += 1;
    answer.replaceChildren();
    rove(current(), Boolean(current()));
  });

  /* What others do appears. */
  const look = () => { if (document.visibilityState === "visible" && !dialog.open) refresh().catch(() => {}); };
  /* While a finger or a button is down on a card, it stays under it. */
  board.addEventListener("pointerdown", () => { isHeld = true; });
  for (const kind of ["pointerup", "pointercancel", "dragend"]) {
    document.addEventListener(kind, () => {
      isHeld = false;
      if (isMissed && !dragged) look();
    });
  }
  setInterval(look, LOOK_AGAIN);
  window.addEventListener("focus", look);
  document.addEventListener("visibilitychange", look);
  rove(null, false);
  board.classList.add("is-ready");
})();
