/** The widget's menu, and the question that is asked before everything is forgotten. */
import { Download, Trash2 } from "lucide";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../shared/icon";
import { words } from "./words";

export interface MenuProps {
  size: number;
  setSize(size: number): void;
  save(): void;
  forget(): void;
}

export function Menu({ size, setSize, save, forget }: MenuProps) {
  return (
    <div class="menu" id="hotline-menu">
      <div class="sizes" role="group" aria-label={words.textSize}>
        <span aria-hidden="true">{words.textSize}</span>
        {words.sizes.map((name, index) => (
          <button type="button" aria-pressed={size === index} onClick={() => setSize(index)}>
            {name}
          </button>
        ))}
      </div>
      <button type="button" onClick={save}>
        <Icon of={Download} />
        {words.save}
      </button>
      <button type="button" onClick={forget}>
        <Icon of={Trash2} />
        {words.forget}
      </button>
    </div>
  );
}

export function Forget({ busy, yes, no }: { busy: boolean; yes(): void; no(): void }) {
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    <div class="veil">
      <div class="question" role="alertdialog" aria-modal="true" aria-labelledby="hotline-forget" aria-describedby="hotline-forget-body">
        <h2 id="hotline-forget">{words.forgetTitle}</h2>
        <p id="hotline-forget-body">{words.forgetBody}</p>
        <div class="replies">
          <button ref={first} type="button" class="btn" onClick={no}>
            {words.forgetNo}
          </button>
          <button type="button" class="btn grave" aria-disabled={busy} onClick={yes}>
            {words.forgetYes}
          </button>
        </div>
      </div>
    </div>
  );
}
