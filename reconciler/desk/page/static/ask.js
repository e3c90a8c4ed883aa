// Asks the server. Who is not signed in any more is shown where to sign in, and comes back to where he was.
import { setAside } from "./typed.js";

export async function ask(address, options = {}) {
  const answer = await fetch(address, options);
  if (answer.status === 401) {
    setAside();
    location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
  }
  return answer;
}
