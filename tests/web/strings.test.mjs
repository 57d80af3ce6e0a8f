import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { STRINGS, fill } from "../../channels/web/strings.zh.js";

test("facts are put into labels, and an unknown placeholder stays visible", () => {
  assert.equal(fill("{a}/{b}/{c}", { a: 1, b: "x" }), "1/x/{c}");
});

test("every label that the page asks for exists", () => {
  const page = readFileSync(new URL("../../channels/web/index.html", import.meta.url), "utf8");
  const asked = [...page.matchAll(/data-(?:text|placeholder)="([^"]+)"/g)].map((found) => found[1]);
  assert.ok(asked.length > 10);
  for (const path of asked) {
    const label = path.split(".").reduce((found, key) => found?.[key], STRINGS);
    assert.equal(typeof label, "string", path);
  }
});
