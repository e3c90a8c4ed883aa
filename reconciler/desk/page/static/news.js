import { ask } from "./ask.js";

// Hears from the server what has changed. After a break the browser says what it saw last, and is told all since.
export function hear(tell) {
  const away = document.getElementById("away");
  const mark = document.querySelector("meta[name=mark]")?.content ?? "";
  let last = mark, timer = 0, late = 0;
  const connect = () => {
    const stream = new EventSource(`/events?since=${encodeURIComponent(last)}`);
    stream.addEventListener("open", () => { clearTimeout(timer); timer = 0; away.hidden = true; late = 0; });
    stream.addEventListener("changed", (event) => {
      last = event.lastEventId;
      tell(JSON.parse(event.data));
    });
    stream.addEventListener("error", () => {
      timer ||= setTimeout(() => (away.hidden = false), 1500);
      if (stream.readyState === EventSource.CLOSED) {
        stream.close();
        ask("/parts/lights").catch(() => {});  // perhaps it is not the line, but who asks
        setTimeout(connect, Math.min(15000, 1000 * 2 ** late++));
      }
    });
  };
  connect();
}
