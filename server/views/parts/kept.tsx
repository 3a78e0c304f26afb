// Parts of pages as they were last written out: most of a page is what it was a minute ago, and writing it is what a reader
// waits for. Invariant: the key is all that a part is made of, so that whatever changes in it is written anew. Bounded memory.
import { raw } from "hono/html";
import type { Child, FC } from "hono/jsx";

/** Content that says all of itself as JSON. A function, a map or a piece of page would not: it does not compile. */
export type Plain =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly Plain[]
  | { readonly [name: string]: Plain };

type Written = ReturnType<typeof raw>;

/** Characters of keys and parts, in each of two generations: what is not asked for in the younger goes with the older. */
const MOST_CHARACTERS = 6_000_000;

let younger = new Map<string, Written>();
let older = new Map<string, Written>();
let characters = 0;

function keep(key: string, part: Written): Written {
  younger.set(key, part);
  characters += key.length + part.length;
  if (characters > MOST_CHARACTERS) {
    older = younger;
    younger = new Map();
    characters = 0;
  }
  return part;
}

const numbers = new WeakMap<object, number>();
let last = 0;

/**
 * Stands for an object that says the same as long as it lives, such as a trade or a list that its reader keeps: in a key
 * it is known again by itself, without being read.
 */
export function numberOf(of: object): number {
  const known = numbers.get(of);
  if (known !== undefined) return known;
  last += 1;
  numbers.set(of, last);
  return last;
}

/**
 * What `write` makes of `of`, from memory where the same was written before. `kind` stands for `write`: it must be one object
 * for the life of the process, and `write` must make the same of the same, whoever reads and whenever.
 */
export function written(kind: object, of: Plain, write: () => Child): Written {
  const key = `${numberOf(kind)} ${JSON.stringify(of)}`;
  return younger.get(key) ?? keep(key, older.get(key) ?? raw(String(write())));
}

/** A part that is made of its props alone, remembered as it was written. */
export function kept<Props extends { readonly [name: string]: unknown }>(
  Part: FC<Props> & ((props: Props) => Child),
): (props: Props & (Props extends Plain ? unknown : never)) => ReturnType<FC> {
  return (props) => (
    <>
      {written(Part, props as unknown as Plain, () => (
        <Part {...props} />
      ))}
    </>
  );
}
