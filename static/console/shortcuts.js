/* Keys of the console. A page marks up what has a key and needs no script of its own:
     data-shortcut="e"            pressed like a click, or focused when it is a field; "g o" is two keys in a row
     data-shortcut-title="Done"   its words in the list under “?”; else its own text
     data-shortcut-row            a row of a list: j and k go through the rows, x ticks its checkbox, and keys of
                                  elements inside a row belong to the row that has the focus
   Nothing happens while somebody types, nor with Ctrl, Alt or Cmd held. */
"use strict";

(() => {
  const ROWS = "[data-shortcut-row], #result_list tr.data-row";
  const FIELDS = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable=true]";
  const PATIENCE = 1200;
  const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
  let current = null;
  let first = "";
  let timer = 0;

  const scope = () => document.querySelector("dialog[open]") ?? document;
  const isThere = (element) => !element.closest("[hidden], dialog:not([open]) , [inert]") && !element.disabled && element.getAttribute("aria-disabled") !== "true";
  const rows = () => [...scope().querySelectorAll(ROWS)].filter((row) => row.offsetParent !== null);
  const row = () => {
    const focused = document.activeElement?.closest?.(ROWS);
    if (focused) current = focused;
    return current?.isConnected ? current : null;
  };

  const handle = (keys) => {
    const marked = [...scope().querySelectorAll(`[data-shortcut="${CSS.escape(keys)}"]`)].filter(isThere);
    const inRow = row();
    return marked.find((element) => inRow?.contains(element)) ?? marked.find((element) => !element.closest(ROWS)) ?? null;
  };
  const begins = (key) => scope().querySelector(`[data-shortcut^="${CSS.escape(key)} "]`) !== null;
  const press = (element) => {
    if (element.matches(FIELDS)) {
      element.focus();
      element.select?.();
    } else element.click();
  };

  const show = (chosen) => {
    current?.removeAttribute("data-shortcut-current");
    current = chosen;
    current.setAttribute("data-shortcut-current", "");
    const target = current.querySelector("[data-shortcut-focus]") ?? current.querySelector("th a[href], a[href], button") ?? current;
    target.focus();
    current.scrollIntoView({ block: "nearest" });
  };
  const move = (step) => {
    const all = rows();
    if (!all.length) return false;
    const at = all.indexOf(row());
    show(all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)]);
    return true;
  };
  const tick = () => {
    const box = row()?.querySelector("input[type=checkbox]");
    box?.click();
    return Boolean(box);
  };
  const search = () => {
    const field = [...document.querySelectorAll("[data-shortcut='/'], #searchbar")].find(isThere);
    if (field) press(field);
    return Boolean(field);
  };
  const RULES = { j: () => move(1), k: () => move(-1), x: tick, "/": search };

  const obey = (key) => {
    const keys = first ? `${first} ${key}` : key;
    clearTimeout(timer);
    first = "";
    const element = handle(keys);
    if (element) { press(element); return true; }
    if (keys === key && begins(key)) {
      first = key;
      timer = setTimeout(() => { first = ""; }, PATIENCE);
      return true;
    }
    return keys === key && Boolean(RULES[key]?.());
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key.length > 1 || event.target.closest?.(FIELDS)) return;
    if (obey(event.key)) event.preventDefault();
  });

  /* The list under “?”: what this page marks up, and the sidebar's pages. */
  const line = (title, keys) => {
    const entry = document.createElement("div");
    const words = document.createElement("dt");
    const where = document.createElement("dd");
    words.textContent = title;
    for (const key of keys.split(" ")) {
      const cap = document.createElement("kbd");
      cap.textContent = key;
      where.append(cap, " ");
    }
    entry.append(words, where);
    return entry;
  };
  const fill = (dialog) => {
    const found = { page: new Map(), go: new Map() };
    for (const element of document.querySelectorAll("[data-shortcut]")) {
      const keys = element.dataset.shortcut;
      if (keys === "?" || (element.closest("dialog") && element.closest("dialog") === dialog)) continue;
      const title = element.dataset.shortcutTitle || element.getAttribute("aria-label") || element.textContent.trim();
      const list = keys.startsWith("g ") ? found.go : found.page;
      if (!list.has(keys)) list.set(keys, title);
    }
    const field = document.getElementById("searchbar");
    if (field && !found.page.has("/")) found.page.set("/", field.getAttribute("aria-label") || field.placeholder);
    for (const [name, list] of Object.entries(found)) {
      const section = dialog.querySelector(`[data-shortcut-list="${name}"]`);
      section.hidden = list.size === 0;
      section.querySelector("dl").replaceChildren(...[...list].map(([keys, title]) => line(title, keys)));
    }
    const section = dialog.querySelector('[data-shortcut-list="rows"]');
    section.hidden = rows().length === 0;
    for (const need of section.querySelectorAll("[data-shortcut-needs]")) {
      need.hidden = !rows().some((one) => one.querySelector(need.dataset.shortcutNeeds));
    }
  };
  document.addEventListener("console:dialog", (event) => {
    if (event.target.id === "shortcuts") fill(event.target);
  });
  if (isMac) {
    for (const cap of document.querySelectorAll("[data-shortcut-key^='Mod+']")) {
      cap.textContent = cap.dataset.shortcutKey.replace("Mod+", "⌘");
    }
  }
})();
