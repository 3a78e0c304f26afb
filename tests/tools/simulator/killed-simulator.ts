// Run by a test in a process of its own: takes orders and prints the ids that were answered, until it is killed.
import { ACCOUNT, rig } from "./rig.ts";

const of = await rig({ stateFile: process.argv[2] ?? "", settings: { pacing: { enforced: false } } });
for (;;) {
  const { body } = await of.place({
    orderType: "LMT",
    side: "BUY",
    price: 173,
    quantity: 1,
    acctId: ACCOUNT,
  });
  process.stdout.write(`${body[0].order_id}\n`);
  await new Promise((resolve) => setImmediate(resolve));
}
