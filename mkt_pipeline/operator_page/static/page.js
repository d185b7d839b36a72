// What every view needs: the colours of the page around us, links that leave a frame, forms that
// are sent once. Inside Airflow the page lies in a sandboxed frame of the same origin.
"use strict";

(() => {
  const embedded = window.parent !== window;

  function surroundings() {
    try {
      return window.parent.document;
    } catch {
      return null; // another origin, which has nothing to tell us
    }
  }

  const outside = embedded ? surroundings() : null;

  function followTheme() {
    const root = outside.documentElement;
    const take = () => {
      const scheme = getComputedStyle(root).colorScheme;
      const dark = root.classList.contains("dark") || scheme === "dark";
      const light = root.classList.contains("light") || scheme === "light";
      if (dark || light) document.documentElement.dataset.theme = dark ? "dark" : "light";
      document.dispatchEvent(new Event("mkt-theme"));
    };
    take();
    new MutationObserver(take).observe(root, { attributes: true, attributeFilter: ["class", "style", "data-theme"] });
  }

  // The frame may open no window and may not replace the page around it; a link of that page may.
  function leave(event) {
    const link = event.target.closest("a.away");
    if (!link) return;
    event.preventDefault();
    const door = outside.createElement("a");
    door.href = link.href;
    if (link.target) door.target = link.target;
    door.rel = "noopener";
    outside.body.append(door);
    door.click();
    door.remove();
  }

  if (outside) {
    followTheme();
    document.addEventListener("click", leave);
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    document.dispatchEvent(new Event("mkt-theme"));
  });

  // After the value of the pressed button has been taken; a page that is shown again is usable.
  document.addEventListener("submit", (event) => {
    const buttons = event.target.querySelectorAll("button");
    setTimeout(() => buttons.forEach((button) => { button.disabled = true; }));
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("button[disabled]").forEach((button) => { button.disabled = false; });
  });
})();
