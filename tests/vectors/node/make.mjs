// Writes the golden requests of this folder's senders into the file that is named. The clock stands still at NOW.

import { writeFileSync } from "node:fs";

import { NOW } from "./vector.mjs";

const RealDate = Date;

globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length === 0 ? [NOW * 1000] : given));
  }

  static now() {
    return NOW * 1000;
  }
};

const { vectors } = await import("./senders.mjs");
const text = `${JSON.stringify(await vectors(), null, 2)}\n`;
writeFileSync(process.argv[2], text);
