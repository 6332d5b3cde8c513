// Checks the JSDoc types of the scripts with `tsc`. Scripts listed in untyped-scripts.txt do not
// pass yet, so their errors are ignored. A listed script without errors is itself an error, so the
// list only shrinks. `--update` removes such scripts from the list.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const LIST = new URL("untyped-scripts.txt", import.meta.url);
const TSC = new URL("../node_modules/typescript/bin/tsc", import.meta.url).pathname;
const ROOT = new URL("..", import.meta.url).pathname;

const untyped = new Set(readFileSync(LIST, "utf8").split("\n").filter(Boolean));
const { error, status, stdout, stderr } = spawnSync(process.execPath, [TSC, "--pretty", "false"], {
  cwd: ROOT,
  encoding: "utf8",
});
if (error) throw error;
const found = new Map();
const unplaced = [];
for (const line of stdout.split("\n")) {
  const place = /^([^\s(][^(]*)\(\d+,\d+\): error /.exec(line);
  if (place) found.set(place[1], [...(found.get(place[1]) || []), line]);
  else if (/^error /.test(line)) unplaced.push(line);
}
if (status && !found.size && !unplaced.length) unplaced.push(stdout + stderr);
// We do not add types to vendored scripts. Scripts that import them are checked against their
// exports.
const wrong = [...found].filter(([file]) => !untyped.has(file) && !file.startsWith("static/vendor/"));
const passing = [...untyped].filter((file) => !found.has(file));
if (process.argv.includes("--update")) {
  const left = [...untyped].filter((file) => found.has(file));
  writeFileSync(LIST, left.map((file) => `${file}\n`).join(""));
} else {
  for (const file of passing) unplaced.push(`${file} passes now: remove it from .ci/untyped-scripts.txt.`);
}
for (const line of [...wrong.flatMap(([, lines]) => lines), ...unplaced]) console.error(line);
process.exitCode = wrong.length || unplaced.length ? 1 : 0;
