// Form pieces: the hidden token that every form carries, labelled fields with their fault beside them. Pure.
import type { Child, PropsWithChildren } from "hono/jsx";

export type FormToken = string;
export type Faults = Readonly<Record<string, string>>;

/** A form that changes something: POST, with the session's form token. */
export function ActionForm(
  props: PropsWithChildren<{
    action: string;
    token: FormToken;
    /** Key under which what this form starts is started once, however often the form is sent. */
    once?: string;
    class?: string;
    id?: string;
    /** Address that is asked about the form while it is typed; what it answers replaces the parts marked `checked()`. */
    check?: string;
  }>,
) {
  return (
    <form method="post" action={props.action} class={props.class} id={props.id} data-check={props.check}>
      <input type="hidden" name="form_token" value={props.token} />
      {props.once === undefined ? null : (
        // Stays as it is when the page is refreshed in place: between two clicks, too, it is one key.
        <input type="hidden" name="once" value={props.once} data-keep />
      )}
      {props.children}
    </form>
  );
}

export function Field(props: {
  name: string;
  label: string;
  value?: string;
  hint?: Child;
  fault?: string | undefined;
  type?: string;
  placeholder?: string;
  required?: boolean;
  inputmode?: "decimal" | "numeric" | "text";
  pattern?: string;
  maxlength?: number;
  autocomplete?: string;
  autofocus?: boolean;
  list?: string;
  uppercase?: boolean;
  /** Said behind the value, such as "%". */
  unit?: string;
}) {
  const describedBy = [
    ...(props.unit === undefined ? [] : [`${props.name}-unit`]),
    ...(props.hint === undefined ? [] : [`${props.name}-hint`]),
    ...(props.fault === undefined ? [] : [`${props.name}-fault`]),
  ].join(" ");
  return (
    <div>
      <label for={props.name} class="mb-1 block text-sm font-medium">
        {props.label}
      </label>
      <div class={props.unit === undefined ? "" : "flex items-center gap-2"}>
        <input
          id={props.name}
          name={props.name}
          type={props.type ?? "text"}
          class={`field ${props.uppercase ? "uppercase placeholder:normal-case" : ""}`}
          value={props.value}
          placeholder={props.placeholder}
          required={props.required}
          inputmode={props.inputmode}
          pattern={props.pattern}
          maxlength={props.maxlength}
          autocomplete={props.autocomplete ?? "off"}
          autofocus={props.autofocus}
          list={props.list}
          aria-invalid={props.fault === undefined ? undefined : "true"}
          aria-describedby={describedBy === "" ? undefined : describedBy}
        />
        {props.unit === undefined ? null : (
          <span id={`${props.name}-unit`} class="text-muted shrink-0 text-sm">
            {props.unit}
          </span>
        )}
      </div>
      <FieldNotes name={props.name} hint={props.hint} fault={props.fault} />
    </div>
  );
}

/** Attributes of a part with an id that the answer to a check replaces while a form is typed. */
export function checked(): Record<string, string> {
  return { "data-checked": "" };
}

export function FieldNotes(props: { name: string; hint?: Child; fault?: string | undefined }) {
  return (
    <div id={`${props.name}-notes`} {...checked()}>
      {props.fault === undefined ? null : (
        <p id={`${props.name}-fault`} class="text-bad mt-1 text-xs font-medium">
          {props.fault}
        </p>
      )}
      {props.hint === undefined ? null : (
        <p id={`${props.name}-hint`} class="text-muted mt-1 text-xs">
          {props.hint}
        </p>
      )}
    </div>
  );
}

export function Choice(props: {
  name: string;
  label: string;
  value: string;
  options: readonly (readonly [value: string, text: string])[];
  hint?: Child;
  fault?: string | undefined;
}) {
  const describedBy = [
    ...(props.hint === undefined ? [] : [`${props.name}-hint`]),
    ...(props.fault === undefined ? [] : [`${props.name}-fault`]),
  ].join(" ");
  return (
    <div>
      <label for={props.name} class="mb-1 block text-sm font-medium">
        {props.label}
      </label>
      <select
        id={props.name}
        name={props.name}
        class="field"
        aria-invalid={props.fault === undefined ? undefined : "true"}
        aria-describedby={describedBy === "" ? undefined : describedBy}
      >
        {props.options.map(([value, text]) => (
          <option value={value} selected={value === props.value}>
            {text}
          </option>
        ))}
      </select>
      <FieldNotes name={props.name} hint={props.hint} fault={props.fault} />
    </div>
  );
}
