// Acceptance: instruments, history, quotes.
import type { Conid, SessionDate, Ticker } from "#store/model/ids.ts";
import { dec } from "#store/model/money.ts";
import { type AcceptanceCase, controlOf, expectCode, expectEqual, expectThat } from "./bench.ts";
import { instrumentOf } from "./order-steps.ts";

/** AAPL's Mexican listing: same name, other currency. */
const FOREIGN_AAPL = 38708077 as Conid;

function ascending(dates: readonly SessionDate[]): boolean {
  return dates.every((date, index) => index === 0 || date > (dates[index - 1] ?? ""));
}

export const MARKET_CASES: readonly AcceptanceCase[] = [
  {
    number: 13,
    area: "data",
    title: "resolves a US stock to one conid, with currency and price increments",
    needs: "reads",
    run: async (bench) => {
      const instrument = await instrumentOf(bench);
      expectEqual([instrument.symbol, instrument.currency], [bench.symbol, "USD"], "symbol and currency");
      expectThat(dec(instrument.priceIncrements[0]?.increment ?? 0).gt(0), "it has a price increment");
      expectEqual(await bench.client.confirmConid(instrument.conid), instrument, "the same by its conid");
    },
  },
  {
    number: 14,
    area: "data",
    title: "refuses a ticker that is not known",
    needs: "reads",
    run: async ({ client }) =>
      expectCode(client.resolveStock("ZZZZZZZZZZ" as Ticker), "instrument_not_found", "an unknown ticker"),
  },
  {
    number: 15,
    area: "data",
    title: "refuses a conid that is quoted in another currency",
    needs: "reads",
    run: async ({ client }) =>
      expectCode(
        client.confirmConid(FOREIGN_AAPL),
        ["instrument_foreign_currency", "rules_refused"],
        "a foreign listing",
      ),
  },
  {
    number: 16,
    area: "data",
    title: "gives 450 finished daily bars, ascending, each session once",
    needs: "reads",
    run: async (bench) => {
      const instrument = await instrumentOf(bench);
      const series = await bench.client.history({ instrument, timeframe: "daily", count: 450 });
      expectEqual(series.bars.length, 450, "bars");
      expectThat(ascending(series.bars.map((bar) => bar.date)), "dates ascend");
      expectThat(
        series.bars.every((bar) => dec(bar.high).gte(bar.low) && dec(bar.volume).gte(0)),
        "high is not below low, volume not negative",
      );
    },
  },
  {
    number: 17,
    area: "data",
    title: "gives weekly bars with a depth of their own, named by the week's first session",
    needs: "reads",
    run: async (bench) => {
      const instrument = await instrumentOf(bench);
      const series = await bench.client.history({ instrument, timeframe: "weekly", count: 200 });
      expectEqual(series.bars.length, 200, "bars");
      expectThat(ascending(series.bars.map((bar) => bar.date)), "dates ascend");
      const days = series.bars.map((bar) => new Date(`${bar.date}T00:00:00Z`).getUTCDay());
      expectThat(
        days.every((day) => day === 1 || day === 2),
        "weeks begin on Monday, or Tuesday after a holiday",
      );
    },
  },
  {
    number: 18,
    area: "data",
    title: "reaches past 1,000 points by windows that join without gap or double",
    needs: "reads",
    run: async (bench) => {
      const instrument = await instrumentOf(bench);
      const series = await bench.client.history({ instrument, timeframe: "daily", count: 1_100 });
      expectThat(series.bars.length > 1_000, `more than 1,000 bars, not ${series.bars.length}`);
      expectThat(ascending(series.bars.map((bar) => bar.date)), "dates ascend");
    },
  },
  {
    number: 19,
    area: "data",
    title: "ends a history at the asked session",
    needs: "reads",
    run: async (bench) => {
      const instrument = await instrumentOf(bench);
      const newest = await bench.client.history({ instrument, timeframe: "daily", count: 30 });
      const until = newest.bars[9]?.date;
      expectThat(until !== undefined, "thirty bars came");
      const cut = await bench.client.history({ instrument, timeframe: "daily", count: 10, until });
      expectEqual(cut.bars, newest.bars.slice(0, 10), "bars up to the asked session");
      expectEqual(cut.forming, null, "forming bar");
    },
  },
  {
    number: 20,
    area: "data",
    title: "marks the session and the week that are not over as forming",
    needs: "simulator",
    run: async (bench) => {
      await controlOf(bench).restart({ start: "2017-12-19" as SessionDate });
      await controlOf(bench).open();
      const instrument = await instrumentOf(bench);
      for (const timeframe of ["daily", "weekly"] as const) {
        const series = await bench.client.history({ instrument, timeframe, count: 20 });
        const last = series.bars.at(-1);
        expectThat(
          last !== undefined && last.date < "2017-12-20",
          `finished ${timeframe} bars end before today`,
        );
        expectThat(
          series.forming === null || series.forming.date > last.date,
          "the forming bar is the newest",
        );
      }
    },
  },
  {
    number: 21,
    area: "data",
    title: "flags delayed data in history and quote",
    needs: "simulator",
    simulator: { data: { subscription: "delayed" } },
    run: async (bench) => {
      const instrument = await instrumentOf(bench);
      const series = await bench.client.history({ instrument, timeframe: "daily", count: 5 });
      expectThat(series.source.delaySeconds > 0, "the series tells its delay");
      expectEqual((await bench.client.quote(instrument)).quality, "delayed", "quality of the quote");
    },
  },
  {
    number: 22,
    area: "data",
    title: "gives a quote although the first snapshot is empty",
    needs: "reads",
    run: async (bench) => {
      const instrument = await instrumentOf(bench);
      const quote = await bench.client.quote(instrument);
      expectThat(
        quote.quality === "unavailable" || quote.last !== null || quote.bid !== null,
        "it has a price",
      );
      expectEqual(quote.conid, instrument.conid, "conid");
    },
  },
  {
    number: 23,
    area: "data",
    title: "asks for the quotes of one moment in one request",
    needs: "simulator",
    run: async (bench) => {
      const first = await instrumentOf(bench);
      const second = await bench.client.resolveStock("SPX" as Ticker);
      const quotes = await Promise.all([first, second, first].map((one) => bench.client.quote(one)));
      expectThat(
        quotes.every((quote) => quote.last !== null),
        "all have prices",
      );
      const queries = (await controlOf(bench).received())
        .filter((entry) => entry.call === "GET /iserver/marketdata/snapshot")
        .map((entry) => decodeURIComponent(entry.query));
      expectThat(
        queries.every((query) => query.includes(`${first.conid},${second.conid}`)),
        "each request named both",
      );
    },
  },
  {
    number: 24,
    area: "data",
    title: "tells that a quote is not available without a subscription",
    needs: "simulator",
    simulator: { data: { subscription: "none" } },
    run: async (bench) => {
      const quote = await bench.client.quote(await instrumentOf(bench));
      expectEqual([quote.quality, quote.last], ["unavailable", null], "quality and price");
    },
  },
  {
    number: 25,
    area: "data",
    title: "tells that an index is replayed as a paper instrument",
    needs: "simulator",
    run: async ({ client }) =>
      expectEqual((await client.resolveStock("SPX" as Ticker)).indexReplay, true, "index replay"),
  },
  {
    number: 26,
    area: "data",
    title: "gets history although the first call of a session fails",
    needs: "simulator",
    simulator: { data: { firstHistoryFails: true } },
    run: async (bench) => {
      const instrument = await instrumentOf(bench);
      const series = await bench.client.history({ instrument, timeframe: "daily", count: 5 });
      expectEqual(series.bars.length, 5, "bars");
    },
  },
];
