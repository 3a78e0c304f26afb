// Parts of an export's page: the countersign with what was shown, orders with their life, fills with what they came to. Pure.
import type { ExportContent } from "./bundle.ts";
import { Figures } from "./document-parts.tsx";

export function Countersign(props: { approvals: ExportContent["approvals"] }) {
  return (
    <>
      <h2>Countersign</h2>
      {props.approvals.length === 0 ? <p>Nobody was asked, and no order was sent.</p> : null}
      {props.approvals.map((approval) => {
        const { shown } = approval;
        return (
          <>
            <h3>
              {approval.status} by {approval.answeredBy ?? "nobody"}
              {approval.answeredAt === null ? "" : ` at ${approval.answeredAt}`}
              {approval.channel === null ? "" : ` (${approval.channel})`}
            </h3>
            {approval.reason === null ? null : <p class="text">{approval.reason}</p>}
            {approval.edit === null ? null : (
              <p>
                Changed: quantity {approval.edit.quantity ?? "no"}, limit {approval.edit.limitPrice ?? "no"},
                stop {approval.edit.stopPrice ?? "no"}, target {approval.edit.targetPrice ?? "no"}.
              </p>
            )}
            <p>
              Shown: {shown.plan.side} {shown.plan.quantity} {shown.symbol} for {shown.plan.notional}{" "}
              {shown.plan.currency}, limit {shown.plan.limitPrice ?? "market"}, stop {shown.plan.stopPrice},
              target {shown.plan.targetPrice}, lost at the stop {shown.plan.lossAtStop}. Asked {shown.asked}{" "}
              times.
            </p>
            {shown.brokerQuestions.map((question) => (
              <p class="text">The broker asked: {question.text}</p>
            ))}
            <details>
              <summary>Everything that was shown, word for word</summary>
              <pre>{JSON.stringify(shown, null, 2)}</pre>
            </details>
          </>
        );
      })}
    </>
  );
}

export function Orders(props: { orders: ExportContent["orders"] }) {
  return (
    <>
      <h2>Orders</h2>
      {props.orders.length === 0 ? <p>None was made.</p> : null}
      {props.orders.map((order) => (
        <>
          <h3>
            {order.leg}: {order.side} {order.quantity} {order.symbol}, {order.type.toLowerCase()}{" "}
            {order.limitPrice ?? order.stopPrice ?? ""} {order.timeInForce}, {order.status.toLowerCase()}
          </h3>
          <p class="quiet">
            {order.clientOrderId ?? "no client order id"}
            {order.brokerOrderId === null ? "" : `, broker ${order.brokerOrderId}`}; filled{" "}
            {order.filledQuantity}
            {order.averageFillPrice === null ? "" : ` at ${order.averageFillPrice}`}
          </p>
          {order.reason === null ? null : <p class="text bad">{order.reason}</p>}
          <ul>
            {order.events.map((event) => (
              <li>
                {event.at}: {event.kind.replaceAll("_", " ")}, {event.fromStatus.toLowerCase()} →{" "}
                {event.toStatus.toLowerCase()}
              </li>
            ))}
          </ul>
        </>
      ))}
    </>
  );
}

export function Fills(props: { fills: ExportContent["fills"]; outcome: ExportContent["outcome"] }) {
  const { fills, outcome } = props;
  return (
    <>
      <h2>Fills and what they came to</h2>
      {fills.length === 0 ? <p>Nothing filled.</p> : null}
      {fills.length === 0 ? null : (
        <section class="wide" tabindex={0} aria-label="Fills">
          <table>
            <thead>
              <tr>
                <th>When</th>
                <th>Side</th>
                <th>Shares</th>
                <th>Price</th>
                <th>Commission</th>
                <th>Execution</th>
              </tr>
            </thead>
            <tbody>
              {fills.map((fill) => (
                <tr>
                  <td>{fill.at}</td>
                  <td>{fill.side}</td>
                  <td>{fill.quantity}</td>
                  <td>{fill.price}</td>
                  <td>{fill.commission ?? "not yet known"}</td>
                  <td class="mono">{fill.executionRef}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {outcome === null ? null : (
        <Figures
          rows={[
            ["Entry", outcome.entryPrice],
            ["Exit", outcome.exitPrice ?? "still held"],
            ["Ended by", outcome.exitBy ?? "open"],
            ["Realised, after commissions", `${outcome.realizedPnl} ${outcome.currency}`],
            ["Unrealised", outcome.unrealizedPnl ?? "no mark"],
            ["R", outcome.r ?? "–"],
            ["Commissions", outcome.commissions],
          ]}
        />
      )}
    </>
  );
}
