// The live log: shows one peer or one room only, and stands still while somebody reads.
import { refresh } from "./refresh.js";

const log = document.getElementById("log");
const room = document.getElementById("room");
const pause = document.getElementById("pause");
const sieve = document.getElementById("sieve");

function show() {
  const peer = sieve.elements.peer.value, wanted = room.value.trim().toLowerCase();
  let shown = 0;
  for (const line of log.querySelectorAll("tr[data-peer]")) {
    line.hidden = (peer !== "" && line.dataset.peer !== peer) || !line.dataset.room.startsWith(wanted);
    shown += !line.hidden;
  }
  document.getElementById("none").hidden = shown > 0 || !log.querySelector("tr");
}

// Without its topic the log hears of no news.
pause.addEventListener("click", () => {
  const still = pause.getAttribute("aria-pressed") === "false";
  pause.setAttribute("aria-pressed", String(still));
  pause.textContent = still ? "Go on" : "Pause";
  log.dataset.live = still ? "" : "log";
  if (!still) refresh(log);
});
document.getElementById("full").addEventListener("change", (event) => log.classList.toggle("full", event.target.checked));
sieve.addEventListener("submit", (event) => event.preventDefault());
sieve.addEventListener("input", show);
log.addEventListener("renewed", show);
show();
