// Prompts: every version of every stage, the active one marked, each as it is, word for word.
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { Empty, Facts, PageHead, Panel, ScrollText, Time } from "../parts/blocks.tsx";
import { words } from "../parts/format.ts";
import { Pill } from "../parts/status.tsx";

export type PromptModel = {
  id: string;
  stage: string;
  version: string;
  template: string;
  inputs: readonly string[];
  contentHash: string;
  active: boolean;
  createdAt: string;
};

export function PromptsPage(props: { frame: Frame; rows: readonly PromptModel[] }) {
  return (
    <Shell title="Prompts" frame={props.frame}>
      <PageHead
        title="Prompts"
        lead="Each stage has its own prompt. A version never changes; its hash is in every call made with it."
      />
      <Panel flush>
        {props.rows.length === 0 ? (
          <Empty icon="prompts" title="No prompts stored yet">
            The desk stores its templates at start.
          </Empty>
        ) : (
          <table class="grid-table">
            <thead>
              <tr>
                <th scope="col">Stage</th>
                <th scope="col">Version</th>
                <th scope="col">State</th>
                <th scope="col">Inputs</th>
                <th scope="col">Hash</th>
                <th scope="col">Stored</th>
              </tr>
            </thead>
            <tbody>
              {props.rows.map((row) => (
                <tr>
                  <td>
                    <a class="link font-semibold" href={`/prompts/${row.id}`}>
                      {words(row.stage)}
                    </a>
                  </td>
                  <td>{row.version}</td>
                  <td>
                    {row.active ? (
                      <Pill tone="good" icon="check" text="active" />
                    ) : (
                      <span class="text-muted">kept</span>
                    )}
                  </td>
                  <td class="text-muted text-sm">{row.inputs.join(", ")}</td>
                  <td class="font-mono text-xs">{row.contentHash.slice(0, 12)}</td>
                  <td class="text-muted">
                    <Time at={row.createdAt} compact />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Panel>
    </Shell>
  );
}

export function PromptPage(props: { frame: Frame; prompt: PromptModel }) {
  const { prompt } = props;
  return (
    <Shell title={`Prompt ${words(prompt.stage)}`} frame={props.frame}>
      <PageHead
        title={`${words(prompt.stage)}, version ${prompt.version}`}
        back={{ href: "/prompts", text: "Prompts" }}
      >
        {prompt.active ? <Pill tone="good" icon="check" text="active" large /> : null}
      </PageHead>
      <div class="space-y-4">
        <Panel>
          <Facts
            columns={3}
            rows={[
              ["Content hash", <span class="font-mono text-xs">{prompt.contentHash}</span>],
              ["Inputs", prompt.inputs.join(", ")],
              ["Stored", <Time at={prompt.createdAt} />],
            ]}
          />
        </Panel>
        <Panel title="Template">
          <ScrollText text={prompt.template} label="Template" />
        </Panel>
      </div>
    </Shell>
  );
}
