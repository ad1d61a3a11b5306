/** The LINE simulator: tries the whole way through the real webhook, without an account, a key or LINE. */
import { render } from "preact";
import type { JSX } from "preact";
import { PanelRightClose, PanelRightOpen, RotateCcw } from "lucide";
import { useState } from "preact/hooks";

import { moveInTabs } from "../desk/tabs";
import { Icon } from "../shared/icon";
import { Calls } from "./calls";
import { useLine } from "./line";
import { Phone } from "./phone";

type Pane = "phone" | "calls";

function Simulator(): JSX.Element {
  const line = useLine();
  const [pane, setPane] = useState<Pane>("phone");
  const [folded, setFolded] = useState(false);
  return (
    <div class="work" data-pane={pane} data-calls={folded ? "folded" : "open"}>
      <header class="top">
        <b class="ribbon">示範</b>
        <h1>LINE模擬器</h1>
        <p class="faint wide">不連到LINE，送出的都留在這台機器上</p>
        <span class="grow" />
        <p class="faint user">
          市民<code>{line.user.slice(0, 7)}</code>
        </p>
        <button type="button" class="btn" onClick={line.somebodyElse}>
          <Icon of={RotateCcw} />
          換一位市民
        </button>
        <button
          type="button"
          class="btn fold"
          aria-expanded={!folded}
          aria-controls="calls"
          onClick={() => setFolded(!folded)}
        >
          <Icon of={folded ? PanelRightOpen : PanelRightClose} />
          {folded ? "打開紀錄" : "收起紀錄"}
        </button>
      </header>
      <main>
        <div class="panes" role="tablist" aria-label="畫面">
          <PaneTab name="手機" on={pane === "phone"} onPick={() => setPane("phone")} />
          <PaneTab name={`紀錄 ${line.calls.length}`} on={pane === "calls"} onPick={() => setPane("calls")} />
        </div>
        <section class="stage" aria-label="手機">
          <p class="tally" aria-label="這次的則數">
            <span class="dir free">回覆</span>
            {line.counts.reply}則
            <span class="dir push">推播</span>
            {line.counts.push}則
          </p>
          <Phone line={line} />
        </section>
        <Calls calls={line.calls} counts={line.counts} />
      </main>
    </div>
  );
}

function PaneTab({ name, on, onPick }: { name: string; on: boolean; onPick(): void }): JSX.Element {
  return (
    <button
      type="button"
      role="tab"
      class="pane-tab"
      aria-selected={on}
      tabIndex={on ? 0 : -1}
      onClick={onPick}
      onKeyDown={moveInTabs}
    >
      {name}
    </button>
  );
}

const root = document.getElementById("simulator");
if (root !== null) render(<Simulator />, root);
