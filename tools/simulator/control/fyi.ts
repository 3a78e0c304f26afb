// The notification calls that an equity workflow may make. There is never anything to notify of.
import type { GatewayApp } from "../world.ts";

export function addFyiRoutes(app: GatewayApp): void {
  app.get("/fyi/unreadnumber", (c) => c.json({ BN: 0 }));
  app.get("/fyi/notifications", (c) => c.json([]));
  app.get("/fyi/notifications/more", (c) => c.json([]));
  app.get("/fyi/settings", (c) => c.json([]));
  app.get("/fyi/deliveryoptions", (c) => c.json({ E: [], M: 0 }));
}
