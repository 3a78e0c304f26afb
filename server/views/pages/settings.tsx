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
          flush
        >
          <ul>
            {model.checks.map((check) => (
              <li class="border-line grid grid-cols-[1fr_auto] gap-x-4 gap-y-1 border-b px-4 py-3 last:border-0 sm:grid-cols-[9rem_6rem_1fr_auto]">
                <span class="font-semibold">{check.name}</span>
                <span>
                  <HealthPill state={check.state} />
                </span>
                <span class="col-span-2 min-w-0 sm:col-span-1">
                  <span class="prose-text wrap-anywhere">{check.detail}</span>
                  {check.todo == null ? null : (
                    <span class="prose-text mt-0.5 block font-medium">What to do: {check.todo}</span>
                  )}
                </span>
                <span class="text-muted col-span-2 text-xs sm:col-span-1 sm:text-right">
                  {check.provenAt === null ? "not asked" : <Time at={check.provenAt} />}
                </span>
              </li>
            ))}
          </ul>
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
          flush
        >
          <ul>
            {changedFirst(model.settings).map((setting) => (
              <li class="border-line grid grid-cols-[1fr_auto] gap-x-4 border-b px-4 py-2 last:border-0 sm:grid-cols-[18rem_1fr_auto]">
                <code class="self-center font-mono text-xs wrap-anywhere">{setting.key}</code>
                <span
                  class={`self-center text-xs sm:order-last ${setting.source === "default" ? "text-muted" : "font-medium"}`}
                >
                  {setting.source}
                </span>
                <span class="col-span-2 min-w-0 wrap-anywhere sm:col-span-1">
                  {setting.value === "" ? <span class="text-muted">not set</span> : setting.value}
                </span>
              </li>
            ))}
          </ul>
        </Panel>
      </div>
    </Shell>
  );
}
