// The news of one browser, as the server streams it. After a break it says what it heard last, and is told all since.
// tell() gets { line: "open" }, { line: "lost" }, { line: "refused" }, and { line: "open", changed } for news.
export function stream(mark, tell) {
  let last = mark, source = null, late = 0, again = 0;

  function connect() {
    clearTimeout(again);
    const mine = source = new EventSource(`/events?since=${encodeURIComponent(last)}`);
    mine.addEventListener("open", () => { late = 0; tell({ line: "open" }); });
    mine.addEventListener("changed", (event) => {
      last = event.lastEventId;
      tell({ line: "open", changed: JSON.parse(event.data) });
    });
    mine.addEventListener("error", () => {
      const refused = mine.readyState === EventSource.CLOSED;
      tell({ line: refused ? "refused" : "lost" });
      if (refused) again = setTimeout(connect, Math.min(15000, 1000 * 2 ** late++));
    });
  }

  connect();
  return {
    // One more page listens, which was made at this mark: what it missed is told again, to everybody, which does no harm.
    join(theirs) {
      const from = earlier(last, theirs);
      if (from === last) return;
      last = from;
      source.close();
      connect();
    },
  };
}

// The earlier of two marks ("a1b2c3d4.17"); of two starts of housephone none, which asks for everything.
function earlier(one, other) {
  const [epoch, number] = one.split("."), [another, figure] = other.split(".");
  if (epoch !== another) return "";
  return Number(figure) < Number(number) ? other : one;
}
