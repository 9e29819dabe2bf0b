// A picture is checked when it is chosen: what would be refused is told beside its field, and nothing
// of it is sent. `data-most` is how many KiB it may have, `data-side` how many pixels a side.
import { beside, validate } from "./say.js";

const KIB = 1024;
const HEAD = 12; // bytes that name a format
const FORMATS = [/^\x89PNG\r\n\x1a\n/, /^\xff\xd8\xff/, /^RIFF[^]{4}WEBP/];
const NO_PICTURE = "Choose a PNG, JPEG or WebP picture.";

document.addEventListener("change", async ({ target }) => {
  const [file] = target.matches("input[type=file]") ? target.files : [];
  if (!file) return;
  const fault = await faultOf(file, target.dataset);
  if (!fault || target.files[0] !== file) return;
  target.value = "";
  validate(target);
  document.getElementById(`${target.id}-problem`)?.remove();
  beside(target.form, target.name, fault);
});

async function faultOf(file, { most, side }) {
  const head = String.fromCharCode(...new Uint8Array(await file.slice(0, HEAD).arrayBuffer()));
  if (!FORMATS.some((format) => format.test(head))) return NO_PICTURE;
  if (file.size > most * KIB) return `Choose a picture of at most ${most} KiB. This one has ${Math.ceil(file.size / KIB)}.`;
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return "This picture can't be read. Choose another file.";
  const { width, height } = picture;
  picture.close();
  if (Math.max(width, height) > side) return `Choose a picture of at most ${side} pixels a side. This one has ${width} × ${height}.`;
  return "";
}
