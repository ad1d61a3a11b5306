/** What is known about the citizen and the matter, so that nobody has to ask twice. */
import type { JSX } from "preact";
import { ChevronLeft, X } from "lucide";

import { Icon } from "../shared/icon";
import { dateOf } from "./clock";
import { CHANNEL, linkTo } from "./inbox";
import { plain } from "./text";
import { Sure } from "./transcript";
import type { Detail, Row } from "./types";

// Below this the assistant was guessing, and the agent should ask.
const UNSURE_BELOW = 0.5;

interface CitizenProps {
  row: Row;
  detail: Detail | null;
  onClose(): void;
}

export function Citizen({ row, detail, onClose }: CitizenProps): JSX.Element {
  return (
    <aside class="pane side" aria-label="市民" id="citizen">
      <header class="bar">
        <a class="icon only-phone" href={linkTo(row.id)} aria-label="回對話">
          <Icon of={ChevronLeft} />
        </a>
        <h2 class="grow">{CHANNEL[row.channel]}市民</h2>
        <button type="button" class="icon only-drawer" aria-label="收起市民資料" onClick={onClose}>
          <Icon of={X} />
        </button>
      </header>
      {detail !== null && <Known detail={detail} />}
    </aside>
  );
}

function Known({ detail }: { detail: Detail }): JSX.Element {
  const { packet, cases } = detail;
  return (
    <div class="side-body" tabIndex={0} role="group" aria-label="市民資料">
      {packet === null ? (
        <section>
          <p class="none">還沒有整理好的摘要，請看對話。</p>
        </section>
      ) : (
        <>
          <section aria-label="摘要">
            <p class="one">{plain(packet.summary)}</p>
            <dl class="kv">
              <dt>原因</dt>
              <dd>{plain(packet.reason)}</dd>
              <dt>試過</dt>
              <dd>{packet.tried.length === 0 ? "還沒試過什麼" : packet.tried.map((step) => <p key={step}>{plain(step)}</p>)}</dd>
            </dl>
          </section>
          <section>
            <h3>已經知道的</h3>
            {packet.known.length === 0 ? (
              <p class="none">還沒問到</p>
            ) : (
              <dl class="slots">
                {packet.known.map((slot) => (
                  <KnownLine key={slot.label} {...slot} />
                ))}
              </dl>
            )}
          </section>
          {packet.draft !== null && (
            <section>
              <h3>草稿案件</h3>
              <p class="strong">{plain(packet.draft.kind)}</p>
              <p class={packet.draft.missing.length > 0 ? "miss" : "sub"}>
                {packet.draft.missing.length > 0 ? `還缺${packet.draft.missing.map(plain).join("、")}` : "該有的都有了"}
              </p>
            </section>
          )}
        </>
      )}
      <section>
        <h3>這位市民的案件</h3>
        {cases.length === 0 ? (
          <p class="none">沒有案件</p>
        ) : (
          <ul class="cases">
            {cases.map((one) => (
              <li key={one.number}>
                <span>
                  {plain(one.kind)}
                  {one.place && `，${plain(one.place)}`}
                </span>
                <span>{one.status}</span>
                <span class="sub">{one.number}</span>
                <span class="sub">{dateOf(one.opened_at)}</span>
              </li>
            ))}
          </ul>
        )}
      </section>
    </div>
  );
}

function KnownLine({ label, value, confidence }: { label: string; value: string; confidence: number | null }): JSX.Element {
  const unsure = value === "" || (confidence !== null && confidence < UNSURE_BELOW);
  return (
    <div>
      <dt>{plain(label)}</dt>
      <dd>
        <span class={unsure ? "grow miss" : "grow"}>
          {plain(value) || "不確定"}
          {unsure && value !== "" && "，不確定"}
        </span>
        {confidence !== null && (
          <>
            <Sure of={confidence} />
            <span class="num">{value === "" ? "–" : confidence.toFixed(2)}</span>
          </>
        )}
      </dd>
    </div>
  );
}
