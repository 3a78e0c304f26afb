// Sign-in with the admin token; the one page that works without a session.

import { Document } from "../layout/document.tsx";
import type { Theme } from "../layout/frame.ts";
import { FieldNotes } from "../parts/form.tsx";
import { Mark } from "../parts/icons.tsx";

export type LoginModel = { theme: Theme; assets: string; next: string; fault: string | null };

export function LoginPage(props: { model: LoginModel }) {
  const { model } = props;
  return (
    <Document title="Sign in" theme={model.theme} assets={model.assets}>
      <main class="mx-auto flex min-h-dvh max-w-sm flex-col justify-center gap-5 px-5">
        <div class="flex items-center gap-2.5 text-lg font-semibold tracking-tight">
          <Mark size={28} /> Countersign
        </div>
        <form method="post" action="/login" class="panel flex flex-col gap-4 p-5">
          <h1 class="text-base font-semibold">Sign in to the desk</h1>
          <input type="hidden" name="next" value={model.next} />
          <input
            type="text"
            name="username"
            value="admin"
            autocomplete="username"
            class="hidden"
            tabindex={-1}
            readonly
          />
          <div>
            <label for="token" class="mb-1 block text-sm font-medium">
              Admin token
            </label>
            <input
              id="token"
              name="token"
              type="password"
              required
              autofocus
              autocomplete="current-password"
              class="field font-mono"
              aria-invalid={model.fault === null ? undefined : "true"}
              aria-describedby={model.fault === null ? "token-hint" : "token-fault token-hint"}
            />
            <FieldNotes
              name="token"
              fault={model.fault ?? undefined}
              hint="Printed once as a link when the desk was first started; ADMIN_TOKEN sets it."
            />
          </div>
          <button type="submit" class="button button-primary">
            Sign in
          </button>
        </form>
      </main>
    </Document>
  );
}

/** Shown for an instant to a click from another site: asking again from here brings the strict cookie along. */
export function BouncePage(props: { theme: Theme; assets: string; href: string }) {
  return (
    <Document title="Opening" theme={props.theme} assets={props.assets} refreshNow>
      <main class="p-6">
        <a class="link" href={props.href}>
          Open the desk
        </a>
      </main>
    </Document>
  );
}
