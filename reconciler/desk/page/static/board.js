// The room board: finds, filters, walks by arrow keys, and swaps single cards for what they are now.
import { ask } from "./ask.js";
import { released } from "./pointer.js";
import { inTurn } from "./turns.js";

export function board() {
  const place = document.getElementById("board");
  const find = document.getElementById("find");
  const floor = document.getElementById("floor");
  const cards = () => place.querySelectorAll(".card");

  function sift() {
    const words = plainLetters(find.value).split(/\s+/).filter(Boolean);
    const which = document.querySelector("input[name=which]:checked").value;
    const counts = {};
    let shown = 0;
    for (const card of cards()) {
      const flags = card.dataset.flags.split(" ");
      for (const flag of flags) counts[flag] = (counts[flag] ?? 0) + 1;
      const fits = words.every((word) => card.dataset.words.includes(word)) && flags.includes(which)
        && (!floor || floor.value === "*" || floor.value === card.dataset.floor);
      if (card.hidden === fits) card.hidden = !fits;
      shown += fits;
    }
    for (const part of place.querySelectorAll("section.floor")) part.hidden = !part.querySelector(".card:not([hidden])");
    for (const count of document.querySelectorAll("[data-count]")) count.textContent = counts[count.dataset.count] ?? 0;
    document.getElementById("none").hidden = shown > 0;
  }

  async function fetchCards() {
    const answer = await ask(`/parts/cards?since=${encodeURIComponent(place.dataset.mark)}`);
    if (!answer.ok) return;
    const news = new DOMParser().parseFromString(await answer.text(), "text/html").body.firstElementChild;
    await released();
    for (const gone of news.querySelectorAll("[data-gone]")) document.getElementById(`room-${gone.dataset.gone}`)?.remove();
    if ("whole" in news.dataset) {  // housephone was started again, perhaps with other rooms
      for (const card of cards()) if (!news.querySelector(`[id="${CSS.escape(card.id)}"]`)) card.remove();
    }
    for (const card of [...news.querySelectorAll(".card")]) {
      const old = document.getElementById(card.id);
      if (!old) { location.reload(); return; }  // a room that was not there: its floor may be new as well
      const focused = document.activeElement === old;
      if (old.hasAttribute("aria-expanded")) card.setAttribute("aria-expanded", old.getAttribute("aria-expanded"));
      card.classList.add("fresh");
      old.replaceWith(card);
      if (focused) card.focus();
    }
    place.dataset.mark = news.dataset.mark;
    sift();
  }

  document.getElementById("tools").addEventListener("input", sift);
  document.getElementById("tools").addEventListener("submit", (event) => {
    event.preventDefault();
    const shown = [...cards()].filter((card) => !card.hidden);
    (shown.find((card) => card.dataset.room === find.value.trim()) ?? shown[0])?.click();
  });
  place.addEventListener("keydown", (event) => {
    const step = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
    const here = event.target.closest(".card");
    if (!step || !here) return;
    event.preventDefault();
    const shown = [...cards()].filter((card) => !card.hidden);
    const at = shown.indexOf(here);
    (step[0] ? shown[at + step[0]] : below(shown, here, step[1]))?.focus();
  });
  sift();
  return { update: inTurn(fetchCards) };
}

// Letters without their marks, as the server has them in data-words: a clerk finds Müller by typing muller.
const plainLetters = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

// The nearest card in the next row, or the one before.
function below(cards, here, way) {
  const from = here.getBoundingClientRect();
  let best = null, nearest = Infinity;
  for (const card of cards) {
    const to = card.getBoundingClientRect();
    const down = (to.top - from.top) * way;
    if (down < from.height / 2) continue;
    const far = down * 10 + Math.abs(to.left - from.left);
    if (far < nearest) [best, nearest] = [card, far];
  }
  return best;
}
