// Parts of the desk that need no gateway to be judged: the model, the data folder, files of market data. Effects: disk.
import { statfs } from "node:fs/promises";
import type { ModelProvider } from "#agents/provider.ts";
import type { Instant } from "#store/model/ids.ts";
import type { Clock } from "#tools/clock.ts";
import { describeModels } from "../compose/models.ts";
import type { Config } from "../config/config.ts";
import type { DoctorCheck } from "./gateway-look.ts";

const GIB = 1024 ** 3;
/** Below this the database may soon refuse to write. */
const LOW_GIB = 1;

export function modelCheck(config: Config, models: ModelProvider): DoctorCheck {
  const detail = describeModels(config, models);
  const offline = config.model === null;
  return {
    name: "model",
    state: offline ? "ok" : "degraded",
    detail: offline ? detail : `${detail}; not asked, since every question costs`,
    todo: null,
    provenAt: null,
  };
}

export async function dataFolderCheck(folder: string, clock: Clock): Promise<DoctorCheck> {
  const { bavail, bsize } = await statfs(folder);
  const free = (bavail * bsize) / GIB;
  const low = free < LOW_GIB;
  return {
    name: "data folder",
    state: low ? "degraded" : "ok",
    detail: `${folder}, ${free.toFixed(1)} GiB free`,
    todo: low ? "Make room on this disk, or set DATA_DIR to a folder on a larger one." : null,
    provenAt: clock.now().toISOString() as Instant,
  };
}

/** A file of MARKET_DATA_DIR that the simulator did not take. */
export function refusedMarketData({ message }: { message: string }): DoctorCheck {
  return {
    name: "market data",
    state: "degraded",
    detail: message,
    todo: "Correct the file, or take it out of MARKET_DATA_DIR.",
    provenAt: null,
  };
}
