// Settings and health: what the desk runs on, each part with its proof, every effective setting and its source.
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { Facts, PageHead, Panel, Time } from "../parts/blocks.tsx";
import { Icon } from "../parts/icons.tsx";
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
    todo?: string | null;
    provenAt: string | null;
  }[];
  settings: readonly { key: string; value: string; source: string }[];
  notices: readonly string[];
};

function Notices(props: { notices: readonly string[] }) {
  if (props.notices.length === 0) return null;
  return (
    <Panel title="To know about this configuration">
      <ul class="space-y-2">
        {props.notices.map((notice) => (
          <li class="flex items-start gap-2">
            <span class="text-warn mt-0.5 shrink-0">
              <Icon name="warn" />
            </span>
            <span class="prose-text min-w-0">{notice}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** What a person has set comes before what stands as it came. */
function changedFirst(settings: SettingsModel["settings"]): SettingsModel["settings"] {
  const changed = (setting: { source: string }) => setting.source !== "default";
  return [...settings.filter(changed), ...settings.filter((setting) => !changed(setting))];
}

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
        <Notices notices={model.notices} />
        <Panel
          title="Health"
          note="proven by a round trip just now; countersign doctor tells the same"
          id="health"
          live="any"
          textOnly
        >
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
                  <td>
                    <span class="prose-text">{check.detail}</span>
                    {check.todo == null ? null : (
                      <span class="prose-text mt-0.5 block font-medium">What to do: {check.todo}</span>
                    )}
                  </td>
                  <td class="text-muted">
                    {check.provenAt === null ? "not asked" : <Time at={check.provenAt} />}
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
        <Panel
          title="Settings in force"
          note="what was changed first; secrets are never shown; countersign config show tells the same"
          textOnly
        >
          <table class="grid-table">
            <thead>
              <tr>
                <th scope="col">Setting</th>
                <th scope="col">Value</th>
                <th scope="col">From</th>
              </tr>
            </thead>
            <tbody>
              {changedFirst(model.settings).map((setting) => (
                <tr>
                  <td class="font-mono text-xs">{setting.key}</td>
                  <td class="wrap-anywhere">
                    {setting.value === "" ? <span class="text-muted">not set</span> : setting.value}
                  </td>
                  <td class={setting.source === "default" ? "text-muted" : "font-medium"}>
                    {setting.source}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Panel>
      </div>
    </Shell>
  );
}
