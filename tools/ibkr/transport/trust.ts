// Which certificate a gateway may show. Pure: decides on facts of a finished handshake. Never loosens the process.
import { VendorError } from "#store/model/errors.ts";

/** SHA-256 of the certificate that IBKR ships with the gateway (self-signed, no host name, expired 2019-05-11). */
export const SHIPPED_FINGERPRINT =
  "13:DA:F8:9A:07:12:B9:62:C3:EC:AA:5E:DE:34:41:00:AE:E0:D3:B5:DE:C5:A7:9A:BD:76:02:A8:12:ED:A3:BE";

export type GatewayTrust = {
  /** SHA-256 fingerprints of accepted certificates. When given, no other certificate passes, not even a valid one. */
  fingerprints?: readonly string[];
  /** PEM of a certificate authority for this host alone. */
  ca?: string;
  /** Accept any certificate. Only for people who know why; `doctor` complains. */
  insecure?: boolean;
};

/** What a finished TLS handshake showed. `authorizationError` is Node's code, null when the chain and name are valid. */
export type ShownCertificate = { fingerprint: string; authorizationError: string | null };

export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "").toLowerCase();
  return bare === "localhost" || bare === "::1" || /^127(\.\d{1,3}){3}$/.test(bare);
}

function normalised(fingerprint: string): string {
  return fingerprint.replaceAll(":", "").toUpperCase();
}

/** Undefined when the certificate may be used, else the coded refusal in plain words. */
export function refusal(host: string, trust: GatewayTrust, shown: ShownCertificate): VendorError | undefined {
  if (trust.insecure === true) return undefined;
  const pins = trust.fingerprints?.map(normalised);
  const is = normalised(shown.fingerprint);
  if (pins !== undefined && pins.length > 0) {
    return pins.includes(is) ? undefined : certificateFault("gateway_certificate_changed", host, shown);
  }
  if (shown.authorizationError === null) return undefined;
  if (isLoopback(host) && trust.ca === undefined && is === normalised(SHIPPED_FINGERPRINT)) return undefined;
  return certificateFault(codeOf(shown.authorizationError), host, shown);
}

function codeOf(authorizationError: string): keyof typeof WORDS {
  switch (authorizationError) {
    case "CERT_HAS_EXPIRED":
      return "gateway_certificate_expired";
    case "CERT_NOT_YET_VALID":
      return "gateway_certificate_not_yet_valid";
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return "gateway_certificate_wrong_host";
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
      return "gateway_certificate_unknown_issuer";
    default:
      return "gateway_certificate_refused";
  }
}

const WORDS = {
  gateway_certificate_changed:
    "is not the one that was pinned. If you replaced the gateway's certificate, pin the new fingerprint; if not, do not connect: something else answers there.",
  gateway_certificate_expired:
    "has expired. Pin its fingerprint if you trust this gateway, or install a new certificate.",
  gateway_certificate_not_yet_valid:
    "is not valid yet. Check the clock of this machine and of the gateway's.",
  gateway_certificate_wrong_host:
    "was issued for another host name. Use that name in the address, or pin the fingerprint.",
  gateway_certificate_unknown_issuer:
    "is self-signed or comes from an unknown authority. Give that authority's certificate, or pin the fingerprint if you trust this gateway.",
  gateway_certificate_refused: "could not be verified. Pin its fingerprint if you trust this gateway.",
} as const;

function certificateFault(code: keyof typeof WORDS, host: string, shown: ShownCertificate): VendorError {
  return new VendorError(
    code,
    `The certificate that ${host} shows ${WORDS[code]} Shown: SHA-256 ${shown.fingerprint}.`,
    { facts: { host, fingerprint: shown.fingerprint, fault: shown.authorizationError, sent: false } },
  );
}
