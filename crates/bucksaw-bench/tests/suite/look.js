// Looks at the page as a reader would: are the plots there, is every text readable, whole and apart
// from the others? Leaves what it found as JSON in the title.
const problems = [];

/** The relative luminance of a colour, as WCAG 2 defines it. */
const luminance = (colour) => {
  const [r, g, b] = colour.match(/[\d.]+/g).slice(0, 3).map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (one, other) => {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};

const plots = [...document.querySelectorAll("svg")].map((svg) => {
  const box = svg.getBoundingClientRect();
  const card = getComputedStyle(svg.closest("figure")).backgroundColor;
  const texts = [...svg.querySelectorAll("text")].map((text) => {
    const place = text.getBoundingClientRect();
    if (place.left < box.left - 1 || place.right > box.right + 1 || place.bottom > box.bottom + 1) {
      problems.push(`outside: ${text.textContent}`);
    }
    if (!text.classList.contains("inside")) {
      const ratio = contrast(getComputedStyle(text).fill, card);
      if (ratio < 4.5) problems.push(`contrast ${ratio.toFixed(2)}: ${text.textContent}`);
    }
    return [text.textContent, place];
  });
  // A line's box is higher than its letters.
  const meet = (a, b) =>
    a.left < b.right && b.left < a.right && a.top + 4 < b.bottom && b.top + 4 < a.bottom;
  texts.forEach(([text, place], index) => {
    for (const [other, otherPlace] of texts.slice(index + 1)) {
      if (meet(place, otherPlace)) problems.push(`overlap: ${text} and ${other}`);
    }
  });
  for (const shape of svg.querySelectorAll(".line, .mark, .bar")) {
    const style = getComputedStyle(shape);
    const colour = shape.classList.contains("line") ? style.stroke : style.fill;
    const ratio = contrast(colour, card);
    if (ratio < 3) problems.push(`contrast ${ratio.toFixed(2)} of a shape: ${shape.className.baseVal}`);
  }
  if (box.width < 200 || box.height < 100) problems.push(`small: ${box.width} by ${box.height}`);
  return svg.getAttribute("aria-label");
});

// Figures inside a bar have the bar before them for a ground.
for (const text of document.querySelectorAll("svg .inside")) {
  const bar = text.previousElementSibling;
  const ratio = contrast(getComputedStyle(text).fill, getComputedStyle(bar).fill);
  if (ratio < 4.5) problems.push(`contrast ${ratio.toFixed(2)} inside: ${text.textContent}`);
}

const root = document.documentElement;
if (root.scrollWidth > root.clientWidth) problems.push(`wider than the window: ${root.scrollWidth}`);

document.title = JSON.stringify({
  isDark: matchMedia("(prefers-color-scheme: dark)").matches,
  pageLightness: luminance(getComputedStyle(document.body).backgroundColor),
  plots,
  lines: document.querySelectorAll("svg .line").length,
  bars: document.querySelectorAll("svg rect.bar").length,
  problems,
});
