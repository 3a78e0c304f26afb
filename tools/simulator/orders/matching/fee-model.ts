// IBKR's fixed commission for US stocks. Pure. USD 0.005 per share, at least 1.00 and at most 1 % of the order's value.
import { Decimal, dec } from "#store/model/money.ts";

const PER_SHARE = dec("0.005");
const MINIMUM = dec("1.00");
const MAXIMUM_SHARE = dec("0.01");

/** Commission of a whole order, in USD; where the minimum passes 1 % of the value, the 1 % counts. */
export function orderCommission(shares: number, value: Decimal): Decimal {
  const perShare = PER_SHARE.times(shares);
  const charged = Decimal.min(Decimal.max(perShare, MINIMUM), value.times(MAXIMUM_SHARE));
  return charged.toDecimalPlaces(4);
}

/** What one more execution adds: the minimum is paid once per order, not once per execution. */
export function executionCommission(of: {
  sharesBefore: number;
  valueBefore: Decimal;
  shares: number;
  value: Decimal;
}): Decimal {
  const before = of.sharesBefore === 0 ? dec(0) : orderCommission(of.sharesBefore, of.valueBefore);
  const after = orderCommission(of.sharesBefore + of.shares, of.valueBefore.plus(of.value));
  return Decimal.max(after.minus(before), 0);
}
