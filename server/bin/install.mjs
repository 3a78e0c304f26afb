// Installs the locked dependencies when they are missing or outdated. Plain JavaScript: it runs before anything is installed.
// Effects: runs `npm ci`, writes one stamp file inside node_modules. Never touches a matching installation.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const OLDEST_NODE = [20, 9];

/** Stops with one clear line on a Node that is too old. */
export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  process.stderr.write(
    `countersign needs Node ${OLDEST_NODE.join(".")} or newer; this is ${process.versions.node}\n`,
  );
  process.exit(2);
}

const fingerprint = (root) =>
  createHash("sha256")
    .update(readFileSync(path.join(root, "package-lock.json")))
    .update(`${process.platform}-${process.arch}-${process.versions.modules}`)
    .digest("hex");

/** Whether node_modules holds what this very lockfile asks for, installed by us or by hand. */
function isInstalled(root, stamp) {
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === fingerprint(root)) return true;
  const written = path.join(root, "node_modules", ".package-lock.json");
  if (!existsSync(written)) return false;
  const wanted = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8")).packages;
  const present = JSON.parse(readFileSync(written, "utf8")).packages;
  const complete = Object.entries(wanted).every(([place, { version, optional, devOptional }]) => {
    if (place === "" || (present[place] === undefined && (optional || devOptional))) return true;
    return present[place]?.version === version;
  });
  if (complete) writeFileSync(stamp, fingerprint(root));
  return complete;
}

/** Makes node_modules match the lockfile; says on stderr what it does; stops the process when npm fails. */
export function ensureInstalled(root) {
  const stamp = path.join(root, "node_modules", ".countersign-installed");
  if (isInstalled(root, stamp)) return;
  process.stderr.write("countersign: installing the locked dependencies (once; npm ci) …\n");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const result = spawnSync(npm, ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (result.status !== 0) {
    const cause = result.error ? `: ${result.error.message}` : "";
    process.stderr.write(`countersign: npm ci failed${cause}; see the lines above, then try again\n`);
    process.exit(2);
  }
  writeFileSync(stamp, fingerprint(root));
}
