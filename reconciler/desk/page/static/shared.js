// All tabs of a browser hear the news on one line: a browser has six connections to a house, and a seventh tab with one
// of its own would wait for ever. A shared worker, which lives as long as any of the tabs.
import { stream } from "./stream.js";

const tabs = new Set();
let news = null, line = "lost";

function tell(said) {
  line = said.line;
  for (const tab of tabs) tab.postMessage(said);
}

addEventListener("connect", ({ ports: [tab] }) => {
  tab.onmessage = ({ data: { join, leave } }) => {
    if (leave) { tabs.delete(tab); return; }
    tabs.add(tab);
    if (news) { tab.postMessage({ line }); news.join(join); } else news = stream(join, tell);
  };
});
