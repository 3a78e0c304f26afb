// Loose shapes of the session calls: unknown keys are kept, keys that come and go are optional. Pure.
import { z } from "zod";

/** auth/status, ssodh/init and tickle.iserver.authStatus. `established` is missing in older gateways. */
export const AuthStatus = z.looseObject({
  authenticated: z.boolean(),
  connected: z.boolean().optional(),
  competing: z.boolean().optional(),
  established: z.boolean().optional(),
  message: z.string().nullish(),
  fail: z.string().nullish(),
});
export type AuthStatus = z.infer<typeof AuthStatus>;

/** init answers an auth status, or {passed:true} with some of its keys while it is still opening. */
export const InitAnswer = z.looseObject({
  authenticated: z.boolean().optional(),
  competing: z.boolean().optional(),
  passed: z.boolean().optional(),
});

export const Tickle = z.looseObject({
  session: z.string().optional(),
  iserver: z.looseObject({ authStatus: AuthStatus.optional() }).optional(),
});

export const BrokerageAccounts = z.looseObject({
  accounts: z.array(z.string()),
  selectedAccount: z.string().nullish(),
  isPaper: z.boolean().optional(),
});
export type BrokerageAccounts = z.infer<typeof BrokerageAccounts>;

/** LOGIN_TYPE: 1 live, 2 paper. */
export const SsoValidate = z.looseObject({ LOGIN_TYPE: z.number().optional() });
