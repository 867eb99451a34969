// What one tab learns about the bell, the others learn at once: a tab whose count has changed says so, the rest ask.
(() => {
  if (!("BroadcastChannel" in window)) return;
  const tabs = new BroadcastChannel("notifications");
  const ask = () => document.querySelectorAll(".bell-count").forEach((count) => count.dispatchEvent(new Event("bell-ask")));
  const shown = () => document.querySelector(".bell-count")?.textContent.trim() ?? "";
  let told = null;
  const compare = () => {
    const now = shown();
    if (told !== null && now !== told) tabs.postMessage("changed");
    told = now;
  };
  tabs.addEventListener("message", ask);
  document.addEventListener("DOMContentLoaded", () => {
    told = shown();
    tabs.postMessage("changed"); // this page may have marked something read by being opened
    for (const bell of document.querySelectorAll(".bell[open]")) bell.dispatchEvent(new Event("toggle")); // opened before htmx
  });
  document.addEventListener("htmx:afterSettle", compare);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
})();
