// Passkeys: signing in on /sign-in, adding one on /settings/security. Everything else on these
// pages works without scripts; the forms for passkeys are hidden until this runs.
"use strict";

(() => {
  if (!window.PublicKeyCredential || !navigator.credentials) return;

  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
  };

  const text = (buffer) => {
    const plain = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };

  const withIds = (list) => (list || []).map((item) => ({ ...item, id: bytes(item.id) }));

  const answered = (credential) => {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      response,
      clientExtensionResults: credential.getClientExtensionResults(),
    });
  };

  const asked = async (form) => {
    const answer = await fetch(`${form.action}/options`, { method: "POST", body: new URLSearchParams({ _csrf: form.elements._csrf.value }) });
    if (!answer.ok) throw new Error(`the site answered ${answer.status}`);
    return answer.json();
  };

  const signIn = async (form) => {
    const options = await asked(form);
    options.challenge = bytes(options.challenge);
    options.allowCredentials = withIds(options.allowCredentials);
    return navigator.credentials.get({ publicKey: options });
  };

  const create = async (form) => {
    const options = await asked(form);
    options.challenge = bytes(options.challenge);
    options.user.id = bytes(options.user.id);
    options.excludeCredentials = withIds(options.excludeCredentials);
    return navigator.credentials.create({ publicKey: options });
  };

  const offer = (id, act) => {
    const form = document.getElementById(id);
    if (!form) return;
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const problem = form.querySelector(".error");
      problem.hidden = true;
      try {
        const credential = await act(form);
        form.elements.credential.value = answered(credential);
        const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "follow" });
        if (!answer.redirected) throw new Error(`the site answered ${answer.status}`);
        location.assign(answer.url);
      } catch (error) {
        // Whoever closes the browser's own question knows what happened.
        if (error.name === "AbortError" || error.name === "NotAllowedError") return;
        problem.textContent = form.dataset.problem;
        problem.hidden = false;
      }
    });
  };

  offer("passkey-form", signIn);
  offer("new-passkey-form", create);
  const note = document.getElementById("no-passkeys");
  if (note) note.hidden = true;
})();
