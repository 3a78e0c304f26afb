// What to do about each state of the gateway, with the settings' own names. Pure text.
import type { SessionHealth } from "#tools/ibkr/session/health.ts";

/** One step that a person can take; null when nothing is wrong or waiting is all there is. */
export function adviceFor(
  health: Pick<SessionHealth, "code" | "reason" | "action" | "gateway">,
): string | null {
  const { code, gateway, action, reason } = health;
  switch (code) {
    case "gateway_refused":
      return `Start the gateway at ${gateway} (IBKR's: bin/run.sh root/conf.yaml; the simulator: countersign gateway), or correct IBKR_GATEWAY_URL.`;
    case "gateway_unknown_host":
    case "gateway_wrong_address":
      return `Correct IBKR_GATEWAY_URL, now ${gateway}; IBKR's default is https://localhost:5000.`;
    case "gateway_unreachable":
      return `Look at network and firewall between this machine and ${gateway}, or correct IBKR_GATEWAY_URL.`;
    case "gateway_plain_http":
      return `Set IBKR_GATEWAY_URL=${withScheme(gateway, "http:")}, or listenSsl: true in the gateway's root/conf.yaml.`;
    case "gateway_expects_tls":
      return `Set IBKR_GATEWAY_URL=${withScheme(gateway, "https:")}.`;
    case "gateway_dropped":
      return "Look at the gateway's own log (its logs folder); restart it and log in again if this lasts.";
    case "gateway_access_denied":
      return "Add this machine's address to ips.allow in the gateway's root/conf.yaml and restart the gateway.";
    case "gateway_rate_limited":
    case "gateway_penalty":
      return "Wait; the desk goes on by itself. Stop other programs that call this gateway: they share the limit.";
    case "gateway_certificate_not_yet_valid":
      return "Set the clocks of this machine and of the gateway's right.";
    case "gateway_certificate_changed":
      return `Only if you replaced the certificate yourself: ${pinning(reason)} If you did not, something else answers there: do not connect.`;
    case "gateway_certificate_expired":
    case "gateway_certificate_unknown_issuer":
    case "gateway_certificate_wrong_host":
    case "gateway_certificate_refused":
      return `If it is your gateway's: ${pinning(reason)} Compare it on the gateway's machine first: openssl s_client -connect ${hostAndPort(gateway)} </dev/null | openssl x509 -noout -fingerprint -sha256`;
    default:
      return action;
  }
}

function pinning(reason: string): string {
  const shown = /SHA-256 ((?:[0-9A-F]{2}:){31}[0-9A-F]{2})/i.exec(reason)?.[1];
  return `put into countersign.yaml  gateway: { certificateFingerprint: "${shown ?? "AA:BB:…"}" }.`;
}

function withScheme(address: string, protocol: "http:" | "https:"): string {
  return address.replace(/^https?:/, protocol);
}

function hostAndPort(address: string): string {
  const { protocol, hostname, port } = new URL(address);
  return `${hostname}:${port || (protocol === "https:" ? "443" : "80")}`;
}
