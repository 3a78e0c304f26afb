// A list's limit becomes a part of its statement, and nothing else does.
import { expect, test } from "vitest";
import { withItsLimit } from "#store/prepared-statements.ts";

const list = (values: readonly unknown[], text: string) => withItsLimit(text, values);

test("a limit that ends a list is written into it, with the parameters before it as they were", () => {
  expect(list([51], "select a from t order by a limit $1")).toEqual({
    text: "select a from t order by a limit 51",
    values: [],
  });
  expect(list(["x", 51], "select a from t where a < $1 limit $2")).toEqual({
    text: "select a from t where a < $1 limit 51",
    values: ["x"],
  });
});

test.each<[string, readonly unknown[], string]>([
  ["a text", ["1; drop table t"], "select a from t limit $1"],
  ["a fraction", [1.5], "select a from t limit $1"],
  ["less than none", [-1], "select a from t limit $1"],
  ["no number", [null], "select a from t limit $1"],
  ["a limit inside", [1], "select a from (select a from t limit $1) b"],
  ["a limit that is also used elsewhere", [2, 1], "select a from t where a = $2 limit $1"],
  ["one that is compared with as well", [5], "select a from t where a < $1 limit $1"],
  ["an offset after it", [5, 2], "select a from t limit $1 offset $2"],
])("%s stays as it is", (_, values, text) => {
  expect(list(values, text)).toEqual({ text, values: [...values] });
});
