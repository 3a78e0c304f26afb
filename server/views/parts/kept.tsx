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
type Part = { text: Written; bytes: Uint8Array | null };

/** Characters of keys and parts, in each of two generations: what is not asked for in the younger goes with the older. */
const MOST_CHARACTERS = 6_000_000;

let younger = new Map<string, Part>();
let older = new Map<string, Part>();
let characters = 0;

function keep(key: string, part: Part): Part {
  younger.set(key, part);
  characters += key.length + part.text.length;
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
  const part = younger.get(key) ?? keep(key, older.get(key) ?? { text: anew(write), bytes: null });
  if (placed === null || part.text.length < WORTH_PLACING) return part.text;
  part.bytes ??= Buffer.from(String(part.text));
  return raw(`<kept ${placed.push(part.bytes) - 1}>`);
}

/** What is in a part is written as text: only the part itself has a place in the page. */
function anew(write: () => Child): Written {
  const around = placed;
  placed = null;
  try {
    return raw(String(write()));
  } finally {
    placed = around;
  }
}

/** Shorter parts are sooner written as text than put in their place. */
const WORTH_PLACING = 400;

/** Parts of the page that is being written, each in the place that its number marks; null while none is. */
let placed: Uint8Array[] | null = null;

// Nothing else can look like it: a "<" in anybody's text is written as an entity.
const PLACE = /<kept (\d+)>/;

/** A whole page as bytes: its kept parts are not joined and encoded anew, they are put into their places. */
export function encodedPage(before: string, content: Child): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  placed = parts;
  let text: string;
  try {
    text = before + String(content);
  } finally {
    placed = null;
  }
  const pieces = text.split(PLACE).map((piece, at) => (at % 2 === 0 ? piece : (parts[Number(piece)] ?? "")));
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  // Room that suffices for nearly all: to measure text first would go through all of it twice.
  const room = Buffer.allocUnsafeSlow(length + Math.ceil(text.length / 10) + 64);
  let at = 0;
  for (const piece of pieces) {
    if (room.length - at < piece.length) return joined(pieces);
    if (typeof piece === "string") at += room.write(piece, at);
    else room.set(piece, at);
    if (typeof piece !== "string") at += piece.length;
  }
  // Cut off where the room ended, when it did not suffice.
  return at <= room.length - 4 ? room.subarray(0, at) : joined(pieces);
}

function joined(pieces: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  return Buffer.concat(pieces.map((piece) => (typeof piece === "string" ? Buffer.from(piece) : piece)));
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
