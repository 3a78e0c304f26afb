// Trading hours as the two schedule calls give them. Pure, from the exchange calendar.
import type { SimInstrument } from "../market/market.ts";
import type { MarketMoment } from "../market/market-clock.ts";
import { closesAt, opensAt, sessionDate } from "../market/sessions.ts";

const HOUR = 3_600;
const BEFORE_OPEN = 5.5 * HOUR;
const AFTER_CLOSE = 4 * HOUR;

/** `/contract/trading-schedule`: about six days from now, closed ones missing, epoch seconds. */
export function tradingSchedule(moment: MarketMoment): Record<string, unknown> {
  const first = moment.phase === "closed" ? moment.session + 1 : moment.session;
  const days = [0, 1, 2, 3].map((offset) => first + offset);
  const schedules = days.map((session) => {
    const [opening, closing] = [opensAt(session) / 1000, closesAt(session) / 1000];
    const extended = {
      opening: opening - BEFORE_OPEN,
      closing: closing + AFTER_CLOSE,
      cancel_daily_orders: true,
    };
    const hours = { liquid_hours: [{ opening, closing }], extended_hours: [extended] };
    return [sessionDate(session).replaceAll("-", ""), hours] as const;
  });
  return { exchange_time_zone: "US/Eastern", schedules: Object.fromEntries(schedules) };
}

/** `/trsrv/secdef/schedule`: 20000101 is any Saturday … 20000107 any Friday. */
export function weekdaySchedule(instrument: SimInstrument): Record<string, unknown>[] {
  const day = (date: string, open: boolean) => ({
    clearingCycleEndTime: "0000",
    tradingScheduleDate: date,
    sessions: open ? [{ openingTime: "0930", closingTime: "1600", prop: "LIQUID" }] : [],
    tradingtimes: open ? [{ openingTime: "0400", closingTime: "2000", cancelDayOrders: "Y" }] : [],
  });
  const weekdays = ["20000103", "20000104", "20000105", "20000106", "20000107"];
  return [
    {
      id: `p${instrument.conid}`,
      tradeVenueId: `v${instrument.conid}`,
      exchange: instrument.exchange,
      description: instrument.exchange,
      timezone: "America/New_York",
      schedules: [
        ...["20000101", "20000102"].map((date) => day(date, false)),
        ...weekdays.map((date) => day(date, true)),
      ],
    },
  ];
}
