// The API's reference page, made from the OpenAPI document itself: nothing is described twice.

import { Document } from "../layout/document.tsx";
import type { Theme } from "../layout/frame.ts";
import { Mark } from "../parts/icons.tsx";

export type ApiParameter = { name: string; in: string; required: boolean; type: string; description: string };
export type ApiOperation = {
  id: string;
  method: string;
  path: string;
  summary: string;
  description: string;
  open: boolean;
  parameters: readonly ApiParameter[];
  body: string | null;
  responses: readonly { status: string; description: string; type: string | null }[];
};
export type ApiDocsModel = {
  theme: Theme;
  assets: string;
  title: string;
  version: string;
  description: string;
  groups: readonly { name: string; description: string; operations: readonly ApiOperation[] }[];
  schemas: readonly { name: string; text: string; description: string }[];
};

const METHOD_TONE: Readonly<Record<string, string>> = {
  GET: "text-accent",
  POST: "text-good",
  PATCH: "text-warn",
  DELETE: "text-bad",
};

function Operation(props: { operation: ApiOperation }) {
  const { operation } = props;
  return (
    <details id={operation.id} class="border-line border-b px-4 py-2.5 last:border-0">
      <summary class="flex flex-wrap items-baseline gap-x-3">
        <span class={`w-14 font-mono text-xs font-semibold ${METHOD_TONE[operation.method] ?? ""}`}>
          {operation.method}
        </span>
        <span class="font-mono text-sm wrap-anywhere">{operation.path}</span>
        <span class="text-muted text-sm">{operation.summary}</span>
        {operation.open ? <span class="text-muted ml-auto text-xs">no sign-in needed</span> : null}
      </summary>
      <div class="mt-3 space-y-3 pb-2">
        {operation.description === "" ? null : <p class="prose-text">{operation.description}</p>}
        {operation.parameters.length === 0 ? null : (
          <div class="overflow-x-auto">
            <table class="grid-table text-sm">
              <thead>
                <tr>
                  <th scope="col">Parameter</th>
                  <th scope="col">In</th>
                  <th scope="col">Type</th>
                  <th scope="col">Meaning</th>
                </tr>
              </thead>
              <tbody>
                {operation.parameters.map((parameter) => (
                  <tr>
                    <td class="font-mono text-xs">
                      {parameter.name}
                      {parameter.required ? <span class="text-bad"> required</span> : null}
                    </td>
                    <td>{parameter.in}</td>
                    <td class="font-mono text-xs wrap-anywhere">{parameter.type}</td>
                    <td>{parameter.description}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {operation.body === null ? null : <Shape title="Body" text={operation.body} />}
        <ul class="space-y-1 text-sm">
          {operation.responses.map((response) => (
            <li>
              <span class="font-mono text-xs font-semibold">{response.status}</span> {response.description}{" "}
              {response.type === null ? null : (
                <span class="text-muted font-mono text-xs">{response.type}</span>
              )}
            </li>
          ))}
        </ul>
      </div>
    </details>
  );
}

function Shape(props: { title: string; text: string }) {
  return (
    <div>
      <h4 class="text-muted text-xs font-semibold">{props.title}</h4>
      <pre class="bg-raised prose-text rounded-md p-3 font-mono text-xs">{props.text}</pre>
    </div>
  );
}

export function ApiDocsPage(props: { model: ApiDocsModel }) {
  const { model } = props;
  return (
    <Document title="API reference" theme={model.theme} assets={model.assets}>
      <main class="mx-auto max-w-5xl px-4 py-6">
        <a href="/" class="mb-4 flex items-center gap-2 font-semibold tracking-tight">
          <Mark /> Countersign
        </a>
        <h1 class="text-xl font-semibold tracking-tight">API reference, version {model.version}</h1>
        <p class="text-muted mt-1 max-w-[75ch]">{model.description}</p>
        <p class="mt-2">
          Send the admin token as <code class="font-mono text-sm">Authorization: Bearer …</code>. The document
          itself:{" "}
          <a class="link" href="/api/openapi.json">
            openapi.json
          </a>
        </p>
        <nav aria-label="Sections" class="mt-4 flex flex-wrap gap-2">
          {model.groups.map((group) => (
            <a class="bg-raised rounded-md px-2 py-0.5 text-sm" href={`#${group.name}`}>
              {group.name}
            </a>
          ))}
          <a class="bg-raised rounded-md px-2 py-0.5 text-sm" href="#schemas">
            schemas
          </a>
        </nav>
        {model.groups.map((group) => (
          <section id={group.name} class="mt-6">
            <h2 class="font-semibold capitalize">{group.name.replaceAll("-", " ")}</h2>
            <p class="text-muted mb-2 text-sm">{group.description}</p>
            <div class="panel">
              {group.operations.map((operation) => (
                <Operation operation={operation} />
              ))}
            </div>
          </section>
        ))}
        <section id="schemas" class="mt-6">
          <h2 class="mb-2 font-semibold">Schemas</h2>
          <div class="panel">
            {model.schemas.map((schema) => (
              <details id={`schema-${schema.name}`} class="border-line border-b px-4 py-2.5 last:border-0">
                <summary class="font-mono text-sm">{schema.name}</summary>
                {schema.description === "" ? null : <p class="mt-2">{schema.description}</p>}
                <div class="mt-2">
                  <Shape title="Shape" text={schema.text} />
                </div>
              </details>
            ))}
          </div>
        </section>
      </main>
    </Document>
  );
}
