// What will change, shown before it is saved; and lists of differences wherever versions are told apart. Pure.
import type { Difference } from "#store/model/workflow/difference.ts";
import { checked } from "../parts/form.tsx";
import { plural } from "../parts/format.ts";
import { Icon } from "../parts/icons.tsx";
import type { ReviewModel } from "./model.ts";

export function Differences(props: { differences: readonly Difference[] }) {
  return (
    <dl class="space-y-2 text-sm">
      {props.differences.map((one) => (
        <div>
          <dt class="font-medium wrap-anywhere">{one.label}</dt>
          <dd class="flex flex-wrap items-baseline gap-x-1.5 wrap-anywhere">
            <span class="sr-only">was </span>
            <del class="text-muted decoration-bad/60 min-w-0">{one.before}</del>
            <Icon name="arrow" size={12} class="text-muted translate-y-0.5" />
            <span class="sr-only">becomes </span>
            <ins class="text-good min-w-0 font-medium no-underline">{one.after}</ins>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Faulty(props: { faults: ReviewModel["faults"] }) {
  return (
    <div class="bg-bad-soft text-bad rounded-md px-3 py-2 text-sm">
      <p class="flex items-center gap-1.5 font-semibold">
        <Icon name="warn" size={15} /> {plural(props.faults.length, "field")} to correct
      </p>
      <ul class="mt-1 space-y-0.5">
        {props.faults.map((fault) => (
          <li class="wrap-anywhere">
            <a href={`#${fault.field}`} class="font-medium underline">
              {fault.label}
            </a>
            : {fault.message}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** At the end of a long column of fields, above its review: in sight once there is something to see. */
export function ReviewJump(props: { model: ReviewModel }) {
  const { faults, differences } = props.model;
  const tone = faults.length > 0 ? "button-bad" : "button-primary";
  return (
    <div
      id="review-jump"
      class="pointer-events-none sticky bottom-20 z-10 flex justify-end lg:bottom-4 xl:hidden"
      {...checked()}
    >
      {faults.length + differences.length === 0 ? null : (
        <a href="#review" class={`button pointer-events-auto shadow-lg ${tone}`}>
          {faults.length > 0 ? `${faults.length} to correct` : plural(differences.length, "change")}
          <Icon name="down" size={14} />
        </a>
      )}
    </div>
  );
}

/** The last thing before saving. Replaced while the form is typed; without scripts, by its own button. */
export function Review(props: { model: ReviewModel; checkAt: string }) {
  const { model, checkAt } = props;
  const ready = model.faults.length === 0 && model.shown !== null;
  return (
    <div id="review" class="space-y-3" {...checked()}>
      <p role="status" class={model.faults.length > 0 ? "sr-only" : "text-sm"}>
        {model.faults.length > 0 ? (
          `${plural(model.faults.length, "field")} to correct.`
        ) : model.shown === null ? (
          <span class="text-muted">
            Nothing is changed{model.against === null ? "" : ` against ${model.against}`}.
          </span>
        ) : model.against === null ? (
          <span class="text-good font-medium">Everything is in order.</span>
        ) : (
          <span>
            <span class="font-semibold">{plural(model.differences.length, "change")}</span> against{" "}
            {model.against}
          </span>
        )}
      </p>
      {model.faults.length > 0 ? <Faulty faults={model.faults} /> : null}
      {model.differences.length > 0 ? <Differences differences={model.differences} /> : null}
      {ready ? (
        <>
          <input type="hidden" name="shown" value={model.shown ?? ""} />
          <button type="submit" class="button button-primary w-full">
            <Icon name="check" /> {model.save}
          </button>
        </>
      ) : (
        <button type="submit" formaction={checkAt} formnovalidate class="button w-full">
          Review what changes
        </button>
      )}
    </div>
  );
}
