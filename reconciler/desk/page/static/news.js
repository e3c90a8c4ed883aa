// Hears from the server what has changed, with the other tabs together where the browser can do that.
import { ask } from "./ask.js";
import { stream } from "./stream.js";

export function hear(tell) {
  const away = document.getElementById("away");
  const mark = document.querySelector("meta[name=mark]")?.content ?? "";
  let timer = 0;

  function heard({ line, changed }) {
    if (line === "open") {
      clearTimeout(timer);
      timer = 0;
      away.hidden = true;
    } else {
      timer ||= setTimeout(() => (away.hidden = false), 1500);
    }
    if (line === "refused") ask("/parts/lights").catch(() => {});  // perhaps it is not the line, but who asks
    if (changed) tell(changed);
  }

  if (!("SharedWorker" in window)) { stream(mark, heard); return; }
  const worker = new SharedWorker(new URL("shared.js", import.meta.url), { type: "module", name: "housephone" });
  worker.addEventListener("error", () => stream(mark, heard), { once: true });
  worker.port.onmessage = ({ data }) => heard(data);
  worker.port.postMessage({ join: mark });
  addEventListener("pagehide", () => worker.port.postMessage({ leave: true }));
  addEventListener("pageshow", (event) => event.persisted && worker.port.postMessage({ join: mark }));
}
