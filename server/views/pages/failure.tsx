// What a page says when it cannot be shown, or a form could not be carried out.

import { Document } from "../layout/document.tsx";
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { Icon } from "../parts/icons.tsx";

export type FailureModel = {
  status: number;
  title: string;
  detail: string;
  code: string;
  errors: readonly { field: string; message: string }[];
  /** Where to go on. */
  back: string;
};

function FailureBox(props: { model: FailureModel }) {
  const { model } = props;
  return (
    <div class="panel mx-auto mt-8 max-w-xl p-6" role="alert">
      <div class="text-bad flex items-center gap-2">
        <Icon name="warn" size={20} />
        <h1 class="text-lg font-semibold">{model.title}</h1>
      </div>
      <p class="prose-text mt-2">{model.detail}</p>
      {model.errors.length === 0 ? null : (
        <ul class="mt-3 list-disc pl-5">
          {model.errors.map((error) => (
            <li>
              {error.field === "" ? null : <strong>{error.field}: </strong>}
              {error.message}
            </li>
          ))}
        </ul>
      )}
      <p class="text-muted mt-4 text-xs">
        Code {model.status} {model.code}
      </p>
      <a class="button mt-4" href={model.back}>
        Go back
      </a>
    </div>
  );
}

export function FailurePage(props: { frame: Frame; model: FailureModel }) {
  return (
    <Shell title={props.model.title} frame={props.frame}>
      <FailureBox model={props.model} />
    </Shell>
  );
}

/** Without a session, or when not even the frame can be read. */
export function PlainFailurePage(props: { theme: Frame["theme"]; assets: string; model: FailureModel }) {
  return (
    <Document title={props.model.title} theme={props.theme} assets={props.assets}>
      <main class="px-4">
        <FailureBox model={props.model} />
      </main>
    </Document>
  );
}
