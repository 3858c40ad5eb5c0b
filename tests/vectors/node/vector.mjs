// One golden request: what a sender sends, who signed it, and what postbackd has to read from it.

import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";

export const NOW = 1_700_000_000;
// A click id of postbackd: a UUIDv7 in Crockford's base32.
export const CLICK = "01hf7msmc0eq0r28t5cy4tqkff";
export const BASE_URL = "https://us.example";
export const PATH = "/postback/n";
export const SECRET = "s3cret-0f-the-endpoint";

const VERSIONS = JSON.parse(readFileSync(new URL("package.json", import.meta.url))).dependencies;

export const packageOf = (name) => `${name} ${VERSIONS[name]} (npm)`;

export const mac = (text, encoding) => createHmac("sha256", SECRET).update(text).digest(encoding);

export function check(isAuthentic) {
  if (!isAuthentic) throw new Error("the vendor's library refuses the request");
}

export const vector = (preset, rest) => ({
  preset,
  name: "",
  made_by: "crypto of Node.js",
  verified_by: null,
  secrets: [SECRET],
  base_url: null,
  params: {},
  now: NOW,
  signed_at: null,
  tolerance: null,
  method: "POST",
  target: PATH,
  headers: [],
  body: "",
  signature: null,
  unsigned: [],
  changes: [],
  ...rest,
});

// A POST of JSON.
export const post = (preset, body, headers, signature, rest) =>
  vector(preset, { headers: [["content-type", "application/json"], ...Object.entries(headers)], body, signature, ...rest });

// A GET whose signature, where it is a parameter, stands last.
export function get(preset, params, signatureAt, signature, rest) {
  const query = new URLSearchParams(params).toString();
  return vector(preset, { method: "GET", target: `${PATH}?${query}&${signatureAt}=${signature}`, signature, ...rest });
}
