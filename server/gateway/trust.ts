// Which certificate the configured gateway may show, from countersign.yaml. Effects: reads the authority's file.
import { readFileSync } from "node:fs";
import { InputError } from "#store/model/errors.ts";
import type { GatewayTrust } from "#tools/ibkr/transport/trust.ts";
import type { Config } from "../config/config.ts";

/** @throws InputError `certificate_authority_unreadable` */
export function trustOf({ gateway }: Pick<Config, "gateway">): GatewayTrust {
  const { certificateFingerprint, certificateAuthority, insecureCertificate } = gateway;
  return {
    ...(certificateFingerprint === undefined ? {} : { fingerprints: [certificateFingerprint] }),
    ...(certificateAuthority === undefined ? {} : { ca: readAuthority(certificateAuthority) }),
    ...(insecureCertificate ? { insecure: true } : {}),
  };
}

function readAuthority(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw unreadable(`gateway.certificateAuthority: cannot read ${file}`, cause);
  }
  // OpenSSL takes a file without any certificate for an empty list, and every gateway would be "unknown".
  if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  throw unreadable(`gateway.certificateAuthority: ${file} holds no certificate in PEM form`);
}

function unreadable(message: string, cause?: unknown): InputError {
  return new InputError("certificate_authority_unreadable", message, { cause });
}
