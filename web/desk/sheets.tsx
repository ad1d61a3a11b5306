/** The small windows of the desk: giving back, closing, the keys, one's own account. */
import type { ComponentChildren, JSX } from "preact";
import { X } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";

import { Icon } from "../shared/icon";
import { isPlainEnter, plain } from "./text";
import type { Me } from "./types";

interface SheetProps {
  title: string;
  onClose(): void;
  children: ComponentChildren;
}

export function Sheet({ title, onClose, children }: SheetProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class="sheet"
      aria-labelledby="sheet-title"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div class="sheet-body">
        <header>
          <h2 id="sheet-title">{title}</h2>
          <button type="button" class="icon" aria-label="關掉" onClick={onClose}>
            <Icon of={X} />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}

export const KEYS: readonly (readonly [string, string])[] = [
  ["下一位", "j"],
  ["上一位", "k"],
  ["接手", "c"],
  ["回覆市民", "r"],
  ["內部備註", "n"],
  ["交回自動回覆", "b"],
  ["結案", "e"],
  ["搜尋名單", "/"],
  ["這張表", "?"],
];

export function KeyList(): JSX.Element {
  return (
    <dl class="keys">
      {KEYS.map(([what, key]) => (
        <div key={key}>
          <dt>{what}</dt>
          <dd>
            <kbd>{key}</kbd>
          </dd>
        </div>
      ))}
    </dl>
  );
}

interface KeySheetProps {
  on: boolean;
  onSwitch(on: boolean): void;
  onClose(): void;
}

export function KeySheet({ on, onSwitch, onClose }: KeySheetProps): JSX.Element {
  return (
    <Sheet title="快捷鍵" onClose={onClose}>
      <KeyList />
      <dl class="keys more">
        <div>
          <dt>送出、存備註</dt>
          <dd>
            <kbd>Enter</kbd>
          </dd>
        </div>
        <div>
          <dt>換行</dt>
          <dd>
            <kbd>Shift</kbd> <kbd>Enter</kbd>
          </dd>
        </div>
        <div>
          <dt>離開輸入框</dt>
          <dd>
            <kbd>Esc</kbd>
          </dd>
        </div>
      </dl>
      <label class="check">
        <input type="checkbox" checked={on} onChange={(event) => onSwitch(event.currentTarget.checked)} />
        使用單鍵快捷鍵
      </label>
    </Sheet>
  );
}

interface ReturnSheetProps {
  unsent: boolean;
  onGive(summary: string): void;
  onClose(): void;
}

export function ReturnSheet({ unsent, onGive, onClose }: ReturnSheetProps): JSX.Element {
  const [summary, setSummary] = useState("");
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    <Sheet title="交回自動回覆" onClose={onClose}>
      <p class="sub">交回後由自動回覆接著回，市民會看到您離開了。</p>
      {unsent && <p class="warn">輸入框裡還有沒送出的字。交回後會留著，市民看不到。</p>}
      <div class="field">
        <label for="summary">一句話告訴市民辦到哪裡（可以不寫）</label>
        <input
          id="summary"
          ref={box}
          type="text"
          maxLength={200}
          autocomplete="off"
          placeholder="您的噪音案件在「我的案件」裡。"
          value={summary}
          onInput={(event) => setSummary(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (isPlainEnter(event)) onGive(summary.trim());
          }}
        />
      </div>
      <div class="sheet-row">
        <button type="button" class="btn" onClick={onClose}>
          先不要
        </button>
        <button type="button" class="btn go" onClick={() => onGive(summary.trim())}>
          交回
        </button>
      </div>
    </Sheet>
  );
}

interface CloseSheetProps {
  title: string;
  unsent: boolean;
  onEnd(): void;
  onClose(): void;
}

export function CloseSheet({ title, unsent, onEnd, onClose }: CloseSheetProps): JSX.Element {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return (
    <Sheet title="結束這個對話？" onClose={onClose}>
      <p class="strong">{plain(title)}</p>
      <p class="sub">結案後離開「我的」。市民再傳訊息，會先由自動回覆接。</p>
      {unsent && <p class="warn">輸入框裡還有沒送出的字。結案後市民看不到。</p>}
      <div class="sheet-row">
        <button type="button" class="btn" onClick={onClose}>
          先不要
        </button>
        <button type="button" class="btn go" ref={button} autofocus onClick={onEnd}>
          結案
        </button>
      </div>
    </Sheet>
  );
}

const ROLES: Record<string, string> = { agent: "專員", supervisor: "督導", editor: "內容編輯", office: "機關", admin: "系統管理員" };

export function AccountSheet({ me, onSignOut, onClose }: { me: Me; onSignOut(): void; onClose(): void }): JSX.Element {
  return (
    <Sheet title={me.name} onClose={onClose}>
      <dl class="kv">
        <dt>帳號</dt>
        <dd>{me.login}</dd>
        <dt>身分</dt>
        <dd>{ROLES[me.role] ?? me.role}</dd>
      </dl>
      <p class="sub">登出會清掉這個瀏覽器分頁裡沒送出的字。</p>
      <div class="sheet-row">
        <button type="button" class="btn" onClick={onClose}>
          先不要
        </button>
        <button type="button" class="btn go" onClick={onSignOut}>
          登出
        </button>
      </div>
    </Sheet>
  );
}
