// Two files: the base (one IIFE, all that a closed launcher and a chat need) and the part with cards and the
// confirmation sheet, fetched when the chat is first opened. The part borrows the base's copy of Lit and of the words.
//
//   node build.mjs
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "build", "widget");
const BORROWED = "\0borrowed";

/** Templates are written over several lines; the reader of the page needs none of that white space. */
const dense = (code) => code.replace(/\n\s+(?=<)/g, "").replace(/\n\s+/g, " ");

/** What the base hands out under one symbol is imported from there instead of being bundled a second time. */
const borrow = {
  name: "borrow",
  enforce: "pre",
  resolveId: (source) => (source === "lit" || /(^|\/)(text|api|icons|styles)$/.test(source) ? BORROWED : null),
  load: (id) => (id === BORROWED ? `export const { ${names().join(", ")} } = globalThis[Symbol.for("credit-assistant")];` : null),
};

function names() {
  const text = readFileSync(join(here, "src", "lent.ts"), "utf-8");
  return text.match(/export const lent = \{([^}]*)\}/)[1].split(",").map((name) => name.trim()).filter(Boolean);
}

async function bundle(entry, format, define = {}, plugins = []) {
  const [result] = [
    await build({
      root: here,
      configFile: false,
      logLevel: "warn",
      plugins,
      define: { "process.env.NODE_ENV": '"production"', ...define },
      build: { target: "es2020", write: false, reportCompressedSize: false, lib: { entry: join(here, "src", entry), formats: [format], name: "CreditAssistantWidget", fileName: "out" }, minify: "oxc" },
    }),
  ].flat(2);
  return dense(result.output.find((file) => file.type === "chunk").code);
}

function keep(name, code) {
  const hash = createHash("sha256").update(code).digest("hex").slice(0, 12);
  const file = `${name}.${hash}.js`;
  writeFileSync(join(out, file), code);
  return { file, integrity: `sha384-${createHash("sha384").update(code).digest("base64")}` };
}

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "strings"), { recursive: true });
const cards = keep("cards", await bundle("cards-part.ts", "es", {}, [borrow]));
const assistant = keep("assistant", await bundle("main.ts", "iife", { CARDS_FILE: JSON.stringify(cards.file) }));
for (const name of readdirSync(join(here, "src", "strings"))) {
  writeFileSync(join(out, "strings", name), JSON.stringify(JSON.parse(readFileSync(join(here, "src", "strings", name), "utf-8"))));
}
writeFileSync(join(out, "manifest.json"), JSON.stringify({ assistant, cards }, null, 2) + "\n");
console.log(`${assistant.file} ${assistant.integrity}`);
