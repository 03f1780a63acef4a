/* 会议版: ← → (also space, Page up and down, Home, End) between the slides; the place is in the address. */
(function () {
  "use strict";

  const slides = Array.from(document.querySelectorAll("[data-slide]"));
  if (!slides.length) return;
  const place = document.querySelector("[data-slide-place]");
  const groups = Array.from(document.querySelectorAll("[data-slide-to]"));
  let now = 0;

  function show(number, moved) {
    now = Math.min(Math.max(number, 0), slides.length - 1);
    slides.forEach((slide, at) => slide.classList.toggle("is-now", at === now));
    groups.forEach((link) => {
      if (link.dataset.group === slides[now].dataset.group) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
    if (place) place.textContent = (now + 1) + " / " + slides.length;
    if (moved) {
      history.replaceState(null, "", "#slide-" + (now + 1));
      slides[now].focus({ preventScroll: true });
    }
  }

  function fromAddress() {
    const found = /^#slide-(\d+)$/.exec(location.hash);
    return found ? Number(found[1]) - 1 : 0;
  }

  const steps = { ArrowRight: 1, PageDown: 1, " ": 1, ArrowLeft: -1, PageUp: -1 };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === " " && event.target.closest("button, a, summary, input")) return;
    if (event.key in steps) show(now + steps[event.key], true);
    else if (event.key === "Home") show(0, true);
    else if (event.key === "End") show(slides.length - 1, true);
    else return;
    event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-slide-back]")) show(now - 1, true);
    if (event.target.closest("[data-slide-next]")) show(now + 1, true);
    const link = event.target.closest("[data-slide-to]");
    if (link && window.matchMedia("(min-width: 48.01rem)").matches) {
      event.preventDefault();
      show(Number(link.dataset.slideTo) - 1, true);
    }
    if (event.target.closest("[data-full-screen]")) {
      if (document.fullscreenElement) document.exitFullscreen();
      else document.documentElement.requestFullscreen();
    }
  });

  /* Charts are drawn for the screen; for paper they are drawn again to fit a landscape A4 page. */
  const PAPER = { width: 1020, height: 470 };
  const LETTERS = { screen: 24, paper: 17 };
  function redraw(size) {
    document.querySelectorAll(".slide [data-chart]").forEach((place) => {
      const chart = window.echarts && window.echarts.getInstanceByDom(place);
      if (!chart) return;
      chart.setOption({ animation: false, yAxis: { axisLabel: { fontSize: size ? LETTERS.paper : LETTERS.screen } } });
      chart.resize(size);
      chart.getZr().flush(); /* at once: the printer does not wait for the next frame */
    });
  }
  window.addEventListener("beforeprint", () => redraw(PAPER));
  window.addEventListener("afterprint", () => redraw());

  window.addEventListener("hashchange", () => show(fromAddress(), false));
  document.body.classList.add("is-slides");
  show(fromAddress(), false);
})();
