// An approval as a person decides on it: what is bought, what can be lost, why and why not; then one of three answers.
import type { ApprovalQuestion } from "#store/model/approval.ts";
import type { ApprovalEdit, ApprovalStatus } from "#store/model/run.ts";
import { Facts, Prose, Time } from "./blocks.tsx";
import { Ladder } from "./drawings.tsx";
import { ActionForm, Field, type FormToken } from "./form.tsx";
import { decimal, money, percent, price, quantity, words } from "./format.ts";
import { Icon } from "./icons.tsx";
import { kept } from "./kept.tsx";
import { ApprovalState, Pill, SignalPill } from "./status.tsx";

export type ApprovalModel = {
  id: string;
  symbolRunId: string;
  status: ApprovalStatus;
  shown: ApprovalQuestion;
  expiresAt: string;
  createdAt: string;
  reason: string | null;
  answeredBy: string | null;
  answeredAt: string | null;
  edit: ApprovalEdit | null;
};

function entryPrice(shown: ApprovalQuestion): string {
  return shown.plan.limitPrice ?? shown.decision.currentPrice;
}

function Head(props: { approval: ApprovalModel; titled?: boolean }) {
  const { shown } = props.approval;
  return (
    <div class="flex flex-wrap items-start justify-between gap-3">
      <div class="min-w-0">
        <div class="flex flex-wrap items-center gap-2">
          <SignalPill signal={shown.decision.signal} large />
          <a
            href={`/runs/${props.approval.symbolRunId}`}
            class="text-lg font-semibold tracking-tight hover:underline"
          >
            {shown.symbol}
          </a>
          {shown.indexReplay ? <Pill tone="warn" icon="warn" text="index level, replayed as paper" /> : null}
          {shown.asked > 1 ? <Pill tone="warn" icon="warn" text={`asked again (${shown.asked})`} /> : null}
        </div>
        <p class="text-muted text-sm">{shown.instrumentName}</p>
      </div>
      {props.approval.status === "pending" ? (
        <Expiry approval={props.approval} />
      ) : (
        <ApprovalState status={props.approval.status} />
      )}
    </div>
  );
}

const DAY_MS = 86_400_000;

/** Counts down only where the reader's clock means something: a simulator's market stands still in another year. */
export function Expiry(props: { approval: ApprovalModel }) {
  const { expiresAt, createdAt, shown } = props.approval;
  const counts = Math.abs(Date.parse(expiresAt) - Date.parse(createdAt)) < 14 * DAY_MS;
  return (
    <span class="text-warn flex items-center gap-1.5 text-sm font-medium" title={`Expires ${expiresAt}`}>
      <Icon name="clock" size={15} />
      <span {...(counts ? { "data-expires": expiresAt } : {})}>
        until <Time at={expiresAt} compact />
        {shown.expiresOn === "market" ? ", market time" : ""}
      </span>
    </span>
  );
}

/** Why a person is asked at all, what the broker wants to know, and how old the price is. */
function Asked(props: { shown: ApprovalQuestion }) {
  const { because, brokerQuestions, reference, session } = props.shown;
  return (
    <>
      {brokerQuestions.map((question) => (
        <div class="bg-warn-soft text-warn rounded-md px-3 py-2 text-sm">
          <p class="font-semibold">The broker asks; to approve is to say yes:</p>
          <p class="prose-text">{question.text}</p>
          <p class="text-xs">{question.why}</p>
        </div>
      ))}
      {because.length === 0 ? null : (
        <p class="text-muted text-sm">
          You are asked because {because.map((reason) => reason.text.replace(/\.$/, "")).join("; ")}.
        </p>
      )}
      {reference === null ? null : (
        <p class="text-muted text-sm">
          Measured against{" "}
          {reference.kind === "quote" ? `a ${reference.quality ?? ""} quote` : "the last close"} of{" "}
          <span class="text-ink font-medium tabular-nums">{price(reference.price)}</span>,{" "}
          {ageText(reference.ageSeconds)} old when this was asked
          {reference.bid === null || reference.ask === null
            ? ""
            : ` (bid ${price(reference.bid)}, ask ${price(reference.ask)})`}
          {session === null ? "" : `; for the session of ${session}`}.
        </p>
      )}
    </>
  );
}

function ageText(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}

function Numbers(props: { shown: ApprovalQuestion }) {
  const { plan, decision } = props.shown;
  return (
    <>
      <div class="mt-3 grid grid-cols-2 gap-3 sm:grid-cols-4">
        <Big label={plan.side === "BUY" ? "Buy" : "Sell"} value={quantity(plan.quantity)} note="shares" />
        <Big label="Value" value={decimal(plan.notional, 0)} note={plan.currency} />
        <Big
          label="Lost at the stop"
          value={decimal(plan.lossAtStop, 0)}
          note={plan.currency}
          tone="text-bad"
        />
        <Big
          label="R"
          value={decimal(decision.rCoefficient)}
          note={`margin ${percent(decision.profitMargin)}`}
        />
      </div>
      <div class="mt-4">
        <Ladder
          levels={{
            side: plan.side,
            entry: entryPrice(props.shown),
            stop: plan.stopPrice,
            target: plan.targetPrice,
          }}
        />
      </div>
    </>
  );
}

function Big(props: { label: string; value: string; note: string; tone?: string }) {
  return (
    <div class="bg-raised rounded-md px-3 py-2">
      <div class="text-muted text-xs">{props.label}</div>
      <div class={`text-lg leading-tight font-semibold tabular-nums ${props.tone ?? ""}`}>{props.value}</div>
      <div class="text-muted text-xs">{props.note}</div>
    </div>
  );
}

function Reasons(props: { shown: ApprovalQuestion }) {
  const { consolidation, review, clamps, why, charts } = props.shown;
  const single = charts.daily === null || charts.weekly === null;
  const list = (title: string, reasons: readonly string[], tone: string, sign: string) => (
    <div>
      <h3 class={`text-xs font-semibold ${tone}`}>{title}</h3>
      {reasons.length === 0 ? <p class="text-muted text-sm">None was given.</p> : null}
      <ul class="mt-1 space-y-1 text-sm">
        {reasons.map((reason) => (
          <li class="flex gap-2">
            <span class={`${tone} font-semibold`} aria-hidden="true">
              {sign}
            </span>
            <span class="prose-text min-w-0">{reason}</span>
          </li>
        ))}
      </ul>
    </div>
  );
  return (
    <div class="mt-4 space-y-3">
      {why === null ? null : (
        <p class="bg-warn-soft text-warn prose-text rounded-md px-3 py-2 text-sm font-medium">{why}</p>
      )}
      <Asked shown={props.shown} />
      <div class="grid gap-4 sm:grid-cols-2">
        {list("For", consolidation.reasonsFor, "text-good", "+")}
        {list("Against", consolidation.reasonsAgainst, "text-bad", "−")}
      </div>
      <p class="text-muted text-sm">
        {single
          ? "One chart was read: there is no second opinion."
          : `The analysts ${consolidation.agreement === "partly" ? "partly agree" : words(consolidation.agreement)}.`}{" "}
        Risk manager: <span class="text-ink">{review.verdict}</span>
        {review.reason === "" ? "" : ". "}
        <span class="prose-text">{review.reason}</span>
      </p>
      {clamps.length === 0 ? null : (
        <ul class="text-warn space-y-1 text-sm">
          {clamps.map((clamp) => (
            <li>
              Size cut by {words(clamp.rule)}: {quantity(clamp.taken)} shares less ({clamp.input}; limit{" "}
              {clamp.limit})
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Approve and reject always in reach of a thumb; changes behind one more tap. */
export function AnswerForms(props: {
  approval: ApprovalModel;
  token: FormToken;
  faults?: Readonly<Record<string, string>>;
}) {
  const { id, shown } = props.approval;
  const action = `/approvals/${id}/answer`;
  const faults = props.faults ?? {};
  const opened = Object.keys(faults).length > 0;
  return (
    <div id={`answer-${id}`} data-keep class="mt-4 space-y-2">
      <ActionForm action={action} token={props.token}>
        <input type="hidden" name="action" value="approve" />
        <button type="submit" class="button button-good min-h-12 w-full text-base">
          <Icon name="approvals" size={18} /> Approve {shown.plan.side === "BUY" ? "buying" : "selling"}{" "}
          {quantity(shown.plan.quantity)} {shown.symbol}
        </button>
      </ActionForm>
      <div class="grid grid-cols-2 gap-2">
        <details
          class="group col-span-1 open:col-span-2"
          open={opened && "reason" in faults ? true : undefined}
        >
          <summary class="button min-h-11 w-full list-none">Reject…</summary>
          <ActionForm action={action} token={props.token} class="mt-2 space-y-3">
            <input type="hidden" name="action" value="reject" />
            <Field
              name="reason"
              label="Why not? It is kept with the decision."
              required
              maxlength={500}
              fault={faults.reason}
            />
            <button type="submit" class="button button-bad min-h-11 w-full">
              Reject
            </button>
          </ActionForm>
        </details>
        <details
          class="group col-span-1 open:col-span-2"
          open={opened && !("reason" in faults) ? true : undefined}
        >
          <summary class="button min-h-11 w-full list-none">Change…</summary>
          <ActionForm action={action} token={props.token} class="mt-2 space-y-3">
            <input type="hidden" name="action" value="edit" />
            <Field
              name="quantity"
              label="Quantity"
              inputmode="decimal"
              value={shown.plan.quantity}
              hint={`Fewer than ${quantity(shown.plan.quantity)} shares; never more.`}
              fault={faults.quantity}
            />
            {shown.plan.limitPrice === null ? null : (
              <Field
                name="limitPrice"
                label={`Limit price in ${shown.plan.currency}`}
                inputmode="decimal"
                value={shown.plan.limitPrice}
                hint="The rules are applied again to what you enter."
                fault={faults.limitPrice}
              />
            )}
            {shown.plan.effect === "close" ? null : (
              <>
                <Field
                  name="stopPrice"
                  label={`Stop in ${shown.plan.currency}`}
                  inputmode="decimal"
                  value={shown.plan.stopPrice}
                  hint="Sent exactly as entered; a wider one may leave room for fewer shares."
                  fault={faults.stopPrice}
                />
                <Field
                  name="targetPrice"
                  label={`Target in ${shown.plan.currency}`}
                  inputmode="decimal"
                  value={shown.plan.targetPrice}
                  fault={faults.targetPrice}
                />
              </>
            )}
            <button type="submit" class="button button-good min-h-11 w-full">
              Approve with these changes
            </button>
          </ActionForm>
        </details>
      </div>
    </div>
  );
}

function Answered(props: { approval: ApprovalModel }) {
  const { approval } = props;
  return (
    <div class="border-line mt-4 border-t pt-3 text-sm">
      <Facts
        columns={3}
        rows={[
          ["Answer", approval.status],
          ["By", approval.answeredBy ?? "nobody in time"],
          ["At", approval.answeredAt === null ? "–" : <Time at={approval.answeredAt} />],
          ...(approval.edit === null
            ? []
            : ([
                [
                  "Quantity changed to",
                  approval.edit.quantity === null ? "unchanged" : quantity(approval.edit.quantity),
                ],
                [
                  "Limit changed to",
                  approval.edit.limitPrice === null ? "unchanged" : price(approval.edit.limitPrice),
                ],
                [
                  "Stop changed to",
                  approval.edit.stopPrice == null ? "unchanged" : price(approval.edit.stopPrice),
                ],
                [
                  "Target changed to",
                  approval.edit.targetPrice == null ? "unchanged" : price(approval.edit.targetPrice),
                ],
              ] as const)),
        ]}
      />
      {approval.reason === null ? null : <Prose text={approval.reason} class="mt-2" />}
    </div>
  );
}

function ChartLink(props: { approval: ApprovalModel }) {
  const { charts, symbol } = props.approval.shown;
  return (
    <a href={`/runs/${props.approval.symbolRunId}#charts`} class="block overflow-hidden rounded-md bg-white">
      <img
        src={`/api/artifacts/${charts.daily ?? charts.weekly}/content`}
        alt={`${symbol}, ${charts.daily === null ? "weekly" : "daily"} chart that the agents decided on`}
        width={1024}
        height={768}
        decoding="async"
        class="h-auto w-full"
      />
    </a>
  );
}

/**
 * With its chart beside it on wide screens and in the middle on a phone: numbers, chart, reasons, answer. Kept for the
 * session whose token its forms carry.
 */
export const ApprovalCard = kept(function ApprovalCard(props: {
  approval: ApprovalModel;
  token: FormToken;
  faults?: Readonly<Record<string, string>>;
  withChart?: boolean;
}) {
  const { approval } = props;
  const { plan } = approval.shown;
  const wide = props.withChart !== false;
  return (
    <article id={`approval-${approval.id}`} class="panel p-4">
      <div class={wide ? "grid gap-x-6 lg:grid-cols-[minmax(0,7fr)_minmax(0,5fr)]" : ""}>
        <div class={wide ? "lg:col-start-2 lg:row-start-1" : ""}>
          <Head approval={approval} />
          <Numbers shown={approval.shown} />
        </div>
        {wide ? (
          <div class="mt-4 lg:col-start-1 lg:row-span-2 lg:row-start-1 lg:mt-0">
            <ChartLink approval={approval} />
          </div>
        ) : null}
        <div class={wide ? "lg:col-start-2 lg:row-start-2" : ""}>
          <Reasons shown={approval.shown} />
          <p class="text-muted mt-3 text-xs">
            {entryWords(plan)} Price, buying power and limits are checked again after your answer.
          </p>
          {approval.status === "pending" ? (
            <AnswerForms approval={approval} token={props.token} faults={props.faults ?? {}} />
          ) : (
            <Answered approval={approval} />
          )}
        </div>
      </div>
    </article>
  );
});

function entryWords(plan: ApprovalQuestion["plan"]): string {
  const entry = plan.limitPrice === null ? "at market" : `limit ${money(plan.limitPrice, plan.currency)}`;
  return plan.effect === "close"
    ? `Closes what is held: entry ${entry}, alone.`
    : `Entry ${entry}, stop ${price(plan.stopPrice)} and target ${price(plan.targetPrice)} are sent together.`;
}
