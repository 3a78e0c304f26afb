// The HTML document around every page: head, styles, scripts. No inline script or style anywhere.
import type { PropsWithChildren } from "hono/jsx";
import { LIVE_TOPICS } from "#store/model/live.ts";
import type { Theme } from "./frame.ts";

/** What the event stream tells the page's script; see the API reference. */
const TOPICS = ["node", ...LIVE_TOPICS].join(" ");

export function Document(
  props: PropsWithChildren<{
    title: string;
    theme: Theme;
    assets: string;
    eventsAfter?: string;
    refreshNow?: boolean;
  }>,
) {
  const scripted = props.eventsAfter !== undefined;
  return (
    <html lang="en" data-theme={props.theme === "system" ? undefined : props.theme}>
      <head>
        <meta charset="utf-8" />
        <title>{`${props.title} · Countersign`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <meta name="color-scheme" content={props.theme === "system" ? "light dark" : props.theme} />
        {props.refreshNow ? <meta http-equiv="refresh" content="0" /> : null}
        <link rel="icon" href={`${props.assets}/mark.svg`} type="image/svg+xml" />
        <link
          rel="preload"
          href={`${props.assets}/inter.woff2`}
          as="font"
          type="font/woff2"
          crossorigin="anonymous"
        />
        <link rel="stylesheet" href={`${props.assets}/app.css`} />
        {scripted ? (
          <>
            <script src={`${props.assets}/idiomorph.js`} defer />
            <script src={`${props.assets}/desk.js`} type="module" />
          </>
        ) : null}
      </head>
      <body
        class="min-h-dvh antialiased"
        data-events={scripted ? `/api/events?after=${props.eventsAfter}` : undefined}
        data-topics={scripted ? TOPICS : undefined}
        data-assets={props.assets}
      >
        {props.children}
      </body>
    </html>
  );
}
