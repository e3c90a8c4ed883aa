// What every page does: hears what has changed and fetches it again, sends orders, answers keys.
import { hear } from "./news.js";
import { onOrders, toast } from "./orders.js";
import { board } from "./board.js";
import { drawer } from "./drawer.js";
import { alarm } from "./alarm.js";
import { refresh } from "./refresh.js";
import { onSlips } from "./slips.js";
import { putBack } from "./typed.js";

const page = document.getElementById("board") ? board() : null;
const room = drawer();
onSlips();
onOrders();
if (putBack()) toast("You had been signed out: nothing was sent", "what you had typed is here again", true);
alarm();
document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
clock();
keys();
document.querySelector("[data-print]")?.addEventListener("click", () => print());

hear((changed) => {
  for (const region of document.querySelectorAll("[data-live]")) {
    const topics = region.dataset.live.split(" ");
    const mine = !region.dataset.room || changed.rooms.includes(region.dataset.room);
    if (topics.some((topic) => changed.topics.includes(topic)) && mine) refresh(region);
  }
  if (page && changed.topics.includes("rooms")) page.update();
  room.update(changed);
});

// The hotel's time, whatever this machine's clock has for a zone.
function clock() {
  const face = document.querySelector("[data-clock]");
  if (!face) return;
  const form = new Intl.DateTimeFormat("en-GB", { timeZone: face.dataset.zone, hour: "2-digit", minute: "2-digit" });
  const ahead = new Date(face.dateTime) - Date.now();
  const show = () => (face.textContent = form.format(Date.now() + ahead));
  show();
  setInterval(show, 1000);
  const whole = new Intl.DateTimeFormat("en-GB", { timeZone: face.dataset.zone, dateStyle: "full", timeStyle: "short" });
  addEventListener("beforeprint", () => (document.querySelector("[data-printed]").textContent = whole.format(Date.now() + ahead)));
}

// "/" finds, "w" goes to the wake-up calls; never while somebody types.
function keys() {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, select, textarea, dialog[open]")) return;
    const find = document.getElementById("find");
    if (event.key === "/" && find) { event.preventDefault(); find.focus(); find.select(); }
    if (event.key === "w") {
      event.preventDefault();
      const quick = document.getElementById("quick");
      if (quick) quick.focus(); else location.assign("/wakeups");
    }
  });
}
