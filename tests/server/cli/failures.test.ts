// What the command line makes of the desk's answers: the error's kind decides the exit code, its text names the option.
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { deskApi } from "#server/cli/desk-api.ts";
import { problemOf, problemResponse } from "#server/http/problems.ts";
import {
  ConflictError,
  type DeskError,
  InputError,
  NotFoundError,
  UnavailableError,
} from "#store/model/errors.ts";

async function answeredWith(response: Response): Promise<DeskError> {
  const api = deskApi({
    base: "http://desk.invalid",
    token: "t",
    fetch: () => response,
    signal: new AbortController().signal,
  });
  return api.get("/api/x", z.unknown()).then(
    () => {
      throw new Error("expected a failure");
    },
    (error: DeskError) => error,
  );
}

const told = (error: unknown) => answeredWith(problemResponse(problemOf(error)));

const coded = (code: string) => Object.assign(new Error("pg says"), { code });

describe("command line: failures", () => {
  test("names the option for a field of the API, once", async () => {
    const fault = new InputError("not_a_session", "shut on that day", { facts: { field: "asOf" } });
    expect((await told(fault)).message).toBe("--as-of: shut on that day");
    const schema = z.object({ edit: z.object({ quantity: z.string() }) });
    const issues = schema.safeParse({ edit: { quantity: 1 } }).error;
    expect((await told(issues)).message).toMatch(/\n {2}--quantity: /);
  });

  test("keeps the kind of the failure, which decides the exit code", async () => {
    expect(await told(new NotFoundError("order_not_found", "no such order"))).toBeInstanceOf(NotFoundError);
    expect(await told(new ConflictError("answered", "already"))).toBeInstanceOf(ConflictError);
    expect(await told(new UnavailableError("gateway_down", "down"))).toBeInstanceOf(UnavailableError);
  });

  test.each(["ECONNREFUSED", "ECONNRESET", "57P01", "57P03", "55000", "08006", "53300"])(
    "says that the database does not answer (%s), not that the desk is broken",
    async (code) => {
      const error = await told(new Error("Failed query", { cause: coded(code) }));
      expect(error).toBeInstanceOf(UnavailableError);
      expect(error.code).toBe("database_unavailable");
    },
  );

  test("tells an answer that is no problem document for what it is", async () => {
    const error = await answeredWith(new Response("<html>", { status: 502 }));
    expect(error.code).toBe("desk_answer_unknown");
  });
});
