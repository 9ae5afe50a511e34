// Proposes the name in a project's address while its acronym and name are typed.
"use strict";

(() => {
  const target = document.getElementById("username");
  const sources = ["acronym", "name"].map((id) => document.getElementById(id)).filter(Boolean);
  if (!target || !sources.length) return;
  const LONGEST = 30;
  let own = target.value !== "";

  function plain(text) {
    const bare = text.toLowerCase().replace(/œ/g, "oe").replace(/æ/g, "ae").normalize("NFKD");
    return bare.replace(/[\u0300-\u036f]/g, "").split(/[^a-z0-9]+/).filter(Boolean);
  }

  function proposal() {
    for (const source of sources) {
      let found = "";
      for (const word of plain(source.value)) {
        const longer = found ? `${found}-${word}` : word.slice(0, LONGEST);
        if (longer.length > LONGEST) break;
        found = longer;
      }
      if (found.length > 1) return found;
    }
    return "";
  }

  target.addEventListener("input", () => { own = target.value !== ""; });
  for (const source of sources) {
    source.addEventListener("input", () => { if (!own) target.value = proposal(); });
  }
})();
