// A room in a drawer beside the board. Its address is the room's own page, so that it can be kept and sent.
import { ask } from "./ask.js";
import { toast } from "./orders.js";
import { refresh } from "./refresh.js";

export function drawer() {
  const place = document.getElementById("drawer");
  if (!place) return { update() {} };
  const home = location.pathname;
  let opener = null;
  let wanted = null;  // the room asked for last: who clicks on two rooms sees the second, whichever answer comes first

  async function open(room, { push = true } = {}) {
    wanted = room;
    const answer = await ask(`/parts/rooms/${encodeURIComponent(room)}`).catch(() => null);
    if (!answer) { toast("housephone did not answer", "try again in a moment", true); return; }
    if (!answer.ok) { location.assign(`/rooms/${encodeURIComponent(room)}`); return; }
    const text = await answer.text();
    if (wanted !== room) return;
    place.innerHTML = text;
    place.dataset.room = room;
    place.dataset.src = `/parts/rooms/${encodeURIComponent(room)}`;
    place.hidden = false;
    mark(room);
    if (push) history.pushState({ room }, "", `/rooms/${encodeURIComponent(room)}`);
    const head = place.querySelector("h1");
    head.tabIndex = -1;
    head.focus();
  }

  function close({ push = true } = {}) {
    wanted = null;
    if (place.hidden) return;
    place.hidden = true;
    place.innerHTML = "";
    delete place.dataset.room;
    mark(null);
    if (push) history.pushState({}, "", home);
    (document.getElementById(opener ?? "") ?? document.getElementById("main")).focus();
  }

  function mark(room) {
    document.querySelector(".card[aria-expanded=true]")?.removeAttribute("aria-expanded");
    if (room) document.getElementById(`room-${room}`)?.setAttribute("aria-expanded", "true");
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-drawer]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
      event.preventDefault();
      opener = link.id || null;
      open(decodeURIComponent(link.pathname.split("/").pop()));
    } else if (event.target.closest("[data-close]")) close();
  });
  document.addEventListener("done", ({ detail: { order, asked } }) => {
    if (order === "/api/move" && place.dataset.room === asked.from) open(asked.to);  // go with the guest
  });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) close();
  });
  addEventListener("popstate", (event) => (event.state?.room ? open(event.state.room, { push: false }) : close({ push: false })));
  return {
    update(changed) {
      if (!place.hidden && (changed.rooms.includes(place.dataset.room) || changed.topics.includes("wakeups"))) refresh(place);
    },
  };
}
