// What takes a moment to count comes when the page is there.
import { refresh } from "./refresh.js";

for (const region of document.querySelectorAll("[data-late]")) refresh(region);
