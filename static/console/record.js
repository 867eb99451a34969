/* What makes a record's page quicker: colleagues offered behind an @, files dropped with preview and progress, drafts
   that survive a reload. Every form works without it. */
"use strict";

(() => {
  const token = (form) => form.querySelector("[name=csrfmiddlewaretoken]").value;
  const make = (tag, traits = {}, ...parts) => {
    const made = Object.assign(document.createElement(tag), traits);
    made.append(...parts);
    return made;
  };

  /* A form with errors and a refusal are answers to be shown; a whole page instead of a part is none. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, target } = event.detail;
    if (!target?.closest?.("#story") || ![409, 422].includes(xhr.status)) return;
    if (xhr.responseText.trimStart().startsWith("<!")) return window.location.reload();
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  });

  /* Drafts */

  const place = (form) => `draft:${window.location.pathname}:${form.id}`;
  const kept = (work) => { try { return work(window.sessionStorage); } catch { return null; } };
  const keep = (form) => kept((store) => store.setItem(place(form), form.querySelector("textarea").value));
  const restore = () => {
    for (const form of document.querySelectorAll("form[data-draft]")) {
      const field = form.querySelector("textarea");
      const draft = kept((store) => store.getItem(place(form)));
      if (draft && !field.value) field.value = draft;
    }
  };
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-draft]");
    if (form) keep(form);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[data-draft]")) kept((store) => store.removeItem(place(event.target)));
  });
  for (const kind of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(kind, (event) => { if (event.target.matches?.("form[data-draft]")) keep(event.target); });
  }

  /* Colleagues behind an @ */

  let list = null, field = null, people = [], chosen = 0, asked = 0;

  const begun = (area) => {
    const before = area.value.slice(0, area.selectionStart);
    const found = /(?:^|[^\p{L}\p{N}._-])@([\p{L}\p{N}._@-]*(?: [\p{L}\p{N}._-]*)?)$/u.exec(before);
    return found ? { start: area.selectionStart - found[1].length, words: found[1] } : null;
  };
  const close = () => {
    list?.remove();
    field?.removeAttribute("aria-activedescendant");
    field?.removeAttribute("aria-controls");
    list = null;
    people = [];
    asked += 1;
  };
  const mark = (number) => {
    chosen = (number + people.length) % people.length;
    [...list.children].forEach((row, place) => row.setAttribute("aria-selected", String(place === chosen)));
    field.setAttribute("aria-activedescendant", `mention-${chosen}`);
    list.children[chosen].scrollIntoView({ block: "nearest" });
  };
  const take = (number) => {
    const now = begun(field);
    if (now) field.setRangeText(`${people[number].handle} `, now.start, field.selectionStart, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    close();
    field.focus();
  };
  const offer = (area, found) => {
    close();
    if (!found.length) return;
    [field, people] = [area, found];
    list = make("ul", { className: "mention-list", id: "mention-list" });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", area.labels[0]?.textContent ?? "@");
    found.forEach((person, number) => {
      const row = make("li", { id: `mention-${number}` }, make("strong", { textContent: person.name }),
        make("span", { className: "console-quiet", textContent: person.email }));
      row.setAttribute("role", "option");
      row.addEventListener("mousedown", (event) => { event.preventDefault(); take(number); });
      list.append(row);
    });
    let anchor = area.parentElement;
    if (!anchor.classList.contains("mention-anchor")) {
      anchor = make("div", { className: "mention-anchor" });
      const [start, end] = [area.selectionStart, area.selectionEnd];
      area.replaceWith(anchor);
      anchor.append(area);
      area.focus();
      area.setSelectionRange(start, end);
    }
    anchor.append(list);
    area.setAttribute("aria-autocomplete", "list");
    area.setAttribute("aria-controls", "mention-list");
    mark(0);
  };
  /* Whom the words still mean of those already shown, so that Enter never takes one whom they mean no more. */
  const means = (person, words) => {
    const [name, email, start] = [person.name, person.email, words.trim()].map((text) => text.toLowerCase());
    return name.startsWith(start) || name.includes(` ${start}`) || email.startsWith(start);
  };
  document.addEventListener("input", async (event) => {
    const area = event.target;
    if (!area.matches?.("textarea[data-mentions]")) return;
    const now = begun(area);
    const address = document.querySelector("[data-colleagues]")?.dataset.colleagues;
    if (!now || !address) return close();
    if (list) offer(area, field === area ? people.filter((person) => means(person, now.words)) : []);
    const mine = (asked += 1);
    const answer = await fetch(`${address}?q=${encodeURIComponent(now.words.trim())}`, { credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok || mine !== asked) return;
    const found = (await answer.json()).people;
    if (mine === asked && begun(area)) offer(area, found);
  });
  document.addEventListener("keydown", (event) => {
    if (!list || event.target !== field || event.isComposing) return;
    const deeds = {
      ArrowDown: () => mark(chosen + 1), ArrowUp: () => mark(chosen - 1), Escape: close,
      Enter: () => take(chosen), Tab: () => take(chosen),
    };
    if (!deeds[event.key] || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    deeds[event.key]();
  }, true);
  document.addEventListener("focusout", (event) => { if (event.target === field) window.setTimeout(() => field !== document.activeElement && close(), 100); });
  /* Ctrl+Enter sends, as in every box for words. */
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches?.("textarea[data-mentions]")) event.target.form.requestSubmit();
  });

  /* Files */

  const preview = (row, file) => {
    if (!/^image\/(png|jpeg|gif|webp)$/.test(file.type) || file.size > 3_000_000) return;
    const reader = new FileReader();
    reader.addEventListener("load", () => row.querySelector(".file-blank")?.replaceWith(make("img", { src: reader.result, alt: "" })));
    reader.readAsDataURL(file);
  };
  const refuse = (row, words) => {
    row.querySelector("progress")?.remove();
    row.querySelector(".file-said").className = "file-said field-error";
    row.querySelector(".file-said").textContent = words;
  };
  const send = (form, file) => new Promise((done) => {
    const bar = make("progress", { max: 100, value: 0 });
    bar.setAttribute("aria-label", file.name);
    const row = make("li", {}, make("span", { className: "file-blank" }), make("div", {}, make("bdi", { textContent: file.name }), " ", make("span", { className: "file-said" }), bar));
    form.querySelector("[data-drop-list]").append(row);
    preview(row, file);
    if (file.size > Number(form.dataset.most) * 1_000_000) {
      refuse(row, form.dataset.tooLarge);
      return done();
    }
    const data = new FormData();
    data.append("csrfmiddlewaretoken", token(form));
    data.append("key", [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
    data.append("files", file);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("HX-Request", "true");
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total; });
    request.addEventListener("error", () => { refuse(row, form.dataset.failed); done(); });
    request.addEventListener("load", () => {
      const answer = new DOMParser().parseFromString(request.responseText, "text/html");
      const fresh = answer.getElementById("story-list");
      if (request.status === 200 && fresh) {
        document.getElementById("story-list").replaceWith(document.adoptNode(fresh));
        window.htmx?.process(document.getElementById("story-list"));
        bar.value = 100;
        row.querySelector(".file-said").textContent = form.dataset.done;
        window.setTimeout(() => row.remove(), 4000);
      } else refuse(row, answer.querySelector("#file-error")?.innerText.trim() || form.dataset.failed);
      done();
    });
    request.send(data);
  });
  const sendAll = async (form, files) => {
    for (const file of files) await send(form, file);
  };
  const ready = () => {
    for (const form of document.querySelectorAll("form[data-drop]:not(.takes-drops)")) {
      form.classList.add("takes-drops");
      form.querySelector("[data-drop-submit]").hidden = true;
      const input = form.querySelector("input[type=file]");
      const take = () => {
        const files = [...input.files];
        input.value = "";
        sendAll(form, files);
      };
      /* Caught on its way down: unfold listens at every file input and looks for a text field of its own beside it. */
      form.addEventListener("change", (event) => {
        if (event.target !== input) return;
        event.stopPropagation();
        take();
      }, true);
      take(); // somebody may have been quicker than this script
      for (const kind of ["dragenter", "dragover"]) {
        form.addEventListener(kind, (event) => { event.preventDefault(); form.classList.add("is-over"); });
      }
      form.addEventListener("dragleave", (event) => { if (!form.contains(event.relatedTarget)) form.classList.remove("is-over"); });
      form.addEventListener("drop", (event) => {
        event.preventDefault();
        form.classList.remove("is-over");
        sendAll(form, [...event.dataTransfer.files]);
      });
    }
  };
  const begin = () => { ready(); restore(); };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
