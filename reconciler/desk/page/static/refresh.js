// Swaps a region for what it is now; whoever is typing in it is not disturbed.
import { ask } from "./ask.js";

export async function refresh(region) {
  if (region.contains(document.activeElement) && document.activeElement.matches("input, select, textarea")) {
    region.dataset.stale = "";
    region.addEventListener("focusout", () => setTimeout(() => "stale" in region.dataset && refresh(region)), { once: true });
    return;
  }
  delete region.dataset.stale;
  const answer = await ask(region.dataset.src, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const title = (part) => part.querySelector("summary").textContent;
  const open = new Map([...region.querySelectorAll("details")].map((part) => [title(part), part.open]));
  const text = await answer.text();
  const focused = region.contains(document.activeElement) ? document.activeElement : null;
  region.innerHTML = text;
  for (const part of region.querySelectorAll("details")) part.open = open.get(title(part)) ?? part.open;
  if (focused) stay(region, focused);
  region.dispatchEvent(new CustomEvent("renewed", { bubbles: true }));
}

// Whoever works by keyboard stays where he was: at the same button or link, at the one that took its place, at the head.
function stay(region, before) {
  const order = before.closest("form")?.dataset.api ?? before.getAttribute("href") ?? "";
  const alike = [...region.querySelectorAll(before.tagName)].filter((part) =>
    (part.closest("form")?.dataset.api ?? part.getAttribute("href") ?? "") === order && part.checkVisibility());
  const head = region.querySelector("h1") ?? document.getElementById("main");
  const next = alike.find((part) => part.textContent === before.textContent) ?? (order && alike.length === 1 ? alike[0] : head);
  if (next === head) head.tabIndex = -1;
  next.focus({ preventScroll: true });
}
