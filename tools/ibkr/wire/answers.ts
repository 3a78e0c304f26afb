// Every shape in which the gateway says no, and how its bodies are read: as text first, then as JSON. Pure.
import type { z } from "zod";
import { type DeskError, UnavailableError, VendorError } from "#store/model/errors.ts";
import type { GatewayAnswer } from "../transport/transport.ts";

/** An answer with its body parsed where it is JSON. */
export type Body = {
  status: number;
  text: string;
  json: unknown;
  isJson: boolean;
  location: string | null;
};

export function bodyOf(answer: GatewayAnswer): Body {
  const { status, text, location } = answer;
  const trimmed = text.trim();
  if (trimmed === "") return { status, text, location, json: undefined, isJson: false };
  try {
    return { status, text, location, json: JSON.parse(trimmed), isJson: true };
  } catch {
    return { status, text, location, json: undefined, isJson: false };
  }
}

/** The vendor's error text in any of its wrappings, or null: {error}, {error,statusCode}, [{error}], {status,error,message}. */
export function errorText(json: unknown): string | null {
  const candidate: unknown = Array.isArray(json) && json.length === 1 ? json[0] : json;
  if (typeof candidate !== "object" || candidate === null || Array.isArray(candidate)) return null;
  if (!("error" in candidate)) return null;
  const error = candidate.error;
  if (typeof error === "string" && error !== "") return error;
  if (typeof error === "object" && error !== null && "message" in error) return String(error.message);
  if (error !== null && error !== undefined && error !== "") return String(error);
  return null;
}

/** What kind of no (or yes) an answer is; `message` is the vendor's text where there is one. */
export type Verdict =
  | { kind: "ok" }
  | {
      kind:
        | "login_needed"
        | "no_brokerage_session"
        | "accounts_first"
        | "rate_limited"
        | "access_denied"
        | "wrong_address"
        | "vendor_trouble"
        | "refused";
      message: string;
    };

export function verdictOf(body: Body): Verdict {
  const kind = kindOf(body);
  // Most answers are a yes, and some of them are long: nothing is made of their text.
  return kind === "ok" ? { kind } : { kind, message: errorText(body.json) ?? summary(body) };
}

function kindOf(body: Body): Verdict["kind"] {
  const text = errorText(body.json);
  if (body.status >= 300 && body.status < 400)
    return (body.location ?? "").includes("/sso/") ? "login_needed" : "wrong_address";
  if (body.status === 401) return "login_needed";
  if (body.status === 429) return "rate_limited";
  if (text !== null && /no bridge/i.test(text)) return "no_brokerage_session";
  if (text !== null && /query \/accounts first/i.test(text)) return "accounts_first";
  if (text !== null && /not authenticated/i.test(text)) return "no_brokerage_session";
  if (body.status === 404 && body.text.trim() === "Access Denied") return "access_denied";
  if (body.status >= 500) return "vendor_trouble";
  if (body.status >= 400 || text !== null) return "refused";
  return "ok";
}

function summary(body: Body): string {
  const text = body.text
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return text === "" ? `HTTP ${body.status} without a body` : `HTTP ${body.status}: ${text.slice(0, 200)}`;
}

export type CallName = { method: string; path: string; gateway: string };

/** The error that a verdict other than ok stands for. */
export function errorOf(
  verdict: Exclude<Verdict, { kind: "ok" }>,
  call: CallName,
  status: number,
): DeskError {
  const facts = { ...call, status, message: verdict.message };
  const said = `${call.method} ${call.path}: ${verdict.message}`;
  switch (verdict.kind) {
    case "login_needed":
      return new UnavailableError("login_needed", `The gateway has no login. ${said}`, { facts });
    case "no_brokerage_session":
      return new UnavailableError("no_brokerage_session", `The brokerage session is not open. ${said}`, {
        facts,
      });
    case "accounts_first":
      return new UnavailableError("accounts_first", `The gateway wants the accounts asked first. ${said}`, {
        facts,
      });
    case "rate_limited":
      return new UnavailableError("gateway_rate_limited", `IBKR says: too many requests. ${said}`, { facts });
    case "vendor_trouble":
      return new UnavailableError("gateway_trouble", `The gateway could not answer. ${said}`, { facts });
    case "access_denied":
      return new VendorError(
        "gateway_access_denied",
        "The gateway refuses this machine's address. Add it to ips.allow in the gateway's conf.yaml.",
        { facts },
      );
    case "wrong_address":
      return new VendorError(
        "gateway_wrong_address",
        `What answers at ${call.gateway} is not the Client Portal API (it redirected). Correct the address.`,
        { facts },
      );
    case "refused":
      return new VendorError("gateway_refused_request", `The gateway refused. ${said}`, { facts });
  }
}

/** The JSON of an answer in the expected shape. @throws VendorError gateway_not_json, gateway_unexpected_shape */
export function shaped<Out>(schema: z.ZodType<Out>, body: Body, call: CallName): Out {
  if (!body.isJson) {
    throw new VendorError(
      "gateway_not_json",
      `${call.method} ${call.path} answered no JSON: ${summary(body)}`,
      {
        facts: { ...call, status: body.status },
      },
    );
  }
  const parsed = schema.safeParse(body.json);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, 5).map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new VendorError(
    "gateway_unexpected_shape",
    `${call.method} ${call.path} answered something else than expected: ${issues.join("; ")}`,
    { facts: { ...call, status: body.status, issues } },
  );
}
