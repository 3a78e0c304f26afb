// The self-signed certificate of the simulated gateway. Effects: reads and writes the given file, if there is one.
// By default it is as unfriendly as the one that IBKR ships: no subjectAltName, expired 2019-05-11.
import { X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { generate } from "selfsigned";
import { z } from "zod";

export type CertificateKind = "as_shipped" | "valid";

export type Certificate = {
  key: string;
  cert: string;
  /** SHA-256, colon-separated upper-case hex: what a client pins. */
  fingerprint256: string;
};

const Stored = z.object({ key: z.string(), cert: z.string() });

const NAME = [
  { name: "commonName", value: "Client Portal Web API" },
  { name: "OU", value: "Gateway simulator" },
  { name: "organizationName", value: "Countersign" },
];

/** One that was stored is used again: a pinned fingerprint outlives a restart. */
export async function certificateFor(of: { kind: CertificateKind; file?: string }): Promise<Certificate> {
  const stored = of.file !== undefined && existsSync(of.file) ? readFileSync(of.file, "utf8") : undefined;
  const pair = stored === undefined ? await generatePair(of) : Stored.parse(JSON.parse(stored));
  if (of.file !== undefined && stored === undefined) {
    mkdirSync(path.dirname(of.file), { recursive: true });
    writeFileSync(of.file, JSON.stringify(pair), { mode: 0o600 });
  }
  return { ...pair, fingerprint256: new X509Certificate(pair.cert).fingerprint256 };
}

async function generatePair(of: { kind: CertificateKind }): Promise<{ key: string; cert: string }> {
  const valid = of.kind === "valid";
  const { private: key, cert } = await generate(NAME, {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date("2018-05-11T00:00:00Z"),
    notAfterDate: new Date(valid ? "2049-12-31T00:00:00Z" : "2019-05-11T00:00:00Z"),
    extensions: valid
      ? [
          { name: "basicConstraints", cA: false },
          {
            name: "subjectAltName",
            altNames: [
              { type: 2, value: "localhost" },
              { type: 7, ip: "127.0.0.1" },
            ],
          },
        ]
      : [{ name: "basicConstraints", cA: false }],
  });
  return { key, cert };
}
