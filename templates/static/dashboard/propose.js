// What a new page begins with: an address made of the name (`data-names` is the field that follows
// it) until the owner writes one, and the zone of this browser (`data-zone-here`).
const LONGEST = 63;
// Letters that no decomposition turns into Latin ones, with their usual spelling.
const SPELLINGS = new Map(Object.entries({
  ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i", ħ: "h", ŋ: "ng",
  а: "a", б: "b", в: "v", г: "g", ґ: "g", д: "d", е: "e", є: "ie", ж: "zh", з: "z", и: "i", і: "i", й: "i",
  к: "k", л: "l", м: "m", н: "n", о: "o", п: "p", р: "r", с: "s", т: "t", у: "u", ф: "f", х: "kh", ц: "ts",
  ч: "ch", ш: "sh", щ: "shch", ъ: "", ы: "y", ь: "", э: "e", ю: "iu", я: "ia", ђ: "dj", ј: "j", љ: "lj", њ: "nj", ћ: "c", џ: "dz",
  α: "a", β: "v", γ: "g", δ: "d", ε: "e", ζ: "z", η: "i", θ: "th", ι: "i", κ: "k", λ: "l", μ: "m",
  ν: "n", ξ: "x", ο: "o", π: "p", ρ: "r", σ: "s", ς: "s", τ: "t", υ: "y", φ: "f", χ: "ch", ψ: "ps", ω: "o",
}));

// Returns a subdomain made of a name: a to z, digits, single hyphens; empty if nothing is left.
export function addressOf(name) {
  const letters = name.toLowerCase().normalize("NFKD").replace(/['’]|\p{M}/gu, "");
  const latin = [...letters].map((letter) => SPELLINGS.get(letter) ?? letter).join("");
  const parts = latin.split(/[^a-z0-9]+/).filter(Boolean).join("-").slice(0, LONGEST);
  return parts.replace(/-$/, "");
}

const proposed = new WeakMap(); // by address: the name that it was made of

document.addEventListener("input", ({ target }) => {
  const follower = target.dataset?.names && target.form.elements[target.dataset.names];
  if (!follower) return;
  if (follower.value === addressOf(proposed.get(follower) ?? "")) {
    follower.value = addressOf(target.value);
    follower.dispatchEvent(new Event("input", { bubbles: true }));
  }
  proposed.set(follower, target.value);
});

// A draft may have brought both back: the address follows on if it is that of the name.
document.addEventListener("focusin", ({ target }) => {
  const follower = target.dataset?.names && target.form.elements[target.dataset.names];
  if (follower) proposed.set(follower, target.value);
});

function fillZones() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const control of document.querySelectorAll("[data-zone-here]")) {
    const isKnown = [...(control.list?.options ?? [])].some(({ value }) => value === zone);
    if (isKnown && control.value === control.defaultValue) control.value = control.defaultValue = zone;
  }
}
document.addEventListener("swapped", fillZones);
fillZones();
