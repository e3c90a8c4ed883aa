// Figures that change all the time are fetched again now and then, while somebody looks.
import { refresh } from "./refresh.js";

const region = document.getElementById("links");
setInterval(() => document.hidden || refresh(region), 10_000);
