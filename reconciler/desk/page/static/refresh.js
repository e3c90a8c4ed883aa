// Swaps a region for what it is now; whoever is typing in it, or answering a question, is not disturbed.
import { ask } from "./ask.js";
import { released } from "./pointer.js";
import { inTurn } from "./turns.js";
import { fields, isTouched, nameOf } from "./typed.js";

const looks = new WeakMap();

export function refresh(region) {
  if (!looks.has(region)) looks.set(region, inTurn(() => look(region)));
  return looks.get(region)();
}

async function look(region) {
  if (heldBack(region)) return;
  const source = region.dataset.src;
  const answer = await ask(source, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const text = await answer.text();
  await released();
  // While it came, somebody may have begun to type, or gone to another room.
  if (region.dataset.src === source && !heldBack(region)) swap(region, text);
}

// Is somebody typing in it, or being asked whether he is sure? Then it is looked at when that is over.
function heldBack(region) {
  const question = document.querySelector("dialog[open]");
  const typing = region.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");
  if (!question && !typing) return false;
  if ("stale" in region.dataset) return true;
  region.dataset.stale = "";
  const later = () => setTimeout(() => {
    delete region.dataset.stale;
    refresh(region);
  });
  if (question) question.addEventListener("close", later, { once: true });
  else region.addEventListener("focusout", later, { once: true });
  return true;
}

function swap(region, text) {
  const title = (part) => part.querySelector("summary").textContent;
  const open = new Map([...region.querySelectorAll("details")].map((part) => [title(part), part.open]));
  const focused = region.contains(document.activeElement) ? document.activeElement : null;
  const typed = new Map(fields(region).filter(isTouched).map((field) => [nameOf(field), field]));
  region.innerHTML = text;
  for (const field of fields(region)) keep(field, typed.get(nameOf(field)));
  for (const part of region.querySelectorAll("details")) part.open = open.get(title(part)) ?? part.open;
  if (focused) stay(region, focused);
  region.dispatchEvent(new CustomEvent("renewed", { bubbles: true }));
}

// What somebody has filled in and not sent yet stays, also when he has gone on to the button.
function keep(field, before) {
  if (!before) return;
  field.value = before.value;
  field.checked = before.checked;
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
