/** Beside the phone: what was sent in and what came out, as JSON, and what of it LINE would charge for. */
import type { JSX } from "preact";
import { ChevronDown } from "lucide";
import { useState } from "preact/hooks";

import { timeOf } from "../desk/clock";
import { Icon } from "../shared/icon";
import type { Counts, Line } from "./line";
import type { CallEvent } from "./messages";

export function Calls({ calls, counts }: { calls: Line["calls"]; counts: Counts }): JSX.Element {
  return (
    <section class="calls" id="calls" aria-label="收送紀錄">
      <dl class="count">
        <div>
          <dt>
            <span class="dir free">回覆</span>不扣額度
          </dt>
          <dd>{counts.reply}</dd>
        </div>
        <div class={counts.push > 0 ? "pay" : ""}>
          <dt>
            <span class="dir push">推播</span>扣額度
          </dt>
          <dd>{counts.push}</dd>
        </div>
      </dl>
      <div class="turns">
        {calls.length === 0 ? (
          <p class="none">還沒有收送。在手機上說一句話，這裡就看得到送進來的webhook和打出去的API，新的在最上面。</p>
        ) : (
          <ol>
            {calls.map((call) => (
              <li key={call.key}>
                <Call call={call} />
              </li>
            ))}
          </ol>
        )}
      </div>
    </section>
  );
}

function Call({ call }: { call: CallEvent }): JSX.Element {
  const [open, setOpen] = useState(false);
  const [name, kind] = directionOf(call.path);
  const bad = call.status >= 400;
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <time dateTime={call.at}>{timeOf(call.at)}</time>
        <span class={`dir ${kind}`}>{name}</span>
        <code>{kind === "in" ? webhookWords(call.request) : `${call.method} ${call.path}`}</code>
        <span class={bad ? "status-code bad" : "status-code"}>
          {call.status}
          {bad && "，沒成"}
        </span>
        <Icon of={ChevronDown} />
      </summary>
      {open && (
        <pre tabIndex={0} aria-label="JSON">
          {`${call.method} ${call.path}\n${JSON.stringify(call.request, null, 2)}`}
          {call.response !== undefined && `\n\n${call.status}\n${JSON.stringify(call.response, null, 2)}`}
        </pre>
      )}
    </details>
  );
}

function directionOf(path: string): [string, "in" | "free" | "push" | "other"] {
  if (path.startsWith("/webhooks/")) return ["收到", "in"];
  if (path.endsWith("/message/reply")) return ["回覆", "free"];
  if (path.endsWith("/message/push") || path.endsWith("/message/multicast")) return ["推播", "push"];
  if (path.includes("/loading/")) return ["動畫", "other"];
  return ["其他", "other"];
}

interface WebhookEvent {
  type?: string;
  message?: { type?: string; text?: string };
  postback?: { data?: string };
}

function webhookWords(request: unknown): string {
  const events = (request as { events?: WebhookEvent[] } | null)?.events;
  const event = Array.isArray(events) ? events[0] : undefined;
  if (event === undefined) return "沒有事件";
  const more = (events?.length ?? 0) > 1 ? `，共${events?.length}件` : "";
  if (event.type === "message") return `message.${event.message?.type ?? ""} ${event.message?.text ?? ""}${more}`.trim();
  if (event.type === "postback") return `postback ${event.postback?.data ?? ""}${more}`;
  return `${event.type ?? ""}${more}`;
}
