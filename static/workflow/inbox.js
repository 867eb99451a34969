/* The inbox in place: forms under their rows, the next row gets the focus, what is new comes in by itself. Every
   button works without this script as a form or page. */
"use strict";

(() => {
  const inbox = document.getElementById("inbox");
  if (!inbox) return;
  const EVERY = 20_000;
  const STAYS = 30_000;
  const said = document.getElementById("inbox-said");
  const failed = document.getElementById("inbox-failed");
  const dialog = document.getElementById("inbox-dialog");
  const LIVE = "[data-shortcut-row]";
  let acted = null;
  /* Deeds begun or ended so far, and those under way: an answer to what was asked before one of them is old. */
  let deeds = 0;
  let underWay = 0;

  const rows = () => [...inbox.querySelectorAll(LIVE)].filter((row) => row.offsetParent !== null);
  const say = (words) => { said.textContent = words; };
  const focusRow = (row) => {
    for (const other of inbox.querySelectorAll("[data-shortcut-current]")) other.removeAttribute("data-shortcut-current");
    if (!row) return document.getElementById("inbox-title")?.focus();
    row.setAttribute("data-shortcut-current", "");
    (row.querySelector("[data-shortcut-focus]") ?? row.querySelector("a, button"))?.focus();
    row.scrollIntoView({ block: "nearest" });
  };
  /* The live row after this one, or the last one before it. */
  const nextTo = (row) => {
    const all = rows();
    return all.find((one) => one !== row && row.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING) ?? all.at(-1);
  };
  const firstField = (form) => {
    const fields = [...form.querySelectorAll("input:not([type=hidden]), select, textarea")];
    return form.querySelector("[data-error-summary]") ?? fields.find((field) => field.matches("input, textarea") && field.required && !field.value)
      ?? fields.find((field) => field.matches("input[type=text], textarea") && !field.value) ?? fields[0] ?? form.querySelector("button[type=submit]");
  };
  const closeForm = (row) => {
    row.querySelector(".inbox-form").replaceChildren();
    focusRow(row);
  };
  const leave = (row) => setTimeout(() => {
    if (row.isConnected && !row.contains(document.activeElement)) row.remove();
    else if (row.isConnected) leave(row);
  }, STAYS);

  /* Whoever has gone on to something else while a request was under way keeps the focus there. */
  const began = new WeakMap();
  let hasGoneOn = false;
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { xhr, target, requestConfig } = event.detail;
    if (!target?.closest?.("#inbox")) return;
    began.set(xhr, document.activeElement);
    if (requestConfig.verb === "get") return;
    deeds += 1;
    underWay += 1;
    xhr.addEventListener("loadend", () => {
      deeds += 1;
      underWay -= 1;
      if (isAsked) look();
    });
  });

  /* Before a row is changed: which one it was, and where the person is now. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, target } = event.detail;
    if (!target?.closest?.("#inbox")) return;
    const active = document.activeElement;
    hasGoneOn = ![null, document.body, began.get(xhr)].includes(active) && !target.contains(active) && !dialog?.contains(active);
    if (xhr.status < 400 || [409, 422].includes(xhr.status)) failed.hidden = true;
    if (xhr.responseText.trimStart().startsWith("<!")) {
      event.detail.shouldSwap = false;
      return window.location.reload();
    }
    acted = (event.detail.shouldSwap && target.dataset.task) || null;
  });

  const tidy = (row) => {
    for (const id of (row.dataset.remove ?? "").split(" ").filter(Boolean)) document.getElementById(`task-${id}`)?.remove();
    if (row.matches(".is-done, .is-gone")) leave(row);
    if (row.matches(".is-done")) {
      for (const older of inbox.querySelectorAll(".is-done [data-shortcut]")) {
        if (!row.contains(older)) older.removeAttribute("data-shortcut");
      }
    }
  };
  const unhide = (row) => row.closest("[data-group]")?.removeAttribute("hidden");
  const resume = () => {
    const row = document.getElementById(`task-${acted}`);
    acted = null;
    if (!row) return;
    if (dialog?.open) dialog.close();
    unhide(row);
    tidy(row);
    const following = row.nextElementSibling?.matches("[data-following]") ? row.nextElementSibling : null;
    say(row.matches(".is-done, .is-gone") ? row.querySelector(".inbox-what").textContent.trim() : row.dataset.told ?? "");
    following?.removeAttribute("data-following");
    if (!hasGoneOn) focusRow(row.matches(LIVE) ? row : following ?? nextTo(row));
  };
  document.addEventListener("htmx:afterSettle", (event) => {
    const { target, requestConfig } = event.detail;
    if (acted) return resume();
    if (target?.matches?.(".inbox-form")) {
      for (const other of inbox.querySelectorAll(".inbox-form")) if (other !== target) other.replaceChildren();
      if (hasGoneOn) return;
      firstField(target)?.focus();
      target.scrollIntoView({ block: "nearest" });
    }
    if (target?.id === "inbox-dialog-body" && !dialog.open) {
      listed = who().value;
      dialog.showModal();
      who().focus();
    }
    if (target?.id === "inbox-people") {
      listed = requestConfig.parameters.who;
      if (isChosen) takeFirst();
    }
  });

  /* Enter takes the first of the people whom the words mean; if they are not there yet, as soon as they come. */
  let listed = "";
  let isChosen = false;
  const who = () => dialog.querySelector("#inbox-who");
  const takeFirst = () => {
    isChosen = who().value !== listed;
    if (!isChosen) dialog.querySelector(".inbox-people button")?.click();
  };
  document.addEventListener("input", (event) => { if (event.target.id === "inbox-who") isChosen = false; });
  dialog?.addEventListener("close", () => { isChosen = false; });

  for (const kind of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(kind, (event) => {
      if (!event.target.closest?.("#inbox")) return;
      isChosen = false;
      failed.textContent = inbox.dataset.failed;
      failed.hidden = false;
    });
  }

  document.addEventListener("click", (event) => {
    const closer = event.target.closest("[data-inbox-close]");
    const row = closer?.closest(".inbox-row");
    if (row) {
      event.preventDefault();
      closeForm(row);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const form = event.target.closest?.(".inbox-form form");
    if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
    const row = event.target.closest?.(".inbox-row");
    if (event.key === "Escape" && row?.querySelector(".inbox-form form")) closeForm(row);
    if (!dialog?.open) return;
    const people = [...dialog.querySelectorAll(".inbox-people button")];
    if (event.key === "Enter" && event.target.id === "inbox-who") {
      event.preventDefault();
      takeFirst();
    }
    if (["ArrowDown", "ArrowUp"].includes(event.key) && people.length) {
      event.preventDefault();
      const at = people.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      (at < 0 ? dialog.querySelector("#inbox-who") : people[Math.min(at, people.length - 1)]).focus();
    }
  });

  /* What is new: rows come in where they belong, none is moved, and what is being worked on stays as it is. */
  const isBusy = (row) => Boolean(row.querySelector(".inbox-form form")) || row.contains(document.activeElement);
  const insert = (fresh) => {
    const group = inbox.querySelector(`[data-group="${fresh.closest("[data-group]").dataset.group}"]`);
    let before = fresh.previousElementSibling;
    while (before && !group.querySelector(`#${before.id}`)) before = before.previousElementSibling;
    const place = before && group.querySelector(`#${before.id}`);
    const row = document.adoptNode(fresh.cloneNode(true));
    if (place) place.after(row);
    else group.querySelector("ul").prepend(row);
    group.hidden = false;
    htmx.process(row);
  };
  const merge = (found) => {
    for (const id of ["inbox-lag", "inbox-tabs"]) {
      const [here, fresh] = [document.getElementById(id), found.getElementById(id)];
      if (fresh && here && !here.contains(document.activeElement)) here.replaceWith(document.adoptNode(fresh));
    }
    for (const gone of [...found.querySelectorAll("#inbox-gone > li")]) {
      const here = document.getElementById(gone.id);
      if (!here?.matches(LIVE) || isBusy(here)) continue;
      here.replaceWith(document.adoptNode(gone));
      leave(gone);
    }
    let count = 0;
    for (const fresh of found.querySelectorAll(`#inbox-groups ${LIVE}`)) {
      if (document.getElementById(fresh.id)?.matches(LIVE)) continue;
      document.getElementById(fresh.id)?.remove();
      insert(fresh);
      count += 1;
    }
    if (count) document.getElementById("inbox-empty")?.remove();
    if (count) say(count === 1 ? inbox.dataset.oneNew : inbox.dataset.manyNew.replace("{count}", count));
  };
  let isAsked = false;
  let isLooking = false;
  const look = async () => {
    if (document.hidden || !inbox.dataset.news) return;
    isAsked = isLooking || underWay > 0;
    if (isAsked) return;
    isLooking = true;
    const before = deeds;
    const found = await news();
    isLooking = false;
    if (before !== deeds) isAsked = true;
    else if (found) merge(found);
    if (isAsked && !underWay) look();
  };
  const news = async () => {
    const seen = rows().map((row) => row.dataset.task).join(",");
    const url = `${inbox.dataset.news}&seen=${seen}`;
    const answer = await fetch(url, { headers: { "HX-Request": "true" }, credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok || answer.redirected) return null;
    return new DOMParser().parseFromString(await answer.text().catch(() => ""), "text/html");
  };
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
  window.addEventListener("focus", look);
})();
