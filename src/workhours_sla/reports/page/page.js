"use strict";
// Sort tables, open explanations, show the values of charts by pointer and keys, switch the theme.
// The page works without it: explanations are open, and every chart has a table.
document.documentElement.classList.add("js");

document.addEventListener("DOMContentLoaded", () => {
  themes();
  prepare(document);
  unfold();
  window.addEventListener("hashchange", unfold);
});

function prepare(part) {
  const lang = document.documentElement.lang;
  part.querySelectorAll("table[data-sortable]").forEach((table) => sortable(table, lang));
  part.querySelectorAll("button.expand").forEach(expander);
  part.querySelectorAll("svg.chart").forEach(readable);
  part.querySelectorAll(".filter").forEach(filtering);
}

function unfold() {
  // a link to a section that is folded away opens it
  const aim = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const fold = aim?.closest("details");
  if (!fold || fold.open) return;
  fold.open = true;
  aim.scrollIntoView();
}

function themes() {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const button = document.getElementById("theme");
  const show = (theme) => {
    root.dataset.theme = theme;
    button?.setAttribute("aria-pressed", String(theme === "dark"));
  };
  const kept = () => {
    try { return localStorage.getItem("theme"); } catch { return null; }
  };
  show(kept() || (dark.matches ? "dark" : "light"));
  dark.addEventListener("change", () => { if (!kept()) show(dark.matches ? "dark" : "light"); });
  if (!button) return;
  button.addEventListener("click", () => {
    const theme = root.dataset.theme === "dark" ? "light" : "dark";
    try { localStorage.setItem("theme", theme); } catch { /* a page from a file may not keep it */ }
    show(theme);
  });
  button.hidden = false;
}

function sortable(table, lang) {
  const compare = new Intl.Collator(lang, { numeric: true }).compare;
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    if (!head.textContent.trim()) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const was = head.getAttribute("aria-sort");
      const numbers = table.tBodies[0].rows[0]?.cells[column].dataset.v !== undefined;
      const down = was ? was === "ascending" : numbers;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      sort(table, column, down ? -1 : 1, compare);
    });
  });
}

function sort(table, column, sign, compare) {
  // late appeals are a body each, with their trace; groups are rows of one body
  const bodies = [...table.tBodies];
  const items = bodies.length > 1 ? bodies : [...bodies[0].rows];
  const keyed = items.map((item) => {
    const cell = (item.rows ? item.rows[0] : item).cells[column];
    const value = cell.dataset.v;
    return { item, value: value === undefined ? null : Number(value), text: cell.textContent };
  });
  const numbers = keyed.some((one) => one.value !== null);
  keyed.sort((a, b) => {
    if (!numbers) return sign * compare(a.text, b.text);
    if (a.value === null || b.value === null) return (a.value === null) - (b.value === null);
    return a.value === b.value ? 0 : sign * (a.value < b.value ? -1 : 1);
  });
  if (bodies.length > 1) keyed.forEach((one) => table.append(one.item));
  else bodies[0].append(...keyed.map((one) => one.item));
}

function filtering(box) {
  const section = box.closest("section");
  const rows = [...section.querySelectorAll(".needs li:not(.head)")];
  const plain = (text) => text.toLowerCase().replaceAll("\u0451", "\u0435");
  const status = box.querySelector("[role=status]");
  box.hidden = false;
  box.querySelector("input").addEventListener("input", (event) => {
    const wanted = plain(event.target.value).trim().split(/\s+/);
    const fits = (name) => wanted.every((word) => plain(name).includes(word));
    rows.forEach((row) => { row.hidden = !fits(row.querySelector(".name").textContent); });
    section.querySelectorAll(".needs").forEach((list) => {
      const fold = list.closest(".more");
      (fold ?? list).hidden = !list.querySelector("li:not(.head):not([hidden])");
      fold?.toggleAttribute("open", wanted[0] !== "");
    });
    status.textContent = rows.some((row) => !row.hidden) ? "" : status.dataset.none;
  });
}

function expander(button) {
  const row = document.getElementById(button.getAttribute("aria-controls"));
  button.addEventListener("click", () => {
    const open = row.classList.toggle("open");
    button.setAttribute("aria-expanded", String(open));
  });
}

function readable(chart) {
  const marks = [...chart.querySelectorAll(".mark")];
  if (!marks.length) return;
  const across = Number(chart.dataset.columns) || 1;
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across };
  let current = marks[0];
  current.setAttribute("tabindex", "0");
  const tip = document.getElementById("tip");
  const show = (mark) => {
    tip.textContent = mark.getAttribute("aria-label");
    tip.hidden = false;
    const box = mark.getBoundingClientRect();
    const width = document.documentElement.clientWidth;
    const left = Math.min(Math.max(8, box.x + box.width / 2 - tip.offsetWidth / 2),
                          Math.max(8, width - tip.offsetWidth - 8));
    const above = box.y - tip.offsetHeight - 8;
    tip.style.left = `${left + window.scrollX}px`;
    tip.style.top = `${(above > 0 ? above : box.bottom + 8) + window.scrollY}px`;
  };
  const hide = () => { tip.hidden = true; };
  marks.forEach((mark, place) => {
    mark.addEventListener("pointerenter", () => show(mark));
    mark.addEventListener("pointerleave", hide);
    mark.addEventListener("focus", () => {
      current.setAttribute("tabindex", "-1");
      current = mark;
      mark.setAttribute("tabindex", "0");
      show(mark);
    });
    mark.addEventListener("blur", hide);
    mark.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { hide(); return; }
      const ends = { Home: 0, End: marks.length - 1 };
      const next = ends[event.key] ?? place + steps[event.key];
      if (Number.isNaN(next)) return;
      event.preventDefault();
      marks[Math.min(Math.max(next, 0), marks.length - 1)].focus();
    });
  });
}
