
// The coordinator's screen: replace its sections when the service sends new ones.
// Without it, the page loads itself again every minute.
document.addEventListener("DOMContentLoaded", () => {
  const part = document.getElementById("live");
  if (part) {
    offer(part);
    follow(part);
  }
  returned();
  const back = document.body.dataset.back;
  if (back === undefined) return;
  document.addEventListener("keydown", (event) => {
    const writing = event.target.closest?.("input, select");
    if (event.key === "Escape" && !event.defaultPrevented && !writing) goBack(back);
  });
  document.querySelector("a.back")?.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    goBack(back);
  });
});

// Back to the list that the reader came from, with its filters; otherwise to the whole board.
function goBack(otherwise) {
  const list = new URL("./", location.href).href;
  const from = document.referrer;
  const isList = from.split("?")[0] === list && from !== location.href;
  if (isList && history.length > 1) history.back();
  else location.assign(otherwise);
}

function follow(part) {
  const state = document.getElementById("state");
  let stream = null;
  let again = 0;
  const show = (on) => {
    state.textContent = on ? state.dataset.live : state.dataset.lost;
    state.className = on ? "on" : "off";
  };
  const stop = () => {
    clearTimeout(again);
    stream?.close();
    stream = null;
  };
  const start = () => {
    stop();
    const query = new URLSearchParams(location.search);
    query.set("have", part.dataset.version);
    stream = new EventSource(`updates?${query}`);
    stream.addEventListener("open", () => show(true));
    stream.addEventListener("screen", (event) => {
      part.dataset.version = event.lastEventId;
      replace(part, event.data);
    });
    stream.addEventListener("error", () => {
      show(false);
      // refused, for example because the login has ended: load the page, which says why
      if (stream.readyState === EventSource.CLOSED) again = setTimeout(() => location.reload(), 20000);
    });
  };
  // a browser has few connections to one server, so only visible pages use one
  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : start()));
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", (event) => { if (event.persisted) start(); });
  if (!document.hidden) start();
}

function replace(part, html) {
  const active = part.contains(document.activeElement) ? document.activeElement : null;
  const place = active && placeOf(part, active);
  const before = document.getElementById("sentence")?.textContent;
  document.getElementById("tip").hidden = true;
  const open = [...part.querySelectorAll("details[open]")].map((one) => one.id);
  part.innerHTML = html;
  for (const one of part.querySelectorAll("details")) one.open = open.includes(one.id);
  prepare(part);
  offer(part);
  if (place) (foundAt(part, place) ?? part).focus({ preventScroll: true });
  const sentence = document.getElementById("sentence")?.textContent;
  if (sentence !== undefined && sentence !== before) {
    document.getElementById("announce").textContent = sentence;
  }
}

// An element is found again by its link, or else by its number among its kind in its section.
function placeOf(part, element) {
  const section = element.closest("section")?.id ?? "";
  const kind = element.localName;
  const all = [...(element.closest("section") ?? part).querySelectorAll(kind)];
  const within = element.closest("details")?.id ?? "";
  return { section, kind, within, link: element.getAttribute("href"), number: all.indexOf(element) };
}

function foundAt(part, place) {
  const within = document.getElementById(place.within || place.section) ?? part;
  if (place.within && place.kind === "summary") return within.querySelector("summary");
  const all = [...(within?.querySelectorAll(place.kind) ?? [])];
  return (place.link && all.find((one) => one.getAttribute("href") === place.link))
    || all[Math.min(place.number, all.length - 1)];
}

// Buttons that copy the numbers of appeals, and say that they did.
function offer(part) {
  for (const button of part.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await copy(button.dataset.copy);
      document.getElementById("announce").textContent = button.dataset.copied;
      button.textContent = button.dataset.copied;
    });
  }
}

// Without https a page has no clipboard of its own, but may copy what is selected.
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const active = document.activeElement;
  const area = Object.assign(document.createElement("textarea"), { value: text });
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
  return active?.focus();
}

// Back on the list, the focus returns to the appeal that was opened.
function returned() {
  const key = "workhours.opened";
  const keep = (value) => { try { sessionStorage.setItem(key, value); } catch { /* not allowed */ } };
  const kept = () => { try { return sessionStorage.getItem(key); } catch { return null; } };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("main a[href]");
    if (link) keep(link.getAttribute("href"));
  });
  const [how] = performance.getEntriesByType("navigation");
  if (how?.type !== "back_forward") return;
  const links = [...document.querySelectorAll("main a[href]")];
  links.find((one) => one.getAttribute("href") === kept())?.focus();
}
