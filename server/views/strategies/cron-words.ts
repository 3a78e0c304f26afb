// A cron expression of five fields as a person would say it. Pure; an expression with a fault gives null.
import { cronFault } from "#store/model/workflow/schedule.ts";

const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const SHORT_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const MONTHS = [
  ...["January", "February", "March", "April", "May", "June"],
  ...["July", "August", "September", "October", "November", "December"],
];
const SHORT_MONTHS = MONTHS.map((month) => month.slice(0, 3).toUpperCase());

type Range = { low: number; high: number; words?: readonly string[]; base?: number };

function numberOf(text: string, of: Range): number {
  const named = of.words?.indexOf(text) ?? -1;
  return named >= 0 ? named + (of.base ?? 0) : Number(text);
}

/** The numbers that a field stands for, ascending. */
function expand(field: string, of: Range): number[] {
  const found = field.split(",").flatMap((part) => {
    const [range = "*", step = "1"] = part.split("/");
    const [first = "", last = first] = range === "*" ? [] : range.split("-");
    const from = range === "*" ? of.low : numberOf(first, of);
    const to = range === "*" ? of.high : numberOf(last, of);
    const every = Number(step);
    return Array.from({ length: Math.floor((to - from) / every) + 1 }, (_, index) => from + index * every);
  });
  return [...new Set(found)].sort((a, b) => a - b);
}

function listed(words: readonly string[]): string {
  return words.length <= 1 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

const two = (value: number) => String(value).padStart(2, "0");

function timeWords(minute: string, hour: string): string {
  const minutes = expand(minute, { low: 0, high: 59 });
  const hours = expand(hour, { low: 0, high: 23 });
  if (minutes.length * hours.length <= 6) {
    return `at ${listed(hours.flatMap((h) => minutes.map((m) => `${two(h)}:${two(m)}`)))}`;
  }
  const gaps = new Set(minutes.slice(1).map((value, index) => value - (minutes[index] ?? 0)));
  const [step] = gaps;
  const even = gaps.size === 1 && step !== undefined && minutes.length === Math.ceil(60 / step);
  const when =
    minutes.length === 1
      ? `at minute ${minutes[0]} of every hour`
      : even
        ? step === 1
          ? "every minute"
          : `every ${step} minutes`
        : `at minutes ${listed(minutes.map(String))} of every hour`;
  if (hours.length === 24) return when;
  const inARow = hours.every((value, index) => index === 0 || value === (hours[index - 1] ?? 0) + 1);
  const [first = 0] = hours;
  return inARow && hours.length > 2
    ? `${when} from ${two(first)}:${two(minutes[0] ?? 0)} to ${two(hours.at(-1) ?? 0)}:${two(minutes.at(-1) ?? 0)}`
    : `${when} in the hours ${listed(hours.map(String))}`;
}

function weekdayWords(field: string): string | null {
  const days = [
    ...new Set(expand(field, { low: 0, high: 6, words: SHORT_DAYS }).map((day) => day % 7)),
  ].sort();
  if (days.length === 7) return null;
  if (days.join() === "1,2,3,4,5") return "on weekdays";
  return `on ${listed(days.map((day) => WEEKDAYS[day] ?? ""))}`;
}

function dayWords(day: string, weekday: string): string {
  const week = weekdayWords(weekday);
  if (day === "*") return week ?? "every day";
  const days = expand(day, { low: 1, high: 31 });
  const month = days.length === 31 ? "every day" : `on day ${listed(days.map(String))} of the month`;
  // Cron's own rule: with both named, either is enough.
  return week === null ? month : `${month}, and also ${week}`;
}

/** Such as "on weekdays at 15:45"; the exchange's time. */
export function cronWords(expression: string): string | null {
  const text = expression.trim().toUpperCase();
  if (cronFault(text) !== null) return null;
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = text.split(/\s+/);
  const months = expand(month, { low: 1, high: 12, words: SHORT_MONTHS, base: 1 });
  const season = months.length === 12 ? "" : ` in ${listed(months.map((one) => MONTHS[one - 1] ?? ""))}`;
  return `${dayWords(day, weekday)}${season} ${timeWords(minute, hour)}`;
}
