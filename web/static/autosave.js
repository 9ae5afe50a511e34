// Saves the form of writing by itself, and keeps a copy in this browser until the site has it.
"use strict";

(() => {
  const form = document.getElementById("writing");
  const status = document.getElementById("save-status");
  if (!form || !status) return;

  const WAIT_MS = 1500;
  const LONGEST_MS = 8000;
  const RETRY_MS = 15000;
  const LARGEST_KEPT_ALIVE = 60000;
  const said = form.dataset;
  const base = said.base || "/drafts";
  const key = () => `communotic-draft-${said.owner}-${said.draft || "new-" + (said.fresh || form.elements.kind.value)}`;
  const skipped = new Set(["_csrf", "revision", "window", "step", "do", "media", "drop"]);
  // of an experience the kind of form, of a note a choice that somebody made
  if (form.elements.kind.type === "hidden") skipped.add("kind");

  let step = 0;
  let timer = 0;
  let firstChange = 0;
  let flight = null;
  let leaving = false;
  let ready = false;
  let changed = false;
  let version = 0;

  // What was typed, without files and without what belongs to this very page.
  function values() {
    const found = [];
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && !skipped.has(name) && name !== "file_description") found.push([name, value]);
    }
    return found;
  }

  function body() {
    const data = new FormData(form);
    for (const input of form.querySelectorAll("input[type=file]")) data.delete(input.name);
    step += 1;
    data.set("step", String(step));
    return data;
  }

  function store() {
    try {
      const kept = { at: Date.now(), revision: form.elements.revision.value, values: values() };
      localStorage.setItem(key(), JSON.stringify(kept));
    } catch { /* no room, or storage forbidden: the site still saves */ }
  }

  function forget() {
    try { localStorage.removeItem(key()); } catch { /* as above */ }
  }

  function say(text, warning = false, link = null) {
    status.textContent = text;
    status.classList.toggle("warning", warning);
    if (link) {
      const anchor = document.createElement("a");
      anchor.href = link.href;
      anchor.textContent = link.text;
      status.append(" ", anchor);
    }
  }

  function address() {
    return said.draft ? `${base}/${said.draft}/autosave` : `${base}/autosave`;
  }

  // The page becomes that of the draft which holds what was typed.
  function adopt(state) {
    if (said.draft !== state.id) {
      forget();
      said.draft = state.id;
      form.action = state.action;
      history.replaceState(null, "", state.action);
      const list = document.getElementById("chosen-themes");
      if (list) list.dataset.suggestions = `/drafts/${state.id}/suggestions`;
      const away = document.getElementById("throw-away");
      if (away) {
        away.href = `${away.dataset.base}/${state.id}/delete`;
        away.hidden = false;
      }
    }
    form.elements.revision.value = state.revision;
  }

  // One saving at a time; says whether the site has what was typed.
  function save() {
    clearTimeout(timer);
    timer = 0;
    if (flight) return flight.then(() => (changed ? save() : "saved"));
    if (leaving || !changed) return Promise.resolve("saved");
    flight = send().finally(() => { flight = null; });
    return flight;
  }

  async function send() {
    const current = version;
    say(said.saving);
    let answer;
    try {
      answer = await fetch(address(), { method: "POST", body: body(), redirect: "manual" });
    } catch {
      say(said.offline, true);
      retry();
      return "offline";
    }
    if (answer.ok || answer.status === 409) {
      const state = await answer.json();
      adopt(state);
      if (version === current) { changed = false; firstChange = 0; forget(); } else { store(); schedule(); }
      if (answer.ok) say(state.said);
      else say(said.conflict, true, { href: state.compare, text: said.compare });
      document.dispatchEvent(new CustomEvent("draft-saved"));
      return answer.ok ? "saved" : "conflict";
    }
    if (answer.status === 410) {
      say(said.gone, true);
      return "refused";
    }
    const out = answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403;
    say(out ? said.signedOut : said.offline, true);
    retry();
    return out ? "offline" : "refused";
  }

  function retry() {
    clearTimeout(timer);
    timer = setTimeout(save, RETRY_MS);
  }

  function schedule() {
    const now = Date.now();
    firstChange ||= now;
    clearTimeout(timer);
    timer = setTimeout(save, Math.max(0, Math.min(WAIT_MS, firstChange + LONGEST_MS - now)));
  }

  function onChange(event) {
    if (event.target.type === "file" || event.target.name === "file_description") return;
    changed = true;
    version += 1;
    store();
    schedule();
  }

  // The last word when the page goes away; the copy in this browser stays until it is answered.
  function farewell() {
    if (leaving || !changed) return;
    const data = body();
    let size = 0;
    for (const [name, value] of data) size += name.length + 3 * value.length + 150;
    if (size < LARGEST_KEPT_ALIVE) {
      fetch(address(), { method: "POST", body: data, keepalive: true, redirect: "manual" }).catch(() => {});
    }
  }

  // Restoring

  function same(one, other) {
    return JSON.stringify(one) === JSON.stringify(other);
  }

  function fill(kept) {
    const byName = new Map();
    for (const [name, value] of kept) {
      if (!byName.has(name)) byName.set(name, []);
      byName.get(name).push(value);
    }
    for (const name of byName.keys()) makeRow(name);
    for (const field of form.elements) {
      if (!field.name || skipped.has(field.name) || field.type === "file" || field.type === "submit") continue;
      const wanted = byName.get(field.name) || [];
      if (field.type === "checkbox" || field.type === "radio") field.checked = wanted.includes(field.value);
      else if (byName.has(field.name)) field.value = wanted[0];
    }
    const list = document.getElementById("chosen-themes");
    if (list) {
      const known = new Set([...form.querySelectorAll("input[name=themes]")].map((box) => box.value));
      for (const uri of byName.get("themes") || []) if (!known.has(uri)) addTheme(list, { uri, label: uri.split("/").pop() }, true);
    }
    changed = true;
    version += 1;
    schedule();
  }

  // Rows: one more, empty, without asking the site.

  function addRow(list) {
    const rows = list.querySelectorAll(".rows-row");
    const last = rows[rows.length - 1];
    const row = last.cloneNode(true);
    const at = `${list.id}-${rows.length}-`;
    for (const element of row.querySelectorAll("[name], [for], [id]")) {
      for (const attribute of ["name", "for", "id"]) {
        const value = element.getAttribute(attribute);
        if (value) element.setAttribute(attribute, value.replace(new RegExp(`^${list.id}-\\d+-`), at));
      }
      if ("value" in element) element.value = "";
    }
    for (const error of row.querySelectorAll(".error")) error.remove();
    last.after(row);
    return row;
  }

  function makeRow(name) {
    const found = /^(tools|means|indicators|partners|contributors)-(\d+)-/.exec(name);
    const list = found && document.getElementById(found[1]);
    if (!list) return;
    while (list.querySelectorAll(".rows-row").length <= Number(found[2])) addRow(list);
  }

  for (const button of form.querySelectorAll("button[value^='add:']")) {
    button.addEventListener("click", (event) => {
      const list = document.getElementById(button.value.slice(4));
      if (!list || list.querySelectorAll(".rows-row").length >= 50) return;
      event.preventDefault();
      addRow(list).querySelector("input").focus();
    });
  }

  function read() {
    try { return JSON.parse(localStorage.getItem(key()) || "null"); } catch { return null; }
  }

  function restore() {
    const kept = read();
    if (!kept || !Array.isArray(kept.values)) return;
    if (same(kept.values, values())) { forget(); return; }
    const folded = form.closest("details");
    if (folded) folded.open = true;
    if (kept.revision === form.elements.revision.value) {
      fill(kept.values);
      say(said.restored);
      return;
    }
    say(said.offer, true);
    const back = choice(said.putBack, () => {
      form.elements.revision.value = kept.revision;
      fill(kept.values);
      say(said.restored);
    });
    status.append(" ", back, " ", choice(said.forget, () => { forget(); say(""); }));
  }

  function choice(text, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link-button";
    button.textContent = text;
    button.addEventListener("click", act);
    return button;
  }

  // Subjects that the text suggests

  function addTheme(list, found, checked) {
    const box = document.createElement("div");
    const input = document.createElement("input");
    const label = document.createElement("label");
    box.className = checked ? "choice" : "choice suggested";
    input.type = "checkbox";
    input.name = "themes";
    input.value = found.uri;
    input.checked = checked;
    input.id = `live-${list.children.length}`;
    label.htmlFor = input.id;
    label.textContent = found.label;
    if (found.reason) label.title = found.reason;
    box.append(input, label);
    list.append(box);
  }

  async function suggest(subject) {
    const list = document.getElementById("chosen-themes");
    if (!list || !list.dataset.suggestions) return;
    const query = subject ? `?subject=${encodeURIComponent(subject)}` : "";
    let found;
    try {
      const answer = await fetch(list.dataset.suggestions + query, { redirect: "manual" });
      if (!answer.ok) return;
      found = await answer.json();
    } catch { return; }
    for (const old of list.querySelectorAll(".suggested")) if (!old.querySelector("input").checked) old.remove();
    const known = new Set([...list.querySelectorAll("input")].map((box) => box.value));
    for (const one of found) if (!known.has(one.uri)) addTheme(list, one, false);
  }

  const subject = form.elements.subject;
  let asking = 0;
  if (subject) {
    subject.addEventListener("input", () => {
      clearTimeout(asking);
      asking = setTimeout(() => suggest(subject.value.trim()), 300);
    });
    document.addEventListener("draft-saved", () => { if (!subject.value.trim()) suggest(""); });
  }

  // A picture without a description would be refused, and would have to be chosen again.
  const described = document.getElementById("file_description");
  const upload = form.querySelector("button[value=upload]");
  if (described && upload) {
    described.addEventListener("input", () => described.setCustomValidity(""));
    upload.addEventListener("click", (event) => {
      const chosen = document.getElementById("file").files[0];
      if (!chosen || !chosen.type.startsWith("image/") || described.value.trim()) return;
      event.preventDefault();
      described.setCustomValidity(described.dataset.missing);
      described.reportValidity();
    });
  }

  form.addEventListener("input", onChange);
  form.addEventListener("change", onChange);
  // The site has everything before the page is left; only then is the copy here forgotten.
  form.addEventListener("submit", async (event) => {
    if (ready || !changed) {
      leaving = true;
      form.elements.step.value = String(step + 1);
      clearTimeout(timer);
      return;
    }
    event.preventDefault();
    const outcome = await save();
    if (outcome === "conflict" || outcome === "offline") return;
    ready = true;
    form.requestSubmit(event.submitter);
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) { leaving = false; ready = false; }
  });
  window.addEventListener("pagehide", farewell);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(); });
  window.addEventListener("online", () => { if (changed) save(); });
  restore();
  if (subject && !document.querySelector(".suggested")) suggest("");
})();
