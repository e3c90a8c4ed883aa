// One at a time: whoever asks while the work is under way is served by one more turn after it, which sees all of it.
export function inTurn(work) {
  let running = false, again = false;
  return async () => {
    again = true;
    if (running) return;
    running = true;
    try {
      while (again) {
        again = false;
        await work();
      }
    } catch {
      // The line is down. When it is back, the server tells what has changed since.
    } finally {
      running = false;
    }
  };
}
