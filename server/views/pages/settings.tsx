// Settings and health: what the desk runs on, each part with its proof, every effective setting and its source.
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { Facts, PageHead, Panel, Time } from "../parts/blocks.tsx";
import { HealthPill } from "../parts/status.tsx";

export type SettingsModel = {
  version: string;
  mode: string;
  database: string;
  broker: string;
  model: string;
  artifacts: string;
  address: string;
  checks: readonly {
    name: string;
    state: "ok" | "degraded" | "down";
    detail: string;
    provenAt: string | null;
  }[];
  settings: readonly { key: string; value: string; source: string }[];
};

export function SettingsPage(props: { frame: Frame; model: SettingsModel }) {
  const { model } = props;
  return (
    <Shell title="Settings & health" frame={props.frame}>
      <PageHead title="Settings & health" lead={`Countersign ${model.version}, ${model.mode} trading`}>
        <a class="button" href="/api/docs">
          API reference
        </a>
      </PageHead>
      <div class="space-y-4">
        <Panel title="Health" note="proven by a round trip just now" textOnly>
          <table class="grid-table">
            <thead>
              <tr>
                <th scope="col">Part</th>
                <th scope="col">State</th>
                <th scope="col">Detail</th>
                <th scope="col">Last proven</th>
              </tr>
            </thead>
            <tbody>
              {model.checks.map((check) => (
                <tr>
                  <td class="font-semibold">{check.name}</td>
                  <td>
                    <HealthPill state={check.state} />
                  </td>
                  <td class="prose-text">{check.detail}</td>
                  <td class="text-muted">
                    {check.provenAt === null ? "never" : <Time at={check.provenAt} compact />}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Panel>
        <Panel title="Runs on">
          <Facts
            columns={3}
            rows={[
              ["Broker", model.broker],
              ["Model", model.model],
              ["Database", model.database],
              ["Artifacts", model.artifacts],
              ["Address", model.address],
              ["Mode", model.mode],
            ]}
          />
        </Panel>
        <Panel title="Settings" note="secrets are never shown" textOnly>
          <table class="grid-table">
            <thead>
              <tr>
                <th scope="col">Setting</th>
                <th scope="col">Value</th>
                <th scope="col">From</th>
              </tr>
            </thead>
            <tbody>
              {model.settings.map((setting) => (
                <tr>
                  <td class="font-mono text-xs">{setting.key}</td>
                  <td class="wrap-anywhere">
                    {setting.value === "" ? <span class="text-muted">not set</span> : setting.value}
                  </td>
                  <td class="text-muted">{setting.source}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Panel>
      </div>
    </Shell>
  );
}
