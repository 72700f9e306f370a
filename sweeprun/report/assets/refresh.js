"use strict";
// A served page asks for what is new while the run goes on; choices, open details and the place on the page stay.

const PAUSE = 2000;

function watch(update) {
  const content = document.getElementById("content");
  const live = document.querySelector(".live");
  let tag = "";
  async function look() {
    if (document.getElementById("content").dataset.active !== "yes") return;
    try {
      const answer = await fetch(`content${window.location.search}`, { cache: "no-store", headers: tag ? { "If-None-Match": tag } : {} });
      if (answer.status === 200) {
        tag = answer.headers.get("ETag") || "";
        replaceLive(new DOMParser().parseFromString(await answer.text(), "text/html"), content);
        update();
      }
    } catch (error) {
      document.querySelector(".live").textContent = "sweeprun doesn't answer any more";
    }
    if (content.dataset.active === "yes") window.setTimeout(look, PAUSE);
    else document.querySelector(".live").textContent = "the run has ended";
  }
  if (content.dataset.active === "yes" && live) window.setTimeout(look, PAUSE);
}

/** Put what is new in its place: elements of the page's own server, in which texts of the run are escaped. */
function replaceLive(fresh, content) {
  const place = window.scrollY;
  for (const old of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(old.id);
    if (!now || now.isEqualNode(old)) continue;
    for (const one of old.querySelectorAll("details[open]")) {
      const same = one.id && now.querySelector(`#${CSS.escape(one.id)}`);
      if (same) same.open = true;
    }
    old.replaceChildren(...now.childNodes);
  }
  document.getElementById("data").textContent = fresh.getElementById("data").textContent;
  content.dataset.active = fresh.getElementById("content").dataset.active;
  window.scrollTo({ top: place, behavior: "instant" });
}
