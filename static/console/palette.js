/* The command palette: Ctrl or Cmd and K from anywhere; arrows choose, Enter goes, Escape closes and gives the focus back. */
"use strict";

(() => {
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const form = dialog.querySelector("[data-palette]");
  const input = form.querySelector("[role=combobox]");
  const list = document.getElementById("palette-options");
  const status = form.querySelector("[data-palette-status]");

  const options = () => [...list.querySelectorAll("a[role=option]")];
  const active = () => list.querySelector("[aria-selected=true]");
  const choose = (option) => {
    active()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
  };
  const move = (step) => {
    const all = options();
    if (all.length) choose(all[(all.indexOf(active()) + step + all.length) % all.length]);
  };

  /* Enter before the results of what was typed are there goes as soon as they come; the list says what it is of. */
  let wanted = null;

  const open = () => {
    if (dialog.open) return;
    input.value = "";
    wanted = null;
    dialog.showModal();
    input.focus();
    htmx.trigger(input, "palette-open");
  };
  const go = (elsewhere) => {
    wanted = input.value === list.dataset.term ? null : { elsewhere };
    if (wanted) return true;
    const option = active();
    if (!option) return false;
    if (elsewhere) window.open(option.href, "_blank", "noopener");
    else window.location.assign(option.href);
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (dialog.open) dialog.close();
      else open();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette-open]") && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      open();
    }
  });
  input.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) {
      event.preventDefault();
      move(steps[event.key]);
    } else if (event.key === "Escape") {
      event.preventDefault(); // a search field would only empty itself
      dialog.close();
    } else if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      go(event.ctrlKey || event.metaKey);
    }
  });
  form.addEventListener("submit", (event) => { if (go(false)) event.preventDefault(); });
  list.addEventListener("pointermove", (event) => {
    const option = event.target.closest("a[role=option]");
    if (option && option !== active()) choose(option);
  });
  input.addEventListener("input", () => { wanted = null; });
  for (const kind of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    input.addEventListener(kind, () => { if (wanted) form.submit(); });
  }
  list.addEventListener("htmx:afterSwap", (event) => {
    const count = options().length;
    input.setAttribute("aria-expanded", count ? "true" : "false");
    choose(options()[0] ?? null);
    status.textContent = count ? status.dataset.some.replace("%s", count) : status.dataset.none;
    list.dataset.term = event.detail.requestConfig.parameters.q;
    if (wanted) go(wanted.elsewhere);
  });
})();
